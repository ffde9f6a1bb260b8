"""A name that is looked for, and what its reasons are made of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.why import names as known_names
from pysharedir.why import native
from pysharedir.why.distribution import lost, modules, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pysharedir.installed.distribution import Distribution
    from pysharedir.why.module import Row
    from pysharedir.why.native import Part
    from pysharedir.why.scene import Scene
    from pysharedir.why.search import Asked, Level, Search

CHANGE_DIRECTORY = "rename it, start Python elsewhere, or (from 3.11 on) start it with -P"


@dataclass(frozen=True)
class Reason:
    """A reason why something is not found, or a thing to know about what is found.

    :ivar code: Its name for machines.
    :ivar reason: One line.
    :ivar remedy: One line; empty when there is none.
    """

    code: str
    reason: str
    remedy: str


class Case:
    """A name that is looked for.

    :ivar search: None when the name can be no module's.
    """

    def __init__(self, scene: Scene, name: str, search: Search | None, rows: Sequence[Row]) -> None:
        self.scene = scene
        self.name = name
        self.search = search
        self.rows = rows

    @cached_property
    def failed(self) -> Level | None:
        """The first part of the name that is not found."""
        levels = self.search.levels if self.search else ()
        return next((level for level in levels if level.found is None), None)

    @property
    def parent(self) -> Level | None:
        """What comes before that part, if it is there."""
        levels = self.search.levels if self.search else ()
        index = levels.index(self.failed) if self.failed else 0
        return levels[index - 1] if index else None

    @property
    def top(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        """What a distribution of this name would be called."""
        return canonicalize_name(self.top)

    def command(self, *arguments: str) -> str:
        """Return a command of pysharedir for the target."""
        return self.scene.target.command(*arguments, root=self.scene.place.root)

    def install(self, *arguments: str) -> str:
        """Return what installs something for the target."""
        has_pip = "pip" in self.scene.by_name
        return self.scene.target.installer("install", *arguments, has_pip=has_pip)

    def wanted(self) -> str:
        """Return the name of the distribution that has it, as far as that is known."""
        return known_names.DISTRIBUTIONS.get(self.top, self.top if self.search else self.name)

    def entry_of(self, place: Asked) -> str | None:
        """Return the entry of ``sys.path`` that a place is in, or the directory beside that."""
        known = (*self.search.path, *self.scene.unused) if self.search else ()
        return None if place.entry is None else known[place.entry]

    def names(self) -> dict[str, set[str]]:
        """Return what is there, by what it is."""
        scene, search = self.scene, self.search
        modules = set().union(*map(names_in, scene.view.path))
        if search:
            modules |= search.stdlib
            modules |= names_in(search.cwd) if search.cwd and "" in search.path else set()
        return {
            "module": {each for each in modules if not each.startswith("_")},
            "distribution": {each.name for each in scene.by_name.values()},
            "script": {entry.name for _, entry in scene.scripts()},
        }

    def foreign_parts(self, level: Level) -> Iterator[Reason]:
        """Yield the native parts that are there for a part of the name, for other interpreters."""
        name = level.name.rpartition(".")[2]
        cwd = self.search.cwd if self.search else None
        for place in level.asked:
            directory = place.path or cwd or ""
            for part in native.under_name(directory, name, self.scene.target.suffixes):
                yield self.unloadable(part, self.entry_of(place))

    def files_missing(self, distribution: Distribution, module: str) -> Iterator[Reason]:
        """Yield the reason when *module*, or all modules of a distribution, are not there."""
        gone = lost(distribution)
        if gone and (
            gone == modules(distribution, self.scene.target.version_info) or module in gone
        ):
            label = f"{distribution.name} {distribution.version}"
            reason = f"RECORD of {label} lists files that are not there, of {', '.join(gone[:5])}"
            same = f"{distribution.name}=={distribution.version}"
            remedy = self.install("--force-reinstall", "--no-deps", same)
            yield Reason("files-missing", reason, remedy)

    def unloadable(self, part: Part, entry: str | None) -> Reason:
        """Return the reason that a native part is of no use here."""
        own = max(self.scene.target.suffixes, key=len).strip(".").rpartition(".")[0]
        reason = f"{part.file} is made for {part.made_for}, and this Python is {own}"
        owner = self.scene.owner(part.file, entry, None)
        if owner is None:  # another architecture's copy was laid over it
            package = os.path.join(os.path.dirname(part.file), "__init__.py")
            owner = self.scene.owner(package, entry, None)
        return Reason("foreign-part", reason, self._reinstall(owner, part.file))

    def _reinstall(self, owner: Distribution | None, file: str) -> str:
        if owner is None:
            return "rebuild it for this interpreter, or take it away"
        same = f"{owner.name}=={owner.version}"
        if not self.scene.is_sharedir(str(owner.directory)):
            return self.install("--force-reinstall", "--no-deps", same)
        return (
            "native parts do not belong in a sharedir: run `pysharedir sort` with the interpreter"
            f" that {os.path.basename(file)} is for, then {self.install(same)}"
        )
