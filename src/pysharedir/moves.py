"""Moving whole distributions between directories of modules, so that a crash loses nothing.

A move passes four states, which the journal and what is on disk tell apart:

1. *staged*: copies (hard links where they can be) grow in ``.pysharedir/stage`` of the destination;
2. *placed*: they are renamed into place, the metadata last;
3. *hidden*: at the source the metadata, and then the doors of the import system, are renamed to
   ``.pysharedir/trash``; what was found there before can still be read;
4. *committed*: the journal says so; what is left at the source is removed.

Up to the commit a move can be undone, after it only finished: the next command does what is due.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pysharedir import distributions, journal, records, staging
from pysharedir.errors import (
    ChangeError,
    InterruptedMoveError,
    OvertakenError,
    RecordError,
    said,
)
from pysharedir.journal import Move

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from pysharedir.distributions import Contents, Distribution

# Seconds in which an interpreter that found a module at the source is done with importing it.
GRACE = 0.5


@dataclass(frozen=True)
class Relocation:
    """A step that moves distributions: all, or none.

    :ivar home: The directory of its journal and lock; see :mod:`pysharedir.journal`.
    :ivar keep: Leave them where they are, too; RECORD of the copies then lists only files below
        this prefix.
    :ivar progress: Called behind each distribution that was staged, and each that was removed.
    """

    moves: tuple[Move, ...]
    home: Path
    keep: str | None = None
    progress: Callable[[], object] = field(default=bool, compare=False, repr=False)

    def __str__(self) -> str:
        verb = "move" if self.keep is None else "copy"
        return "; ".join(
            f"{verb} "
            + ", ".join(
                f"{move.distribution.name} {move.distribution.version}"
                for move in self.moves
                if move.destination == destination
            )
            + f" to {destination}"
            for destination in _unique(move.destination for move in self.moves)
        )

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`.

        :raises BusyError: when another process moves distributions.
        :raises OvertakenError: when one has done so since this was planned.
        :raises ChangeError: when one cannot be moved; then none was.
        :raises InterruptedMoveError: when it could be neither finished nor undone.
        """
        try:
            return self._apply()
        except OSError as error:
            raise ChangeError(f"move to {error.filename or self.home}", error) from error

    def _apply(self) -> Callable[[], object]:
        with journal.locked(self.home) as room:
            self._refuse_overtaken(room)
            journal.begin(room, self.moves)
            try:
                self._put()
                if self.keep is None:
                    _hide(self.moves)
                    time.sleep(GRACE)
                    journal.commit(room)
            except BaseException:
                _settle(room, lambda: _undo(self.moves))
                raise
            if self.keep is None:
                _follow(self.moves)
                _settle(room, lambda: _finish(self.moves, self.progress))
            else:
                _settle(room, lambda: _tidy(self.moves))
        return self._back

    def _refuse_overtaken(self, room: Path) -> None:
        """Refuse when something has changed between the plan and the lock."""
        if journal.pending(room) is not None:
            raise OvertakenError(self.home)
        for move in self.moves:
            there = move.destination / move.distribution.info.name
            if not move.distribution.info.is_dir() or os.path.lexists(there):
                raise OvertakenError(move.distribution.info)
            for path in move.kept:
                if not _same(move.source / path, move.destination / path):
                    raise OvertakenError(move.destination / path)

    def _put(self) -> None:
        """Stage all, then place them: the metadata last."""
        copied = False
        for move in self.moves:
            copied |= staging.stage(move, self.keep)
            self.progress()
        if copied:
            os.sync()  # before the only other copy goes
        changed = [
            directory
            for stage in _unique(move.stage for move in self.moves)
            for directory in staging.place(stage)
        ]
        # Long enough for the clock of the file system, and for one step of an import.
        time.sleep(GRACE / 5)
        for directory in changed:
            # Finders that listed it within the same tick of the clock as a rename list it anew.
            os.utime(directory)

    def _back(self) -> None:
        if self.keep is None:
            reverse = tuple(
                Move(move.distribution.at(move.destination), move.source, move.stays, move.kept)
                for move in self.moves
            )
            Relocation(reverse, self.home).apply()
        else:
            with journal.locked(self.home):
                _undo(self.moves)


def recover(home: Path) -> str:
    """Finish or undo a move that was interrupted.

    :param home: As in :class:`Relocation`.
    :return: What was done, in words; empty when there was nothing to do.
    :raises BusyError: when a move is under way.
    :raises InterruptedMoveError: when it could be neither finished nor undone.
    """
    if not (home / journal.ROOM).is_dir():
        return ""
    try:
        with journal.locked(home) as room:
            found = journal.pending(room)
            if found is None:
                return ""
            phase, moves = found
            undo = phase is journal.Phase.PLACING
            _settle(room, lambda: _undo(moves) if undo else _finish(moves))
    except OSError as error:
        raise InterruptedMoveError(home, said(error)) from error
    names = ", ".join(move.distribution.name for move in moves)
    return f"{'undid' if undo else 'finished'} an interrupted move of {names}"


def is_interrupted(home: Path) -> bool:
    """Tell whether a move was interrupted, or is under way."""
    return journal.pending(home / journal.ROOM) is not None


def move(
    distribution: Distribution,
    destination: Path,
    others: Iterable[Distribution] = (),
    contents: Contents | None = None,
) -> Move:
    """Return the move of *distribution* to *destination*.

    :param others: Distributions that stay in its directory and may list the same files.
    :param contents: Its contents, if they are known.
    :raises RecordError: when it cannot be moved.
    """
    found = contents or distributions.contents(distribution)
    if os.path.lexists(destination / distribution.info.name):
        raise RecordError(distribution.name, f"{destination} has it already")
    kept = []
    for path in _there_already(found.files, destination):
        if not _same(distribution.info.parent / path, destination / path):
            raise RecordError(distribution.name, f"{destination / path} is there already")
        kept.append(path)
    files = set(found.files)
    stays: set[str] = set()
    for other in others:
        with contextlib.suppress(RecordError):
            stays.update(files.intersection(records.read(other).files()))
    return Move(distribution, destination, tuple(kept), tuple(sorted(stays)))


def _there_already(files: Iterable[str], directory: Path) -> Iterable[str]:
    """Yield which of *files* are in *directory*, but for pycs: those are made anew at will."""
    parents: dict[str, bool] = {"": True}

    def is_there(parent: str) -> bool:
        if parent not in parents:
            parents[parent] = is_there(os.path.dirname(parent)) and os.path.lexists(
                directory / parent
            )
        return parents[parent]

    for path in files:
        if not path.endswith(".pyc") and is_there(path):
            yield path


def _hide(moves: Sequence[Move]) -> None:
    """Take the source of each from those who do not have it open."""
    # All are known before the first goes: one may be in a package that another one opens.
    doors = [_doors(each) for each in moves]
    for each, paths in zip(moves, doors, strict=True):
        os.makedirs(each.trash, exist_ok=True)
        each.distribution.info.rename(each.trash / each.distribution.info.name)
        for path in paths:
            os.makedirs(os.path.dirname(each.trash / path), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.rename(each.source / path, each.trash / path)


def _doors(move: Move) -> list[str]:
    """Return the files without which the import system finds none of a distribution."""

    def is_behind_another(path: str) -> bool:
        """Tell whether it is in a regular package of another distribution."""
        parents = records.lineage(os.path.dirname(path))
        if os.path.basename(path).startswith("__init__."):
            parents = parents[:-1]
        return any(records.is_package(f"{move.source}/{parent}") for parent in parents)

    listing = records.read(move.distribution)
    return [
        path for path in listing.doors() if path not in move.stays and not is_behind_another(path)
    ]


def _follow(moves: Sequence[Move]) -> None:
    """Let this process import from where packages are now: it may be among what it moves."""
    places = _unique((f"{each.source}/", f"{each.destination}/") for each in moves)
    for module in tuple(sys.modules.values()):
        path = getattr(module, "__path__", None)
        if isinstance(path, list):  # that of a namespace makes itself anew
            path[:] = [_followed(str(entry), places) for entry in path]


def _followed(package: str, places: Iterable[tuple[str, str]]) -> str:
    for source, destination in places:
        there = destination + package[len(source) :]
        if package.startswith(source) and os.path.isfile(f"{there}/__init__.py"):
            return there
    return package


def _finish(moves: Sequence[Move], progress: Callable[[], object] = bool) -> None:
    """Remove what is left at the sources."""
    for each in moves:
        hidden = each.distribution.at(each.trash)
        # Without RECORD all else is gone already.
        if (hidden.info / "RECORD").exists():
            found = distributions.contents(hidden, each.source)
            _remove(each.source, found.files, each.stays, found.listing.inside)
            shutil.rmtree(hidden.info)
        progress()
    _tidy(moves)


def _undo(moves: Sequence[Move]) -> None:
    """Give the sources back what was hidden, and remove what was placed."""
    for trash, source in _unique((each.trash, each.source) for each in moves):
        hidden = sorted(distributions.walk(str(trash)), key=lambda path: ".dist-info/" in path)
        for path in hidden:
            top = path.partition("/")[0]
            whole = top if top.endswith(".dist-info") else path
            with contextlib.suppress(FileNotFoundError):
                os.rename(trash / whole, source / whole)
    for each in moves:
        if not each.distribution.info.exists():
            continue  # taken away by somebody else since
        name = each.distribution.info.name
        placed = each.destination / name
        if placed.exists():
            shutil.rmtree(each.stage / name, ignore_errors=True)
            os.makedirs(each.stage, exist_ok=True)
            placed.rename(each.stage / name)
        found = distributions.contents(each.distribution, each.destination)
        ours = [
            path
            for path in found.files
            if path.endswith(".pyc") or _same(each.source / path, each.destination / path)
        ]
        _remove(each.destination, ours, each.kept, found.listing.inside)
    _tidy(moves)


def _remove(
    base: Path, files: Iterable[str], but: Collection[str], directories: Iterable[str]
) -> None:
    """Remove *files*, and then those of *directories* and their parents that are empty."""
    root = str(base)
    # Pycs may have gone before a crash, and their directories not.
    parents = {os.path.join(each, "__pycache__") for each in directories}
    for path in files:
        parents.add(os.path.dirname(path))
        if path not in but:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{root}/{path}")
    for directory in tuple(parents):
        parent = os.path.dirname(directory)
        while parent not in parents:
            parents.add(parent)
            parent = os.path.dirname(parent)
    for parent in sorted(parents - {""}, key=len, reverse=True):
        with contextlib.suppress(OSError):
            os.rmdir(f"{root}/{parent}")


def _tidy(moves: Iterable[Move]) -> None:
    """Remove what a move needed, but for the journal and the lock."""
    for directory in _unique(path for each in moves for path in (each.stage, each.trash)):
        if directory.exists():
            shutil.rmtree(directory)
        with contextlib.suppress(OSError):
            directory.parent.rmdir()


def _same(one: Path, other: Path) -> bool:
    """Tell whether two files are one, or have the same content."""
    try:
        status = os.lstat(one), os.lstat(other)
        if os.path.samestat(*status):
            return True
        if one.is_symlink() or other.is_symlink():
            return os.readlink(one) == os.readlink(other)
        return status[0].st_size == status[1].st_size and filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def _settle(room: Path, action: Callable[[], object]) -> None:
    """Do what a crash would leave to the next command, and end the journal."""
    try:
        action()
        journal.end(room)
    except OSError as error:
        raise InterruptedMoveError(room.parent, said(error)) from error
    except RecordError as error:
        raise InterruptedMoveError(room.parent, error.message) from error


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
