"""CPython 3.15 with ``.start`` files, which it reads in batches (PEP 829)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.machines import NEWER
from lab.stations import enable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.machines import Machine
    from lab.stations import Station

_MACHINE = NEWER[-1]
_NOTES = f"""
import sys

notes = []


def note(when):
    is_waiting = "_pysharedir" in sys.modules
    notes.append([when, is_waiting, {_MACHINE.sharedir!r} in sys.path, "/opt/extra" in sys.path])


def start():
    note("start")
"""
_LOOK = "import click, notes; answer = [click.__file__, notes.notes]"


@pytest.mark.parametrize(
    ("starters", "is_early"),
    [((".pth", ".start"), False), ((".start",), False), ((".pth",), True)],
    ids=["both", "start", "pth"],
)
def test_order(
    starters: tuple[str, ...],
    is_early: bool,
    unhooked: Callable[[Machine, Path], Station],
    tree: Path,
    tmp_path: Path,
) -> None:
    root = tmp_path / "root"
    station = unhooked(_MACHINE, root)
    enable(station, tmp_path / "starter.sh")
    (root / "opt/extra").mkdir(parents=True)
    site_dir = root / "usr/local/lib/python3.15/dist-packages"
    if ".start" in starters:  # as from 3.18 on
        (site_dir / "_pysharedir.start").write_text("_pysharedir:start\n")
    if ".pth" not in starters:
        (site_dir / "_pysharedir.pth").unlink()
    (site_dir / "notes.py").write_text(_NOTES)
    (site_dir / "notes.pth").write_text("import notes; notes.note('pth')\n")
    (site_dir / "zz.pth").write_text("/opt/extra\n")
    (site_dir / "zz.start").write_text("notes:start\n")
    (root / "etc/python3.15/sitecustomize.py").write_text("import notes; notes.note('custom')\n")
    file, notes = station.on(tree).ask(_LOOK)
    assert file == f"{_MACHINE.sharedir}/click/__init__.py"
    # First the path lines of all .pth files, then their import lines, by name, then the .start
    # files, for whose end the hook waits: the whole path is known then.
    assert notes == [
        ["pth", is_early, False, True],
        ["start", True, False, True],
        ["custom", False, True, True],
    ]
