"""Moving whole distributions between directories of modules, so that a crash loses nothing.

A move passes four states, which the journal and what is on disk tell apart:

1. *staged*: copies (hard links where they can be) grow in ``.pysharedir/stage`` of the destination;
2. *placed*: they are renamed into place, the metadata last;
3. *hidden*: at the source the metadata, and then the entry modules, are renamed to
   ``.pysharedir/trash``; what was found there before can still be read;
4. *committed*: the journal says so; what is left at the source is removed.

Up to the commit a move can be undone, after it only finished: the next command does what is due.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pysharedir.errors import (
    ChangeError,
    InterruptedMoveError,
    OvertakenError,
    RecordError,
    said,
)
from pysharedir.installed import contents, records
from pysharedir.installed.contents import Scans
from pysharedir.installed.distribution import stamp
from pysharedir.moving import journal, staging
from pysharedir.moving.move import Move, is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

# Seconds in which an interpreter that found a module at the source is done with importing it.
GRACE = 0.5


@dataclass(frozen=True)
class Relocation:
    """A step that moves distributions: all, or none.

    :ivar home: The directory of its journal and lock; see :mod:`pysharedir.moving.journal`.
    :ivar keep: Leave them where they are, too; RECORD of the copies then lists only files below
        this prefix.
    :ivar progress: Called after each distribution that was staged, and each that was removed.
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
        with journal.locked(self.home) as work:
            self._refuse_overtaken(work)
            journal.begin(work, self.moves)
            try:
                self._put()
                if self.keep is None:
                    _hide(self.moves)
                    time.sleep(GRACE)
                    journal.commit(work)
            except BaseException:
                settle(work, lambda: undo(self.moves))
                raise
            if self.keep is None:
                _follow(self.moves)
                settle(work, lambda: finish(self.moves, self.progress))
            else:
                settle(work, lambda: _tidy(self.moves))
        return self._back

    def _refuse_overtaken(self, work: Path) -> None:
        """Refuse when something has changed between the plan and the lock."""
        if journal.pending(work) is not None:
            raise OvertakenError(self.home)
        for move in self.moves:
            there = move.destination / move.distribution.info.name
            if not _is_as_planned(move) or os.path.lexists(there):
                raise OvertakenError(move.distribution.info)
            for path in move.kept:
                if not is_same(move.source / path, move.destination / path):
                    raise OvertakenError(move.destination / path)

    def _put(self) -> None:
        """Stage all, then place them: the metadata last."""
        copied = False
        scans = Scans()
        for move in self.moves:
            copied |= staging.stage(move, scans, self.keep)
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
                undo(self.moves)


def _is_as_planned(move: Move) -> bool:
    """Tell whether the metadata is the one that the move was planned by."""
    metadata = move.distribution.metadata
    now = stamp(move.distribution.info / "RECORD")
    return move.distribution.info.is_dir() and metadata.record_stamp == now


def _hide(moves: Sequence[Move]) -> None:
    """Take the source of each from those who do not have it open."""
    # All are known before the first goes: one may be in a package that another one opens.
    is_package = cache(records.is_package)
    entry_modules = [_entry_modules(move, is_package) for move in moves]
    for move, paths in zip(moves, entry_modules, strict=True):
        os.makedirs(move.trash, exist_ok=True)
        move.distribution.info.rename(move.trash / move.distribution.info.name)
        for path in paths:
            os.makedirs(os.path.dirname(move.trash / path), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.rename(move.source / path, move.trash / path)


def _entry_modules(move: Move, is_package: Callable[[str], bool]) -> list[str]:
    """Return the files without which the import system finds none of a distribution.

    :param is_package: Tells whether a directory is a regular package.
    """

    def is_in_another(path: str) -> bool:
        """Tell whether it is in a regular package of another distribution."""
        parents = records.lineage(os.path.dirname(path))
        if os.path.basename(path).startswith("__init__."):
            parents = parents[:-1]
        return any(is_package(f"{move.source}/{parent}") for parent in parents)

    listed = move.distribution.listing.entry_modules()
    return [path for path in listed if path not in move.stays and not is_in_another(path)]


def _follow(moves: Sequence[Move]) -> None:
    """Let this process import from where packages are now: it may be among what it moves."""
    trees = _unique((f"{move.source}/", f"{move.destination}/") for move in moves)
    for module in tuple(sys.modules.values()):
        path = getattr(module, "__path__", None)
        if isinstance(path, list):  # that of a namespace makes itself anew
            path[:] = [_followed(str(entry), trees) for entry in path]


def _followed(package: str, trees: Iterable[tuple[str, str]]) -> str:
    for source, destination in trees:
        there = destination + package[len(source) :]
        if package.startswith(source) and os.path.isfile(f"{there}/__init__.py"):
            return there
    return package


def finish(moves: Sequence[Move], progress: Callable[[], object] = bool) -> None:
    """Remove what is left at the sources."""
    for move in moves:
        hidden = move.distribution.renamed_to(move.trash)
        # Without RECORD all else is gone already.
        if (hidden.info / "RECORD").exists():
            files = contents.read(hidden, base=move.source).files
            _remove(move.source, files, move.stays, hidden.listing.inside)
            shutil.rmtree(hidden.info)
        progress()
    _tidy(moves)


def undo(moves: Sequence[Move]) -> None:
    """Give the sources back what was hidden, and remove what was placed."""
    for trash, source in _unique((move.trash, move.source) for move in moves):
        hidden = sorted(contents.walk(str(trash)), key=lambda path: ".dist-info/" in path)
        for path in hidden:
            top = path.partition("/")[0]
            whole = top if top.endswith(".dist-info") else path
            with contextlib.suppress(FileNotFoundError):
                os.rename(trash / whole, source / whole)
    for move in moves:
        if not move.distribution.info.exists():
            continue  # taken away by somebody else since
        name = move.distribution.info.name
        placed = move.destination / name
        if placed.exists():
            shutil.rmtree(move.stage / name, ignore_errors=True)
            os.makedirs(move.stage, exist_ok=True)
            placed.rename(move.stage / name)
        files = contents.read(move.distribution, base=move.destination).files
        ours = [
            path
            for path in files
            if path.endswith(".pyc") or is_same(move.source / path, move.destination / path)
        ]
        _remove(move.destination, ours, move.kept, move.distribution.listing.inside)
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


def settle(work: Path, action: Callable[[], object]) -> None:
    """Do what a crash would leave to the next command, and end the journal."""
    try:
        action()
        journal.end(work)
    except OSError as error:
        raise InterruptedMoveError(work.parent, said(error)) from error
    except RecordError as error:
        raise InterruptedMoveError(work.parent, error.message) from error


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
