"""The journal of a move, in a directory that all processes that could move the same share."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir.errors import JournalError, reason
from pysharedir.installed.distribution import Distribution
from pysharedir.moving import mark, trust
from pysharedir.moving.move import WORK, Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pysharedir.moving.tree import Tree

_METADATA = (".dist-info", ".egg-info")
_FORMAT = 2


class Phase(str, Enum):
    """How far a move has come; the value is the name of the journal's file."""

    PLACING = "placing.json"
    REMOVING = "removing.json"

    @property
    def path(self) -> str:
        """The path of that file, relative to the directory of the journal."""
        return f"{WORK}/{self.value}"


@dataclass(frozen=True)
class Pending:
    """A move that was interrupted.

    :ivar host: The name of the host that began it; empty in the first format.
    :ivar mark: The name of its mark, see :mod:`pysharedir.moving.mark`; empty in the first format,
        and when the move only copies.
    :ivar copies: Whether it only copies.
    """

    phase: Phase
    moves: tuple[Move, ...]
    host: str = ""
    mark: str = ""
    copies: bool = False

    @property
    def names(self) -> str:
        """The names of the distributions."""
        return ", ".join(move.distribution.name for move in self.moves)


def is_in(home: str) -> bool:
    """Tell whether a directory has a journal, of any user, of an interrupted or a running move."""
    return any(os.path.lexists(f"{home}/{phase.path}") for phase in Phase)


def is_there(home: Tree) -> bool:
    """Tell whether there is a journal; the caller holds the lock."""
    return bool(_phases(home))


def pending(home: Tree) -> Pending | None:
    """Return the move that was interrupted, or None.

    :raises JournalError: when its journal cannot be read.
    :raises UntrustedError: when another user could have written the journal.
    """
    if home.has(WORK):
        trust.check_owner(home.path / WORK, home.status(WORK))
    for phase in _phases(home):
        path = home.path / phase.path
        trust.check_work(home, phase.value)
        try:
            content = json.loads(home.read(phase.path))
            return _pending(phase, content, home.path)
        except OSError as error:
            raise JournalError(path, reason(error)) from error
        except RecursionError as error:
            raise JournalError(path, "it is nested too deeply") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise JournalError(path, str(error)) from error
    return None


def begin(home: Tree, moves: Iterable[Move], mark_name: str) -> None:
    """Write the journal to the disk: it survives a power failure.

    :param mark_name: The name of the mark; empty when the move only copies.
    """
    content = json.dumps(_to_json(moves, home.path, mark_name)).encode()
    new = f"{Phase.PLACING.path}~"
    try:
        # The file may exist: a process that was killed at this point leaves it.
        with os.fdopen(home.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        home.rename(new, home, Phase.PLACING.path)
        os.fsync(home.directory(WORK))
    except BaseException:
        end(home)
        raise


def commit(home: Tree) -> None:
    """Mark the move as one to be finished, no longer undone; needs no space on the disk."""
    home.rename(Phase.PLACING.path, home, Phase.REMOVING.path)
    os.fsync(home.directory(WORK))


def end(home: Tree) -> None:
    """Remove the journal."""
    for phase in Phase:
        home.remove(phase.path)


def _phases(home: Tree) -> list[Phase]:
    return [phase for phase in Phase if home.has(phase.path)]


def _to_json(moves: Iterable[Move], home: Path, mark_name: str) -> dict[str, Any]:
    """Return the journal as JSON; its paths are relative to its directory, as trees are renamed.

    The first format had ``moves`` in place of ``format`` and ``exchanging``.  Releases that know
    only that format report this one as unreadable: else they would take what was exchanged for
    copies.
    """
    return {
        "format": _FORMAT,
        "host": os.uname().nodename,
        "mark": mark_name,
        "exchanging": [
            {
                "name": each.distribution.name,
                "version": each.distribution.version,
                "info": os.path.relpath(each.distribution.info, home),
                "destination": os.path.relpath(each.destination, home),
                "kept": each.kept,
                "stays": each.stays,
                "exchanged": each.exchanged,
            }
            for each in moves
        ],
    }


def _pending(phase: Phase, content: dict[str, Any], home: Path) -> Pending:
    """Return the move of a journal.

    :raises ValueError: when it was written by another release, or has a name that is not valid.
    """
    known = content.get("format", 1)
    if known == 1:
        return Pending(phase, tuple(_moves(content["moves"], home)))
    if known != _FORMAT:
        raise ValueError("it was written by another release of pysharedir")
    moves = tuple(_moves(content["exchanging"], home))
    name = _text(content["mark"])
    if name and not mark.is_name(name):
        raise ValueError(f"{name!r} is not the name of a mark")
    return Pending(phase, moves, _text(content["host"]), name, copies=not name)


def _moves(content: Iterable[dict[str, Any]], home: Path) -> Iterator[Move]:
    """Yield the moves of a journal.

    :raises ValueError: when a path is not valid.
    """
    for each in content:
        info = Path(_text(each["info"]))
        if info.suffix not in _METADATA:
            raise ValueError(f"{info} is not a metadata directory")
        yield Move(
            Distribution(_text(each["name"]), _text(each["version"]), _path(home, info)),
            _path(home, _text(each["destination"])),
            tuple(map(_inside, each["kept"])),
            tuple(map(_inside, each["stays"])),
            tuple(map(_inside, each.get("exchanged", ()))),
        )


def _path(home: Path, name: str | Path) -> Path:
    return Path(os.path.normpath(home / name))


def _text(value: object) -> str:
    if not isinstance(value, str) or b"\0" in os.fsencode(value):
        raise ValueError(f"{value!r} is not a name")
    return value


def _inside(value: object) -> str:
    """Return a relative path, which must not lead out of the directory."""
    path = _text(value)
    if path != os.path.normpath(path) or path.startswith(("/", "..")) or path == os.curdir:
        raise ValueError(f"{path!r} leads out of the directory")
    return path
