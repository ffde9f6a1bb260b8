"""The content of a view: links to whole entries of prefixes, and directories where they overlap."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pysharedir.interpreter import pth
from pysharedir.view import names
from pysharedir.view.names import Key, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pysharedir.view.reading import Reader
    from pysharedir.view.sources import Source

_Claims = list[tuple[str, list[str]]]  # directories, each with its names that have one key


@dataclass(frozen=True)
class Hidden:
    """A name that is not in a view, because an earlier prefix has it too.

    :ivar path: The path that is hidden.
    :ivar by: The path that hides it.
    """

    kind: Kind
    name: str
    path: str
    by: str


@dataclass(frozen=True)
class Left:
    """A path that is not in a view for another reason."""

    path: str
    reason: str


@dataclass
class Merged:
    """The planned content of a view.

    :ivar links: The targets of the links, by their paths in the view.
    :ivar directories: The paths of the directories in the view, parents first.
    """

    links: dict[str, str] = field(default_factory=dict)
    directories: dict[str, None] = field(default_factory=dict)
    hidden: list[Hidden] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def merge(
    sources: Sequence[Source], site_dir: str, suffixes: Sequence[str], reader: Reader
) -> Merged:
    """Return the content of the view of some prefixes.

    :param site_dir: The path of the site dir in the view.
    :param suffixes: The suffixes of extension modules.
    :raises OSError: if a directory cannot be read.
    """
    merging = _Merge(suffixes, reader)
    merging.make(site_dir)
    site_dirs = [directory for source in sources for directory in source.site_dirs]
    merging.modules(site_dir, site_dirs, is_top=True)
    for name in names.DATA:
        directories = [directory for source in sources for directory in source.data.get(name, ())]
        if directories:
            merging.data(name, directories)
    return merging.merged


def explained(left: Sequence[Left], version: Sequence[int]) -> list[Left]:
    """Return what is left out, and name the project that a ``.pth`` file of it points to.

    :param version: The version of the Python that would read the ``.pth`` files.
    """
    return [_explained(item, tuple(version)) for item in left]


def _explained(left: Left, version: tuple[int, ...]) -> Left:
    lines = pth.read(left.path, version) if left.path.endswith(".pth") else ()
    entry = next((line.entry for line in lines if line.entry), None)
    return Left(left.path, f"only a .pth file names {entry}") if entry else left


class _Merge:
    def __init__(self, suffixes: Sequence[str], reader: Reader) -> None:
        self.merged = Merged()
        self._suffixes = tuple(suffixes)
        self._reader = reader

    def make(self, at: str) -> None:
        """Make a directory in the view, and those above it."""
        if at and at not in self.merged.directories:
            self.make(os.path.dirname(at))
            self.merged.directories[at] = None

    def modules(self, at: str, directories: Sequence[str], *, is_top: bool = False) -> None:
        """Merge directories that imports search, given in the order of ``sys.path``."""
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
        """Merge directories whose files are found by their path."""
        self.make(at)
        claims: dict[str, list[tuple[str, bool]]] = {}
        for directory in directories:
            for name, is_directory in self._reader.list(directory).entries():
                if names.is_data(name, at):
                    claims.setdefault(name, []).append((directory, is_directory))
        for name, owners in claims.items():
            first, is_directory = owners[0]
            # Directories of one name are merged; a file hides directories, and the reverse.
            alike = [directory for directory, kind in owners if kind and is_directory]
            if len(alike) > 1:
                self.data(f"{at}/{name}", [f"{directory}/{name}" for directory in alike])
            else:
                self._link(at, first, [name])
            others = (directory for directory, kind in owners[1:] if not (kind and is_directory))
            self._hide(Key(Kind.FILE, f"{at}/{name}"), f"{first}/{name}", others, [name])

    def _module(self, at: str, key: Key, owners: _Claims) -> None:
        """Link what an import would find: the first that is not a portion of a namespace.

        If there is none, or if that extends itself as pkgutil does, merge all of them.
        """
        winner = next((claim for claim in owners if self._is_solid(*claim)), None)
        if winner is None or self._is_extended(key.name, *winner):
            first = [winner] if winner else []
            parts = [*first, *(claim for claim in owners if claim is not winner)]
            below = [
                f"{directory}/{key.name}"
                for directory, own in parts
                if own == [key.name] or self._is_package(key.name, directory, own)
            ]
            self.modules(f"{at}/{key.name}", below)
            return
        directory, own = winner
        self._link(at, directory, own)
        for other, hidden in owners:
            if other != directory and key.name != "__init__":
                self._hide(key, f"{directory}/{own[0]}", [other], hidden[:1])

    def _others(self, at: str, key: Key, owners: _Claims) -> None:
        """Link the first of several distributions, or of several names that no import looks for."""
        directory, own = owners[0]
        name = own[0]
        if key.kind is Kind.FILE and all(
            self._reader.has_directory(parent, name) for parent, _ in owners
        ):
            self.data(f"{at}/{name}", [f"{parent}/{name}" for parent, _ in owners])
            return
        self._link(at, directory, own)
        for other, hidden in owners[1:]:
            self._hide(key, f"{directory}/{name}", [other], hidden)

    def _pycs(self, at: str, directories: Sequence[str]) -> None:
        """Link the pycs of modules that are linked one by one, so that none is compiled again.

        Make their directory even if there are none, else the first import would change the view.
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
        """Link names in a directory; for a directory of metadata, link the files in it.

        uv does not take a link to a ``.dist-info`` directory for a distribution.
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
        """Tell whether one of these names is a regular package, not only a module of that name."""
        return stem in own and self._is_regular(f"{directory}/{stem}")

    def _is_extended(self, stem: str, directory: str, own: Sequence[str]) -> bool:
        return stem in own and self._reader.extends(f"{directory}/{stem}")
