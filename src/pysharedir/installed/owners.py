"""The distribution that a file belongs to."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pysharedir.installed.distribution import Distribution


class Owners:
    """The owners of files, by RECORD.

    :param distributions: The possible owners; a file belongs to the first one that lists it.
    """

    def __init__(self, distributions: Iterable[Distribution]) -> None:
        self._distributions = tuple(distributions)

    def of(self, path: str | os.PathLike[str]) -> Distribution | None:
        """Return the distribution that lists a file, or None.

        :param path: The file, spelled as the directory that holds the metadata; may have ``..``.
        """
        return self._by_path.get(os.path.normpath(path))

    @cached_property
    def _by_path(self) -> dict[str, Distribution]:
        owners: dict[str, Distribution] = {}
        for distribution in self._distributions:
            try:
                listing = distribution.listing
            except RecordError:
                continue
            for name in (*listing.files(), *listing.outside):
                path = os.path.normpath(distribution.directory / name)
                owners.setdefault(path, distribution)
        return owners
