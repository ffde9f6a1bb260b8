"""The lock and the journal of a move, in a directory that all who could move the same share."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from enum import Enum
from typing import TYPE_CHECKING, Any

from pysharedir.changes import WriteFile
from pysharedir.errors import BusyError, JournalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Where files are kept during a move, in each directory that takes part, and gone behind it.
ROOM = ".pysharedir"


class Phase(str, Enum):
    """How far a move is: its value names the file of the journal."""

    PLACING = "placing.json"
    REMOVING = "removing.json"


@contextlib.contextmanager
def locked(home: Path) -> Iterator[Path]:
    """Hold the lock of *home*, and give the directory of its journal.

    :raises BusyError: when another process holds it.
    """
    room = home / ROOM
    descriptor = _lock(home, room)
    try:
        yield room
    finally:
        if pending(room) is None:
            with contextlib.suppress(OSError):
                (room / "lock").unlink()
                room.rmdir()
        os.close(descriptor)


def pending(room: Path) -> tuple[Phase, dict[str, Any]] | None:
    """Return the journal of a move that did not come to its end.

    :raises JournalError: when it cannot be read.
    """
    for phase in Phase:
        path = room / phase.value
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise JournalError(path, str(error)) from error
        return phase, found
    return None


def begin(room: Path, content: dict[str, Any]) -> None:
    """Write the journal, so that a power failure does not lose it."""
    WriteFile(room / Phase.PLACING.value, json.dumps(content).encode()).apply()
    _sync(room)


def commit(room: Path) -> None:
    """Let the move be finished from now on, not undone; needs no space on the disk."""
    (room / Phase.PLACING.value).rename(room / Phase.REMOVING.value)
    _sync(room)


def end(room: Path) -> None:
    """Remove the journal."""
    for phase in Phase:
        (room / phase.value).unlink(missing_ok=True)


def _lock(home: Path, room: Path) -> int:
    """Return a descriptor that holds the lock."""
    path = room / "lock"
    while True:
        with contextlib.suppress(FileExistsError):
            room.mkdir()
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
        except FileNotFoundError:
            continue  # one who held the lock took the directory away
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise BusyError(home) from None
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
