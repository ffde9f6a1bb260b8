"""Faults of modules and packages that are in several directories."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.doctor.findings import Finding
from pysharedir.interpreter import content, pth
from pysharedir.interpreter.syspath import Origin, Role
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pysharedir.doctor.examination import Examination

# Other checks look at startup files and the hook.
_IGNORED = frozenset(
    ("__init__", "__main__", "__pycache__", "sitecustomize", "usercustomize", "_pysharedir")
)
# In the directory of a project, which a path line or PYTHONPATH may name, these are not packages.
_OF_PROJECTS = frozenset(
    ("benchmarks", "build", "doc", "docs", "examples", "scripts", "test", "tests", "tools")
)
_RUN = (Origin.SITE, Origin.HOOK)  # they run the .pth files of the site dirs that they add
# `why` uses the same, see the program `lookup` for targets.
EXTENDS = re.compile(
    rb"extend_path\(|declare_namespace\(|__path__\s*\+?=(?!=)|__path__\.(append|extend|insert)"
)


class _Form(Enum):
    """What something is to the import system (PEP 420)."""

    MODULE = "module"
    PACKAGE = "regular package"
    PORTION = "portion of a namespace package"


@dataclass(frozen=True)
class _Candidate:
    """What a name is in one directory, to the import system.

    :ivar path: The file of a module, the directory of a package.
    :ivar file: The module, the ``__init__`` of a regular package, any module of a portion.
    :ivar entry: The entry of ``sys.path`` that leads to it.
    """

    form: _Form
    path: str
    file: str
    entry: str


@dataclass(frozen=True)
class _Conflict:
    """What Python imports by a name, and what that hides."""

    name: str
    winner: _Candidate
    others: tuple[_Candidate, ...]


def twice(examination: Examination) -> Iterator[Finding]:
    """Find modules and packages that another one in the same root shadows completely."""
    for _, winner, other in _second_copies(examination):
        if not _invisible(examination, winner, other):
            yield Finding(
                about=other.path,
                reason=f"shadowed by {winner.path}, which comes first",
                remedy="remove the one that you do not want, or uninstall its distribution",
            )


def halved(examination: Examination) -> Iterator[Finding]:
    """Find regular packages that are split over two directories of one root."""
    for name, winner, other in _second_copies(examination):
        modules = _invisible(examination, winner, other)
        if modules:
            yield Finding(
                about=other.path,
                reason=f"Python cannot import {name}.{some(modules)}: "
                f"{winner.path} comes first, and has no such module",
                remedy=_remedy(examination, winner, other),
            )


def hidden(examination: Examination) -> Iterator[Finding]:
    """Find portions of namespace packages that a module or regular package hides."""
    own = {str(directory.path) for directory in examination.directories}
    by_the_user = {entry.path for entry in examination.entries if entry.by is Origin.PYTHONPATH}
    for conflict in _conflicts(_directories(examination), examination.target.suffixes):
        winner = conflict.winner
        if winner.entry not in own:
            continue
        for other in conflict.others:
            if (
                other.form is not _Form.PORTION
                or other.entry in by_the_user - own
                or (other.entry not in own and conflict.name in _OF_PROJECTS)
                or _of_one_distribution(examination, winner, other)
                or _made_at_startup(examination, conflict.name, other)
            ):
                continue
            yield Finding(
                about=other.path,
                reason=f"Python cannot import its modules, such as {os.path.basename(other.file)}: "
                f"{winner.file} hides them",
                remedy=_remedy(examination, winner, other),
            )


def _second_copies(examination: Examination) -> Iterator[tuple[str, _Candidate, _Candidate]]:
    """Yield each name with what Python imports by it and what that shadows, in the same root.

    Another check finds copies of one distribution.
    """
    for root in dict.fromkeys(directory.root for directory in examination.directories):
        paths = [
            str(directory.path) for directory in examination.directories if directory.root == root
        ]
        for conflict in _conflicts(paths, examination.target.suffixes):
            winner = conflict.winner
            for other in conflict.others:
                is_portion = other.form is _Form.PORTION
                if not is_portion and not _of_one_distribution(examination, winner, other):
                    yield conflict.name, winner, other


def _directories(examination: Examination) -> list[str]:
    """Return those on ``sys.path``, each once."""
    directories: list[str] = []
    for entry in examination.view.path:
        if os.path.isdir(entry) and not layout.lists(directories, entry):
            directories.append(str(Path(entry)))
    return directories


def _conflicts(entries: Iterable[str], suffixes: Sequence[str]) -> Iterator[_Conflict]:
    """Yield the names with hidden parts in *entries*, also in namespace packages."""
    # The import system looks for compiled modules first, and for bare pycs last.
    last = (".py", ".pyc")
    ordered = sorted(suffixes, key=lambda suffix: last.index(suffix) if suffix in last else -1)
    yield from _conflicts_below([(entry, entry) for entry in entries], ordered, "")


def _conflicts_below(
    directories: Sequence[tuple[str, str]], suffixes: Sequence[str], parent: str
) -> Iterator[_Conflict]:
    """Yield the names below *parent* with hidden parts.

    :param directories: Where Python looks for modules of *parent*, each after the entry that leads
        to it.
    :param suffixes: In the order in which the import system tries them.
    """
    for name, candidates in _in_several(directories, suffixes):
        # The first that is no portion wins, even over portions before it (PEP 420).
        no_portions = (each for each in candidates if each.form is not _Form.PORTION)
        winner = next(no_portions, None)
        others = tuple(candidate for candidate in candidates if candidate is not winner)
        if winner is not None and not _extends_its_path(winner):
            yield _Conflict(parent + name, winner, others)
            continue
        ordered = others if winner is None else (winner, *others)
        below = [(other.entry, other.path) for other in ordered if other.form is not _Form.MODULE]
        yield from _conflicts_below(below, suffixes, f"{parent}{name}.")


def _in_several(
    directories: Sequence[tuple[str, str]], suffixes: Sequence[str]
) -> Iterator[tuple[str, list[_Candidate]]]:
    """Yield the names that several directories have, with what they are there."""
    listings = [(entry, path, _listing(path, suffixes)) for entry, path in directories]
    counts = Counter(name for _, _, names in listings for name in names)
    for name in sorted(name for name, count in counts.items() if count > 1):
        candidates = [
            candidate
            for entry, path, names in listings
            if name in names
            and (candidate := _candidate(entry, f"{path}/{name}", names[name], suffixes))
        ]
        if len(candidates) > 1:
            yield name, candidates


def _listing(directory: str, suffixes: Sequence[str]) -> dict[str, set[str]]:
    """Return the names that Python can import from a directory.

    Each has the suffixes of its modules, and an empty one when it is a directory.
    """
    names: dict[str, set[str]] = {}
    try:
        with os.scandir(directory) as entries:
            for file in entries:
                stem, dot, rest = file.name.partition(".")
                is_module = dot + rest in suffixes
                if (
                    stem.isidentifier()
                    and stem not in _IGNORED
                    and (file.is_file() if is_module else not dot and file.is_dir())
                ):
                    names.setdefault(stem, set()).add(dot + rest)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass  # as for the import system
    return names


def _candidate(
    entry: str, path: str, endings: set[str], suffixes: Sequence[str]
) -> _Candidate | None:
    """Return what the import system finds in one directory, None when it finds nothing.

    :param path: That of a package of this name.
    :param endings: The suffixes of this name, see :func:`_listing`.
    """
    if "" in endings:
        for suffix in suffixes:
            if os.path.isfile(f"{path}/__init__{suffix}"):
                return _Candidate(_Form.PACKAGE, path, f"{path}/__init__{suffix}", entry)
    for suffix in suffixes:
        if suffix in endings:
            return _Candidate(_Form.MODULE, path + suffix, path + suffix, entry)
    module = next(_modules(path, suffixes), None)
    return _Candidate(_Form.PORTION, path, f"{path}/{module}", entry) if module else None


def _modules(directory: str, suffixes: Sequence[str]) -> Iterator[str]:
    """Yield the files below a directory that Python could import, relative to it."""
    for parent, directories, files in os.walk(directory):
        directories[:] = sorted(filter(str.isidentifier, directories))
        prefix = parent[len(directory) + 1 :]
        for file in sorted(files):
            stem, dot, rest = file.partition(".")
            if dot + rest in suffixes and stem.isidentifier():
                yield f"{prefix}/{file}" if prefix else file


def _invisible(examination: Examination, winner: _Candidate, other: _Candidate) -> list[str]:
    """Return the modules that the second of two packages has and the first does not."""
    if _Form.MODULE in (winner.form, other.form):
        return []
    first, second = (
        {_dotted(file) for file in _modules(package.path, examination.target.suffixes)}
        for package in (winner, other)
    )
    return sorted(second - first)


def _dotted(file: str) -> str:
    directory, _, name = file.rpartition("/")
    stem = name.partition(".")[0]
    parts = [*directory.split("/"), *([] if stem == "__init__" else [stem])]
    return ".".join(part for part in parts if part)


def _extends_its_path(package: _Candidate) -> bool:
    """Tell whether a regular package adds portions, as pkgutil and pkg_resources do."""
    if package.form is not _Form.PACKAGE:
        return False
    try:
        return EXTENDS.search(content.read(package.file)) is not None
    except OSError:
        return False


def _made_at_startup(examination: Examination, name: str, portion: _Candidate) -> bool:
    """Tell whether an ``-nspkg.pth`` of old releases of setuptools adds a portion."""
    run: tuple[Origin | Role, ...] = _RUN
    if any(hook.settings.prefix_startup_files for hook in examination.hooks):
        run = (*_RUN, Role.PREFIX_SITE_DIR, Role.PREFIX_SHAREDIR)
    entries = (entry for entry in examination.entries if entry.path == portion.entry)
    if not any(entry.by in run or entry.role in run for entry in entries):
        return False
    parts = str(tuple(name.split(".")))
    return any(
        line.kind is pth.Kind.IMPORT_LINE and parts in line.text
        for file in Path(portion.entry).glob("*-nspkg.pth")
        for line in pth.read(str(file), examination.target.version_info)
    )


def _of_one_distribution(examination: Examination, winner: _Candidate, other: _Candidate) -> bool:
    """Tell whether these belong to copies of one distribution, which may itself be split."""
    owners = [examination.owner_of(candidate.file) for candidate in (winner, other)]
    keys = {owner and owner.key for owner in owners}
    return None not in keys and len(keys) < len(set(owners))


def _remedy(examination: Examination, winner: _Candidate, other: _Candidate) -> str:
    """Say how to get both into one directory."""
    roots = {str(directory.path): directory.root for directory in examination.directories}
    owners = [examination.owner_of(candidate.file) for candidate in (winner, other)]
    names = [owner.name for owner in owners if owner]
    if len(set(names)) > 1 and roots[winner.entry] == roots.get(other.entry):
        return f"{examination.command('sort')} puts {names[0]} and {names[1]} into one directory"
    return "move one of the two into the directory of the other, if you want both"
