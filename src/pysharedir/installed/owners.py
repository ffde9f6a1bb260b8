"""Which distribution a file belongs to."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pysharedir.installed.distribution import Distribution


class Owners:
    """The owners of files, by what RECORD lists.

    :param distributions: Those that may own files; of several the first owns a file.
    """

    def __init__(self, distributions: Iterable[Distribution]) -> None:
        self._distributions = tuple(distributions)

    def of(self, path: str | os.PathLike[str]) -> Distribution | None:
        """Return the distribution that lists a file, None when none does.

        :param path: In the spelling of the directory that the metadata is in; ``..`` may be in it.
        """
        return self._by_path.get(os.path.normpath(path))

    @cached_property
    def _by_path(self) -> dict[str, Distribution]:
        owners: dict[str, Distribution] = {}
        for each in self._distributions:
            try:
                listing = each.listing
            except RecordError:
                continue
            for name in (*listing.files(), *listing.outside):
                owners.setdefault(os.path.normpath(each.directory / name), each)
        return owners
