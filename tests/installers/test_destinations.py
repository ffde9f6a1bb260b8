"""Installs that say where to: only what belongs to the hook's own tree goes to its sharedir."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from installers.python import tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from installers.conftest import Installer, MakeVenv
    from installers.python import Python

REQUIREMENTS = ("tabulate", "markupsafe")  # pure with a script, compiled


@pytest.fixture(scope="module")
def hooked(
    installer: Installer, make_venv: MakeVenv, tmp_path_factory: pytest.TempPathFactory
) -> Python:
    """Return a hooked venv that nothing is to be installed into."""
    return make_venv(tmp_path_factory.mktemp("hooked") / "venv", installer.pip, hook=True)


@pytest.mark.parametrize("option", ["--target", "--prefix"])
def test_elsewhere(hooked: Python, installer: Installer, tmp_path: Path, option: str) -> None:
    before = tree(hooked.prefix)
    installer(hooked, "install", option, tmp_path, *REQUIREMENTS)
    site_dir = tmp_path
    if option == "--prefix":
        site_dir = tmp_path / "lib" / f"python{hooked.version}" / "site-packages"
    assert (site_dir / "tabulate" / "__init__.py").exists()
    assert (site_dir / "markupsafe" / "__init__.py").exists()
    assert (tmp_path / "bin" / "tabulate").exists()
    assert not (tmp_path / "share").exists()
    assert tree(hooked.prefix) == before


@pytest.mark.differs("what a scheme becomes with a prefix")
def test_own_prefix(pip: str, make_venv: MakeVenv, tmp_path: Path) -> None:
    """uv does not ask the interpreter about prefixes: it puts all into platlib."""
    venv = make_venv(tmp_path / "venv", pip, hook=True)
    venv.pip("install", "--prefix", venv.prefix, *REQUIREMENTS)
    where = venv.distributions()
    assert [where[name] for name in REQUIREMENTS] == [venv.sharedir, venv.site_dir]


@pytest.mark.differs("what a scheme becomes with a root")
def test_root(pip: str, make_venv: MakeVenv, tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv", pip, hook=True)
    venv.pip("install", "--root", tmp_path / "root", *REQUIREMENTS)
    staged = tree(tmp_path / "root")
    assert f"{venv.sharedir}/tabulate/__init__.py".lstrip("/") in staged
    assert f"{venv.site_dir}/markupsafe/__init__.py".lstrip("/") in staged
    assert f"{venv.prefix}/bin/tabulate".lstrip("/") in staged
    assert [each.name for each in venv.sharedir.iterdir()] == ["README.txt"]


def test_user(pip: str, copy_system: Callable[[Path], Python], tmp_path: Path) -> None:
    system = copy_system(tmp_path / "system")
    system.uv("install", pip)
    system = system.enable().with_env(PYTHONUSERBASE=str(tmp_path / "user"))
    before = tree(system.prefix)
    system.pip("install", "--user", *REQUIREMENTS)
    user_site = tmp_path / "user" / "lib" / f"python{system.version}" / "site-packages"
    where = system.distributions()
    assert [where[name] for name in REQUIREMENTS] == [user_site, user_site]
    assert not (tmp_path / "user" / "share" / "python").exists()
    assert tree(system.prefix) == before
    system.pip("uninstall", *REQUIREMENTS)
    assert not tree(tmp_path / "user")
