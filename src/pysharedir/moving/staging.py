"""Making copies of distributions beside where they go, and renaming them into place."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.installed import contents, records

if TYPE_CHECKING:
    from pysharedir.installed.contents import Scans
    from pysharedir.moving.move import Move


def stage(move: Move, scans: Scans, keep: str | None) -> bool:
    """Make a copy of a distribution in the stage of its destination.

    :param scans: Directories that were listed since the lock was taken.
    :param keep: See :class:`pysharedir.moving.relocation.Relocation`; None if hard links will do.
    :return: Whether there are files of which the copy is a file of its own.
    """
    source, target = str(move.source), str(move.stage)
    record = f"{move.distribution.info.name}/RECORD"
    copied = False
    made = {""}
    os.makedirs(target, exist_ok=True)
    for path in contents.read(move.distribution, scans).files:
        if path in move.kept:
            continue
        _make_parents(source, target, os.path.dirname(path), made)
        if path == record and _write_record(move, f"{target}/{path}", keep):
            continue
        try:
            copied |= _put(f"{source}/{path}", f"{target}/{path}", link=keep is None)
        except FileNotFoundError:
            if not path.endswith(".pyc"):  # those others may remove, and make anew at will
                raise
    return copied


def _make_parents(source: str, stage: str, directory: str, made: set[str]) -> None:
    if directory in made:
        return
    _make_parents(source, stage, os.path.dirname(directory), made)
    made.add(directory)
    status = os.stat(f"{source}/{directory}")
    mode = status.st_mode & 0o7777
    target = f"{stage}/{directory}"
    with contextlib.suppress(FileExistsError):  # another distribution has files there too
        os.mkdir(target, mode)
        if mode & (_umask() | 0o7000):
            os.chmod(target, mode)
        _give(target, status)


@cache
def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _write_record(move: Move, path: str, keep: str | None) -> bool:
    """Write RECORD if it has to be another one at the destination."""

    def rewrite(listed: str) -> str | None:
        there = os.path.normpath(move.source / listed)
        if keep is not None and not there.startswith(f"{keep}/"):
            return None
        return os.path.relpath(there, move.destination)

    if not move.distribution.listing.outside:
        return False
    before = move.distribution.info / "RECORD"
    content = records.rewritten(move.distribution.name, move.distribution.info, rewrite)
    if content is None:
        return False
    Path(path).write_bytes(content)
    shutil.copystat(before, path)
    _give(path, before.stat())
    return True


def _put(source: str, target: str, *, link: bool) -> bool:
    """Put a file here too, as a hard link if that can be; tell whether it was copied."""
    if link:
        try:
            os.link(source, target, follow_symlinks=False)
        except FileExistsError:
            return False  # another distribution lists it too
        except (OSError, NotImplementedError) as error:
            # Another file system, or one without hard links: what is in the way of copies too
            # need not be tried twice.
            if getattr(error, "errno", None) in (errno.ENOENT, errno.ENOSPC):
                raise
        else:
            return False
    if not os.path.lexists(target):
        shutil.copy2(source, target, follow_symlinks=False)
        _give(target, os.lstat(source))
    return True


def _give(path: str, status: os.stat_result) -> None:
    """Give a new file to the owner that the other has, as only root can."""
    if os.geteuid() == 0 and (status.st_uid, status.st_gid) != (0, os.getegid()):
        os.chown(path, status.st_uid, status.st_gid, follow_symlinks=False)


def place(stage: Path) -> list[str]:
    """Rename what is in a stage into place, the metadata last.

    :return: The directories that were there before and have new entries now.
    :raises FileExistsError: when something is in the way.
    """
    destination = str(stage.parent.parent)
    changed = [destination]
    names = os.listdir(stage)
    # Metadata comes last; pycs first, so that nobody need make them.
    for name in sorted(
        names, key=lambda name: (name.endswith(".dist-info"), name != "__pycache__")
    ):
        _merge(f"{stage}/{name}", f"{destination}/{name}", changed)
    return changed


def _merge(staged: str, target: str, changed: list[str]) -> None:
    if not os.path.lexists(target) or target.endswith(".pyc"):
        os.replace(staged, target)
    elif all(os.path.isdir(path) and not os.path.islink(path) for path in (staged, target)):
        for name in sorted(os.listdir(staged), key=lambda name: name != "__pycache__"):
            _merge(f"{staged}/{name}", f"{target}/{name}", changed)
        changed.append(target)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
