"""Wheels from the registry, and venvs and copied installations to install them into."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from uv import find_uv_bin

from cache import CACHE, daily
from installers.python import Python, downloaded, only_from, own_requirements, run
from interpreters import TARGET

# Where every test of installers runs: that of Debian, and by turns of a day the oldest or the
# newest.  On the others, those that are marked with what differs there; the hook and the layouts
# run on all.
FULL = (("3.9", "3.15")[int(time.time()) // (24 * 60 * 60) % 2], "3.11")
# The oldest pip from 22 on that works on a version: 22 needs distutils or pkgutil.ImpImporter,
# which 3.12 has not, 23 and 24 an importlib.metadata and typing older than those of 3.15.
OLDEST_PIP = {
    **dict.fromkeys(("3.9", "3.10", "3.11"), "22.0.4"),
    **dict.fromkeys(("3.12", "3.13", "3.14"), "23.1.2"),
    "3.15": "25.3",
}
OLD_IDNA = "3.6"
OLD_VIRTUALENV = "20.36.1"  # the last that has a _virtualenv.pth for every Python
WHEELS = """
    build coverage editables hatchling installer jsonpointer jsonschema jupyterlab_pygments
    markupsafe pip pydantic pytest pytest-timeout requests setuptools tabulate tox virtualenv wheel
"""
# What a user of the interpreter has in one venv, compiled and pure, with namespaces of all kinds.
WORLD = """
    azure-core google-api-core google-cloud-core jsonschema markupsafe numpy nvidia-nvtx-cu12
    playwright pydantic requests setuptools sphinx
"""
# The most downloaded packages of November 2026, except those that only serve one cloud's tool.
MOST_USED = """
    aiohttp annotated-types anyio attrs boto3 botocore cachetools certifi cffi charset-normalizer
    click colorama cryptography filelock fsspec google-api-core google-auth
    googleapis-common-protos greenlet grpcio grpcio-status h11 httpx idna importlib-metadata
    iniconfig jinja2 jmespath jsonschema markupsafe numpy packaging pandas platformdirs pluggy
    propcache protobuf psutil pyasn1 pycparser pydantic pygments pyjwt pytest python-dateutil pyyaml
    requests s3transfer setuptools six sqlalchemy tqdm typing-extensions tzdata urllib3 virtualenv
    wheel yarl zipp
"""
NAMESPACE = "google-cloud-core google-crc32c"
MakeVenv = Callable[..., Python]

_LEFT_OUT = pytest.StashKey[tuple[int, int]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is the same on this version as on those of FULL."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.slow)
    if TARGET in FULL or os.environ.get("PYSHAREDIR_FULL"):
        return
    same = [item for item in here if not _differs(item)]
    items[:] = [item for item in items if item not in same]
    config.hook.pytest_deselected(items=same)
    config.stash[_LEFT_OUT] = (len(same), len(here))


def _differs(item: pytest.Item) -> bool:
    marks = [mark.kwargs.get("only", TARGET) for mark in item.iter_markers("differs")]
    return TARGET in marks


def pytest_report_collectionfinish(config: pytest.Config) -> str | None:
    """Print the rule where it left something out."""
    if _LEFT_OUT not in config.stash:
        return None
    return "installers on {}: without {} of {} tests, which are the same on {}; {}".format(
        TARGET, *config.stash[_LEFT_OUT], ", ".join(FULL), "PYSHAREDIR_FULL=1 runs all"
    )


@dataclass(frozen=True)
class Installer:
    """pip of some version, or uv."""

    pip: str | None

    def __call__(self, python: Python, *args: str | Path) -> str:
        return python.pip(*args) if self.pip else python.uv(str(args[0]), *args[1:])


@pytest.fixture(scope="session")
def online(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment that reaches the registry as the machine is configured to.

    What pip fetches stays in the cache of the tests.  uv's cache is new, as uv remembers in it
    what an interpreter said, by its path, and paths come again in the next run.
    """
    config = os.environ.get("XDG_CONFIG_HOME", str(Path.home() / ".config"))
    npmrc = os.environ.get("npm_config_userconfig", str(Path.home() / ".npmrc"))  # noqa: SIM112
    return {
        **environment,
        **{name: value for name, value in os.environ.items() if name.startswith("UV_")},
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "PYTHONUSERBASE": str(tmp_path_factory.mktemp("user")),
        "UV_CACHE_DIR": str(tmp_path_factory.mktemp("uv")),
        "XDG_CONFIG_HOME": config,
        "npm_config_cache": str(CACHE / "npm"),
        "npm_config_userconfig": npmrc,
    }


@pytest.fixture(scope="session")
def wheelhouse(interpreter: Path, version: str, online: dict[str, str]) -> Path:
    """Return a directory of wheels: the newest of all, and some older ones."""
    old = ["--no-deps", f"pip=={OLDEST_PIP[version]}", f"idna=={OLD_IDNA}"]
    requirements = [WHEELS.split(), [f"virtualenv=={OLD_VIRTUALENV}"], old]
    return downloaded(f"wheels-{version}", interpreter, requirements, online)


@pytest.fixture(scope="session")
def offline(online: dict[str, str], wheelhouse: Path) -> dict[str, str]:
    """Return an environment in which installers know the wheelhouse only."""
    return only_from(wheelhouse, online)


@pytest.fixture(scope="session")
def make_venv(
    interpreter: Path,
    version: str,
    offline: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> MakeVenv:
    """Return what makes a venv, with the hook or without, from copies of ones made before."""

    @cache
    def plain(pip: str | None) -> Path:
        def make(directory: Path) -> None:
            prefix = directory / "venv"
            directory.mkdir()
            run(interpreter, "-m", "venv", "--without-pip", prefix, env=offline, cwd=directory)
            if pip:
                Python(prefix, version, offline).uv("install", "--compile-bytecode", pip)

        key = f"{interpreter} {interpreter.stat().st_mtime_ns}"
        return daily(f"venv-{version}-{pip or 'bare'}", key, make) / "venv"

    @cache
    def hooked(pip: str | None) -> Path:
        prefix = tmp_path_factory.mktemp("hooked") / "venv"
        copy(plain(pip), prefix).enable()
        return prefix

    def copy(original: Path, prefix: Path) -> Python:
        shutil.copytree(original, prefix, symlinks=True)
        for script in (*prefix.glob("bin/pip*"), *prefix.glob("bin/activate*")):
            script.write_text(script.read_text().replace(str(original), str(prefix)))
        return Python(prefix, version, offline)

    def make(prefix: Path, pip: str | None = None, *, hook: bool = False) -> Python:
        return copy(hooked(pip) if hook else plain(pip), prefix)

    return make


def _pips(version: str) -> dict[str, str]:
    return {"oldest": f"pip=={OLDEST_PIP[version]}", "newest": "pip"}


@pytest.fixture(scope="module", params=["oldest", "newest"])
def pip(request: pytest.FixtureRequest, version: str) -> str:
    """Return a requirement for pip."""
    return _pips(version)[request.param]


@pytest.fixture(scope="module", params=["oldest", "newest", "uv"])
def installer(request: pytest.FixtureRequest, version: str) -> Installer:
    return Installer(_pips(version).get(request.param))


@pytest.fixture
def venv(make_venv: MakeVenv, tmp_path: Path) -> Python:
    """Return a hooked venv with the newest pip."""
    return make_venv(tmp_path / "venv", "pip", hook=True)


@pytest.fixture
def world(
    make_venv: MakeVenv,
    online: dict[str, str],
    interpreter: Path,
    tmp_path: Path,
    version: str,
) -> Python:
    """A venv for more packages than are in the wheelhouse, not hooked."""
    if version != "3.11":
        pytest.skip("packages that are not in the wheelhouse: on one version only")
    packages = [WORLD.split(), MOST_USED.split(), NAMESPACE.split()]
    requirements = [*packages, own_requirements()]
    wheels = downloaded("world", interpreter, requirements, online)
    return replace(make_venv(tmp_path / "venv", "pip"), env=only_from(wheels, online))


@pytest.fixture(scope="session")
def copy_system(
    interpreter: Path,
    version: str,
    offline: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Path], Python]:
    """Return what copies the target's installation, without its packages but with pip."""
    code = "import os, sys; print(sys.base_prefix); print(os.path.dirname(os.__file__))"
    said = run(interpreter, "-I", "-c", code, env=offline, cwd=Path("/")).stdout
    home, stdlib = map(Path, said.splitlines())
    if stdlib != home / "lib" / f"python{version}" or _is_debians(interpreter, offline):
        pytest.skip("a distribution's own layout, whose ensurepip and schemes are patched")

    template = tmp_path_factory.mktemp("template") / "system"
    (template / "bin").mkdir(parents=True)
    shutil.copy2(interpreter.resolve(), template / "bin" / f"python{version}")
    (template / "bin" / "python3").symlink_to(f"python{version}")
    ignored = shutil.ignore_patterns("test", "tests", "config-*", "site-packages", "idlelib")
    shutil.copytree(stdlib, template / "lib" / stdlib.name, symlinks=True, ignore=ignored)
    for library in (home / "lib").glob("libpython*.so*"):
        shutil.copy2(library, template / "lib", follow_symlinks=False)
    original = Python(template, version, offline)
    original.site_dir.mkdir()
    original.uv("install", "--compile-bytecode", "pip")

    def copy(prefix: Path) -> Python:
        shutil.copytree(template, prefix, symlinks=True)
        return Python(prefix, version, offline)

    return copy


def _is_debians(interpreter: Path, env: dict[str, str]) -> bool:
    code = "import sysconfig; print('posix_local' in sysconfig.get_scheme_names())"
    return run(interpreter, "-I", "-c", code, env=env, cwd=Path("/")).stdout.strip() == "True"


@pytest.fixture
def system(copy_system: Callable[[Path], Python], tmp_path: Path) -> Python:
    """Return a hooked copy of the target's installation."""
    return copy_system(tmp_path / "system").enable()


@pytest.fixture(scope="session")
def tools(version: str, online: dict[str, str]) -> Path:
    """Return the scripts of tools that look at other environments, on the runner's Python."""
    jedi = "jedi<0.20" if version == "3.9" else "jedi"  # its last that runs on 3.9

    def make(directory: Path) -> None:
        directory.mkdir()
        uv = find_uv_bin()
        run(uv, "venv", "--python", sys.executable, "venv", env=online, cwd=directory)
        install = (uv, "pip", "install", "--compile-bytecode", "--python", "venv")
        run(*install, "mypy", "ty", "zuban", jedi, env=online, cwd=directory)

    return daily("tools", f"{sys.base_prefix} {sys.version} {jedi} ty zuban", make) / "venv" / "bin"
