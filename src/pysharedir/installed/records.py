"""RECORD: the files of a distribution, and where they are.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import stat
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    # A path, and the hash and the size of the file.
    Row = tuple[str, str, str]

_IMPORTABLE = (".py", ".pyc", ".so", ".pth", ".start")


@dataclass(frozen=True)
class Listing:
    """What RECORD lists.

    :ivar inside: The names of files by directory, relative to the directory that holds the
        metadata, which is ``""``; without the metadata itself.
    :ivar outside: Paths that lead out of that directory, relative to it.
    :ivar foreign: Paths in it that belong to no distribution, whatever RECORD says: the hook, and
        the metadata of other distributions.
    :ivar hashes: The hashes of the files outside, such as ``sha256=...``.
    """

    inside: dict[str, set[str]]
    outside: tuple[str, ...]
    foreign: tuple[str, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)

    def files(self) -> Iterator[str]:
        """Yield the files inside."""
        for directory, names in self.inside.items():
            for name in names:
                yield f"{directory}/{name}" if directory else name

    def tops(self) -> frozenset[str]:
        """Return the top-level names of what is inside."""
        directories = {directory.partition("/")[0] for directory in self.inside}
        return frozenset((directories | self.inside.get("", set())) - {"", "__pycache__"})

    def regular(self, directory: str) -> str | None:
        """Return the outermost regular package that *directory* is in, by what is listed."""
        for parent in lineage(directory):
            if is_regular(self.inside.get(parent, ())):
                return parent
        return None

    def entry_modules(self) -> Iterator[str]:
        """Yield the files without which the import system finds no file of the distribution.

        These are modules outside regular packages, the ``__init__`` of the outermost regular
        packages, and startup files.
        """
        for directory, names in self.inside.items():
            if directory and not all(map(str.isidentifier, directory.split("/"))):
                continue  # not a package, but libraries of extension modules, for example
            package = self.regular(directory)
            if package not in (None, directory):
                continue
            for name in names:
                if name.startswith("__init__.") if package else name.endswith(_IMPORTABLE):
                    yield f"{directory}/{name}" if directory else name


def lineage(directory: str) -> list[str]:
    """Return a directory and its parents, the outermost first."""
    parts = directory.split("/") if directory else []
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def is_regular(names: Iterable[str]) -> bool:
    """Tell whether a directory with files of these names is a regular package."""
    return any(name.startswith("__init__.") for name in names)


def is_package(directory: str) -> bool:
    """Tell whether a directory on disk is a regular package."""
    try:
        return is_regular(os.listdir(directory))
    except OSError:
        return False


def read(name: str, info: Path) -> Listing:
    """Return what a RECORD lists.

    :param name: The name of the distribution.
    :param info: Its metadata directory.
    :raises RecordError: when there is none, it cannot be read, or it lists an absolute path.
    """
    inside: dict[str, set[str]] = {}
    hashes: dict[str, str] = {}
    outside, foreign = [], []
    metadata = info.name
    for listed, digest, _ in rows(name, info):
        path = os.path.normpath(listed)
        if "\0" in path:
            raise RecordError(name, f"RECORD has a path that is not valid: {path!r}")
        if path.startswith("/"):
            raise RecordError(name, f"RECORD has an absolute path: {path}")
        directory, _, file = path.rpartition("/")
        if _is_outside(path):
            outside.append(path)
            hashes[path] = digest
        elif directory == metadata or directory.startswith(f"{metadata}/"):
            continue
        elif layout.is_reserved(path) or _is_metadata(directory):
            foreign.append(path)
        else:
            inside.setdefault(directory, set()).add(file)
    return Listing(inside, tuple(outside), tuple(foreign), hashes)


def _is_outside(path: str) -> bool:
    return path == os.pardir or path.startswith("../")


def _is_metadata(directory: str) -> bool:
    return directory.partition("/")[0].endswith(".dist-info")


def rows(name: str, info: Path) -> Iterator[Row]:
    """Yield the rows of a RECORD: path, hash and size.

    :raises RecordError: when there is none, or it cannot be read.
    """
    yield from _parsed(name, _content(name, info))


def row_of(path: str, content: bytes) -> Row:
    """Return the row for a file."""
    return path, f"sha256={encoded(hashlib.sha256(content).digest())}", str(len(content))


def encoded(digest: bytes) -> str:
    """Return a digest as RECORD has it."""
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def rewritten(name: str, content: bytes, rewrite: Callable[[Row], Row | None]) -> bytes:
    """Return RECORD with new rows for the files outside; all other bytes stay the same.

    :param content: RECORD as it is.
    :param rewrite: Returns the new row for a row with a normalised path, or None to leave it out.
    :raises RecordError: when RECORD cannot be read.
    """
    try:
        text = content.decode()
    except ValueError as error:
        raise RecordError(name, f"RECORD cannot be read: {error}") from error
    listed = list(_parsed(name, text))
    lines = text.splitlines(keepends=True)
    ending = "\r\n" if text.endswith("\r\n") else "\n"
    whole = len(lines) == len(
        listed
    )  # each row is one line: none is blank, and no path has a line end
    wanted = []
    for number, row in enumerate(listed):
        plain = (os.path.normpath(row[0]), *row[1:])
        new = rewrite(plain) if _is_outside(plain[0]) else row
        if new is not None:
            kept = whole and new in (plain, row)
            wanted.append(lines[number] if kept else _line(new, ending))
    return "".join(wanted).encode()


def _content(name: str, info: Path) -> str:
    path = info / "RECORD"
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RecordError(name, "RECORD is not a file")
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise RecordError(name, "has no RECORD, so its files are not known") from None
    except (OSError, ValueError) as error:
        raise RecordError(name, f"RECORD cannot be read: {error}") from error


def _parsed(name: str, text: str) -> Iterator[Row]:
    # This imports all of installer, 20 ms that a command without a RECORD does not need.
    from installer.records import InvalidRecordEntry, parse_record_file  # noqa: PLC0415

    try:
        yield from parse_record_file(StringIO(text, newline=""))
    except (ValueError, csv.Error, InvalidRecordEntry) as error:
        raise RecordError(name, f"RECORD cannot be read: {error}") from error


def _line(row: Row, ending: str) -> str:
    text = StringIO()
    # With "\n" as terminator, the writer would not quote a path with "\r", which could not be read.
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().removesuffix("\r\n") + ending
