"""What pysharedir remembers in a target: verdicts that users overruled, and files it made."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pysharedir.changes import RemoveFile, Step, WriteFile, directories
from pysharedir.errors import RememberedError
from pysharedir.interpreter import content as file_content

# In the directory of the hook's parts: a file in the site dir itself would cost each start.
NAME = "_pysharedir.d/remembered.json"


@dataclass(frozen=True)
class MadeFile:
    """A file that ``sync`` made.

    :ivar distribution: The normalised name of the distribution that it belongs to.
    :ivar digest: The SHA-256 of its content, in hexadecimal.
    """

    distribution: str
    digest: str

    def is_at(self, path: Path) -> bool:
        """Tell whether the file at *path* still has the content that ``sync`` wrote."""
        there = content(path)
        return there is not None and digest(there) == self.digest


@dataclass(frozen=True)
class Remembered:
    """What pysharedir remembers.

    :ivar overrules: ``noarch`` or ``platform``, by the normalised name of the distribution.
    :ivar scripts: Scripts that ``sync`` made, by their paths.
    :ivar data: Other files that it made, by their paths.
    :ivar directories: Paths of directories that it made for these files.
    """

    overrules: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, MadeFile] = field(default_factory=dict)
    data: dict[str, MadeFile] = field(default_factory=dict)
    directories: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, MadeFile]:
        """All files that ``sync`` made, by their paths."""
        return {**self.scripts, **self.data}


def read(site_dir: Path) -> Remembered:
    """Return what is remembered in *site_dir*.

    :raises RememberedError: when the file is not one that pysharedir wrote.
    """
    path = site_dir / NAME
    try:
        facts = json.loads(file_content.read(path))
        return Remembered(
            {str(name): str(verdict) for name, verdict in facts["overrules"].items()},
            _files(facts["scripts"]),
            _files(facts.get("data", {})),
            tuple(map(str, facts.get("directories", ()))),
        )
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RememberedError(path) from error


def _files(listed: dict[str, dict[str, str]]) -> dict[str, MadeFile]:
    return {str(name): MadeFile(**facts) for name, facts in listed.items()}


def steps(site_dir: Path, before: Remembered, wanted: Remembered) -> list[Step]:
    """Return the steps that replace *before* by *wanted* in what *site_dir* remembers."""
    path = site_dir / NAME
    if wanted == before:
        return []
    if wanted == Remembered():
        return [RemoveFile(path)]
    written = json.dumps(asdict(wanted), indent=2, sort_keys=True) + "\n"
    return [*directories(path.parent), WriteFile(path, written.encode())]


def path_of(site_dir: Path, name: str) -> Path:
    """Return the path of a listed file."""
    return Path(os.path.normpath(site_dir / name))


def name_of(site_dir: Path, path: Path) -> str:
    """Return how a path is listed: relative to the site dir, so that a tree can be moved."""
    return os.path.relpath(path, site_dir)


def content(path: Path) -> bytes | None:
    """Return the content of a file; None for a link, or when the file cannot be read."""
    try:
        return None if path.is_symlink() else file_content.read(path)
    except OSError:
        return None


def digest(content: bytes) -> str:
    """Return the SHA-256 of *content*, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
