"""What uv caches about an interpreter: its answer, until the executable changes."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.errors import ProcessError
from pysharedir.interpreter import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pysharedir.interpreter.target import Target

_TIME = 8  # bytes of an entry that hold the time of the executable
_MOST = 1 << 20  # bytes; an entry has a few thousand


@dataclass(frozen=True)
class Forget:
    """Remove an entry of uv's cache, so that uv asks the interpreter again; ignore errors.

    The cache may belong to another user, so no link in it is followed.

    :ivar cache: The directory of uv's cache.
    :ivar name: The path of the entry in it.
    """

    cache: Path
    name: str

    def __str__(self) -> str:
        return f"remove {self.path}"

    @property
    def path(self) -> Path:
        """Where the entry is."""
        return self.cache / self.name

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`; uv writes the entry again when needed."""
        with contextlib.suppress(OSError):
            _unlink(self.cache, Path(self.name))
        return bool


def stale(target: Target, purelib: Callable[[], str | None]) -> Iterator[Forget]:
    """Yield the steps that remove entries which are no longer true.

    :param purelib: Returns the purelib that the interpreter reports with ``-I``, as uv starts it;
        None when it is not known.  Called only if uv's cache has entries.
    """
    entries = [entry for entry in _entries(target) if _places(target) in entry[2]]
    current = purelib() if entries else None
    if current is not None:
        for cache, name, content in entries:
            if _packed(current) + _places(target) not in content:
                yield Forget(cache, name)


def _entries(target: Target) -> Iterator[tuple[Path, str, bytes]]:
    """Yield the entries that uv would use for the executable, which hold its time and system.

    Each is the cache, a path in it, and the content.
    """
    executable = Path(target.sys_executable)
    try:
        # The ctime: a new Python at the same path has another one, whatever its mtime.
        time = int(executable.stat().st_ctime) & 0xFFFFFFFF
    except OSError:
        return
    release = _packed(target.markers["platform_release"])
    cache, paths = _cache(), []
    with contextlib.suppress(OSError):  # before 3.13, for a directory without permission
        paths = sorted(cache.glob("interpreter-v*/**/*.msgpack"))
    for path in paths:
        content = _content(path)
        if time.to_bytes(4, "big") in content[:_TIME] and release in content:
            yield cache, str(path.relative_to(cache)), content


def _cache() -> Path:
    """Return uv's cache directory; without uv, a path that is no directory."""
    uv = shutil.which("uv")
    if uv is None:
        return Path(os.devnull)
    with contextlib.suppress(ProcessError):
        printed = processes.run([uv, "cache", "dir", "--color", "never"]).stdout.strip()
        return Path(printed or os.devnull).absolute()
    return Path(os.devnull)


def _content(path: Path) -> bytes:
    """Return the start of a file; empty when it cannot be read."""
    try:
        # Neither follow a link, nor wait for a writer to a FIFO.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_MOST)
    except OSError:
        return b""


def _unlink(top: Path, name: Path) -> None:
    descriptor = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in name.parts[:-1]:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            outer, descriptor = descriptor, os.open(part, flags, dir_fd=descriptor)
            os.close(outer)
        os.unlink(name.name, dir_fd=descriptor)
    finally:
        os.close(descriptor)


def _places(target: Target) -> bytes:
    """Return what an entry holds after the purelib; it is different for each interpreter."""
    return _packed(target.platlib) + _packed(target.scripts)


def _packed(text: str) -> bytes:
    """Return a string in MessagePack, which puts its length first."""
    data = os.fsencode(text)
    size = len(data)
    if size < 1 << 5:
        return bytes([0xA0 | size]) + data
    if size < 1 << 8:
        return bytes([0xD9, size]) + data
    return b"\xda" + size.to_bytes(2, "big") + data
