"""Listings of directories: each directory is listed once, and only if it has changed."""

from __future__ import annotations

import os
import re
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Nanoseconds: the time of a directory does not show a second change within a tick of the clock.
_RECENT = 2 * 10**9
_MOST = 65536  # bytes of an __init__.py that are read
# In packages whose __init__.py adds other directories, by pkgutil or by pkg_resources.
_EXTENDS = re.compile(rb"\bextend_path\(\s*__path__\s*,|\bdeclare_namespace\(\s*__name__\s*\)")


class Listing(NamedTuple):
    """The names in a directory.

    :ivar stamp: The time of its last change in nanoseconds, its inode and its device.
    :ivar directories: The names of directories.
    :ivar files: All other names.
    """

    stamp: tuple[int, int, int]
    directories: tuple[str, ...]
    files: tuple[str, ...]

    def entries(self) -> Iterator[tuple[str, bool]]:
        """Yield all names, each with whether it is a directory."""
        for name in self.directories:
            yield name, True
        for name in self.files:
            yield name, False


class Reader:
    """A reader of directories, which keeps what it has read.

    :param known: Listings of an earlier run, used for directories that have not changed.
    :ivar listings: The listings that this run asked for.
    """

    def __init__(self, known: Mapping[str, Listing]) -> None:
        self.listings: dict[str, Listing] = {}
        self._known = known
        self._directories: dict[str, frozenset[str]] = {}
        self._extends: dict[str, bool] = {}
        self._fresh: set[str] = set()
        self._statuses: dict[str, os.stat_result] = {}

    def status(self, path: str) -> os.stat_result:
        """Return the status of a directory.

        :raises OSError: if it does not exist or cannot be reached.
        """
        if path not in self._statuses:
            self._statuses[path] = os.stat(path)
        return self._statuses[path]

    def list(self, path: str) -> Listing:
        """Return the listing of a directory.

        :raises OSError: if it cannot be read.
        """
        if path not in self.listings:
            status = self.status(path)
            stamp = status.st_mtime_ns, status.st_ino, status.st_dev
            known = self._known.get(path)
            if known is None or known.stamp != stamp:
                known = _listed(path, stamp)
                self._fresh.add(path)
            self.listings[path] = known
        return self.listings[path]

    def has_directory(self, path: str, name: str) -> bool:
        """Tell whether *path* has a directory of a name."""
        if path not in self._directories:
            self._directories[path] = frozenset(self.list(path).directories)
        return name in self._directories[path]

    def is_fresh(self, path: str) -> bool:
        """Tell whether a directory is new or has changed since the earlier run."""
        self.list(path)
        return path in self._fresh

    def extends(self, path: str) -> bool:
        """Tell whether the ``__init__.py`` of a package adds other directories to its path."""
        if path not in self._extends:
            try:
                with open(os.path.join(path, "__init__.py"), "rb") as file:
                    content = file.read(_MOST)
            except OSError:
                content = b""
            self._extends[path] = bool(_EXTENDS.search(content))
        return self._extends[path]


def is_open(status: os.stat_result) -> bool:
    """Tell whether everybody can write to a directory."""
    return bool(status.st_mode & stat.S_IWOTH)


def _listed(path: str, stamp: tuple[int, int, int]) -> Listing:
    directories: list[str] = []
    files: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            (directories if entry.is_dir() else files).append(entry.name)
    if time.time_ns() - stamp[0] < _RECENT:
        stamp = (0, 0, 0)  # matches no directory, so the next run lists it again
    return Listing(stamp, tuple(sorted(directories)), tuple(sorted(files)))
