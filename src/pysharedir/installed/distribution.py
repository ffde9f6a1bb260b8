"""Distributions that are installed in a directory, each read once."""

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

# What importlib.metadata raises for files that no installer writes; it differs between versions.
# Its PackageNotFoundError is an ImportError.
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError)


# What ends the headers: descriptions are long.
_END = re.compile(rb"(?<=\n)\r?\n")
# What may be left of a metadata directory without METADATA and RECORD (python/cpython#100666).
_HINTS = frozenset({"INSTALLER", "REQUESTED", "direct_url.json"})


class Metadata:
    """What the metadata directory of a distribution says, each file read once.

    :param message: The headers of METADATA, if they were read, and are what installers write.
    """

    def __init__(self, name: str, info: Path, message: Message | None = None) -> None:
        self._name = name
        self._info = info
        self._message = message

    @cached_property
    def record(self) -> Listing | RecordError:
        """What RECORD lists, or why it lists nothing."""
        _ = self.record_stamp  # of before
        try:
            return records.read(self._name, self._info)
        except RecordError as error:
            return error

    @cached_property
    def record_stamp(self) -> tuple[int, ...] | None:
        """What tells this RECORD from one that takes its place."""
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

    What was read of its metadata is kept: whoever wants to see a change asks :func:`installed`.

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
        """Whether pip has renamed it to remove it, was interrupted, and ignores it since."""
        return self.info.name.startswith("~")

    @cached_property
    def is_hollow(self) -> bool:
        """Whether it is a directory without any of the files by which installers know one."""
        try:
            return not self.info.is_symlink() and _HINTS.issuperset(os.listdir(self.info))
        except OSError:
            return False

    @cached_property
    def metadata(self) -> Metadata:
        """What its metadata directory says."""
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
        """Return it with its metadata in *directory*, to be read there."""
        return Distribution(self.name, self.version, directory / self.info.name)

    def renamed_to(self, directory: Path) -> Distribution:
        """Return it with the same metadata in *directory*: what was read of it is known there."""
        known = vars(self).get("metadata", self._metadata)
        return Distribution(self.name, self.version, directory / self.info.name, known)


def stamp(path: Path) -> tuple[int, ...] | None:
    """Return what tells a file from one that takes its place; None when there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def installed(directory: Path) -> list[Distribution]:
    """Return the distributions whose metadata is in *directory*, sorted by name.

    One whose metadata cannot be read has the name of its directory.
    """
    distributions = []
    for info in _listdir(directory):
        is_egg = info.name == "EGG-INFO" and directory.suffix == ".egg"
        if is_egg or info.suffix in (".dist-info", ".egg-info"):
            name, _, version = info.stem.partition("-")
            # An egg-info may be a file.
            message = headers(info / "METADATA", info / "PKG-INFO", info)
            name = "".join(values(message, "Name")[:1]) or name
            version = "".join(values(message, "Version")[:1]) or version
            # A value that is not UTF-8 is no string.
            is_sound = message.keys() and all(isinstance(each, str) for each in message.values())
            read = Metadata(name, info, message if is_sound else None)
            distributions.append(Distribution(name, version, info, read))
    return sorted(distributions, key=lambda each: each.key)


def whole(distributions: Iterable[Distribution]) -> list[Distribution]:
    """Return these without what pip left behind when it was interrupted."""
    return [each for each in distributions if not each.is_left_behind]


def first_of_each_name(distributions: Iterable[Distribution]) -> dict[str, Distribution]:
    """Return the distributions that importlib.metadata finds, by normalized name.

    :param distributions: Those of all entries of ``sys.path``, in order.
    """
    first: dict[str, Distribution] = {}
    for each in distributions:
        first.setdefault(each.key, each)
    return first


def headers(*paths: Path) -> Message:
    """Return the headers of the first file that can be read; none when there is no such file."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file():  # a FIFO would be waited for
                content = _END.split(path.read_bytes(), maxsplit=1)[0]
                message = HeaderParser().parsestr(content.decode("utf-8", "surrogateescape"))
                message.set_payload("")
                return message
    return Message()


def values(message: Message, name: str) -> list[str]:
    """Return the values of a header, in each of which what is not UTF-8 is replaced."""
    return [
        value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for header, value in message.raw_items()
        if header.lower() == name.lower()
    ]


def top_level(distribution: Distribution) -> set[str]:
    """Return the names in ``top_level.txt``, which setuptools writes."""
    return set(text(distribution.info / "top_level.txt").split())


def text(path: Path) -> str:
    """Return a small file of metadata; an empty text when it cannot be read."""
    try:
        return path.read_text("utf-8", "replace") if path.is_file() else ""  # a FIFO, as above
    except OSError:
        return ""


def _listdir(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:
        return []
