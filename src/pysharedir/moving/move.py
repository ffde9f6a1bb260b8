"""The move of one distribution: its destination, and whether it can be moved."""

from __future__ import annotations

import filecmp
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError
from pysharedir.installed import contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pysharedir.installed.contents import Contents
    from pysharedir.installed.distribution import Distribution
    from pysharedir.installed.records import Listing, Row

# The work directory in each directory that takes part in a move; it is gone after the move.
WORK = ".pysharedir"
# In it: where copies are made at the destination, and where files are hidden at the source.
STAGE = "stage"
TRASH = "trash"
# In both: the name of a file that will replace another by a rename; no module has that name.
NEW = ".new"


@dataclass(frozen=True)
class Move:
    """One distribution, and its destination.

    :ivar kept: Its files that the destination already has, with the same content.
    :ivar stays: Its files that stay at the source, since another distribution lists them.
    :ivar exchanged: Its packages that are exchanged with a link, see
        :mod:`pysharedir.moving.exchange`: directories, relative to the source.
    :ivar own: New rows of RECORD for files outside the source, by the path that RECORD lists now:
        the copies of these files in the new root.
    """

    distribution: Distribution
    destination: Path
    kept: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    exchanged: tuple[str, ...] = ()
    own: Mapping[str, Row] = field(default_factory=dict, compare=False)

    @property
    def source(self) -> Path:
        """The directory it is in."""
        return self.distribution.directory

    def exchanges(self, path: str) -> bool:
        """Tell whether one of its files is in a package that is exchanged."""
        return any(path.startswith(f"{package}/") for package in self.exchanged)

    def is_whole(self, listing: Listing) -> bool:
        """Tell whether all its files are in exchanged packages at the top level.

        :param listing: What its RECORD lists; that may be in the trash by now.
        """
        return all(path.partition("/")[0] in self.exchanged for path in listing.inside)


def plan(
    distribution: Distribution,
    destination: Path,
    also_listed: Callable[[str], bool] = lambda _: False,
    files: Contents | None = None,
) -> Move:
    """Return the move of *distribution* to *destination*.

    :param also_listed: Tells whether a distribution that stays at the source lists a file too.
    :param files: Its contents, if they are known.
    :raises RecordError: when the distribution cannot be moved.
    """
    paths = (files or contents.read(distribution)).files
    if os.path.lexists(destination / distribution.info.name):
        raise RecordError(distribution.name, f"{destination} has it already")
    kept = []
    for path in _there_already(paths, destination):
        if not is_same(distribution.directory / path, destination / path):
            raise RecordError(distribution.name, f"{destination / path} is there already")
        kept.append(path)
    stays = sorted(filter(also_listed, paths))
    return Move(distribution, destination, tuple(kept), tuple(stays))


def _there_already(files: Iterable[str], directory: Path) -> Iterable[str]:
    """Yield those of *files* that *directory* has too, without pycs: Python makes these again."""
    parents: dict[str, bool] = {"": True}

    def has(path: str) -> bool:
        return is_there(os.path.dirname(path)) and os.path.lexists(f"{directory}/{path}")

    def is_there(parent: str) -> bool:
        if parent not in parents:
            parents[parent] = has(parent)
        return parents[parent]

    for path in files:
        if not path.endswith(".pyc") and has(path):
            yield path


def is_same(one: Path, other: Path) -> bool:
    """Tell whether two files are one, or have the same content."""
    try:
        status = os.lstat(one), os.lstat(other)
        if os.path.samestat(*status):
            return True
        if one.is_symlink() or other.is_symlink():
            return os.readlink(one) == os.readlink(other)
        return status[0].st_size == status[1].st_size and filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False
