"""Whom a move trusts: whose a directory is, and who else may write to it.

A journal says what to remove and where to put things, so it is obeyed only when nobody could have
written it but the caller and root.
"""

from __future__ import annotations

import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import ForeignMoveError, UntrustedError
from pysharedir.moving.move import WORK
from pysharedir.ownership import is_own, only_owner_writes
from pysharedir.wording import user

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pysharedir.moving.move import Move
    from pysharedir.moving.tree import Tree


@dataclass(frozen=True)
class Scope:
    """The directories of a target: a journal is obeyed for these, and for no others.

    :ivar root: The root of its site dirs.
    :ivar sharedir: The sharedir that it uses.
    :ivar site_dir: The site dir of the hook.
    :ivar site_dirs: All site dirs of that root.
    :ivar world_writable: Whether the sharedir may be writable for all, by the user's word.
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
        """Tell whether it is the sharedir, or one of the site dirs."""
        own = (self.sharedir, *self.site_dirs)
        return any(layout.same_directory(str(directory), str(each)) for each in own)


def check_owner(path: Path, status: os.stat_result) -> None:
    """Refuse what others than the caller and root have made.

    :param status: That of *path* itself: a link is refused, wherever it leads.
    :raises UntrustedError: when it is so.
    """
    whose = user(status.st_uid)
    work = next(each for each in (path, *path.parents) if each.name == WORK)
    removal = f"remove {shlex.quote(str(work))}"
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        reason = ", and is neither a directory nor a file"
        raise UntrustedError(path, whose, reason, f"{removal}, then run `pysharedir sort`")
    if not is_own(status):
        remedy = f"let {whose} run `pysharedir sort`; if it is no move of theirs, {removal}"
        raise UntrustedError(path, whose, ", not to you or root", remedy)


def check_closed(path: Path, status: os.stat_result) -> None:
    """Refuse what others than its owner can change.

    :raises UntrustedError: when it is so.
    """
    if not only_owner_writes(status):
        raise _open_to_others(path, status, "go")


def check_work(tree: Tree, *names: str) -> None:
    """Refuse the work directory of a tree, and those in it, when it is not to be obeyed.

    :param names: Of those in it.
    :raises UntrustedError: when it is so; what is not there is no matter.
    """
    for path in (WORK, *(f"{WORK}/{name}" for name in names)):
        if tree.has(path):
            check_owner(tree.path / path, tree.status(path))
            check_closed(tree.path / path, tree.status(path))


def check_scope(home: Path, moves: Iterable[Move], scope: Scope) -> None:
    """Refuse moves to or from directories that the target does not have.

    :param home: Where their journal is.
    :raises ForeignMoveError: when it is so; such a directory may not be mounted here.
    """
    for move in moves:
        for directory in (move.source, move.destination):
            if not scope.has(directory):
                raise ForeignMoveError(home, directory, move.distribution.name)


def check_above(directory: Path, scope: Scope) -> None:
    """Refuse a directory when others can write to it, or to one above it.

    It is looked at up to the root of the tree: whoever can write above that can replace all of it,
    the interpreter too.  What is outside of the tree is looked at up to the root of the file
    system, where a directory above may be sticky.  A group that may write to the sharedir may.

    :raises UntrustedError: when it is so.
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
