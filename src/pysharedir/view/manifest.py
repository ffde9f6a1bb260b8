"""What a view says of itself: what it was made of, and how that looked."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
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

    :ivar directory: Where it was then.
    :ivar site_dir: The path in it where modules are.
    :ivar suffix: The first suffix of extension modules, which names version and machine.
    :ivar is_relative: Whether its links are relative.
    :ivar links: Where each leads, by its path in the view.
    :ivar own: When its own directories changed, in nanoseconds.
    :ivar listings: The directories of prefixes that were looked at.
    :ivar made_by: The version of pysharedir; another one may merge otherwise.
    """

    directory: str
    site_dir: str
    suffix: str
    is_relative: bool
    prefixes: tuple[str, ...]
    links: Mapping[str, str]
    own: Mapping[str, int]
    listings: Mapping[str, Listing]
    made_by: str = __version__

    def moved(self, directory: str) -> Manifest:
        """Return what a view says that is elsewhere now: relative links have moved with it.

        :param directory: Where it is.
        """
        if not self.is_relative or directory == self.directory:
            return self
        before, now = os.path.dirname(self.directory), os.path.dirname(directory)

        def there(path: str) -> str:
            return os.path.normpath(os.path.join(now, os.path.relpath(path, before)))

        return replace(
            self,
            directory=directory,
            prefixes=tuple(map(there, self.prefixes)),
            links={path: there(to) for path, to in self.links.items()},
            listings={there(path): listing for path, listing in self.listings.items()},
        )

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
    keys = "directory", "site_dir", "suffix", "made_by"
    directory, site_dir, suffix, made_by = _texts([facts[key] for key in keys])
    links, own, listings = (dict(facts[key]) for key in ("links", "own", "listings"))
    _texts([*links, *links.values(), *own, *listings])
    return Manifest(
        directory=directory,
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
