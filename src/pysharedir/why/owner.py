"""The distribution that a module or a script belongs to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError
from pysharedir.installed.distribution import top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.installed.distribution import Distribution
    from pysharedir.snapshot import Snapshot


def of_module(
    snapshot: Snapshot, path: str, entry: str | None, through: str | None
) -> Distribution | None:
    """Return the distribution that a module belongs to.

    :param path: The file of the module.
    :param entry: The entry of ``sys.path`` that it is in.
    :param through: The file that makes Python find the module: a ``.pth`` file, or the file of a
        finder.
    """
    entry = entry or _entry_above(snapshot, path)
    return (
        (snapshot.owners_in(entry).of(path) if entry else None)
        or (snapshot.owners_in(os.path.dirname(through)).of(through) if through else None)
        or (_unlisted(snapshot, path, entry) if entry else None)
    )


def of_script(snapshot: Snapshot, path: str) -> Distribution | None:
    """Return the distribution that lists a script."""
    owners = (snapshot.owners_in(entry).of(path) for entry in snapshot.view.path)
    return next(filter(None, owners), None)


def of_portion(snapshot: Snapshot, location: str, entry: str) -> list[Distribution]:
    """Return the distributions that have files in a directory, or below it.

    :param location: The directory of a portion of a namespace package.
    :param entry: The entry of ``sys.path`` that it is in.
    """
    inside = os.path.relpath(location, entry)
    return [
        distribution
        for distribution in snapshot.whole(entry)
        if any(
            directory == inside or directory.startswith(f"{inside}/")
            for directory in _directories(distribution)
        )
    ]


def label(distribution: Distribution | None) -> str | None:
    """Return the name and version of a distribution."""
    return f"{distribution.name} {distribution.version}" if distribution else None


def _entry_above(snapshot: Snapshot, path: str) -> str | None:
    """Return the nearest entry of ``sys.path`` that a file is in."""
    above = [entry for entry in snapshot.view.path if path.startswith(f"{entry}/")]
    return max(above, key=len, default=None)


def _unlisted(snapshot: Snapshot, path: str, entry: str) -> Distribution | None:
    """Return the distribution that has a file by its top-level name, if it lists no files."""
    if not path.startswith(f"{entry}/"):
        return None
    top = path[len(entry) + 1 :].partition("/")[0].partition(".")[0]
    for distribution in snapshot.whole(entry):
        has_list = (distribution.info / "RECORD").exists()
        if not has_list and top in (top_level(distribution) or {distribution.name}):
            return distribution
    return None


def _directories(distribution: Distribution) -> Iterator[str]:
    try:
        yield from distribution.listing.inside
    except RecordError:
        yield from top_level(distribution)
