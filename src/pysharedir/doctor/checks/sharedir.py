"""Faults of the sharedir as a directory."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.activation.unused import Cause, why_unused
from pysharedir.changes import ChangeMode, MakeDirectory
from pysharedir.doctor.findings import Finding
from pysharedir.hook import readme
from pysharedir.hook.files import State
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination


_LOCK = ".lock"  # of `uv pip install --target`: everybody may lock it, and nothing reads it


def missing(examination: Examination) -> Iterator[Finding]:
    """Find a hook that does nothing, since its sharedir is missing."""
    if examination.hook.state is State.ABSENT or examination.sharedir.is_dir():
        return
    obstacle = _obstacle(examination.sharedir)
    makes = f"{examination.command('enable')} makes it"
    if obstacle:
        cause = f": {obstacle} is not a directory"
        remedy = f"move {obstacle} away; then {makes}"
    elif _is_emptied(examination):
        cause = ": pip removes a directory with the last file in it"
        remedy = f"move it back if it was moved; otherwise {makes}, with a README that stays"
    else:
        cause = ""
        remedy = f"move it back if it was moved, or mount its file system; otherwise {makes}"
    yield Finding(
        about=str(examination.sharedir),
        reason=f"the hook has no sharedir, so it does nothing{cause}",
        remedy=remedy,
        fix=_new(examination.sharedir) if _is_emptied(examination) else (),
    )


def _is_emptied(examination: Examination) -> bool:
    """Tell whether `enable` made the sharedir, and only the sharedir itself is missing.

    To make any other would hide that a full one was moved away, or is not mounted.
    """
    sharedir = examination.sharedir
    made = (os.path.join(examination.place.root, name) for name in examination.hook.created)
    return (
        examination.hook.settings.sharedir is None
        and str(sharedir) in map(os.path.normpath, made)
        and not os.path.lexists(sharedir)
        and sharedir.parent.is_dir()
        and not any(parent.is_symlink() or parent.is_mount() for parent in sharedir.parents[:2])
    )


def _new(sharedir: Path) -> tuple[Step, ...]:
    return (MakeDirectory(sharedir), *readme.making(sharedir))


def unused(examination: Examination) -> Iterator[Finding]:
    """Find a sharedir with distributions that the interpreter does not find."""
    distributions = examination.whole(examination.sharedir)
    why = why_unused(examination, examination.sharedir) if distributions else None
    # Users know if they switch it off; SD613 reports that others can write to it.
    if why is None or why.cause in (Cause.HOOK_OFF, Cause.SHAREDIR_WRITABLE):
        return
    names = some([distribution.name for distribution in distributions])
    yield Finding(
        about=str(examination.sharedir),
        reason=f"has distributions that this interpreter does not find: {names}; {why.reason}",
        remedy=f"{examination.command('enable')} makes it find them, "
        f"{examination.command('disable', '--restore')} moves them to the site dir",
    )


def writable(examination: Examination) -> Iterator[Finding]:
    """Find sharedirs where others can write to them, into them, or above them."""
    if examination.hook.settings.allow_world_writable:
        return
    own = [examination.sharedir] if examination.hook.state is not State.ABSENT else []
    shared = [directory.path for directory in examination.directories if directory.is_sharedir]
    for sharedir in dict.fromkeys([*own, *shared]):
        if not sharedir.is_dir():
            continue
        ours = _is_ours(examination, sharedir)
        # Whoever can write to ROOT/share or ROOT/share/python can replace what is below.
        parents = sharedir.parents[:2] if sharedir.match("share/python/*") else ()
        for parent in parents:
            mode = parent.stat().st_mode
            if _is_open(mode):
                yield _finding(parent, {str(parent): mode}, "", ours=ours)
        modes = dict(_open_in(sharedir))
        if modes:
            yield _finding(sharedir, modes, "-R ", ours=ours)


def _is_ours(examination: Examination, sharedir: Path) -> bool:
    """Tell whether only the target has a sharedir: no other prefix, and no link leads to it."""
    own = layout.sharedir_of(examination.place.root, examination.target.version)
    links = (own, os.path.dirname(own), f"{examination.place.root}/share")
    return str(sharedir) == own and not any(map(os.path.islink, links))


def _finding(directory: Path, modes: dict[str, int], option: str, *, ours: bool) -> Finding:
    """Return one finding for all in a directory that others can write to.

    :param modes: The modes of what they can write to, by path.
    :param option: One of chmod.
    :param ours: Whether only the target has the directory.
    """
    first, *others = modes
    what = some(["it" if first == str(directory) else os.path.relpath(first, directory), *others])
    if modes.keys() != {str(directory)}:
        what += " in it"
    return Finding(
        about=str(directory),
        reason=f"others can write to {what}, and so can run code as anyone who starts Python",
        remedy=f"chmod {option}o-w {shlex.quote(str(directory))}",
        fix=tuple(
            ChangeMode(Path(path), stat.S_IMODE(mode) & ~stat.S_IWOTH)
            for path, mode in (modes.items() if ours else ())
        ),
    )


def _open_in(sharedir: Path) -> Iterator[tuple[str, int]]:
    """Yield what others can write to, with its mode, the sharedir first; skip links."""
    mode = sharedir.stat().st_mode
    if mode & stat.S_IWOTH:  # even with the sticky bit: the hook skips it
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


def _obstacle(directory: Path) -> Path | None:
    """Return the file that has the name of a directory, or of one above it."""
    there = next(path for path in (directory, *directory.parents) if os.path.lexists(path))
    return None if there.is_dir() else there
