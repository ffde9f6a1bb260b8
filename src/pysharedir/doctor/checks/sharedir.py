"""What is wrong with the sharedir as a directory."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import changes, distributions, layout
from pysharedir.changes import ChangeMode
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.patient import Patient


def missing(patient: Patient) -> Iterator[Finding]:
    """Find a hook whose sharedir is not there, so that it does nothing."""
    if patient.hook.state == "absent" or patient.sharedir.is_dir():
        return
    if patient.hook.settings.sharedir is not None:
        yield Finding(
            about=str(patient.sharedir),
            reason="the hook has this sharedir, and it is not there",
            remedy="mount it, or make it if it is to be new",
        )
        return
    yield Finding(
        about=str(patient.sharedir),
        reason="the hook has no sharedir, so that it does nothing",
        remedy="`pysharedir enable` makes it",
        fix=tuple(changes.directories(patient.sharedir)),
    )


def unused(patient: Patient) -> Iterator[Finding]:
    """Find a sharedir with distributions that the interpreter does not find."""
    found = distributions.installed(patient.sharedir)
    if not found or patient.uses_sharedir or any(True for _ in writable(patient)):
        return
    if layout.lists(patient.target.view({"PYSHAREDIR": "1"}).path, str(patient.sharedir)):
        return  # switched off by somebody who knows
    names = f"{found[0].name} and {len(found) - 1} more" if len(found) > 1 else found[0].name
    yield Finding(
        about=str(patient.sharedir),
        reason=f"holds distributions that this interpreter does not find: {names}",
        remedy="`pysharedir enable` makes it find them",
    )


def writable(patient: Patient) -> Iterator[Finding]:
    """Find sharedirs, and directories in them, that others can write to."""
    if patient.hook.settings.allow_world_writable:
        return
    own = [patient.sharedir] if patient.hook.state != "absent" else []
    shared = [room.path for room in patient.rooms if room.is_sharedir]
    for sharedir in dict.fromkeys([*own, *shared]):
        for directory in _directories(sharedir):
            mode = directory.stat().st_mode
            if mode & stat.S_IWOTH and (directory == sharedir or not mode & stat.S_ISVTX):
                yield Finding(
                    about=str(directory),
                    reason="others can write to it, and so run code as whoever starts Python",
                    remedy=f"chmod o-w {directory}",
                    fix=(ChangeMode(directory, stat.S_IMODE(mode) & ~stat.S_IWOTH),),
                )


def _directories(sharedir: Path) -> Iterator[Path]:
    if not sharedir.is_dir():
        return
    # Whoever can write to ROOT/share or ROOT/share/python can replace what is below.
    yield from sharedir.parents[:2]
    for parent, _, _ in os.walk(sharedir):
        yield Path(parent)
