"""A directory of modules as a move changes it: by descriptors, and without following links.

Whoever can write to a directory can put a link in the place of one that a move has looked at.
So every directory on the way down is opened in the one above it, and must be none (``O_NOFOLLOW``).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A FIFO would be waited for.
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# What is said of a path that is not in a tree: a link on the way is no directory.
_ABSENT = (FileNotFoundError, NotADirectoryError)
_RENAME_EXCHANGE = 2  # of linux/fs.h


class Tree:
    """A directory, and all that is below it.

    Paths are relative to it and lead down.  Errors have the whole path as their ``filename``.

    :param path: Its path, which may lead through links; those who may change these are not checked
        here, see :mod:`pysharedir.moving.trust`.
    """

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        self.path = path
        # The directories on the way to the one that was asked for last: files come in that order.
        self._names: list[str] = []
        self._descriptors = [os.open(path, _DIRECTORY) if descriptor is None else descriptor]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None
    ) -> None:
        while self._descriptors:
            os.close(self._descriptors.pop())

    def below(self, path: str) -> Tree:
        """Return the tree of a directory in it."""
        with self._named(path):
            return Tree(self.path / path, os.dup(self.directory(path)))

    def directory(self, path: str) -> int:
        """Return a descriptor of a directory in it, which is good until the next call.

        :param path: May be empty: then it is that of the tree.
        """
        names = path.split("/") if path else []
        same = 0
        while names[same : same + 1] == self._names[same : same + 1] != []:
            same += 1
        while len(self._names) > same:
            self._names.pop()
            os.close(self._descriptors.pop())
        for name in names[same:]:
            below = os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=self._descriptors[-1])
            self._descriptors.append(below)
            self._names.append(name)
        return self._descriptors[-1]

    @contextlib.contextmanager
    def parent(self, path: str) -> Iterator[tuple[int, str]]:
        """Give a descriptor of the directory that something is in, and its name there."""
        directory, _, name = path.rpartition("/")
        try:
            yield self.directory(directory), name
        except OSError as error:
            self._name(error, path)
            raise

    def list(self, path: str = "") -> list[str]:
        """Return the names in a directory."""
        with self._named(path):
            return os.listdir(self.directory(path))

    def entries(self, path: str = "") -> dict[str, bool]:
        """Return the names in a directory, each with whether it is that of a directory."""
        with self._named(path), os.scandir(self.directory(path)) as entries:
            return {each.name: each.is_dir(follow_symlinks=False) for each in entries}

    def status(self, path: str = "") -> os.stat_result:
        """Return the status of a file; of a link its own."""
        with self.parent(path) as (parent, name):
            if not name:
                return os.fstat(parent)
            return os.stat(name, dir_fd=parent, follow_symlinks=False)

    def has(self, path: str) -> bool:
        """Tell whether there is something of that name, be it a link that leads nowhere."""
        try:
            self.status(path)
        except _ABSENT:
            return False
        return True

    def is_directory(self, path: str) -> bool:
        """Tell whether there is a directory of that name; a link to one is none."""
        try:
            return stat.S_ISDIR(self.status(path).st_mode)
        except _ABSENT:
            return False

    def is_link(self, path: str) -> bool:
        """Tell whether there is a link of that name."""
        try:
            return stat.S_ISLNK(self.status(path).st_mode)
        except _ABSENT:
            return False

    def open(self, path: str, flags: int = os.O_RDONLY, mode: int = 0o600) -> int:
        """Return a descriptor of a regular file.

        :param flags: As for :func:`os.open`.
        :raises OSError: also when it is anything else.
        """
        with self.parent(path) as (parent, name):
            descriptor = os.open(name, flags | _FILE, mode, dir_fd=parent)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise OSError(errno.EINVAL, "not a regular file")
            return descriptor

    def read(self, path: str) -> bytes:
        """Return the content of a regular file."""
        with os.fdopen(self.open(path), "rb") as file:
            return file.read()

    def make(self, path: str, mode: int = 0o755) -> bool:
        """Make a directory; tell whether it was not there."""
        with self.parent(path) as (parent, name):
            try:
                os.mkdir(name, mode, dir_fd=parent)
            except FileExistsError:
                return False
            return True

    def make_all(self, path: str) -> None:
        """Make a directory, and those above it that are missing."""
        if path and not self.is_directory(path):
            self.make_all(os.path.dirname(path))
            self.make(path)

    def link(self, path: str, other: Tree) -> None:
        """Put a file, or a link, at the same path in another tree too: as a hard link."""
        with self.parent(path) as (parent, name), other.parent(path) as (there, _):
            os.link(name, name, src_dir_fd=parent, dst_dir_fd=there, follow_symlinks=False)

    def make_link(self, path: str, to: str) -> None:
        """Make a symbolic link."""
        with self.parent(path) as (parent, name):
            os.symlink(to, name, dir_fd=parent)

    def read_link(self, path: str) -> str:
        """Return where a link leads."""
        with self.parent(path) as (parent, name):
            return os.readlink(name, dir_fd=parent)

    def rename(self, path: str, other: Tree, new: str | None = None) -> None:
        """Rename something to a path in another tree, the same if no other is given.

        What has that name there is replaced.
        """
        new = path if new is None else new
        with self.parent(path) as (parent, name), other.parent(new) as (there, called):
            os.rename(name, called, src_dir_fd=parent, dst_dir_fd=there)

    def exchange(self, path: str, other: Tree) -> None:
        """Let what has a path here and what has it in another tree change places, in one call.

        :raises OSError: also where the system or the file system has no such call.
        """
        exchange = _exchange()
        if exchange is None:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(self.path / path))
        with self.parent(path) as (parent, name), other.parent(path) as (there, _):
            exchange(parent, os.fsencode(name), there)

    def touch(self, path: str) -> None:
        """Set the times of a directory to now."""
        with self._named(path):
            os.utime(self.directory(path))

    def remove(self, path: str) -> None:
        """Remove a file or a link, if it is there; what is behind a link is not."""
        with contextlib.suppress(*_ABSENT), self.parent(path) as (parent, name):
            os.unlink(name, dir_fd=parent)

    def remove_empty(self, path: str) -> None:
        """Remove a directory, if it is empty and that can be done."""
        with contextlib.suppress(OSError), self.parent(path) as (parent, name):
            os.rmdir(name, dir_fd=parent)

    def remove_all(self, path: str) -> None:
        """Remove a directory with all that is in it, if it is there."""
        if self.is_directory(path):
            self._remove_directory(path)
        else:
            self.remove(path)

    def _remove_directory(self, path: str) -> None:
        for name, is_directory in self.entries(path).items():
            if is_directory:
                self._remove_directory(f"{path}/{name}")
            else:
                self.remove(f"{path}/{name}")
        with self.parent(path) as (parent, name):
            os.rmdir(name, dir_fd=parent)

    def walk(self, path: str = "") -> Iterator[str]:
        """Yield the path of every file and link below a directory of it."""
        for name, is_directory in sorted(self.entries(path).items()):
            below = f"{path}/{name}" if path else name
            if is_directory:
                yield from self.walk(below)
            else:
                yield below

    @contextlib.contextmanager
    def _named(self, path: str) -> Iterator[None]:
        """Let errors name the whole path."""
        try:
            yield
        except OSError as error:
            self._name(error, path)
            raise

    def _name(self, error: OSError, path: str) -> None:
        error.filename = str(self.path / path)
        error.filename2 = None


@cache
def _exchange() -> Callable[[int, bytes, int], None] | None:
    """Return what exchanges a name in two directories; None where the C library has no such call.

    https://man7.org/linux/man-pages/man2/rename.2.html
    """
    try:
        import ctypes  # noqa: PLC0415  # few move something

        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (ImportError, OSError, AttributeError):
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)

    def exchange(one: int, name: bytes, other: int) -> None:
        if call(one, name, other, name, _RENAME_EXCHANGE):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return exchange
