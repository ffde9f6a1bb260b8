"""What users get: the exact files of the wheel and the sdist, and the editable install."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from pysharedir import __version__, layout
from pysharedir.hook import files

CHECKOUT = Path(__file__).parents[2]
SOURCE = "src/pysharedir/"
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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as for a release: the sdist from the checkout, the wheel from the sdist."""
    directory = tmp_path_factory.mktemp("built")
    subprocess.run(["uv", "build", "--quiet", "--out-dir", directory, CHECKOUT], check=True)
    return directory


def _tracked() -> list[str]:
    """Return the files of the project that git tracks."""
    listed = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=CHECKOUT, text=True
    )
    return [name for name in listed.splitlines() if (CHECKOUT / name).exists()]


@pytest.mark.slow
def test_the_wheel(built: Path) -> None:
    info = f"pysharedir-{__version__}.dist-info"
    with zipfile.ZipFile(built / f"pysharedir-{__version__}-py3-none-any.whl") as wheel:
        assert sorted(wheel.namelist()) == sorted(
            [
                *(name.removeprefix("src/") for name in _tracked() if name.startswith(SOURCE)),
                *(f"pysharedir/sitecustomize_templates/{name}" for name in TEMPLATES),
                f"pysharedir-{__version__}.data/data/share/man/man1/pysharedir.1",
                *(f"{info}/{name}" for name in ("METADATA", "RECORD", "WHEEL")),
                f"{info}/entry_points.txt",
                f"{info}/licenses/LICENSE",
            ]
        )


@pytest.mark.slow
def test_the_sdist(built: Path) -> None:
    root = f"pysharedir-{__version__}"
    with tarfile.open(built / f"{root}.tar.gz") as sdist:
        files = {name.removeprefix(f"{root}/") for name in sdist.getnames()}
    wanted = {name for name in _tracked() if not name.startswith(".ci/")}
    assert files == wanted | {"PKG-INFO"}


@pytest.mark.slow
def test_no_startup_file_comes_with_the_package(built: Path) -> None:
    with zipfile.ZipFile(built / f"pysharedir-{__version__}-py3-none-any.whl") as wheel:
        assert {name.split("/")[0] for name in wheel.namelist()} == {
            "pysharedir",
            f"pysharedir-{__version__}.data",
            f"pysharedir-{__version__}.dist-info",
        }


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
