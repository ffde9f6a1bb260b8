"""`disable --restore` leaves what an interpreter without the hook has after the same installs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from installers.python import recorded, tree

if TYPE_CHECKING:
    from pathlib import Path

    from installers.conftest import Installer, MakeVenv
    from installers.python import Python

REQUIREMENTS = ("requests", "tabulate", "markupsafe")
SCRIPTS = ("tabulate", "normalizer")


def infos(python: Python) -> dict[str, Path]:
    return {
        info.name: info
        for info in python.site_dir.glob("*.dist-info")
        if not info.name.startswith("pip-")
    }


@pytest.mark.parametrize("installer", ["newest", "uv"], indirect=True)
def test_restore(installer: Installer, make_venv: MakeVenv, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    plain = make_venv(tmp_path / "plain" / "venv", "pip")
    installer(plain, "install", *REQUIREMENTS)
    venv = make_venv(tmp_path / "venv", "pip")
    before = tree(venv.prefix)
    venv.enable()
    installer(venv, "install", *REQUIREMENTS)
    venv.script("tabulate", "--help")  # so that there are pycs

    venv.pysharedir("disable", "--restore")
    assert tree(venv.prefix) - {"lib64"} == tree(plain.prefix) - {"lib64"}
    assert not (venv.prefix / "share" / "python").exists()
    assert infos(venv).keys() == infos(plain).keys()
    for name, info in infos(venv).items():
        assert recorded(info) == recorded(infos(plain)[name]), name
    for script in SCRIPTS:
        assert script in venv.script(script, "--help")
    venv.pip("check")
    assert set(venv.distributions().values()) == {venv.site_dir}

    names = set(venv.distributions()) - {"pip"}
    installer(venv, "uninstall", *names)
    assert tree(venv.prefix) == before
    assert not list(venv.site_dir.glob("requests*"))


def test_refuses_while_packages_are_there(venv: Python) -> None:
    venv.uv("install", *REQUIREMENTS)
    before = tree(venv.prefix)
    done = venv.pysharedir("disable", check=False)
    assert done.returncode == 1
    for name in "requests", "tabulate", "idna":
        assert name in done.stderr.lower()
    assert "markupsafe" not in done.stderr.lower()
    assert "--restore" in done.stderr
    assert tree(venv.prefix) == before


@pytest.mark.parametrize("pip", ["oldest"], indirect=True)
def test_pip_that_upgraded_itself(pip: str, make_venv: MakeVenv, tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv", pip)
    old = venv.pip("--version")
    venv.enable()
    venv.pip("install", "-U", "pip")
    new = venv.pip("--version")
    if venv.version != "3.15":  # whose oldest pip that works may be the newest
        assert new != old
        assert venv.distributions() == {"pip": venv.sharedir}
    refused = venv.pysharedir("disable", check=False)
    assert refused.returncode == 1
    assert "unimportable: pip" in refused.stderr
    assert venv.pip("--version") == new

    venv.pysharedir("disable", "--restore")
    assert venv.distributions() == {"pip": venv.site_dir}
    assert venv.pip("--version").split()[:2] == new.split()[:2]
    assert venv.script("pip", "--version").split()[:2] == new.split()[:2]
    venv.pip("install", "idna")
    assert venv.distributions()["idna"] == venv.site_dir
