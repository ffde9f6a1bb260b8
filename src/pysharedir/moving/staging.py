"""Making copies of distributions in a stage at their destination, and renaming them into place."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from functools import cache
from typing import TYPE_CHECKING

from pysharedir.installed import contents, records

if TYPE_CHECKING:
    from pysharedir.installed.contents import Scans
    from pysharedir.installed.records import Row
    from pysharedir.moving.move import Move
    from pysharedir.moving.tree import Tree

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_SET_ID = stat.S_ISUID | stat.S_ISGID


def stage(
    move: Move,
    source: Tree,
    target: Tree,
    scans: Scans,
    keep: str | None,
    *,
    is_exchanged: bool = False,
) -> bool:
    """Make a copy of a distribution in the stage of its destination.

    :param source: The tree of its directory.
    :param target: The tree of the stage.
    :param scans: Directories that were listed since the lock was taken.
    :param keep: See :class:`pysharedir.moving.relocation.Relocation`; None allows hard links.
    :param is_exchanged: Copy the packages that are exchanged; otherwise copy all other files.
    :return: Whether a file was copied, not linked.
    """
    record = f"{move.distribution.info.name}/RECORD"
    copied = False
    made = {""}
    distribution = move.distribution
    if move.is_whole(distribution.listing) and not is_exchanged:
        paths = contents.metadata(distribution)
    else:
        paths = contents.read(distribution, scans).files
    for path in paths:
        if path in move.kept or move.exchanges(path) != is_exchanged:
            continue
        make_parents(source, target, os.path.dirname(path), made)
        if path == record and _write_record(move, source, target, keep):
            continue
        try:
            copied |= put(source, target, path, link=keep is None)
        except FileNotFoundError:
            if not path.endswith(".pyc"):  # another process may remove pycs and make them again
                raise
    return copied


def make_parents(source: Tree, target: Tree, directory: str, made: set[str]) -> None:
    """Make a directory and its parents, with the owners and modes that they have at the source.

    :param made: The directories that are made already; gets the new ones.
    """
    if directory in made:
        return
    make_parents(source, target, os.path.dirname(directory), made)
    made.add(directory)
    status = source.status(directory)
    mode = stat.S_IMODE(status.st_mode)
    if target.make(directory, mode & 0o777):  # else another distribution has files there too
        descriptor = target.directory(directory)
        _set_owner(descriptor, status)
        if mode & (_umask() | 0o7000):
            os.fchmod(descriptor, mode)


@cache
def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _write_record(move: Move, source: Tree, target: Tree, keep: str | None) -> bool:
    """Write RECORD if its paths differ at the destination; tell whether it was written."""

    def rewrite(row: Row) -> Row | None:
        there = os.path.normpath(move.source / row[0])
        own = move.own.get(there)
        if own is not None:
            return os.path.relpath(own[0], move.destination), *own[1:]
        if keep is not None and not there.startswith(f"{keep}/"):
            return None
        return os.path.relpath(there, move.destination), *row[1:]

    if not move.distribution.listing.outside:
        return False
    path = f"{move.distribution.info.name}/RECORD"
    with os.fdopen(source.open(path), "rb") as before:
        old = before.read()
        content = records.rewritten(move.distribution.name, old, rewrite)
        if content == old:
            return False
        with os.fdopen(target.open(path, _NEW), "wb") as file:
            file.write(content)
            file.flush()
            _take_over(before.fileno(), file.fileno())
            os.fsync(file.fileno())  # before the old RECORD is removed
    return True


def put(source: Tree, target: Tree, path: str, *, link: bool) -> bool:
    """Link or copy a file into a tree; tell whether it was copied.

    :param link: Make a hard link if possible.
    """
    if link:
        try:
            source.link(path, target)
        except FileExistsError:
            return False  # another distribution lists it too
        except (OSError, NotImplementedError) as error:
            # Another file system, or one without hard links: copy.  But do not try again what
            # would stop a copy, too.
            if getattr(error, "errno", None) in (errno.ENOENT, errno.ENOSPC, errno.ENOTDIR):
                raise
        else:
            return False
    if not target.has(path):
        _copy(source, target, path)
    return True


def _copy(source: Tree, target: Tree, path: str) -> None:
    status = source.status(path)
    if stat.S_ISLNK(status.st_mode):
        with target.parent(path) as (parent, name):
            os.symlink(source.read_link(path), name, dir_fd=parent)
            times = status.st_atime_ns, status.st_mtime_ns
            os.utime(name, ns=times, dir_fd=parent, follow_symlinks=False)
            if _needs_owner(status):
                ids = status.st_uid, status.st_gid
                os.chown(name, *ids, dir_fd=parent, follow_symlinks=False)
        return
    with (
        os.fdopen(source.open(path), "rb") as before,
        os.fdopen(target.open(path, _NEW), "wb") as file,
    ):
        shutil.copyfileobj(before, file)
        file.flush()
        _take_over(before.fileno(), file.fileno())


def _take_over(before: int, new: int) -> None:
    """Give a new file, which nobody else can read yet, the owner, times and mode of the old one.

    The mode comes last: otherwise the file could be set-id while it still belongs to root.  When
    root copies a set-id file of another user, the copy is not set-id.
    """
    status = os.fstat(before)
    _set_owner(new, status)
    shutil.copystat(before, new)  # type: ignore[arg-type]  # it calls functions that take descriptors
    if os.geteuid() == 0 and status.st_uid != 0 and status.st_mode & _SET_ID:
        os.fchmod(new, stat.S_IMODE(status.st_mode) & ~_SET_ID)


def _set_owner(descriptor: int, status: os.stat_result) -> None:
    """Give a new file or directory the owner that the old one has."""
    if _needs_owner(status):
        os.fchown(descriptor, status.st_uid, status.st_gid)


def _needs_owner(status: os.stat_result) -> bool:
    """Tell whether a new file needs another owner, which only root can give it."""
    return os.geteuid() == 0 and (status.st_uid, status.st_gid) != (0, os.getegid())


def place(stage: Tree, destination: Tree, metadata: bool) -> list[str]:
    """Rename what is in a stage into place.

    :param metadata: Rename the metadata; otherwise rename everything else.
    :return: The directories that existed before and have new entries now.
    :raises FileExistsError: when something is in the way.
    """
    changed = [""]
    # Pycs come first, so that no import compiles a module again.
    for name in sorted(stage.list(), key=lambda name: name != "__pycache__"):
        if name.endswith(".dist-info") == metadata:
            _merge(stage, destination, name, changed)
    return changed


def _merge(stage: Tree, destination: Tree, path: str, changed: list[str]) -> None:
    if path.endswith(".pyc") or not destination.has(path):
        stage.rename(path, destination)
    elif stage.is_directory(path) and destination.is_directory(path):
        for name in sorted(stage.list(path), key=lambda name: name != "__pycache__"):
            _merge(stage, destination, f"{path}/{name}", changed)
        changed.append(path)
    else:
        there = str(destination.path / path)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), there)
