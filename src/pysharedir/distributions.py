"""What is installed in a directory: distributions, their files, and what belongs to none."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from importlib.metadata import PathDistribution
from io import StringIO
from pathlib import Path

from installer.records import InvalidRecordEntry, RecordEntry, parse_record_file
from packaging.utils import canonicalize_name

from pysharedir.changes import pycs
from pysharedir.errors import RecordError


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
    """Return the distributions whose metadata is in *directory*, sorted by name."""
    found = []
    for info in _listdir(directory):
        if info.suffix in (".dist-info", ".egg-info"):
            metadata = PathDistribution(info).metadata
            if "Name" in metadata and "Version" in metadata:
                found.append(Distribution(metadata["Name"], metadata["Version"], info))
    return sorted(found, key=lambda each: each.key)


def loose(directory: Path) -> list[str]:
    """Return the names in *directory* that can be imported and belong to no distribution."""
    owned = {"__pycache__"}
    for each in installed(directory):
        owned.add(each.info.name)
        try:
            owned |= {Path(entry.path).parts[0] for entry in each.record()}
        except RecordError:
            owned |= _top_level(each.info)
    return sorted(
        path.name
        for path in _listdir(directory)
        if path.name not in owned and (_has_files(path) if path.is_dir() else True)
    )


def files_of(distribution: Distribution) -> tuple[list[str], list[str]]:
    """Return the files of a distribution inside its directory, and those elsewhere.

    Those inside come with the pycs of its modules, its metadata last.

    :raises RecordError: when it cannot be told, or a path is absolute or climbs to what is not
        a file.
    """
    base = distribution.info.parent
    inside: dict[str, None] = {}
    outside = []
    for entry in distribution.record():
        path = os.path.normpath(entry.path)
        if os.path.isabs(path):
            raise RecordError(distribution.name, f"RECORD has an absolute path: {path}")
        if path.startswith(".."):
            outside.append(entry.path)
        elif os.path.lexists(base / path):
            inside[path] = None
    for pyc in pycs(base / path for path in inside):
        inside[str(pyc.relative_to(base))] = None
    metadata = distribution.info.name + "/"
    return sorted(inside, key=lambda path: (path.startswith(metadata), path)), outside


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


def _has_files(directory: Path) -> bool:
    return any(files for _, _, files in os.walk(directory))
