"""Faults of the hook and of the sharedir."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from pysharedir.hook import files as hook
from trees import plant
from unit.doctor.faults.fault import Fault

if TYPE_CHECKING:
    from unit.conftest import Venv

RECORD = "# pysharedir-record: "


def outdate(venv: Venv) -> None:
    """Make it the hook of another release: with other files, and a record that matches them."""
    part = venv.site_dir / "_pysharedir.d" / "more.py"
    part.write_text(part.read_text() + "# of another release\n")
    gate = venv.site_dir / hook.GATE
    code, _, record = gate.read_text().partition(RECORD)
    facts = json.loads(record)
    facts["version"] = "0.0.0.dev0"  # before any, of an untagged checkout too
    facts["files"]["_pysharedir.d/more.py"] = hook._digest(part.read_bytes())  # noqa: SLF001
    gate.write_text(f"{code}{RECORD}{json.dumps(facts)}\n")


def alter(venv: Venv) -> None:
    part = venv.site_dir / "_pysharedir.d" / "more.py"
    part.write_text(part.read_text() + "# by hand\n")


def take_part(venv: Venv) -> None:
    (venv.site_dir / "_pysharedir.d" / "adjust.py").unlink()


def take_gate(venv: Venv) -> None:
    (venv.site_dir / hook.GATE).unlink()


def start_twice(venv: Venv) -> None:
    wanted = hook.render(hook.Settings(style="sitecustomize"))
    (venv.site_dir / "sitecustomize.py").write_bytes(wanted["sitecustomize.py"])


def add_start_file(venv: Venv) -> None:
    """Make it the hook of a release that has a .start file for every Python."""
    settings = replace(hook.read(venv.site_dir).settings, start_file=True)
    created = hook.read(venv.site_dir).created
    for name, content in hook.render(settings, created).items():
        path = venv.site_dir / name
        if name == hook.START or path.read_bytes() != content:
            path.write_bytes(content)


def take_sharedir(venv: Venv) -> None:
    shutil.rmtree(venv.sharedir)


def take_hook(venv: Venv) -> None:
    for path in venv.site_dir.glob("_pysharedir*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)


def open_to_all(venv: Venv) -> None:
    (venv.sharedir / "pure").chmod(0o777)


def interrupt(venv: Venv) -> None:
    """Leave the journal of a move that was killed before it placed anything."""
    move = {"name": "pure", "version": "1.0", "info": "pure-1.0.dist-info", "kept": [], "stays": []}
    destination = os.path.relpath(venv.site_dir, venv.sharedir)
    content = json.dumps({"moves": [{**move, "destination": destination}]})
    plant(venv.sharedir, {".pysharedir/placing.json": content})


_HOOKS = ("SD601", "SD602", "SD603", "SD604", "SD605", "SD612", "SD616")

FAULTS = {
    "SD601": Fault(outdate, ("/_pysharedir.py",), fixed=True, excludes=_HOOKS),
    "SD602": Fault(alter, ("/_pysharedir.py",), excludes=_HOOKS),
    "SD603": Fault(take_part, ("/_pysharedir.py",), fixed=True, excludes=_HOOKS),
    "SD604": Fault(take_gate, ("/_pysharedir.pth",), others=("SD501", "SD612"), excludes=_HOOKS),
    "SD605": Fault(start_twice, ("/sitecustomize.py",), fixed=True, excludes=_HOOKS),
    # To write a hook again also makes its sharedir.
    "SD611": Fault(
        take_sharedir,
        ("/share/python/VERSION",),
        fixed=True,
        excludes=("SD601", "SD603", "SD605", "SD613", "SD616"),
    ),
    "SD612": Fault(take_hook, ("/share/python/VERSION",), excludes=_HOOKS),
    "SD613": Fault(open_to_all, ("/share/python/VERSION",), fixed=True),
    # What moves distributions waits for it; without a hook there is no sharedir to look at.
    "SD614": Fault(
        interrupt,
        ("/share/python/VERSION",),
        fixed=True,
        excludes=("SD611", "SD612"),
    ),
    "SD616": Fault(add_start_file, ("/_pysharedir.start",), fixed=True, excludes=_HOOKS),
}
