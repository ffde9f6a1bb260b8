"""The lock and the journal of moves, in a directory that all who could move the same share."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir.changes import WriteFile
from pysharedir.errors import BusyError, JournalError
from pysharedir.installed.distribution import Distribution
from pysharedir.moving.move import WORK, Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Phase(str, Enum):
    """How far a move is: its value names the file of the journal."""

    PLACING = "placing.json"
    REMOVING = "removing.json"


@contextlib.contextmanager
def locked(home: Path) -> Iterator[Path]:
    """Hold the lock of *home*, and give the directory of its journal.

    :raises BusyError: when another process holds it.
    """
    work = home / WORK
    descriptor = _lock(home, work)
    try:
        yield work
    finally:
        _sweep(work)
        os.close(descriptor)


def pending(work: Path) -> tuple[Phase, list[Move]] | None:
    """Return the journal of moves that did not come to their end.

    :raises JournalError: when it cannot be read.
    """
    for phase in _phases(work):
        path = work / phase.value
        try:
            return phase, _from_json(json.loads(path.read_text("utf-8")), work.parent)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise JournalError(path, str(error)) from error
    return None


def begin(work: Path, moves: Iterable[Move]) -> None:
    """Write the journal, so that a power failure does not lose it."""
    content = json.dumps(_to_json(moves, work.parent)).encode()
    try:
        WriteFile(work / Phase.PLACING.value, content).apply()
        _sync(work)
    except BaseException:
        end(work)
        raise


def commit(work: Path) -> None:
    """Let the move be finished from now on, not undone; needs no space on the disk."""
    (work / Phase.PLACING.value).rename(work / Phase.REMOVING.value)
    _sync(work)


def end(work: Path) -> None:
    """Remove the journal."""
    for phase in Phase:
        (work / phase.value).unlink(missing_ok=True)


def _phases(work: Path) -> list[Phase]:
    return [phase for phase in Phase if (work / phase.value).exists()]


def _lock(home: Path, work: Path) -> int:
    """Return a descriptor that holds the lock."""
    path = work / "lock"
    while True:
        with contextlib.suppress(FileExistsError):
            work.mkdir()
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
        except FileNotFoundError:
            continue  # one who held the lock took the directory away
        except OSError:
            with contextlib.suppress(OSError):
                work.rmdir()
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
            _sweep(work)
            raise


def _sweep(work: Path) -> None:
    """Remove the work directory, unless there is a journal in it."""
    if _phases(work):
        return
    with contextlib.suppress(OSError):
        (work / "lock").unlink()
    with contextlib.suppress(OSError):
        work.rmdir()
        return
    shutil.rmtree(work, ignore_errors=True)  # what a crash left in it


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
