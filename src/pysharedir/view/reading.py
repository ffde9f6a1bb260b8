"""Directories of prefixes as they are listed, each once, and none that is as it was."""

from __future__ import annotations

import os
import re
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RECENT = 2 * 10**9  # nanoseconds; what changes twice within a tick of its clock looks the same
_MOST = 65536  # bytes of an __init__.py that are read
# Of packages that pkgutil or pkg_resources lets have parts in several directories.
_EXTENDS = re.compile(rb"\bextend_path\(\s*__path__\s*,|\bdeclare_namespace\(\s*__name__\s*\)")


class Listing(NamedTuple):
    """A directory.

    :ivar stamp: Time of its change in nanoseconds, inode and device.
    :ivar directories: The names in it that are directories.
    :ivar files: The others.
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
    """What lists directories.

    :param known: Listings from before: those of directories that have not changed hold.
    :ivar listings: What was asked for.
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

        :raises OSError: when it has none.
        """
        if path not in self._statuses:
            self._statuses[path] = os.stat(path)
        return self._statuses[path]

    def list(self, path: str) -> Listing:
        """Return what is in a directory.

        :raises OSError: when that cannot be read.
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
        """Tell whether there is a directory of a name in another one."""
        if path not in self._directories:
            self._directories[path] = frozenset(self.list(path).directories)
        return name in self._directories[path]

    def is_fresh(self, path: str) -> bool:
        """Tell whether a directory had to be listed, since it has changed or is new."""
        self.list(path)
        return path in self._fresh

    def extends(self, path: str) -> bool:
        """Tell whether the ``__init__.py`` of a package looks for more of it, as before PEP 420."""
        if path not in self._extends:
            try:
                with open(os.path.join(path, "__init__.py"), "rb") as file:
                    content = file.read(_MOST)
            except OSError:
                content = b""
            self._extends[path] = bool(_EXTENDS.search(content))
        return self._extends[path]


def is_open(status: os.stat_result) -> bool:
    """Tell whether everybody may write to a directory."""
    return bool(status.st_mode & stat.S_IWOTH)


def _listed(path: str, stamp: tuple[int, int, int]) -> Listing:
    directories: list[str] = []
    files: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            (directories if entry.is_dir() else files).append(entry.name)
    if time.time_ns() - stamp[0] < _RECENT:
        stamp = (0, 0, 0)  # to be listed again next time
    return Listing(stamp, tuple(sorted(directories)), tuple(sorted(files)))
