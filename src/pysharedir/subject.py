"""A target that is looked at, as its user starts it: facts that are found out once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.entries import entries

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir import hook
    from pysharedir.activation import Place
    from pysharedir.entries import Entry
    from pysharedir.target import Target, View


class Subject:
    """A target that is looked at; what it says is what it says with the environment of now."""

    def __init__(self, target: Target, where: Place) -> None:
        self.target = target
        self.where = where

    @cached_property
    def view(self) -> View:
        """One start, as its user does it."""
        return self.target.view()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of ``sys.path`` of that start."""
        return entries(self.target, self.view)

    @cached_property
    def hook(self) -> hook.Installed:
        """The hook in the site dir that is looked at."""
        return self.where.read()

    @cached_property
    def sharedir(self) -> Path:
        """The sharedir that belongs to that site dir, whether it is there or not."""
        return self.where.sharedir(self.target, self.hook.settings)

    def root_of(self, path: str) -> str | None:
        """Return the root of a site dir or of the sharedir next to one."""
        tail = layout.sharedir_of("", self.target.version)
        return path[: -len(tail)] if path.endswith(tail) else self.target.root_of(path)

    def is_sharedir(self, path: str) -> bool:
        """Tell whether *path* is a sharedir of any root."""
        tail = layout.sharedir_of("", self.target.version)
        return path.endswith(tail) or layout.same_directory(path, str(self.sharedir))
