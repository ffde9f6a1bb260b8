"""The mark of a move, which tells a directory that the move changes from another at the same path.

A journal names directories by their paths.  Hosts that share a sharedir can each have a directory
of their own at one path, such as ``/usr/local/lib/python3.11/dist-packages``.  Nothing else that a
host knows tells these apart for good: hosts made from one image have the same inodes, and perhaps
the same name; a reboot can change device numbers, and a DHCP server the name.

So before a move writes its journal, it makes an empty directory with a random name in the work
directory of each directory that it will change, except the one that holds the journal.  The journal
says that name.  A command obeys the journal only if it finds all marks.  They are removed after the
journal, so the host of a killed move always finds them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.moving import trust
from pysharedir.moving.move import WORK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from typing_extensions import Self

    from pysharedir.moving.move import Move
    from pysharedir.moving.tree import Tree
    from pysharedir.moving.trees import Trees

_PREFIX = "mark-"


def new_name() -> str:
    """Return a name that no other mark has."""
    return _PREFIX + os.urandom(8).hex()


@dataclass(frozen=True)
class Mark:
    """The mark of one move.

    :ivar name: Its name; empty when the move has none: it only copies, or its journal is of the
        first format.
    :ivar directories: The directories that the move changes, except that of its journal.
    """

    name: str
    directories: tuple[Path, ...]

    @classmethod
    def of(cls, name: str, home: Path, moves: Iterable[Move]) -> Self:
        """Return the mark of *moves*, whose journal is in *home*."""
        both = dict.fromkeys(path for move in moves for path in (move.source, move.destination))
        return cls(name, tuple(path for path in both if path != home))

    def make(self, trees: Trees) -> None:
        """Make the mark in all directories; it survives a power failure."""
        for directory in self.directories if self.name else ():
            trees.work(directory, self.name)
            os.fsync(trees[directory].directory(WORK))

    def missing(self, trees: Trees) -> Path | None:
        """Return a directory without the mark, or None if all have it.

        :raises UntrustedError: when another user could have made it.
        """
        for directory in self.directories if self.name else ():
            trust.check_work(trees[directory], self.name)
            if not trees[directory].is_directory(f"{WORK}/{self.name}"):
                return directory
        return None

    def remove(self, trees: Trees) -> None:
        """Remove the mark and empty work directories; errors are ignored."""
        for directory in self.directories:
            if self.name:
                trees[directory].remove_empty(f"{WORK}/{self.name}")
            trees[directory].remove_empty(WORK)


def remove_all(tree: Tree) -> None:
    """Remove the marks in a directory, and its work directory if that is empty then."""
    for name in tree.list(WORK):
        if name.startswith(_PREFIX):
            tree.remove_empty(f"{WORK}/{name}")
    tree.remove_empty(WORK)


def is_name(value: str) -> bool:
    """Tell whether a text is the name of a mark."""
    return value.startswith(_PREFIX) and value.removeprefix(_PREFIX).isalnum()
