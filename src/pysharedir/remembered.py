"""What pysharedir remembers in a target: verdicts that were overruled, scripts that it made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile, Step, WriteFile, directories
from pysharedir.errors import RememberedError

if TYPE_CHECKING:
    from pathlib import Path

# Beside the hook's parts: a further file in the site dir itself would cost each start.
_NAME = "_pysharedir.d/remembered.json"


@dataclass(frozen=True)
class MadeScript:
    """A script that ``sync`` made.

    :ivar distribution: The normalised name of the distribution that it belongs to.
    :ivar digest: The SHA-256 of its content, in hexadecimal.
    """

    distribution: str
    digest: str


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
    path = site_dir / _NAME
    try:
        found = json.loads(path.read_text("utf-8"))
        return Remembered(
            {str(name): str(verdict) for name, verdict in found["overrules"].items()},
            {str(name): MadeScript(**script) for name, script in found["scripts"].items()},
        )
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RememberedError(path) from error


def steps(site_dir: Path, wanted: Remembered) -> list[Step]:
    """Return what makes *wanted* that which is remembered in *site_dir*."""
    path = site_dir / _NAME
    if wanted == read(site_dir):
        return []
    if wanted == Remembered():
        return [RemoveFile(path)]
    content = json.dumps(asdict(wanted), indent=2, sort_keys=True) + "\n"
    return [*directories(path.parent), WriteFile(path, content.encode())]
