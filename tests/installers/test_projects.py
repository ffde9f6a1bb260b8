"""Building projects, editable installs, and what an isolated build sees."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from installers import projects
from installers.conftest import Installer
from installers.python import tree
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from installers.conftest import MakeVenv
    from installers.python import Python
    from trees import Tree

SPIED = ("noarch", "native", "far_noarch", "far_native")


@pytest.fixture(scope="module")
def builder(make_venv: MakeVenv, tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Return a hooked venv with `build`, `installer` and backends in its sharedir."""
    venv = make_venv(tmp_path_factory.mktemp("builder") / "venv", "pip", hook=True)
    venv.uv("install", "build", "installer", *projects.BACKENDS)
    assert venv.distributions()["build"] == venv.sharedir
    return venv


@pytest.mark.parametrize("backend", projects.BACKENDS)
@pytest.mark.parametrize("options", [[], ["--no-isolation"]], ids=["isolated", "not isolated"])
def test_build(builder: Python, tmp_path: Path, backend: str, options: list[str]) -> None:
    project = projects.tiny(tmp_path / "project", backend)
    builder.run("-m", "build", "--wheel", "--outdir", tmp_path / "dist", *options, project)
    names = [path.name for path in (tmp_path / "dist").iterdir()]
    assert names == ["tiny-1.0-py3-none-any.whl"]


def test_installer_with_destdir(builder: Python, tmp_path: Path) -> None:
    project = projects.tiny(tmp_path / "project", "hatchling")
    builder.run("-m", "build", "-wn", "--outdir", tmp_path, project)
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    builder.run("-m", "installer", "--destdir", tmp_path / "dest", wheel)
    staged = tree(tmp_path / "dest")
    sharedir = str(builder.sharedir).lstrip("/")
    assert f"{sharedir}/tiny/__init__.py" in staged
    assert f"{sharedir}/tiny-1.0.dist-info/RECORD" in staged
    assert f"{builder.prefix}/bin/tiny".lstrip("/") in staged
    assert not any("site-packages" in name for name in staged)


@pytest.mark.parametrize("backend", projects.BACKENDS)
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_editable(venv: Python, tmp_path: Path, tool: str, backend: str) -> None:
    installer = Installer("pip" if tool == "pip" else None)
    project = projects.tiny(tmp_path / "project", backend)
    before = tree(venv.prefix)
    installer(venv, "install", "-e", project)
    assert list(venv.sharedir.glob("tiny-*.dist-info"))
    assert list(venv.sharedir.glob("*.pth"))
    where = venv.ask("import tiny; answer = tiny.__file__")
    assert where == str(project / "src" / "tiny" / "__init__.py")
    assert venv.script("tiny") == "tiny runs\n"
    assert venv.with_env(PYSHAREDIR="0").which("tiny") == {"tiny": False}
    installer(venv, "uninstall", "tiny")
    assert tree(venv.prefix) == before


def _plant_spied(python: Python, prefix: Path) -> Python:
    """Put a module wherever one can be, and return *python* with a prefix to look into."""
    plant(python.sharedir, {"noarch.py": ""})
    plant(python.site_dir, {"native.py": ""})
    plant(prefix / "share" / "python" / python.version, {"far_noarch.py": ""})
    site_dir = prefix / "lib" / f"python{python.version}" / "site-packages"
    plant(site_dir, {"far_native.py": ""})
    python = python.with_env(
        PYSHAREDIR_PREFIXES=str(prefix),
        SPY=str(prefix / "spied.json"),
        SPY_MODULES=" ".join(SPIED),
    )
    assert all(python.which(*SPIED).values())
    return python


def seen(prefix: Path) -> dict[str, bool]:
    found: dict[str, bool] = json.loads((prefix / "spied.json").read_text())
    return found


def leaked(pip: str | None) -> dict[str, bool]:
    """Return what is seen in spite of isolation, with the hook and without.

    pip 22.0 hides purelib and platlib only, and pip 25.3 nothing on 3.15.
    """
    if pip == "pip==25.3":
        return dict.fromkeys(SPIED, True)
    return {name: name.startswith("far") and pip == "pip==22.0.4" for name in SPIED}


@pytest.mark.differs("how pip hides site dirs, which site of each version lists")
def test_isolated_build_sees_nothing(
    installer: Installer, make_venv: MakeVenv, tmp_path: Path
) -> None:
    venv = make_venv(tmp_path / "venv", installer.pip, hook=True)
    venv = _plant_spied(venv, tmp_path / "far")
    installer(venv, "install", projects.spied(tmp_path / "project"))
    assert seen(tmp_path / "far") == leaked(installer.pip)
    assert venv.distributions()["spied"] == venv.sharedir


def test_isolated_build_of_a_system_sees_nothing(
    pip: str, copy_system: Callable[[Path], Python], tmp_path: Path
) -> None:
    system = copy_system(tmp_path / "system")
    system.uv("install", pip)
    system = _plant_spied(system.enable(), tmp_path / "far")
    system.pip("install", projects.spied(tmp_path / "project"))
    assert seen(tmp_path / "far") == leaked(pip)
    assert system.distributions()["spied"] == system.sharedir


def test_isolated_build_by_build_sees_nothing(builder: Python, tmp_path: Path) -> None:
    venv = _plant_spied(builder, tmp_path / "far")
    project = projects.spied(tmp_path / "project")
    venv.run("-m", "build", "--wheel", "--outdir", tmp_path, project)
    assert seen(tmp_path / "far") == dict.fromkeys(SPIED, False)


def test_build_without_isolation_sees_all(venv: Python, tmp_path: Path) -> None:
    venv = _plant_spied(venv, tmp_path / "far")
    venv.pip("install", "--no-build-isolation", projects.spied(tmp_path / "project"))
    assert seen(tmp_path / "far") == dict.fromkeys(SPIED, True)


def test_pip_uninstalls_what_develop_has_installed(venv: Python, tmp_path: Path) -> None:
    """setuptools before 80 asks distutils, and so writes an egg-link into the site dir."""
    egg_info: Tree = {"PKG-INFO": "Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n"}
    project = plant(tmp_path / "mine", {"mine.egg-info": egg_info, "mine.py": ""})
    lines = {"mine.egg-link": f"{project}\n.", "easy-install.pth": f"{project}\n"}
    plant(venv.site_dir, {**lines})
    assert venv.which("mine") == {"mine": True}
    assert "Successfully uninstalled mine" in venv.pip("uninstall", "mine")
    assert venv.which("mine") == {"mine": False}
    assert not (venv.site_dir / "mine.egg-link").exists()
