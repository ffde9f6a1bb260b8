"""The lock and the journal of moves, in a directory that all who could move the same share."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir.changes import WriteFile
from pysharedir.distributions import Distribution
from pysharedir.errors import BusyError, JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Where files are kept during a move, in each directory that takes part, and gone behind it.
ROOM = ".pysharedir"


class Phase(str, Enum):
    """How far a move is: its value names the file of the journal."""

    PLACING = "placing.json"
    REMOVING = "removing.json"


@dataclass(frozen=True)
class Move:
    """One distribution, and where it goes.

    :ivar kept: Files of it that are at the destination already, the same, and stay there.
    :ivar stays: Files of it that stay at the source, since another distribution lists them.
    """

    distribution: Distribution
    destination: Path
    kept: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()

    @property
    def source(self) -> Path:
        """The directory it is in."""
        return self.distribution.info.parent

    @property
    def trash(self) -> Path:
        """Where it is hidden at the source."""
        return self.source / ROOM / "trash"

    @property
    def stage(self) -> Path:
        """Where it is made at the destination."""
        return self.destination / ROOM / "stage"


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
        _sweep(room)
        os.close(descriptor)


def pending(room: Path) -> tuple[Phase, list[Move]] | None:
    """Return the journal of moves that did not come to their end.

    :raises JournalError: when it cannot be read.
    """
    for phase in _phases(room):
        path = room / phase.value
        try:
            return phase, _from_json(json.loads(path.read_text("utf-8")), room.parent)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise JournalError(path, str(error)) from error
    return None


def begin(room: Path, moves: Iterable[Move]) -> None:
    """Write the journal, so that a power failure does not lose it."""
    content = json.dumps(_to_json(moves, room.parent)).encode()
    try:
        WriteFile(room / Phase.PLACING.value, content).apply()
        _sync(room)
    except BaseException:
        end(room)
        raise


def commit(room: Path) -> None:
    """Let the move be finished from now on, not undone; needs no space on the disk."""
    (room / Phase.PLACING.value).rename(room / Phase.REMOVING.value)
    _sync(room)


def end(room: Path) -> None:
    """Remove the journal."""
    for phase in Phase:
        (room / phase.value).unlink(missing_ok=True)


def _phases(room: Path) -> list[Phase]:
    return [phase for phase in Phase if (room / phase.value).exists()]


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
        except OSError:
            with contextlib.suppress(OSError):
                room.rmdir()
            raise
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
            os.close(descriptor)
        except FileNotFoundError:
            os.close(descriptor)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                raise BusyError(home) from None
            _sweep(room)
            raise


def _sweep(room: Path) -> None:
    """Remove the room, unless there is a journal in it."""
    if _phases(room):
        return
    with contextlib.suppress(OSError):
        (room / "lock").unlink()
    with contextlib.suppress(OSError):
        room.rmdir()
        return
    shutil.rmtree(room, ignore_errors=True)  # what a crash left in it


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_json(moves: Iterable[Move], home: Path) -> dict[str, Any]:
    """Return what the journal says, relative to its directory: trees are renamed at times."""
    return {
        "moves": [
            {
                "name": each.distribution.name,
                "version": each.distribution.version,
                "info": os.path.relpath(each.distribution.info, home),
                "destination": os.path.relpath(each.destination, home),
                "kept": each.kept,
                "stays": each.stays,
            }
            for each in moves
        ]
    }


def _from_json(content: dict[str, Any], home: Path) -> list[Move]:
    def path(name: str) -> Path:
        return Path(os.path.normpath(home / name))

    return [
        Move(
            Distribution(each["name"], each["version"], path(each["info"])),
            path(each["destination"]),
            tuple(each["kept"]),
            tuple(each["stays"]),
        )
        for each in content["moves"]
    ]
