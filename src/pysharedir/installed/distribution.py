"""Distributions that are installed in a directory; the metadata of each is read once."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.errors import RecordError
from pysharedir.installed import records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from pysharedir.installed.records import Listing

# The errors that importlib.metadata raises for invalid files; they differ between versions.
# PackageNotFoundError is an ImportError.
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError)


# The end of the headers: the description after it may be long.
_END = re.compile(rb"(?<=\n)\r?\n")
# Files that may be left in a metadata directory without METADATA (python/cpython#100666).
_HINTS = frozenset({"INSTALLER", "REQUESTED", "direct_url.json"})


class Metadata:
    """The metadata directory of a distribution; each file is read once.

    :param message: The headers of METADATA, if they were read and are valid.
    """

    def __init__(self, name: str, info: Path, message: Message | None = None) -> None:
        self._name = name
        self._info = info
        self._message = message

    @cached_property
    def record(self) -> Listing | RecordError:
        """What RECORD lists, or why it cannot be used."""
        _ = self.record_stamp  # taken before RECORD is read
        try:
            return records.read(self._name, self._info)
        except RecordError as error:
            return error

    @cached_property
    def record_stamp(self) -> tuple[int, ...] | None:
        """The stamp of RECORD, which a replaced or changed RECORD does not have."""
        return stamp(self._info / "RECORD")

    @cached_property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """What ``entry_points.txt`` declares; reading that raises one of :data:`UNREADABLE`."""
        from pysharedir.installed.parsed import Parsed  # noqa: PLC0415  # 10 ms

        return tuple(Parsed(self._info).entry_points)

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """The dependency specifiers; reading them raises one of :data:`UNREADABLE`."""
        from pysharedir.installed.parsed import Parsed  # noqa: PLC0415  # 10 ms

        return tuple(Parsed(self._info, self._message).requires or ())


@dataclass(frozen=True)
class Distribution:
    """One installed distribution.

    Its metadata is read once: to see a change, call :func:`installed` again.

    :ivar info: Its ``.dist-info`` or ``.egg-info`` directory (or egg-info file).
    """

    name: str
    version: str
    info: Path
    _metadata: Metadata | None = field(default=None, compare=False, repr=False)

    @cached_property
    def key(self) -> str:
        """The normalized name."""
        return canonicalize_name(self.name)

    @property
    def directory(self) -> Path:
        """The directory that its metadata is in."""
        return self.info.parent

    @property
    def is_left_behind(self) -> bool:
        """Whether pip renamed it in order to remove it, but was interrupted; pip ignores it now."""
        return self.info.name.startswith("~")

    @cached_property
    def is_hollow(self) -> bool:
        """Whether its metadata directory has none of the files by which installers find one."""
        try:
            return not self.info.is_symlink() and _HINTS.issuperset(os.listdir(self.info))
        except OSError:
            return False

    @cached_property
    def metadata(self) -> Metadata:
        """Its metadata."""
        return self._metadata or Metadata(self.name, self.info)

    @property
    def listing(self) -> Listing:
        """What its RECORD lists.

        :raises RecordError: when there is none, it cannot be read, or it lists an absolute path.
        """
        record = self.metadata.record
        if isinstance(record, RecordError):
            raise record
        return record

    def at(self, directory: Path) -> Distribution:
        """Return the distribution with its metadata in *directory*, to be read there."""
        return Distribution(self.name, self.version, directory / self.info.name)

    def renamed_to(self, directory: Path) -> Distribution:
        """Return the distribution in *directory*, with the metadata that was read before."""
        known = vars(self).get("metadata", self._metadata)
        return Distribution(self.name, self.version, directory / self.info.name, known)


def stamp(path: Path) -> tuple[int, ...] | None:
    """Return a value that changes when a file is changed or replaced; None without a file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def installed(directory: Path) -> list[Distribution]:
    """Return the distributions whose metadata is in *directory*, sorted by name.

    When the metadata cannot be read, name and version come from the name of its directory.
    """
    distributions = []
    for info in _listdir(directory):
        is_egg = info.name == "EGG-INFO" and directory.suffix == ".egg"
        if is_egg or info.suffix in (".dist-info", ".egg-info"):
            name, _, version = info.stem.partition("-")
            # An .egg-info may be a file.
            message = headers(info / "METADATA", info / "PKG-INFO", info)
            name = "".join(values(message, "Name")[:1]) or name
            version = "".join(values(message, "Version")[:1]) or version
            # A value that is not UTF-8 is not a str.
            is_sound = message.keys() and all(isinstance(each, str) for each in message.values())
            read = Metadata(name, info, message if is_sound else None)
            distributions.append(Distribution(name, version, info, read))
    return sorted(distributions, key=lambda each: each.key)


def whole(distributions: Iterable[Distribution]) -> list[Distribution]:
    """Return *distributions* without those that an interrupted pip left."""
    return [each for each in distributions if not each.is_left_behind]


def first_of_each_name(distributions: Iterable[Distribution]) -> dict[str, Distribution]:
    """Return the distributions that importlib.metadata finds, by normalized name.

    :param distributions: The distributions in all entries of ``sys.path``, in order.
    """
    first: dict[str, Distribution] = {}
    for each in distributions:
        first.setdefault(each.key, each)
    return first


def headers(*paths: Path) -> Message:
    """Return the headers of the first readable file of *paths*; none if there is no such file."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file():  # opening a FIFO would wait for a writer
                content = _END.split(path.read_bytes(), maxsplit=1)[0]
                message = HeaderParser().parsestr(content.decode("utf-8", "surrogateescape"))
                message.set_payload("")
                return message
    return Message()


def values(message: Message, name: str) -> list[str]:
    """Return the values of a header; bytes that are not UTF-8 are replaced."""
    return [
        value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for header, value in message.raw_items()
        if header.lower() == name.lower()
    ]


def top_level(distribution: Distribution) -> set[str]:
    """Return the names in ``top_level.txt``, which setuptools writes."""
    return set(text(distribution.info / "top_level.txt").split())


def text(path: Path) -> str:
    """Return the text of a metadata file; empty when it cannot be read."""
    try:
        return path.read_text("utf-8", "replace") if path.is_file() else ""  # a FIFO, as above
    except OSError:
        return ""


def _listdir(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:
        return []
