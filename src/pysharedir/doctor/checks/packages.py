"""What is wrong with modules and packages that are in several directories."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.doctor.findings import Finding
from pysharedir.interpreter.syspath import Origin
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pysharedir.doctor.examination import Examination
    from pysharedir.installed.distribution import Distribution

# Startup files, and the hook, are another check's.
_IGNORED = frozenset(
    ("__init__", "__main__", "__pycache__", "sitecustomize", "usercustomize", "_pysharedir")
)
# In the directory of a project, which a path line or PYTHONPATH may name, these are no packages.
_OF_PROJECTS = frozenset(
    ("benchmarks", "build", "doc", "docs", "examples", "scripts", "test", "tests", "tools")
)
_RUN = (Origin.SITE, Origin.HOOK)  # they run the .pth files of the site dirs that they add
_EXTENDS = re.compile(
    rb"extend_path|declare_namespace|__path__\s*\+?=(?!=)|__path__\.(append|extend|insert)"
)


@dataclass(frozen=True)
class _Found:
    """What a name is in one directory, to the import system.

    :ivar path: The file of a module, the directory of a package.
    :ivar file: The module, the ``__init__`` of a regular package, any module of a portion.
    :ivar is_portion: Whether it is one of a namespace package (PEP 420).
    :ivar entry: The entry of ``sys.path`` that it was reached from.
    """

    path: str
    file: str
    is_portion: bool
    entry: str

    @property
    def is_directory(self) -> bool:
        """Whether it may have modules."""
        return self.path != self.file


@dataclass(frozen=True)
class _Conflict:
    """What is imported by a name, and what is not because of that."""

    name: str
    winner: _Found
    others: tuple[_Found, ...]


def twice(examination: Examination) -> Iterator[Finding]:
    """Find modules and packages of which all is shadowed by another in the same root."""
    for _, winner, other in _second_copies(examination):
        if not _invisible(examination, winner, other):
            yield Finding(
                about=other.path,
                reason=f"shadowed by {winner.path}, which comes first",
                remedy="remove the one that is not wanted, with its distribution if it has one",
            )


def halved(examination: Examination) -> Iterator[Finding]:
    """Find regular packages of which one half is in another directory of the same root."""
    for name, winner, other in _second_copies(examination):
        modules = _invisible(examination, winner, other)
        if modules:
            yield Finding(
                about=other.path,
                reason=f"{name}.{some(modules)} cannot be imported: "
                f"{winner.path} comes first, and has no such module",
                remedy=_remedy(examination, winner, other),
            )


def hidden(examination: Examination) -> Iterator[Finding]:
    """Find portions of namespace packages that a module or regular package hides."""
    trees = {str(directory.path) for directory in examination.directories}
    by_the_user = {each.path for each in examination.entries if each.by is Origin.PYTHONPATH}
    for conflict in _conflicts(_directories(examination), examination.target.suffixes):
        winner = conflict.winner
        if winner.entry not in trees:
            continue
        for other in conflict.others:
            if (
                not other.is_portion
                or other.entry in by_the_user - trees
                or (other.entry not in trees and conflict.name in _OF_PROJECTS)
                or _of_one_distribution(examination, winner, other)
                or _made_at_startup(examination, conflict.name, other)
            ):
                continue
            yield Finding(
                about=other.path,
                reason=f"what is in it, such as {os.path.basename(other.file)}, cannot be "
                f"imported: {winner.file} hides it",
                remedy=_remedy(examination, winner, other),
            )


def _second_copies(examination: Examination) -> Iterator[tuple[str, _Found, _Found]]:
    """Yield each name with what is imported by it and what is shadowed, in the same root.

    Copies of one distribution are another check's.
    """
    for root in dict.fromkeys(directory.root for directory in examination.directories):
        trees = [
            str(directory.path) for directory in examination.directories if directory.root == root
        ]
        for each in _conflicts(trees, examination.target.suffixes):
            for other in each.others:
                if not other.is_portion and not _of_one_distribution(
                    examination, each.winner, other
                ):
                    yield each.name, each.winner, other


def _directories(examination: Examination) -> list[str]:
    """Return those on ``sys.path``, each once."""
    found: list[str] = []
    for entry in examination.view.path:
        if os.path.isdir(entry) and not layout.lists(found, entry):
            found.append(str(Path(entry)))
    return found


def _conflicts(entries: Iterable[str], suffixes: Sequence[str]) -> Iterator[_Conflict]:
    """Yield the names of which not all is visible in *entries*, namespaces looked into."""
    # The import system looks for compiled modules first, and for bare pycs last.
    last = (".py", ".pyc")
    ordered = sorted(suffixes, key=lambda each: last.index(each) if each in last else -1)
    yield from _conflicts_below([(entry, entry) for entry in entries], ordered, "")


def _conflicts_below(
    places: Sequence[tuple[str, str]], suffixes: Sequence[str], parent: str
) -> Iterator[_Conflict]:
    """Yield them for directories, each with the entry that it was reached from."""
    for name, found in _in_several(places, suffixes):
        # The first that is no portion wins, over portions before it too (PEP 420).
        winner = next((each for each in found if not each.is_portion), None)
        others = tuple(each for each in found if each is not winner)
        if winner is not None and not _extends_its_path(winner):
            yield _Conflict(parent + name, winner, others)
            continue
        ordered = others if winner is None else (winner, *others)
        below = [(each.entry, each.path) for each in ordered if each.is_directory]
        yield from _conflicts_below(below, suffixes, f"{parent}{name}.")


def _in_several(
    places: Sequence[tuple[str, str]], suffixes: Sequence[str]
) -> Iterator[tuple[str, list[_Found]]]:
    listings = [(entry, path, _listing(path, suffixes)) for entry, path in places]
    counts = Counter(name for _, _, names in listings for name in names)
    for name in sorted(name for name, count in counts.items() if count > 1):
        looked = (
            _look(entry, f"{path}/{name}", names[name], suffixes)
            for entry, path, names in listings
            if name in names
        )
        found = [each for each in looked if each is not None]
        if len(found) > 1:
            yield name, found


def _listing(directory: str, suffixes: Sequence[str]) -> dict[str, set[str]]:
    """Return the names that may be imported from a directory.

    Each has the suffixes of its modules, and an empty one when it is a directory.
    """
    names: dict[str, set[str]] = {}
    try:
        with os.scandir(directory) as entries:
            for each in entries:
                stem, dot, rest = each.name.partition(".")
                is_module = dot + rest in suffixes
                if (
                    stem.isidentifier()
                    and stem not in _IGNORED
                    and (each.is_file() if is_module else not dot and each.is_dir())
                ):
                    names.setdefault(stem, set()).add(dot + rest)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass  # as for the import system
    return names


def _look(entry: str, path: str, kinds: set[str], suffixes: Sequence[str]) -> _Found | None:
    """Return what the import system finds: a regular package, a module, a portion, or nothing."""
    if "" in kinds:
        for suffix in suffixes:
            if os.path.isfile(f"{path}/__init__{suffix}"):
                return _Found(path, f"{path}/__init__{suffix}", is_portion=False, entry=entry)
    for suffix in suffixes:
        if suffix in kinds:
            return _Found(path + suffix, path + suffix, is_portion=False, entry=entry)
    module = next(_modules(path, suffixes), None)
    return _Found(path, f"{path}/{module}", is_portion=True, entry=entry) if module else None


def _modules(directory: str, suffixes: Sequence[str]) -> Iterator[str]:
    """Yield the files below a directory that could be imported, relative to it."""
    for parent, directories, files in os.walk(directory):
        directories[:] = sorted(filter(str.isidentifier, directories))
        prefix = parent[len(directory) + 1 :]
        for file in sorted(files):
            stem, dot, rest = file.partition(".")
            if dot + rest in suffixes and stem.isidentifier():
                yield f"{prefix}/{file}" if prefix else file


def _invisible(examination: Examination, winner: _Found, other: _Found) -> list[str]:
    """Return the modules that the second of two packages has and the first has not."""
    if not winner.is_directory or not other.is_directory:
        return []
    first, second = (
        {_dotted(file) for file in _modules(each.path, examination.target.suffixes)}
        for each in (winner, other)
    )
    return sorted(second - first)


def _dotted(file: str) -> str:
    directory, _, name = file.rpartition("/")
    stem = name.partition(".")[0]
    parts = [*directory.split("/"), *([] if stem == "__init__" else [stem])]
    return ".".join(part for part in parts if part)


def _extends_its_path(found: _Found) -> bool:
    """Tell whether a regular package lets in portions, as pkgutil and pkg_resources have it."""
    if not found.is_directory:
        return False
    try:
        return _EXTENDS.search(Path(found.file).read_bytes()) is not None
    except OSError:
        return False


def _made_at_startup(examination: Examination, name: str, portion: _Found) -> bool:
    """Tell whether a portion is let in by an ``-nspkg.pth`` of old releases of setuptools."""
    if any(each.path == portion.entry and each.by in _RUN for each in examination.entries):
        for file in Path(portion.entry).glob("*-nspkg.pth"):
            if str(tuple(name.split("."))) in file.read_text("utf-8", "replace"):
                return True
    return False


def _of_one_distribution(examination: Examination, *found: _Found) -> bool:
    """Tell whether these belong to copies of one distribution; it may be in pieces itself."""
    owners = [_owner(examination, each) for each in found]
    keys = {each and each.key for each in owners}
    return None not in keys and len(keys) < len(set(owners))


def _owner(examination: Examination, found: _Found) -> Distribution | None:
    return examination.owners.of(found.file)


def _remedy(examination: Examination, winner: _Found, other: _Found) -> str:
    """Say how both come into one directory."""
    roots = {str(directory.path): directory.root for directory in examination.directories}
    names = [
        each.name for each in (_owner(examination, winner), _owner(examination, other)) if each
    ]
    if len(set(names)) > 1 and roots[winner.entry] == roots.get(other.entry):
        return f"{examination.command('sort')} puts {names[0]} and {names[1]} into one directory"
    return "move one of the two into the directory of the other, if both are wanted"
