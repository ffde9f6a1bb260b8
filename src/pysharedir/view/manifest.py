"""The manifest of a view: what it was made from, and what that looked like."""

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
    """The facts about a view when it was made.

    :ivar directory: The directory of the view at that time.
    :ivar site_dir: The path of its site dir, relative to the view.
    :ivar suffix: The first suffix of extension modules, which names the version and the machine.
    :ivar is_relative: Whether its links are relative.
    :ivar links: The targets of its links, by their paths in the view.
    :ivar own: When its own directories changed, in nanoseconds.
    :ivar listings: The listings of the directories of prefixes.
    :ivar made_by: The version of pysharedir that made it; other versions may merge differently.
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
        """Return the manifest for a view that has moved: its relative links have moved with it.

        :param directory: The directory of the view now.
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
        """Return the content of the file."""
        return json.dumps(vars(self), separators=(",", ":")).encode()


def read(generation: Path) -> Manifest | None:
    """Return the manifest of a generation, None if there is none that can be read.

    This does not check who could have written it: see :meth:`.generations.Place.check_trust`.
    """
    try:
        return _parsed(json.loads(content.read(generation / NAME)))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _parsed(facts: Any) -> Manifest:
    """Return the manifest from its JSON.

    :raises KeyError, TypeError, ValueError: if it has another form.
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
    """Return names or paths.

    :raises ValueError: if they are no list, or one has a NUL, which no path can have.
    """
    if not isinstance(given, list) or "\0" in "".join(given):
        raise ValueError
    return tuple(given)
