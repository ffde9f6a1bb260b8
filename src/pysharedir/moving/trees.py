"""The trees that a move works on, each opened once."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pysharedir.moving import trust
from pysharedir.moving.move import WORK
from pysharedir.moving.tree import Tree

if TYPE_CHECKING:
    from pathlib import Path


class Trees(contextlib.ExitStack):
    """The directories that distributions move between, and the stages and trashes in them."""

    def __init__(self) -> None:
        super().__init__()
        self._trees: dict[Path, Tree] = {}

    def __getitem__(self, path: Path) -> Tree:
        """Return the tree of a directory."""
        if path not in self._trees:
            self._trees[path] = self.enter_context(Tree(path))
        return self._trees[path]

    def work(self, path: Path, name: str) -> Tree:
        """Return the tree of a directory in the work directory, and make both if they are missing.

        :raises UntrustedError: when they exist, and belong to another user.
        """
        while (tree := self.existing(path, name)) is None:
            for directory in (WORK, f"{WORK}/{name}"):
                self[path].make(directory)
        return tree

    def existing(self, path: Path, name: str) -> Tree | None:
        """Return the tree of a directory in the work directory, or None if there is none.

        :raises UntrustedError: when it belongs to another user.
        """
        work = path / WORK / name
        if work not in self._trees:
            tree = self[path]
            for directory in (WORK, f"{WORK}/{name}"):
                if not tree.has(directory):
                    return None
                trust.check_owner(path / directory, tree.status(directory))
            self._trees[work] = self.enter_context(tree.below(f"{WORK}/{name}"))
        return self._trees[work]
