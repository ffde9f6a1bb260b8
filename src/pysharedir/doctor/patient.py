"""A target as the checks see it: facts that several of them need, found out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import distributions, layout, remembered, sorting, startup, sync
from pysharedir.entries import entries
from pysharedir.owners import Owners
from pysharedir.verdicts import Kind

if TYPE_CHECKING:
    from pysharedir import hook
    from pysharedir.activation import Place
    from pysharedir.distributions import Distribution
    from pysharedir.entries import Entry
    from pysharedir.startup import Startup
    from pysharedir.target import Target, View


@dataclass(frozen=True)
class Room:
    """A directory of modules on ``sys.path``: a site dir or a sharedir.

    :ivar path: As it is spelled there.
    :ivar root: The root that it belongs to.
    """

    path: Path
    root: str
    is_sharedir: bool


class Patient:
    """A target that is examined; what it says is what it says with the environment of now."""

    def __init__(self, target: Target, where: Place) -> None:
        self.target = target
        self.where = where

    def command(self, *words: str) -> str:
        """Return a command of pysharedir that works on what is examined, in backquotes."""
        return f"`{self.target.command(*words, root=self.where.root)}`"

    def installer(self, *words: str) -> str:
        """Return a command of its pip, or of uv when it has none, in backquotes."""
        return f"`{self.target.installer(*words, has_pip=self.has_pip)}`"

    @cached_property
    def has_pip(self) -> bool:
        """Whether it finds a pip."""
        return any(each.key == "pip" for found in self.installed.values() for each in found)

    @cached_property
    def view(self) -> View:
        """One start, as its user does it."""
        return self.target.view()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of ``sys.path`` of that start."""
        return entries(self.target, self.view)

    @cached_property
    def startup(self) -> Startup:
        """What one start runs."""
        return startup.start(self.target.executable, runs=0)

    @cached_property
    def hook(self) -> hook.Installed:
        """The hook in the site dir that is examined."""
        return self.where.read()

    @property
    def site_dir(self) -> Path:
        """The site dir that is examined."""
        return Path(self.where.site_dir)

    @cached_property
    def sharedir(self) -> Path:
        """The sharedir that belongs to that site dir, whether it is there or not."""
        return self.where.sharedir(self.target, self.hook.settings)

    @cached_property
    def uses_sharedir(self) -> bool:
        """Whether that is on ``sys.path``."""
        return layout.lists(self.view.path, str(self.sharedir))

    @cached_property
    def rooms(self) -> tuple[Room, ...]:
        """The site dirs and sharedirs on ``sys.path``, each once, in order."""
        found: list[Room] = []
        for entry in self.view.path:
            root = self.target.root_of(entry)
            is_sharedir = root is None and self._is_sharedir(entry)
            if is_sharedir:
                root = self.where.root
                tail = layout.sharedir_of("", self.target.version)
                if entry.endswith(tail) and entry != str(self.sharedir):
                    root = entry.removesuffix(tail)
            known = any(layout.same_directory(entry, str(each.path)) for each in found)
            if root is not None and Path(entry).is_dir() and not known:
                found.append(Room(Path(entry), root, is_sharedir))
        return tuple(found)

    def _is_sharedir(self, entry: str) -> bool:
        tail = layout.sharedir_of("", self.target.version)
        return entry.endswith(tail) or layout.same_directory(entry, str(self.sharedir))

    @cached_property
    def installed(self) -> dict[Path, list[Distribution]]:
        """The distributions in each room; those that pip is about to remove left out."""
        return {
            room.path: [
                each
                for each in distributions.installed(room.path)
                if not each.info.name.startswith("~")
            ]
            for room in self.rooms
        }

    @cached_property
    def owners(self) -> Owners:
        """Which distribution each file in these rooms belongs to."""
        return Owners(each for found in self.installed.values() for each in found)

    @cached_property
    def plan(self) -> sorting.Plan:
        """What ``sort`` would move in the root that is examined."""
        overrules = remembered.read(self.site_dir).overrules
        return sorting.plan(
            self.target, self.where, {name: Kind(kind) for name, kind in overrules.items()}
        )

    @cached_property
    def completion(self) -> sync.Report:
        """What ``sync`` would do; to be asked only while the sharedir is used."""
        return sync.plan(self.target, self.where)
