"""What is installed in a directory: distributions, their files, and what belongs to none."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir import records
from pysharedir.errors import RecordError, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


# What importlib.metadata raises for files that no installer writes; it differs between versions.
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, PackageNotFoundError)


@dataclass(frozen=True)
class Distribution:
    """One installed distribution.

    :ivar info: Its ``.dist-info`` or ``.egg-info`` directory (or egg-info file).
    """

    name: str
    version: str
    info: Path

    @property
    def key(self) -> str:
        """The normalised name."""
        return canonicalize_name(self.name)

    def at(self, directory: Path) -> Distribution:
        """Return the same distribution with its metadata in *directory*."""
        return Distribution(self.name, self.version, directory / self.info.name)


def installed(directory: Path) -> list[Distribution]:
    """Return the distributions whose metadata is in *directory*, sorted by name.

    One whose metadata cannot be read goes by the name of its directory.
    """
    found = []
    for info in _listdir(directory):
        is_egg = info.name == "EGG-INFO" and directory.suffix == ".egg"
        if is_egg or info.suffix in (".dist-info", ".egg-info"):
            name, _, version = info.stem.partition("-")
            # An egg-info may be a file.
            metadata = headers(info / "METADATA", info / "PKG-INFO", info)
            name = str(metadata["Name"] or name)  # one that is not ASCII is no string
            version = str(metadata["Version"] or version)
            found.append(Distribution(name, version, info))
    return sorted(found, key=lambda each: each.key)


def visible(directory: Path) -> list[Distribution]:
    """Return these without what pip left behind when it was interrupted."""
    return [each for each in installed(directory) if not each.info.name.startswith("~")]


def first_of_each_name(found: Iterable[Distribution]) -> dict[str, Distribution]:
    """Return the distributions that importlib.metadata finds, by normalised name.

    :param found: Those of all entries of ``sys.path``, in order.
    """
    first: dict[str, Distribution] = {}
    for each in found:
        first.setdefault(each.key, each)
    return first


def loose(directory: Path) -> list[str]:
    """Return what in *directory* belongs to no distribution, relative to it.

    A directory stands for its files when none of them belongs to one.
    """
    owned: set[str] = set()
    whole: set[str] = set()
    for each in installed(directory):
        try:
            owned.update(records.read(each).files())
        except RecordError:
            names = top_level(each)
            whole |= {*names, *(f"{name}.py" for name in names)}
        whole.add(each.info.name)
    shared = {path.partition("/")[0] for path in owned if "/" in path}
    left: dict[str, None] = {}
    for path in sorted(walk(str(directory))):
        top = path.partition("/")[0]
        if path not in owned and top not in whole and "/__pycache__/" not in f"/{path}":
            left[path if top in shared else top] = None
    return list(left)


@dataclass(frozen=True)
class Contents:
    """The files of a distribution.

    :ivar files: Those that are there, relative to its directory: all that RECORD lists, the pycs
        of its modules, and whatever is in its metadata directory, which comes last.
    :ivar missing: Those that RECORD lists and that are not there, but for pycs.
    :ivar others: What else is in its directories, by directory.
    """

    listing: records.Listing
    files: list[str]
    missing: list[str]
    others: dict[str, set[str]]


def contents(distribution: Distribution, base: Path | None = None) -> Contents:
    """Return the files of *distribution*.

    :param base: The directory to look for them in, when the metadata is not in it.
    :raises RecordError: when RECORD cannot tell, a directory cannot be listed, or links make a
        move unsafe.
    """
    try:
        return _contents(distribution, str(base or distribution.info.parent))
    except OSError as error:
        raise RecordError(distribution.name, f"cannot be listed: {said(error)}") from error


def _contents(distribution: Distribution, root: str) -> Contents:
    listing = records.read(distribution)
    found = Contents(listing, [], [], {})
    _refuse_linked_directories(distribution, root, listing)
    for directory, names in listing.inside.items():
        prefix = f"{directory}/" if directory else ""
        there = _entries(root, directory)
        if directory.endswith("__pycache__"):
            modules = listing.inside.get(os.path.dirname(directory), set())
            found.files.extend(
                prefix + name
                for name in sorted(names & there.keys())
                if _source(name) not in modules
            )
            continue
        mine = [
            n for n in sorted(names & there.keys()) if not there[n].is_dir(follow_symlinks=False)
        ]
        for name in mine:
            if there[name].is_symlink():
                _refuse_leading_out(distribution, root, prefix + name)
        found.files.extend(prefix + name for name in mine)
        # virtualenv lists pycs beside their sources for Pythons that it has no support for.
        gone = (name for name in sorted(names - there.keys()) if _source(name) not in names)
        found.missing.extend(prefix + name for name in gone)
        found.others[directory] = there.keys() - names - {"__pycache__"}
        if "__pycache__" in there:
            cache = f"{prefix}__pycache__"
            cached = sorted(_entries(root, cache))
            found.files.extend(f"{cache}/{name}" for name in cached if _source(name) in names)
    metadata = distribution.info.name
    found.files.extend(f"{metadata}/{name}" for name in sorted(walk(f"{root}/{metadata}")))
    return found


def walk(directory: str) -> Iterator[str]:
    """Yield the relative path of every file and link below *directory*, if that is there.

    :raises OSError: when not all can be listed.
    """
    for parent, directories, files in os.walk(directory, onerror=_raise_unless_missing):
        links = [name for name in directories if os.path.islink(os.path.join(parent, name))]
        prefix = parent[len(directory) + 1 :]
        for name in (*files, *links):
            yield f"{prefix}/{name}" if prefix else name


def _entries(root: str, directory: str) -> dict[str, os.DirEntry[str]]:
    """Return what is in a directory, if that is there."""
    try:
        with os.scandir(os.path.join(root, directory)) as found:
            return {each.name: each for each in found}
    except OSError as error:
        _raise_unless_missing(error)
        return {}


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _refuse_linked_directories(
    distribution: Distribution, root: str, listing: records.Listing
) -> None:
    """Refuse files behind a link to a directory: they may be anybody's."""
    seen: set[str] = {""}
    for directory in listing.inside:
        parent = directory
        while parent not in seen:
            seen.add(parent)
            if os.path.islink(f"{root}/{parent}"):
                raise RecordError(distribution.name, f"{parent} is a link to a directory")
            parent = parent.rpartition("/")[0]


def _refuse_leading_out(distribution: Distribution, root: str, path: str) -> None:
    """Refuse a link that would lead elsewhere from another directory."""
    to = os.readlink(f"{root}/{path}")
    there = os.path.normpath(os.path.join(root, os.path.dirname(path), to))
    if os.path.isabs(to) == there.startswith(f"{root}/"):
        raise RecordError(distribution.name, f"{path} is a link to {to}, which would not move")


def _source(pyc: str) -> str:
    return f"{pyc.partition('.')[0]}.py" if pyc.endswith(".pyc") else ""


def headers(*paths: Path) -> Message:
    """Return the headers of the first file that can be read; none when there is no such file."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file():  # a FIFO would be waited for
                with path.open("rb") as file:
                    return BytesHeaderParser().parse(file)
    return Message()


def _listdir(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:
        return []


def top_level(distribution: Distribution) -> set[str]:
    """Return the names in ``top_level.txt``, which setuptools writes."""
    try:
        return set((distribution.info / "top_level.txt").read_text("utf-8", "replace").split())
    except OSError:
        return set()
