"""What is wrong with the sharedir as a directory."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import distributions, layout
from pysharedir.changes import ChangeMode
from pysharedir.doctor.findings import Finding
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.patient import Patient


_LOCK = ".lock"  # of `uv pip install --target`, which everybody may lock and nothing reads


def missing(patient: Patient) -> Iterator[Finding]:
    """Find a hook whose sharedir is not there, so that it does nothing."""
    if patient.hook.state == "absent" or patient.sharedir.is_dir():
        return
    # An empty one in its place would hide that a full one was moved away, or is not mounted.
    makes = f"{patient.command('enable')} makes it"
    obstacle = _obstacle(patient.sharedir)
    yield Finding(
        about=str(patient.sharedir),
        reason="the hook has no sharedir, so that it does nothing"
        + (f": {obstacle} is no directory" if obstacle else ""),
        remedy=f"move {obstacle} away; then {makes}"
        if obstacle
        else f"bring it back if it was moved, mount it if it is to be mounted; else {makes}",
    )


def unused(patient: Patient) -> Iterator[Finding]:
    """Find a sharedir with distributions that the interpreter does not find."""
    found = distributions.installed(patient.sharedir)
    if not found or patient.uses_sharedir or _skipped(patient):
        return
    if layout.lists(patient.target.view({"PYSHAREDIR": "1"}).path, str(patient.sharedir)):
        return  # switched off by somebody who knows
    names = some([each.name for each in found])
    yield Finding(
        about=str(patient.sharedir),
        reason=f"holds distributions that this interpreter does not find: {names}",
        remedy=f"{patient.command('enable')} makes it find them, "
        f"{patient.command('disable', '--restore')} moves them to the site dir",
    )


def writable(patient: Patient) -> Iterator[Finding]:
    """Find sharedirs that others can write to, or to something in them or above them."""
    if patient.hook.settings.allow_world_writable:
        return
    own = [patient.sharedir] if patient.hook.state != "absent" else []
    shared = [room.path for room in patient.rooms if room.is_sharedir]
    for sharedir in dict.fromkeys([*own, *shared]):
        if not sharedir.is_dir():
            continue
        ours = _is_ours(patient, sharedir)
        # Whoever can write to ROOT/share or ROOT/share/python can replace what is below.
        parents = sharedir.parents[:2] if sharedir.match("share/python/*") else ()
        for parent in parents:
            mode = parent.stat().st_mode
            if _is_open(mode):
                yield _finding(parent, {str(parent): mode}, "", ours=ours)
        found = dict(_open_in(sharedir))
        if found:
            yield _finding(sharedir, found, "-R ", ours=ours)


def _is_ours(patient: Patient, sharedir: Path) -> bool:
    """Tell whether a sharedir is the target's alone: no other prefix's, and behind no link."""
    own = layout.sharedir_of(patient.where.root, patient.target.version)
    links = (own, os.path.dirname(own), f"{patient.where.root}/share")
    return str(sharedir) == own and not any(map(os.path.islink, links))


def _finding(directory: Path, found: dict[str, int], option: str, *, ours: bool) -> Finding:
    """Return one for all that is *found* in a directory, with its modes."""
    first, *others = found
    what = some(["it" if first == str(directory) else os.path.relpath(first, directory), *others])
    if found.keys() != {str(directory)}:
        what += " in it"
    return Finding(
        about=str(directory),
        reason=f"others can write to {what}, and so run code as whoever starts Python",
        remedy=f"chmod {option}o-w {shlex.quote(str(directory))}",
        fix=tuple(
            ChangeMode(Path(path), stat.S_IMODE(mode) & ~stat.S_IWOTH)
            for path, mode in (found.items() if ours else ())
        ),
    )


def _open_in(sharedir: Path) -> Iterator[tuple[str, int]]:
    """Yield what others can write to with its mode, the sharedir first; links lead elsewhere."""
    mode = sharedir.stat().st_mode
    if mode & stat.S_IWOTH:  # with the sticky bit too: the hook skips it
        yield str(sharedir), mode
    for parent, directories, files in os.walk(sharedir):
        for name in (*directories, *files):
            if name == _LOCK:
                continue
            with contextlib.suppress(FileNotFoundError):
                mode = os.lstat(f"{parent}/{name}").st_mode
                if _is_open(mode):
                    yield f"{parent}/{name}", mode


def _is_open(mode: int) -> bool:
    if stat.S_ISDIR(mode):
        return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX
    return stat.S_ISREG(mode) and bool(mode & stat.S_IWOTH)


def _skipped(patient: Patient) -> bool:
    """Tell whether the hook leaves the sharedir out since others can write to it."""
    if patient.hook.state == "absent" or patient.hook.settings.allow_world_writable:
        return False
    return bool(patient.sharedir.stat().st_mode & stat.S_IWOTH)


def _obstacle(directory: Path) -> Path | None:
    """Return what is no directory in the place of one, or of a parent of it."""
    there = next(each for each in (directory, *directory.parents) if os.path.lexists(each))
    return None if there.is_dir() else there
