"""What pysharedir remembers in a target: verdicts that were overruled, scripts that it made."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile, Step, WriteFile, directories
from pysharedir.errors import RememberedError
from pysharedir.interpreter import content as file_content

if TYPE_CHECKING:
    from collections.abc import Collection

# Beside the hook's parts: a further file in the site dir itself would cost each start.
NAME = "_pysharedir.d/remembered.json"


@dataclass(frozen=True)
class MadeScript:
    """A script that ``sync`` made.

    :ivar distribution: The normalised name of the distribution that it belongs to.
    :ivar digest: The SHA-256 of its content, in hexadecimal.
    """

    distribution: str
    digest: str

    def is_at(self, path: Path) -> bool:
        """Tell whether a file is this script, as ``sync`` made it."""
        there = content(path)
        return there is not None and digest(there) == self.digest


@dataclass(frozen=True)
class Remembered:
    """What is remembered.

    :ivar overrules: Normalised names, with ``noarch`` or ``platform``.
    :ivar scripts: Paths of scripts.
    """

    overrules: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, MadeScript] = field(default_factory=dict)


def read(site_dir: Path) -> Remembered:
    """Return what is remembered in *site_dir*.

    :raises RememberedError: when the file there is not one that pysharedir wrote.
    """
    path = site_dir / NAME
    try:
        facts = json.loads(file_content.read(path))
        return Remembered(
            {str(name): str(verdict) for name, verdict in facts["overrules"].items()},
            {str(name): MadeScript(**script) for name, script in facts["scripts"].items()},
        )
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RememberedError(path) from error


def steps(site_dir: Path, before: Remembered, wanted: Remembered) -> list[Step]:
    """Return what makes *wanted* that which is remembered in *site_dir*, instead of *before*."""
    path = site_dir / NAME
    if wanted == before:
        return []
    if wanted == Remembered():
        return [RemoveFile(path)]
    written = json.dumps(asdict(wanted), indent=2, sort_keys=True) + "\n"
    return [*directories(path.parent), WriteFile(path, written.encode())]


def removal(site_dir: Path, remembered: Remembered, keep: Collection[str] = ()) -> list[Step]:
    """Return what removes the scripts that ``sync`` made, unless they were changed since.

    :param site_dir: Where they are listed; the list itself stays.
    :param keep: Normalised names of distributions whose scripts stay.
    """
    return [
        RemoveFile(path_of(site_dir, name))
        for name, script in sorted(remembered.scripts.items())
        if script.distribution not in keep and script.is_at(path_of(site_dir, name))
    ]


def path_of(site_dir: Path, name: str) -> Path:
    """Return the path of a script that is listed."""
    return Path(os.path.normpath(site_dir / name))


def name_of(site_dir: Path, path: Path) -> str:
    """Return how a script is listed: as in RECORD, so that a tree can be moved."""
    return os.path.relpath(path, site_dir)


def content(path: Path) -> bytes | None:
    """Return the content of a file that is no link; None when it cannot be read."""
    try:
        return None if path.is_symlink() else file_content.read(path)
    except OSError:
        return None


def digest(content: bytes) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
