"""What a view has: links to whole entries of prefixes, and directories only where these meet."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pysharedir.view import names
from pysharedir.view.names import Key, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pysharedir.view.reading import Reader
    from pysharedir.view.sources import Source

_Claims = list[tuple[str, list[str]]]  # directories, each with its names for one key


@dataclass(frozen=True)
class Hidden:
    """What is not in a view, since a prefix that comes before has it too.

    :ivar path: What is hidden.
    :ivar by: What hides it.
    """

    kind: Kind
    name: str
    path: str
    by: str


@dataclass(frozen=True)
class Left:
    """What is not in a view for another reason."""

    path: str
    reason: str


@dataclass
class Merged:
    """A view as data.

    :ivar links: Where each link leads, by its path in the view.
    :ivar directories: The paths of the directories in it, parents first.
    """

    links: dict[str, str] = field(default_factory=dict)
    directories: dict[str, None] = field(default_factory=dict)
    hidden: list[Hidden] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def merge(
    sources: Sequence[Source], site_dir: str, suffixes: Sequence[str], reader: Reader
) -> Merged:
    """Return the view of prefixes.

    :param site_dir: The path of its site dir in it.
    :param suffixes: Those of extension modules.
    :raises OSError: when a directory cannot be read.
    """
    made = _Merge(suffixes, reader)
    made.make(site_dir)
    made.modules(site_dir, [each for source in sources for each in source.site_dirs], is_top=True)
    for name in names.DATA:
        directories = [each for source in sources for each in source.data.get(name, ())]
        if directories:
            made.data(name, directories)
    return made.merged


class _Merge:
    def __init__(self, suffixes: Sequence[str], reader: Reader) -> None:
        self.merged = Merged()
        self._suffixes = tuple(suffixes)
        self._reader = reader

    def make(self, at: str) -> None:
        """Have a directory in the view, and those above it."""
        if at and at not in self.merged.directories:
            self.make(os.path.dirname(at))
            self.merged.directories[at] = None

    def modules(self, at: str, directories: Sequence[str], *, is_top: bool = False) -> None:
        """Merge directories in which modules are looked for, in the order of ``sys.path``."""
        self.make(at)
        claims: dict[Key, dict[str, list[str]]] = {}
        for directory in directories:
            listing = self._reader.list(directory)
            for name, is_directory in listing.entries():
                reason = names.why_not_module(name) if is_top else None
                if reason:
                    self.merged.left.append(Left(f"{directory}/{name}", reason))
                elif name != names.PYCS:
                    key = names.key(name, self._suffixes, is_directory=is_directory)
                    claims.setdefault(key, {}).setdefault(directory, []).append(name)
        for key, owners in claims.items():
            if len(owners) == 1:
                for directory, own in owners.items():
                    self._link(at, directory, own)
            elif key.kind is Kind.MODULE:
                self._module(at, key, list(owners.items()))
            else:
                self._others(at, key, list(owners.items()))
        self._pycs(at, directories)

    def data(self, at: str, directories: Sequence[str]) -> None:
        """Merge directories of files that are found by their path."""
        self.make(at)
        claims: dict[str, list[tuple[str, bool]]] = {}
        for directory in directories:
            for name, is_directory in self._reader.list(directory).entries():
                if names.is_data(name, at):
                    claims.setdefault(name, []).append((directory, is_directory))
        for name, owners in claims.items():
            first, is_directory = owners[0]
            alike = [directory for directory, kind in owners if kind and is_directory]
            if len(alike) > 1:
                self.data(f"{at}/{name}", [f"{directory}/{name}" for directory in alike])
            else:
                self._link(at, first, [name])
            others = (directory for directory, kind in owners[1:] if not (kind and is_directory))
            self._hide(Key(Kind.FILE, f"{at}/{name}"), f"{first}/{name}", others, [name])

    def _module(self, at: str, key: Key, owners: _Claims) -> None:
        """Take what an import would find: the first that is not a part of a namespace."""
        winner = next((each for each in owners if self._is_solid(*each)), None)
        if winner is None or self._is_extended(key.name, *winner):
            first = [winner] if winner else []
            parts = [*first, *(each for each in owners if each is not winner)]
            below = [
                f"{directory}/{key.name}"
                for directory, own in parts
                if own == [key.name] or self._is_package(key.name, directory, own)
            ]
            self.modules(f"{at}/{key.name}", below)
            return
        directory, own = winner
        self._link(at, directory, own)
        for other, its in owners:
            if other != directory and key.name != "__init__":
                self._hide(key, f"{directory}/{own[0]}", [other], its[:1])

    def _others(self, at: str, key: Key, owners: _Claims) -> None:
        """Take the first of distributions, or of what no import looks for."""
        directory, own = owners[0]
        name = own[0]
        if key.kind is Kind.FILE and all(
            self._reader.has_directory(each, name) for each, _ in owners
        ):
            self.data(f"{at}/{name}", [f"{each}/{name}" for each, _ in owners])
            return
        self._link(at, directory, own)
        for other, its in owners[1:]:
            self._hide(key, f"{directory}/{name}", [other], its)

    def _pycs(self, at: str, directories: Sequence[str]) -> None:
        """Link the pycs of modules that are linked one by one, so that none is compiled anew.

        Their directory is there without any, else the first import would change the view.
        """
        links = self.merged.links
        for directory in directories:
            files = self._reader.list(directory).files
            if any(name.endswith(".py") and f"{at}/{name}" in links for name in files):
                self.make(f"{at}/{names.PYCS}")
            if names.PYCS not in self._reader.list(directory).directories:
                continue
            pycs = f"{directory}/{names.PYCS}"
            for name in self._reader.list(pycs).files:
                source = f"{name.partition('.')[0]}.py"
                if links.get(f"{at}/{source}") == f"{directory}/{source}":
                    self._link(f"{at}/{names.PYCS}", pycs, [name])

    def _link(self, at: str, directory: str, own: Iterable[str]) -> None:
        """Link names in a directory, but of the metadata of a distribution what is in it.

        uv takes a link to a ``.dist-info`` for no distribution.
        """
        self.make(at)
        for name in own:
            path = f"{directory}/{name}"
            if name.endswith(names.INFOS) and self._reader.has_directory(directory, name):
                self.make(f"{at}/{name}")
                listing = self._reader.list(path)
                for file in (*listing.directories, *listing.files):
                    self.merged.links[f"{at}/{name}/{file}"] = f"{path}/{file}"
            else:
                self.merged.links[f"{at}/{name}"] = path

    def _hide(self, key: Key, by: str, directories: Iterable[str], own: Sequence[str]) -> None:
        self.merged.hidden += [
            Hidden(key.kind, key.name, f"{directory}/{name}", by)
            for directory in directories
            for name in own
        ]

    def _is_solid(self, directory: str, own: Sequence[str]) -> bool:
        """Tell whether one of these names is a module or a regular package."""
        return any(
            not self._reader.has_directory(directory, name)
            or self._is_regular(f"{directory}/{name}")
            for name in own
        )

    def _is_regular(self, path: str) -> bool:
        return any(names.is_init(name, self._suffixes) for name in self._reader.list(path).files)

    def _is_package(self, stem: str, directory: str, own: Sequence[str]) -> bool:
        """Tell whether a regular package is among these names, which a module beside it is not."""
        return stem in own and self._is_regular(f"{directory}/{stem}")

    def _is_extended(self, stem: str, directory: str, own: Sequence[str]) -> bool:
        return stem in own and self._reader.extends(f"{directory}/{stem}")
