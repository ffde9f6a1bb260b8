"""Files of distributions outside the directory of their modules: data, headers, scripts.

An installer puts them into its own prefix, and RECORD has their paths.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError
from pysharedir.installed import records
from pysharedir.interpreter import content as file_content
from pysharedir.ownership import is_own, only_owner_writes
from pysharedir.wording import user

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pysharedir.installed.distribution import Distribution

# Those of the hash algorithms that the specification of RECORD allows which are in use.
_ALGORITHMS = ("sha256", "sha384", "sha512")
# A prefix by the FHS, whether or not this host has a Python in it, and not a part of /usr.
_LOCAL = "/usr/local"
# Directories at the top of a prefix; they show the prefix of files when it no longer exists.
_TOPS = frozenset({"bin", "etc", "include", "lib", "lib64", "libexec", "sbin", "share", "var"})


@dataclass(frozen=True)
class File:
    """A file that RECORD lists outside the directory of the distribution.

    :ivar prefix: The prefix that it was installed into; empty when it is not known.
    :ivar name: Its path in the prefix.
    :ivar hash: The hash of its content in RECORD, such as ``sha256=...``, or an empty string.
    """

    distribution: Distribution
    prefix: str
    name: str
    hash: str

    @property
    def path(self) -> Path:
        """Where it was installed."""
        return Path(f"{self.prefix}/{self.name}")

    @property
    def script(self) -> str | None:
        """The name of the script, if the file is one."""
        directory, name = os.path.split(self.name)
        return name if directory == "bin" else None

    @property
    def digest(self) -> str | None:
        """The SHA-256 of its content in hexadecimal, if RECORD has that."""
        algorithm, _, value = self.hash.partition("=")
        with contextlib.suppress(ValueError):
            digest = base64.urlsafe_b64decode(f"{value}=")
            if algorithm == "sha256" and len(digest) == hashlib.sha256().digest_size:
                return digest.hex()
        return None

    def read(self) -> bytes:
        """Return its content, if it is what was installed.

        Whoever can write to another prefix can replace a file there.  So a file without a hash is
        read only if nobody but the caller and root can replace it.

        :raises OSError: when it cannot be read, is not what was installed, or may be replaced.
        """
        algorithm, _, value = self.hash.partition("=")
        if algorithm not in _ALGORITHMS:
            _refuse_open(self.path)
        content = file_content.read(self.path)
        if algorithm in _ALGORITHMS and value != records.encoded(
            hashlib.new(algorithm, content).digest()
        ):
            raise OSError(errno.EINVAL, "not what was installed", str(self.path))
        return content


def files(distribution: Distribution, version: str, roots: Collection[str]) -> list[File]:
    """Return the files of a distribution outside its directory, without pycs.

    :param version: ``X.Y`` of the interpreter.
    :param roots: Prefixes that are known.
    :return: The files, without a prefix if theirs cannot be found; none if RECORD cannot be read.
    """
    if isinstance(distribution.metadata.record, RecordError):
        return []
    listing = distribution.listing
    rows = [path for path in listing.outside if not path.endswith(".pyc")]
    if not rows:
        return []
    # Paths in RECORD are relative to the directory by one of its names, which may be a link.
    directories = dict.fromkeys(
        map(str, (distribution.directory, distribution.directory.resolve()))
    )
    spellings = [
        [os.path.normpath(f"{directory}/{row}") for row in rows] for directory in directories
    ]
    prefix, paths = _placed(spellings, version, roots)
    return [
        File(distribution, prefix, path[len(prefix) + 1 :], listing.hashes.get(row, ""))
        for row, path in zip(rows, paths, strict=True)
    ]


def _placed(
    spellings: Sequence[Sequence[str]], version: str, roots: Collection[str]
) -> tuple[str, Sequence[str]]:
    """Return the prefix of files, or an empty string, and the spelling of paths that shows it.

    :param spellings: The paths of the files, by each name of their directory.
    """
    # First look for a prefix on disk by all spellings: names alone are weaker evidence.
    for find in (lambda paths: _evident(paths, version, roots), _by_names):
        for paths in spellings:
            if prefix := find(paths):
                return prefix, paths
    return "", spellings[0]


def _evident(paths: Sequence[str], version: str, roots: Collection[str]) -> str | None:
    """Return the nearest directory above *paths* that is the prefix of a Python."""
    marks = (
        "pyvenv.cfg",
        "bin/python3",
        "bin/pypy3",
        *(f"{lib}/{name}{version}" for lib in ("lib", "lib64") for name in ("python", "pypy")),
    )
    for directory in _above(paths):
        is_known = directory in roots or directory == _LOCAL
        if is_known or any(os.path.lexists(f"{directory}/{mark}") for mark in marks):
            return directory
    return None


def _by_names(paths: Sequence[str]) -> str | None:
    """Return the nearest directory above *paths* in which their names are those of a prefix."""
    for directory in _above(paths):
        below = (path[len(directory) + 1 :] for path in paths)
        if _TOPS.issuperset(path.partition("/")[0] for path in below):
            return directory
    return None


def _above(paths: Sequence[str]) -> Iterator[str]:
    """Yield the directories above all of *paths*, the nearest first, without ``/``."""
    directory = os.path.commonpath([os.path.dirname(path) for path in paths])
    while directory != "/":
        yield directory
        directory = os.path.dirname(directory)


def _refuse_open(path: Path) -> None:
    """Refuse a file that others than the caller and root can replace.

    :raises OSError: when they can, or when a link leads to the file.
    """
    if path.resolve() != path:
        raise _unknown("a link leads to it", path)
    for part in (path, *path.parents):
        status = part.stat()
        is_sticky = part != path and status.st_mode & stat.S_ISVTX
        if not (only_owner_writes(status) or is_sticky):
            raise _unknown("others can write to it", part)
        if not is_own(status):
            raise _unknown(f"it belongs to {user(status.st_uid)}", part)


def _unknown(reason: str, path: Path) -> OSError:
    return OSError(errno.EPERM, f"{reason}, and no hash says what was installed", str(path))
