"""A directory of modules, as a move changes it: by descriptors, and without following links.

Whoever can write to a directory can replace a directory in it by a link after a move has looked at
it.  So every directory on the way down is opened relative to the one above it, and must not be a
link (``O_NOFOLLOW``).
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
# Without O_NONBLOCK, opening a FIFO would wait for a writer.
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# The errors for a path that is not in a tree: a link on the way is not a directory.
_ABSENT = (FileNotFoundError, NotADirectoryError)
_RENAME_EXCHANGE = 2  # of linux/fs.h


class Tree:
    """A directory, and all that is below it.

    Paths are relative to it and lead down.  Errors have the whole path as their ``filename``.

    :param path: Its path, which may lead through links; :mod:`pysharedir.moving.trust` checks who
        can change these.
    """

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        self.path = path
        # The directories on the way to the last one, kept open: most calls are for one near it.
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
        """Return a descriptor of a directory in it, which is valid until the next call.

        :param path: The directory; an empty string is the tree itself.
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
        """Yield a descriptor of the directory of a file, and the name of the file in it."""
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
        """Return the names in a directory, and whether each is a directory."""
        with self._named(path), os.scandir(self.directory(path)) as entries:
            return {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}

    def status(self, path: str = "") -> os.stat_result:
        """Return the status of a file; for a link, that of the link itself."""
        with self.parent(path) as (parent, name):
            if not name:
                return os.fstat(parent)
            return os.stat(name, dir_fd=parent, follow_symlinks=False)

    def has(self, path: str) -> bool:
        """Tell whether a path exists; a link counts even if it leads nowhere."""
        try:
            self.status(path)
        except _ABSENT:
            return False
        return True

    def is_directory(self, path: str) -> bool:
        """Tell whether a path is a directory; a link to a directory is not."""
        try:
            return stat.S_ISDIR(self.status(path).st_mode)
        except _ABSENT:
            return False

    def is_link(self, path: str) -> bool:
        """Tell whether a path is a link."""
        try:
            return stat.S_ISLNK(self.status(path).st_mode)
        except _ABSENT:
            return False

    def open(self, path: str, flags: int = os.O_RDONLY, mode: int = 0o600) -> int:
        """Return a descriptor of a regular file.

        :param flags: As for :func:`os.open`.
        :raises OSError: also when it is not a regular file.
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
        """Make a directory; tell whether it is new."""
        with self.parent(path) as (parent, name):
            try:
                os.mkdir(name, mode, dir_fd=parent)
            except FileExistsError:
                return False
            return True

    def make_all(self, path: str) -> None:
        """Make a directory and its parents, if they are missing."""
        if path and not self.is_directory(path):
            self.make_all(os.path.dirname(path))
            self.make(path)

    def link(self, path: str, other: Tree) -> None:
        """Make a hard link to a file, or to a link, at the same path in another tree."""
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
        """Rename a file or a directory to a path in another tree, and replace what is there.

        :param new: The new path; by default the same.
        """
        new = path if new is None else new
        with self.parent(path) as (parent, name), other.parent(new) as (there, called):
            os.rename(name, called, src_dir_fd=parent, dst_dir_fd=there)

    def exchange(self, path: str, other: Tree) -> None:
        """Exchange what is at a path here and in another tree, in one system call.

        :raises OSError: also when the system or the file system has no such call.
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
        """Remove a file or a link, if it exists; the target of a link stays."""
        with contextlib.suppress(*_ABSENT), self.parent(path) as (parent, name):
            os.unlink(name, dir_fd=parent)

    def remove_empty(self, path: str) -> None:
        """Remove a directory if it is empty; errors are ignored."""
        with contextlib.suppress(OSError), self.parent(path) as (parent, name):
            os.rmdir(name, dir_fd=parent)

    def remove_all(self, path: str) -> None:
        """Remove a directory and everything in it, or a file, if it exists."""
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
        """Yield the path of every file and link below a directory in it."""
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
    """Return a function that exchanges a name in two directories, or None without a system call.

    https://man7.org/linux/man-pages/man2/rename.2.html
    """
    try:
        import ctypes  # noqa: PLC0415  # few commands move anything

        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (ImportError, OSError, AttributeError):
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)

    def exchange(one: int, name: bytes, other: int) -> None:
        if call(one, name, other, name, _RENAME_EXCHANGE):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return exchange
