"""Whom a move trusts: who owns a directory, and who else can write to it.

A journal says which files to remove and where to put others, so pysharedir follows it only if
nobody but the caller and root can have written it.
"""

from __future__ import annotations

import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import UntrustedError
from pysharedir.moving.move import WORK
from pysharedir.ownership import is_own, only_owner_writes
from pysharedir.wording import user

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pysharedir.moving.move import Move
    from pysharedir.moving.tree import Tree


@dataclass(frozen=True)
class Scope:
    """The directories of a target that a journal may change.

    :ivar root: The root of its site dirs.
    :ivar sharedir: The sharedir that it uses.
    :ivar site_dir: The site dir of the hook.
    :ivar site_dirs: All site dirs of that root.
    :ivar world_writable: Whether the user allowed a sharedir that everyone can write to.
    """

    root: Path
    sharedir: Path
    site_dir: Path
    site_dirs: tuple[Path, ...]
    world_writable: bool = False

    @property
    def homes(self) -> tuple[Path, ...]:
        """The directories in which a move may have left its journal."""
        return self.sharedir, self.site_dir

    def has(self, directory: Path) -> bool:
        """Tell whether a directory is the sharedir or one of the site dirs."""
        return layout.lists(map(str, (self.sharedir, *self.site_dirs)), str(directory))


def check_owner(path: Path, status: os.stat_result) -> None:
    """Refuse a path in the work directory that belongs to neither the caller nor root.

    :param status: The status of *path* itself: any link is refused.
    :raises UntrustedError: when the path is refused.
    """
    whose = user(status.st_uid)
    work = next(parent for parent in (path, *path.parents) if parent.name == WORK)
    removal = f"remove {shlex.quote(str(work))}"
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        reason = ", and is neither a directory nor a file"
        raise UntrustedError(path, whose, reason, f"{removal}, then run `pysharedir sort`")
    if not is_own(status):
        remedy = f"let {whose} run `pysharedir sort`; if {whose} has not moved anything, {removal}"
        raise UntrustedError(path, whose, ", not to you or root", remedy)


def check_closed(path: Path, status: os.stat_result) -> None:
    """Refuse a path that others than its owner can write to.

    :raises UntrustedError: when the path is refused.
    """
    if not only_owner_writes(status):
        raise _open_to_others(path, status, "go")


def check_work(tree: Tree, *names: str) -> None:
    """Refuse the work directory of a tree, and paths in it, unless they can be trusted.

    :param names: The names of these paths; those that do not exist are ignored.
    :raises UntrustedError: when a path is refused.
    """
    for path in (WORK, *(f"{WORK}/{name}" for name in names)):
        if tree.has(path):
            check_owner(tree.path / path, tree.status(path))
            check_closed(tree.path / path, tree.status(path))


def outside(moves: Iterable[Move], scope: Scope) -> Path | None:
    """Return a directory of moves that the target does not have, or None; it may not be mounted."""
    both = (path for move in moves for path in (move.source, move.destination))
    return next((path for path in both if not scope.has(path)), None)


def check_above(directory: Path, scope: Scope) -> None:
    """Refuse a directory if others can write to it or to a directory above it.

    The check ends at the root of the target's tree: whoever can write above it can replace the
    whole tree, the interpreter included.  For a directory outside the tree it goes on to the root
    of the file system, and a sticky directory on the way is allowed.  The group that can write to
    the sharedir is allowed everywhere.

    :raises UntrustedError: when the directory is refused.
    """
    shared = os.stat(scope.sharedir) if scope.sharedir.is_dir() else None
    group = shared.st_gid if shared and shared.st_mode & stat.S_IWGRP else None
    real, root = Path(os.path.realpath(directory)), Path(os.path.realpath(scope.root))
    is_outside = not real.is_relative_to(root)
    for path in (real, *real.parents):
        status = os.stat(path)
        others = status.st_mode & stat.S_IWOTH
        if scope.world_writable and shared and os.path.samestat(status, shared):
            others = 0
        in_group = status.st_mode & stat.S_IWGRP and status.st_gid != group
        is_sticky = is_outside and path != real and status.st_mode & stat.S_ISVTX
        if (others or in_group) and not is_sticky:
            raise _open_to_others(path, status, "o" if others else "g")
        if path == root:
            break


def _open_to_others(path: Path, status: os.stat_result, whose: str) -> UntrustedError:
    remedy = f"`chmod {whose}-w {shlex.quote(str(path))}`, then run `pysharedir sort`"
    return UntrustedError(path, user(status.st_uid), ", and others can write to it", remedy)
