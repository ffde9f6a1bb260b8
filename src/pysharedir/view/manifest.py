"""What a view says of itself: what it was made of, and how that looked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pysharedir import __version__
from pysharedir.interpreter import content
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
        return json.dumps(vars(self), separators=(",", ":")).encode()


def read(generation: Path) -> Manifest | None:
    """Return what a view says of itself, None when it says nothing that can be read.

    It is data: who could have written it is for the caller to know, see :mod:`.generations`.
    """
    try:
        return _parsed(json.loads(content.read(generation / NAME)))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _parsed(facts: Any) -> Manifest:
    """Return a manifest of its JSON.

    :raises KeyError, TypeError, ValueError: when it has another form.
    """
    site_dir, suffix, made_by = _texts([facts[key] for key in ("site_dir", "suffix", "made_by")])
    links, own, listings = (dict(facts[key]) for key in ("links", "own", "listings"))
    _texts([*links, *links.values(), *own, *listings])
    return Manifest(
        site_dir=site_dir,
        suffix=suffix,
        is_relative=bool(facts["is_relative"]),
        prefixes=_texts(facts["prefixes"]),
        links=links,
        own=own,
        listings={
            path: Listing(tuple(stamp), _texts(directories), _texts(files))
            for path, (stamp, directories, files) in listings.items()
        },
        made_by=made_by,
    )


def _texts(given: Any) -> tuple[str, ...]:
    """Return names or paths, and nothing that can be neither."""
    if not isinstance(given, list) or "\0" in "".join(given):
        raise ValueError
    return tuple(given)
