"""What users get: the exact files of the wheel and the sdist, and the editable install."""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

import required
from pysharedir import layout
from pysharedir.hook import files

CHECKOUT = Path(__file__).parents[2]
SOURCE = "src/pysharedir/"
VERSION = "7.8.9"  # of the release that is built here
SDIST = f"pysharedir-{VERSION}.tar.gz"
WHEEL = f"pysharedir-{VERSION}-py3-none-any.whl"
# What serves a clone only.
NOT_IN_SDIST = (".ci/", ".git", ".pre-commit-config.yaml")
TEMPLATES = [
    "_pysharedir.d/adjust.py",
    "_pysharedir.d/flat.py",
    "_pysharedir.d/local.py",
    "_pysharedir.d/metadata.py",
    "_pysharedir.d/more.py",
    "_pysharedir.d/path.py",
    "_pysharedir.d/prefixes.py",
    "_pysharedir.pth",
    "_pysharedir.py",
    "_pysharedir.start",
    "sitecustomize.py",
]


def _tracked() -> list[str]:
    """Return the files of the project that git tracks."""
    listed = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=CHECKOUT, text=True
    )
    return [name for name in listed.splitlines() if (CHECKOUT / name).exists()]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of the files that are here, at the tag of a release."""
    repository = tmp_path_factory.mktemp("release") / "repository"
    for name in _tracked():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, path, follow_symlinks=False)
    _git(repository, "init", "--quiet")
    _git(repository, "add", "--all")
    _git(repository, "commit", "--quiet", "--message", "Release")
    for tag in f"v{VERSION}", "collection-99.0":  # only the first is a version
        _git(repository, "tag", tag)
    return repository


def _git(repository: Path, *arguments: str | Path) -> None:
    settings = ("user.name=ada", "user.email=ada@localhost", "commit.gpgsign=false")
    options = [word for setting in settings for word in ("-c", setting)]
    subprocess.run(["git", *options, *arguments], cwd=repository, check=True)


@pytest.fixture(scope="module")
def built(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as a release is: the sdist from the repository, the wheel from the sdist."""
    return _build(release, tmp_path_factory.mktemp("built"))


def _build(source: Path, directory: Path, *options: str, umask: int = -1, **env: str) -> Path:
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    command: list[str | Path] = ["uv", "build", "--quiet", *options, "--out-dir", directory, source]
    subprocess.run(command, check=True, env={**kept, **env}, umask=umask)
    return directory


@pytest.mark.slow
def test_the_wheel(built: Path) -> None:
    info = f"pysharedir-{VERSION}.dist-info"
    with zipfile.ZipFile(built / WHEEL) as wheel:
        assert sorted(wheel.namelist()) == sorted(
            [
                *(name.removeprefix("src/") for name in _tracked() if name.startswith(SOURCE)),
                "pysharedir/_version.py",
                *(f"pysharedir/sitecustomize_templates/{name}" for name in TEMPLATES),
                f"pysharedir-{VERSION}.data/data/share/man/man1/pysharedir.1",
                *(f"{info}/{name}" for name in ("METADATA", "RECORD", "WHEEL")),
                f"{info}/entry_points.txt",
                f"{info}/licenses/LICENSE",
            ]
        )


@pytest.mark.slow
def test_the_sdist(built: Path) -> None:
    root = SDIST.removesuffix(".tar.gz")
    with tarfile.open(built / SDIST) as sdist:
        there = {name.removeprefix(f"{root}/") for name in sdist.getnames()}
    wanted = {
        name for name in _tracked() if name == ".gitignore" or not name.startswith(NOT_IN_SDIST)
    }
    assert there == wanted | {"PKG-INFO", f"{SOURCE}_version.py"}


@pytest.mark.slow
def test_no_startup_file_comes_with_the_package(built: Path) -> None:
    with zipfile.ZipFile(built / WHEEL) as wheel:
        assert {name.split("/")[0] for name in wheel.namelist()} == {
            "pysharedir",
            f"pysharedir-{VERSION}.data",
            f"pysharedir-{VERSION}.dist-info",
        }


@pytest.mark.slow
def test_the_command_knows_the_version_of_the_tag(built: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import pysharedir as p; print(p.__version__)"
    )
    said = subprocess.check_output([sys.executable, "-I", "-c", code, built / WHEEL], text=True)
    assert said.strip() == VERSION


@pytest.mark.slow
def test_an_archive_of_the_repository_has_the_version_of_the_tag(
    release: Path, tmp_path: Path
) -> None:
    """Such as the web page of a repository offers, and distributions build."""
    _git(release, "archive", "--format", "zip", "--output", tmp_path / "archive.zip", "HEAD")
    shutil.unpack_archive(tmp_path / "archive.zip", tmp_path / "archive")
    assert (_build(tmp_path / "archive", tmp_path, "--wheel") / WHEEL).exists()


@pytest.mark.slow
def test_two_builds_are_the_same_to_the_byte(release: Path, built: Path, tmp_path: Path) -> None:
    """At different times, in different directories, by users with different habits."""
    again = tmp_path / "other" / "pysharedir"
    again.parent.mkdir()
    subprocess.run(["git", "clone", "--quiet", release, again], check=True, umask=0o077)
    for path in again.rglob("*"):
        os.utime(path, (2_000_000_000, 2_000_000_000), follow_symlinks=False)
    env = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    _build(again, tmp_path / "built", umask=0o077, **env)
    for name in SDIST, WHEEL:
        assert (tmp_path / "built" / name).read_bytes() == (built / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "options"),
    [("twine", ("check", "--strict")), ("check_wheel_contents", ("--config", "pyproject.toml"))],
)
def test_what_the_package_index_and_a_linter_say(
    built: Path, module: str, options: tuple[str, ...]
) -> None:
    if not find_spec(module):
        required.skip(f"no {module}")
    names = (WHEEL, SDIST)[: 1 + (module == "twine")]
    done = subprocess.run(
        [sys.executable, "-m", module, *options, *(built / name for name in names)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout


@pytest.mark.slow
def test_links_of_the_readme_work_on_the_package_index(built: Path) -> None:
    with zipfile.ZipFile(built / WHEEL) as wheel:
        metadata = email.message_from_bytes(wheel.read(f"pysharedir-{VERSION}.dist-info/METADATA"))
    urls = dict(each.split(", ") for each in metadata.get_all("Project-URL", ()))
    links = _links(str(metadata.get_payload()))
    assert [each for each in links if not each.startswith("https://")] == []
    # Each names a file of the release.
    raw = urls["Source"].replace("//github.com", "//raw.githubusercontent.com")
    places = (f"{urls['Source']}/blob/v{VERSION}/", f"{raw}/v{VERSION}/")
    own = [each for each in links if each.startswith((urls["Source"], raw))]
    named = {
        each.removeprefix(p).partition("#")[0] for each in own for p in places if each.startswith(p)
    }
    assert {each for each in named if not (CHECKOUT / each).exists()} == set()
    relative = {
        each.partition("#")[0] or "README.md"
        for each in _links((CHECKOUT / "README.md").read_text())
        if not each.startswith("https://")
    }
    assert named >= relative != set()


def _links(text: str) -> list[str]:
    """Return what Markdown and HTML link to or show."""
    return re.findall(r"\]\(([^)\s]+)", text) + re.findall(r'\b(?:src|srcset|href)="([^"]+)"', text)


@pytest.mark.slow
def test_an_editable_install_finds_the_templates(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, venv], check=True)
    python = venv / "bin" / "python"
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--python", python, "-e", CHECKOUT], check=True
    )
    code = "from pysharedir import layout; print(layout.templates())"
    said = subprocess.check_output([python, "-c", code], text=True, cwd="/").strip()
    assert said == str(CHECKOUT / "sitecustomize_templates")


def test_every_template_is_installed_by_some_settings() -> None:
    found = {
        str(path.relative_to(layout.templates()))
        for path in layout.templates().rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    styles = [files.render(files.Settings(style, start_file=True)) for style in files.STARTERS]
    installed = {name for style in styles for name in style} - {files.COPY}
    assert found == installed | {files.PREFIXES} == set(TEMPLATES)
    full = files.render(files.Settings(user_first=True))["_pysharedir.d/adjust.py"]
    assert (layout.templates() / files.PREFIXES).read_bytes().splitlines()[0] in full


def test_the_recipes_have_the_version_of_the_changelog() -> None:
    script = CHECKOUT / "packaging" / "release.py"
    newest = re.findall(r"^## \[(\d\S*)\]", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)
    subprocess.run([sys.executable, script, "check", f"v{newest[0]}"], check=True)


@pytest.mark.parametrize(
    ("words", "message"),
    [(["cut", "v9.0"], "v9.0: no version"), (["cut"], "release.py cut"), ([], "release.py cut")],
)
def test_a_step_of_a_release_that_is_mistyped_writes_nothing(
    words: list[str], message: str, tmp_path: Path
) -> None:
    """In a copy, which would be spoilt otherwise."""
    (tmp_path / "packaging").mkdir()
    script = shutil.copy2(CHECKOUT / "packaging" / "release.py", tmp_path / "packaging")
    done = subprocess.run(
        [sys.executable, script, *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(message) or f"``{message}" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_the_projects_own_address_is_named() -> None:
    """A fork that changes pyproject.toml learns here what else names it."""
    owner = re.compile(r"(?:github|githubusercontent)\.com/([\w-]+)/pysharedir\b")
    named = {found for name in _tracked() for found in owner.findall(_text(CHECKOUT / name))}
    assert named == {"pysharedir"}


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
