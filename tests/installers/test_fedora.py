"""A Python as Fedora patches it: it installs to ``/usr/local``, which isolated starts leave out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from interpreters import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from installers.python import Python

# Its patch is the same for all versions.  From 3.11 on site is frozen, and a copy cannot change it.
pytestmark = [
    pytest.mark.differs("nothing, but site can be changed", only="3.10"),
    pytest.mark.skipif(TARGET != "3.10", reason="shown on 3.10, for all"),
]
SITE = """
    if ENABLE_USER_SITE and "RPM_BUILD_ROOT" not in os.environ:
        PREFIXES.insert(0, {local!r})
"""
SYSCONFIG = """
    _defaults = dict(get_config_vars())
    if scheme == "posix_prefix" and "RPM_BUILD_ROOT" not in os.environ and _PREFIX == {usr!r}:
        _defaults.update(base={local!r}, platbase={local!r})
    _extend_dict(vars, _defaults)
"""
PURELIB = "import sysconfig; answer = sysconfig.get_path('purelib')"


@pytest.fixture
def fedora(copy_system: Callable[[Path], Python], tmp_path: Path) -> Python:
    usr = tmp_path / "usr"
    python = copy_system(usr)
    names = {"usr": str(usr), "local": str(usr / "local")}
    stdlib = usr / "lib" / f"python{TARGET}"
    _patch(stdlib / "site.py", "    for sitedir in getsitepackages(prefixes):\n", SITE, names)
    line = "    _extend_dict(vars, get_config_vars())\n"
    _patch(stdlib / "sysconfig.py", line, SYSCONFIG, names, replaces=True)
    (usr / "local/lib" / stdlib.name / "site-packages").mkdir(parents=True)
    return python


def _patch(
    path: Path, line: str, text: str, names: dict[str, str], *, replaces: bool = False
) -> None:
    """Put something before a line, or in its place."""
    content = path.read_text()
    assert content.count(line) == 1
    path.write_text(content.replace(line, text.format(**names) + ("" if replaces else line)))


def where(python: Python, name: str) -> str:
    """Return the directory that something is imported from, relative to the prefix."""
    path: str = python.ask(f"import {name}; answer = {name}.__file__")
    return path.removeprefix(f"{python.prefix}/").rpartition(f"/{name}")[0]


def test_a_hook_in_usr_local(fedora: Python) -> None:
    said = json.loads(fedora.pysharedir("enable", "--json").stdout)
    assert any("not on sys.path of an isolated start (-I)" in note for note in said["notes"])
    share, lib = f"local/share/python/{TARGET}", f"local/lib/python{TARGET}/site-packages"
    fedora.pip("install", "tabulate")
    fedora.uv("install", "idna")
    assert (where(fedora, "tabulate"), where(fedora, "idna")) == (share, lib)
    assert "tabulate" not in fedora.uv("list")
    done = fedora.pysharedir("doctor", "--select", "SD801,SD802", "--all", "--json")
    (found,) = json.loads(done.stdout)["findings"]
    assert (found["code"], found["level"]) == ("SD802", "note")
    assert found["about"] == str(fedora.prefix / lib)
    fedora.pysharedir("sort")
    assert where(fedora, "idna") == share
    assert fedora.with_env(RPM_BUILD_ROOT="/").ask(PURELIB) == str(fedora.site_dir)


def test_a_hook_in_usr(fedora: Python) -> None:
    usr = str(fedora.prefix)
    said = fedora.pysharedir("enable", "--prefix", usr).stdout
    assert "pure wheels now go to" not in said
    lib = f"local/lib/python{TARGET}/site-packages"
    assert f"installs to {usr}/{lib}" in said
    fedora.pip("install", "tabulate")
    fedora.uv("install", "idna")
    assert (where(fedora, "tabulate"), where(fedora, "idna")) == (lib, lib)
    building = fedora.with_env(RPM_BUILD_ROOT="/")
    sharedir = str(fedora.sharedir)
    assert building.ask(PURELIB) == building.ask(PURELIB, "-I") == sharedir
