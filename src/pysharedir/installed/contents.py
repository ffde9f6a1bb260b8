"""The files of distributions on disk, and the files that belong to none."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError, full_reason
from pysharedir.installed.distribution import top_level
from pysharedir.installed.records import lineage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pysharedir.installed.distribution import Distribution

_CACHE = "__pycache__"
_KEPT = 512  # directories; few distributions have more


@dataclass(frozen=True)
class Contents:
    """The files of a distribution.

    :ivar files: The files that exist, relative to its directory: those in RECORD, the pycs of its
        modules, and all files in its metadata directory, which come last.
    :ivar missing: The files in RECORD that do not exist, or that are directories of which RECORD
        lists no file; without pycs.
    :ivar others: Other names in the directories of its regular packages, by directory.
    """

    files: list[str]
    missing: list[str]
    others: dict[str, set[str]]


class Scan:
    """The entries of a directory, listed once; none if it does not exist.

    :raises OSError: when the directory cannot be listed.
    """

    def __init__(self, path: str) -> None:
        try:
            with os.scandir(path) as entries:
                self.entries = {entry.name: entry for entry in entries}
        except OSError as error:
            _raise_unless_missing(error)
            self.entries = {}

    @cached_property
    def files(self) -> set[str]:
        """The names of all entries but directories; a link to a directory counts as a file."""
        return {
            name for name, entry in self.entries.items() if not entry.is_dir(follow_symlinks=False)
        }

    def is_file(self, name: str) -> bool:
        """Tell whether a name is that of a regular file, not of a link."""
        return name in self.entries and self.entries[name].is_file(follow_symlinks=False)

    @cached_property
    def pycs(self) -> dict[str, list[str]]:
        """Its pycs, by the name of their source."""
        pycs: dict[str, list[str]] = {}
        for name in sorted(filter(self.is_file, self.entries)):
            pycs.setdefault(_source(name), []).append(name)
        return pycs


class Scans:
    """Scans of directories; the latest ones are kept, so that each is listed once.

    A thousand distributions may share the directory of a namespace package.  To keep the scans of
    a whole tree would take half a kilobyte for each file.
    """

    def __init__(self) -> None:
        self._scans: dict[str, Scan] = {}

    def __getitem__(self, path: str) -> Scan:
        scan = self._scans.pop(path, None) or Scan(path)
        self._scans[path] = scan  # the latest one comes last
        if len(self._scans) > _KEPT:
            del self._scans[next(iter(self._scans))]
        return scan


def read(
    distribution: Distribution,
    scans: Scans | None = None,
    base: Path | None = None,
) -> Contents:
    """Return the files of *distribution*.

    :param scans: Directories that were listed before.
    :param base: The directory of the files, when the metadata is elsewhere: then a move is running,
        and it is too late to refuse files that cannot move.
    :raises RecordError: when RECORD cannot be used, a directory cannot be listed or is a link, or
        a file cannot move.
    """
    root = str(base or distribution.directory)
    try:
        return _read(distribution, scans or Scans(), root, is_moving=base is not None)
    except OSError as error:
        raise RecordError(distribution.name, f"cannot be listed: {full_reason(error)}") from error


def metadata(distribution: Distribution) -> list[str]:
    """Return the files in the metadata directory of a distribution."""
    name = distribution.info.name
    return [f"{name}/{path}" for path in sorted(walk(str(distribution.info)))]


def _read(distribution: Distribution, scans: Scans, root: str, *, is_moving: bool) -> Contents:
    listing = distribution.listing
    contents = Contents([], [], {})
    metadata = distribution.info.name
    directories = {parent for path in listing.inside for parent in lineage(path)}
    _refuse_linked_directories(distribution, root, {metadata, *directories}, scans)
    if not is_moving:
        _refuse_files(distribution, root, directories, scans)
    for directory, names in listing.inside.items():
        prefix = f"{directory}/" if directory else ""
        scan = scans[os.path.join(root, directory)]
        own = sorted(names & scan.files)
        if os.path.basename(directory) == _CACHE:
            modules = listing.inside.get(os.path.dirname(directory), set())
            contents.files.extend(
                prefix + name for name in own if scan.is_file(name) and _source(name) not in modules
            )
            continue
        for name in own:
            if not (scan.is_file(name) or is_moving):
                _refuse_odd(distribution, root, prefix + name)
        contents.files.extend(prefix + name for name in own)
        # For Pythons that virtualenv does not support, its RECORD lists pycs and __pycache__.
        cached = {name for name in names if name == _CACHE or _source(name) in names}
        gone = names - cached - scan.files
        contents.missing.extend(
            path for path in sorted(prefix + name for name in gone) if path not in directories
        )
        if listing.regular(directory):
            contents.others[directory] = scan.entries.keys() - names - {_CACHE}
        if _CACHE in scan.entries:
            by_source = scans[os.path.join(root, directory, _CACHE)].pycs
            pycs = (pyc for name in sorted(names) for pyc in by_source.get(name, ()))
            contents.files.extend(f"{prefix}{_CACHE}/{pyc}" for pyc in pycs)
    for path in (f"{metadata}/{name}" for name in sorted(walk(f"{root}/{metadata}"))):
        if not is_moving:
            _refuse_odd_metadata(distribution, root, path)
        contents.files.append(path)
    return contents


def loose(directory: Path, distributions: Iterable[Distribution]) -> list[str]:
    """Return the files in *directory* that belong to no distribution, relative to it.

    A directory in which no file belongs to a distribution is returned in place of its files.  What
    an interrupted pip left is ignored, since nothing can import it.

    :param distributions: The distributions that are installed in the directory.
    """
    owned: set[str] = set()
    whole: set[str] = set()
    for distribution in distributions:
        try:
            owned.update(distribution.listing.files())
        except RecordError:
            names = top_level(distribution)
            whole |= {*names, *(f"{name}.py" for name in names)}
        whole.add(distribution.info.name)
    shared = {path.partition("/")[0] for path in owned if "/" in path}
    left: dict[str, None] = {}
    for path in sorted(walk(str(directory))):
        top = path.partition("/")[0]
        is_known = path in owned or top in whole or top.startswith("~")
        if not is_known and f"/{_CACHE}/" not in f"/{path}":
            left[path if top in shared else top] = None
    return list(left)


def walk(directory: str) -> Iterator[str]:
    """Yield the relative path of every file and link below *directory*, if it exists.

    :raises OSError: when a directory cannot be listed.
    """
    for parent, directories, files in os.walk(directory, onerror=_raise_unless_missing):
        links = [name for name in directories if os.path.islink(os.path.join(parent, name))]
        prefix = parent[len(directory) + 1 :]
        for name in (*files, *links):
            yield f"{prefix}/{name}" if prefix else name


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _refuse_linked_directories(
    distribution: Distribution, root: str, directories: Iterable[str], scans: Scans
) -> None:
    """Refuse files behind a link to a directory: they may belong to anything."""
    for directory in sorted(directories):  # a link comes before what is below it
        entry = _entry(root, directory, scans)
        if entry is not None and entry.is_symlink():
            raise RecordError(distribution.name, f"{directory} is a link to a directory")


def _refuse_files(
    distribution: Distribution, root: str, directories: Iterable[str], scans: Scans
) -> None:
    """Refuse files where directories should be."""
    for directory in sorted(directories):
        entry = _entry(root, directory, scans)
        if entry is not None and not entry.is_dir(follow_symlinks=False):
            raise RecordError(distribution.name, f"{directory} is not a directory")


def _entry(root: str, path: str, scans: Scans) -> os.DirEntry[str] | None:
    """Return the entry of a path, as its directory was listed, or None."""
    directory, _, name = path.rpartition("/")
    return scans[os.path.join(root, directory)].entries.get(name)


def _refuse_odd(distribution: Distribution, root: str, path: str) -> None:
    """Refuse what is neither a file nor a link, and a link that would break by a move."""
    if not os.path.islink(f"{root}/{path}"):
        raise RecordError(distribution.name, f"{path} is not a file")
    to = os.readlink(f"{root}/{path}")
    there = os.path.normpath(os.path.join(root, os.path.dirname(path), to))
    if os.path.isabs(to) == there.startswith(f"{root}/"):
        raise RecordError(distribution.name, f"{path} is a link to {to}, which would not move")


def _refuse_odd_metadata(distribution: Distribution, root: str, path: str) -> None:
    """Refuse the same, and a link out of the metadata, whose target would not move."""
    if stat.S_ISREG(os.lstat(f"{root}/{path}").st_mode):
        return
    _refuse_odd(distribution, root, path)
    to = os.readlink(f"{root}/{path}")
    metadata = f"{root}/{distribution.info.name}/"
    if not os.path.normpath(os.path.join(f"{root}/{path}", os.pardir, to)).startswith(metadata):
        raise RecordError(distribution.name, f"{path} is a link to {to}")


def _source(pyc: str) -> str:
    return f"{pyc.partition('.')[0]}.py" if pyc.endswith(".pyc") else ""
