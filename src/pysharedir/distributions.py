"""What is installed in a directory: distributions, their files, and what belongs to none."""

from __future__ import annotations

import contextlib
import csv
import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, PathDistribution
from io import StringIO
from typing import TYPE_CHECKING

from installer.records import InvalidRecordEntry, RecordEntry, parse_record_file
from packaging.utils import canonicalize_name

from pysharedir.changes import pycs
from pysharedir.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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

    def record(self) -> list[RecordEntry]:
        """Return the entries of RECORD.

        :raises RecordError: when there is none, or it cannot be read.
        """
        path = self.info / "RECORD"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return [RecordEntry.from_elements(*row) for row in parse_record_file(file)]
        except FileNotFoundError:
            raise RecordError(self.name, "has no RECORD, so its files are not known") from None
        except (OSError, ValueError, InvalidRecordEntry) as error:
            raise RecordError(self.name, f"RECORD cannot be read: {error}") from error


def installed(directory: Path) -> list[Distribution]:
    """Return the distributions whose metadata is in *directory*, sorted by name.

    One whose metadata cannot be read goes by the name of its directory.
    """
    found = []
    for info in _listdir(directory):
        if info.suffix in (".dist-info", ".egg-info"):
            name, _, version = info.stem.partition("-")
            with contextlib.suppress(OSError, ValueError, LookupError, PackageNotFoundError):
                metadata = PathDistribution(info).metadata
                name, version = metadata["Name"] or name, metadata["Version"] or version
            found.append(Distribution(name, version, info))
    return sorted(found, key=lambda each: each.key)


def loose(directory: Path) -> list[str]:
    """Return what in *directory* belongs to no distribution, relative to it.

    A directory stands for its files when none of them belongs to one.
    """
    owned: set[str] = set()
    whole: set[str] = set()
    for each in installed(directory):
        try:
            owned |= {os.path.normpath(entry.path) for entry in each.record()}
        except RecordError:
            whole |= {each.info.name, *_top_level(each.info)}
    names: dict[str, None] = {}
    for path in sorted(_files(directory)):
        top = path.split("/")[0]
        if path not in owned and top not in whole:
            shared = any(each.startswith(top + "/") for each in owned)
            names[path if shared else top] = None
    return list(names)


def files_of(distribution: Distribution) -> list[str]:
    """Return the files of a distribution inside its directory, relative to it.

    The pycs of its modules are among them, its metadata comes last.

    :raises RecordError: when it cannot be told, or a path is absolute.
    """
    base = distribution.info.parent
    inside: dict[str, None] = {}
    for entry in distribution.record():
        path = os.path.normpath(entry.path)
        if os.path.isabs(path):
            raise RecordError(distribution.name, f"RECORD has an absolute path: {path}")
        if not path.startswith("..") and os.path.lexists(base / path):
            inside[path] = None
    for pyc in pycs(base / path for path in inside):
        inside[str(pyc.relative_to(base))] = None
    metadata = distribution.info.name + "/"
    return sorted(inside, key=lambda path: (path.startswith(metadata), path))


def rewritten_record(distribution: Distribution, directory: Path) -> bytes:
    """Return RECORD as it must be when the distribution is in *directory*.

    Paths are relative to the directory that holds ``.dist-info``, so those of scripts change with
    it (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
    """
    base = distribution.info.parent
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for entry in distribution.record():
        path, *rest = entry.to_row()
        if os.path.normpath(path).startswith(".."):
            path = os.path.relpath(os.path.normpath(base / path), directory)
        writer.writerow((path, *rest))
    return text.getvalue().encode()


def _listdir(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:
        return []


def _top_level(info: Path) -> set[str]:
    try:
        names = (info / "top_level.txt").read_text("utf-8").split()
    except OSError:
        return set()
    return {*names, *(f"{name}.py" for name in names)}


def _files(directory: Path) -> Iterator[str]:
    for parent, directories, files in os.walk(directory):
        if "__pycache__" in directories:
            directories.remove("__pycache__")
        for name in files:
            yield os.path.relpath(os.path.join(parent, name), directory)
