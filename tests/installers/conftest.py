"""Wheels from the registry, and venvs and copied installations to install them into."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from uv import find_uv_bin

from installers.python import Python, only_from, run

# The oldest pip from 22 on that works on a version: 22 needs distutils or pkgutil.ImpImporter,
# which 3.12 has not, 23 and 24 an importlib.metadata and typing older than those of 3.15.
OLDEST_PIP = {
    **dict.fromkeys(("3.9", "3.10", "3.11"), "22.0.4"),
    **dict.fromkeys(("3.12", "3.13", "3.14"), "23.1.2"),
    "3.15": "25.3",
}
OLD_IDNA = "3.6"
WHEELS = """
    build coverage editables hatchling installer markupsafe pip pytest pytest-timeout requests
    setuptools tabulate tox virtualenv wheel
"""

MakeVenv = Callable[..., Python]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Installer:
    """pip of some version, or uv."""

    pip: str | None

    def __call__(self, python: Python, *args: str | Path) -> str:
        return python.pip(*args) if self.pip else python.uv(str(args[0]), *args[1:])


@pytest.fixture(scope="session")
def online(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment that reaches the registry as the machine is configured to."""
    config = os.environ.get("XDG_CONFIG_HOME", str(Path.home() / ".config"))
    npmrc = os.environ.get("npm_config_userconfig", str(Path.home() / ".npmrc"))  # noqa: SIM112
    return {
        **environment,
        **{name: value for name, value in os.environ.items() if name.startswith("UV_")},
        "PYTHONUSERBASE": str(tmp_path_factory.mktemp("user")),
        "UV_CACHE_DIR": str(tmp_path_factory.mktemp("uv")),
        "XDG_CONFIG_HOME": config,
        "npm_config_userconfig": npmrc,
    }


@pytest.fixture(scope="session")
def wheelhouse(
    interpreter: Path,
    version: str,
    online: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return a directory of wheels: the newest of all, and some older ones."""
    root = tmp_path_factory.mktemp("wheels")
    run(interpreter, "-m", "venv", "--without-pip", "venv", env=online, cwd=root)
    python = root / "venv" / "bin" / "python"
    run(find_uv_bin(), "pip", "install", "--python", python, "pip", env=online, cwd=root)
    download = (python, "-m", "pip", "download", "--only-binary", ":all:", "-d", "house")
    run(*download, *WHEELS.split(), env=online, cwd=root)
    old = (f"pip=={OLDEST_PIP[version]}", f"idna=={OLD_IDNA}")
    run(*download, "--no-deps", *old, env=online, cwd=root)
    return root / "house"


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
    """Return what makes a venv without the hook."""

    @cache
    def template(pip: str | None) -> Path:
        prefix = tmp_path_factory.mktemp("template") / "venv"
        run(interpreter, "-m", "venv", "--without-pip", prefix, env=offline, cwd=prefix.parent)
        if pip:
            Python(prefix, version, offline).uv("install", "--compile-bytecode", pip)
        return prefix

    def make(prefix: Path, pip: str | None = None) -> Python:
        original = template(pip)
        shutil.copytree(original, prefix, symlinks=True)
        for script in (*prefix.glob("bin/pip*"), *prefix.glob("bin/activate*")):
            script.write_text(script.read_text().replace(str(original), str(prefix)))
        return Python(prefix, version, offline)

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
    return make_venv(tmp_path / "venv", "pip").enable()


@pytest.fixture
def online_venv(
    make_venv: MakeVenv, online: dict[str, str], tmp_path: Path, version: str
) -> Python:
    """A venv that reaches the registry, not hooked."""
    if version != "3.11":
        pytest.skip("wheels that are not in the wheelhouse: on one version only")
    return replace(make_venv(tmp_path / "venv", "pip"), env=online)


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
def tools(version: str, online: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the scripts of tools that look at other environments, on the runner's Python."""
    root = tmp_path_factory.mktemp("tools")
    run(find_uv_bin(), "venv", "--python", sys.executable, "venv", env=online, cwd=root)
    python = root / "venv" / "bin" / "python"
    install = (find_uv_bin(), "pip", "install", "--python", python)
    jedi = "jedi<0.20" if version == "3.9" else "jedi"  # its last that runs on 3.9
    run(*install, "mypy", jedi, env=online, cwd=root)
    return python.parent
