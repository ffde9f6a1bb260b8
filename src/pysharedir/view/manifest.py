"""What a view says of itself: what it was made of, and how that looked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pysharedir import __version__
from pysharedir.view.reading import Listing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = ".pysharedir-view.json"


@dataclass(frozen=True)
class Manifest:
    """A view that was made.

    :ivar site_dir: The path in it where modules are.
    :ivar suffix: The first suffix of extension modules, which names version and machine.
    :ivar is_relative: Whether its links are relative.
    :ivar links: Where each leads, by its path in the view.
    :ivar own: When its own directories changed, in nanoseconds.
    :ivar listings: The directories of prefixes that were looked at.
    :ivar made_by: The version of pysharedir; another one may merge otherwise.
    """

    site_dir: str
    suffix: str
    is_relative: bool
    prefixes: tuple[str, ...]
    links: Mapping[str, str]
    own: Mapping[str, int]
    listings: Mapping[str, Listing]
    made_by: str = __version__

    def as_bytes(self) -> bytes:
        """Return what is written."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()


def read(generation: Path) -> Manifest | None:
    """Return what a view says of itself, None when it says nothing that can be read.

    It is data: who could have written it is for the caller to know, see :mod:`.generations`.
    """
    try:
        facts = json.loads((generation / NAME).read_bytes())
        listings = {
            path: Listing(tuple(stamp), tuple(directories), tuple(files))
            for path, (stamp, directories, files) in facts.pop("listings").items()
        }
        prefixes = tuple(map(str, facts.pop("prefixes")))
        return Manifest(**facts, prefixes=prefixes, listings=listings)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
