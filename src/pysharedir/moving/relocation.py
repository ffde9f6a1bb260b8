"""Moving whole distributions between directories of modules, so that a crash loses nothing.

A move passes through four states, which the journal and the files on disk tell apart:

1. *staged*: copies (hard links if possible) are made in ``.pysharedir/stage`` at the destination;
2. *placed*: the copies are renamed into place, and whole packages are exchanged with links, see
   :mod:`pysharedir.moving.exchange`; the metadata comes last;
3. *hidden*: the metadata at the source, and then the entry modules, are only in
   ``.pysharedir/trash``; a process that found a module before can still read the rest of it;
4. *committed*: the journal says so, and the rest is removed from the source.

Before the commit a move can be undone; after it a move can only be finished.  After a crash, the
next command does the one or the other.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from pysharedir.errors import (
    ChangeError,
    InterruptedMoveError,
    OvertakenError,
    RecordError,
    full_reason,
)
from pysharedir.installed import contents, records
from pysharedir.installed.contents import Scans
from pysharedir.installed.distribution import stamp
from pysharedir.moving import exchange, hiding, journal, lock, staging
from pysharedir.moving.mark import Mark, new_name
from pysharedir.moving.move import NEW, STAGE, TRASH, WORK, Move, is_same
from pysharedir.moving.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from pysharedir.moving.tree import Tree

# Seconds after which an interpreter that found a module at the source has finished importing it.
GRACE = 0.5


@dataclass(frozen=True)
class Relocation:
    """A step that moves distributions: all, or none.

    :ivar home: The directory of its journal and lock; see :mod:`pysharedir.moving.journal` and
        :mod:`pysharedir.moving.lock`.
    :ivar keep: When given, copy the distributions instead: RECORD of each copy then lists only
        files below this prefix.
    :ivar progress: Called when a distribution has been staged, and when it has been removed.
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
        :raises OvertakenError: when another process has moved one since this was planned.
        :raises ChangeError: when a distribution cannot be moved; then none was moved.
        :raises InterruptedMoveError: when the move could be neither finished nor undone.
        """
        try:
            return self._apply()
        except OSError as error:
            raise ChangeError(f"move to {error.filename or self.home}", error) from error

    def _apply(self) -> Callable[[], object]:
        with lock.locked(self.home) as home, Trees() as trees:
            self._refuse_overtaken(home)
            for move in self.moves:  # refuse another user's directories before anything is done
                trees.existing(move.source, TRASH)
                trees.existing(move.destination, STAGE)
            scans = Scans()
            moves = self.moves
            if self.keep is None:
                moves = exchange.planned(moves, scans, trees)
            copies = self.keep is not None
            mark = Mark.of("" if copies else new_name(), self.home, moves)
            unmark = partial(mark.remove, trees)
            try:
                mark.make(trees)
                journal.begin(home, moves, mark.name)
            except BaseException:
                unmark()
                raise
            try:
                self._put(moves, scans, trees)
                if self.keep is None:
                    _hide(moves, trees)
                    time.sleep(GRACE)
                    journal.commit(home)
            except BaseException:
                settle(home, lambda: undo(moves, trees, copies=copies), unmark)
                raise
            if self.keep is None:
                _update_loaded_packages(moves)
                settle(home, lambda: finish(moves, trees, self.progress), unmark)
            else:
                settle(home, lambda: _remove_work(moves, trees, copies=True), unmark)
        return self._undo

    def _refuse_overtaken(self, home: Tree) -> None:
        """Refuse when something has changed between the plan and the lock."""
        if journal.pending(home):
            raise InterruptedMoveError(
                self.home,
                "it has to be finished or undone first",
                "`pysharedir status` tells more about it",
            )
        for move in self.moves:
            there = move.destination / move.distribution.info.name
            if not _is_as_planned(move) or os.path.lexists(there):
                raise OvertakenError(move.distribution.info)
            for path in move.kept:
                if not is_same(move.source / path, move.destination / path):
                    raise OvertakenError(move.destination / path)

    def _put(self, moves: Sequence[Move], scans: Scans, trees: Trees) -> None:
        """Put everything at the destinations, the metadata last."""
        destinations = _unique(move.destination for move in moves)

        def place(*, is_exchanged: bool) -> list[tuple[Tree, str]]:
            """Stage and place the files of exchanged packages, or all other files."""
            copied = False
            for move in moves:
                source, stage = trees[move.source], trees.work(move.destination, STAGE)
                copied |= staging.stage(
                    move, source, stage, scans, self.keep, is_exchanged=is_exchanged
                )
                if not is_exchanged:
                    exchange.stage(move, source, stage)
                    self.progress()
            if copied:
                os.sync()  # before the source, the only other copy, is removed
            return _place(destinations, trees, metadata=False)

        changed = place(is_exchanged=False)
        if not exchange.exchange(moves, trees):
            changed += place(is_exchanged=True)
        changed += _place(destinations, trees, metadata=True)
        # Long enough for the file system's clock to tick, and for one step of an import.
        until = time.monotonic() + GRACE / 5
        exchange.prepare(moves, trees)
        time.sleep(max(0, until - time.monotonic()))
        for tree, path in changed:
            # A finder that listed the directory in the clock tick of a rename lists it again.
            tree.touch(path)

    def _undo(self) -> None:
        if self.keep is None:
            reverse = tuple(
                Move(
                    move.distribution.at(move.destination),
                    move.source,
                    # Python may have compiled the modules that stay again by now.
                    tuple(path for path in move.stays if not path.endswith(".pyc")),
                    move.kept,
                )
                for move in self.moves
            )
            Relocation(reverse, self.home).apply()
        else:
            with lock.locked(self.home), Trees() as trees:
                undo(self.moves, trees, copies=True)


def _place(destinations: Iterable[Path], trees: Trees, *, metadata: bool) -> list[tuple[Tree, str]]:
    """Rename staged files into place, and return the directories that have new entries now."""
    return [
        (trees[destination], path)
        for destination in destinations
        for path in staging.place(trees.work(destination, STAGE), trees[destination], metadata)
    ]


def _is_as_planned(move: Move) -> bool:
    """Tell whether the metadata is still what it was when the move was planned."""
    metadata = move.distribution.metadata
    now = stamp(move.distribution.info / "RECORD")
    return move.distribution.info.is_dir() and metadata.record_stamp == now


def _hide(moves: Sequence[Move], trees: Trees) -> None:
    """Hide the metadata and the entry modules of each distribution at its source."""
    # List the entry modules of all before the first is hidden: what is in a regular package of
    # another distribution is found only while that package still has its ``__init__``.
    is_package = cache(records.is_package)
    entry_modules = [_entry_modules(move, is_package) for move in moves]
    for move, paths in zip(moves, entry_modules, strict=True):
        source, trash = trees[move.source], trees.work(move.source, TRASH)
        source.rename(move.distribution.info.name, trash)
        for path in paths:
            hiding.hide(source, trash, path)
    exchange.hide(moves, trees)


def _entry_modules(move: Move, is_package: Callable[[str], bool]) -> list[str]:
    """Return the files to hide so that the import system no longer finds a distribution.

    :param is_package: Tells whether a directory is a regular package.
    """

    def is_in_another(path: str) -> bool:
        """Tell whether a file is in a regular package of another distribution."""
        parents = records.lineage(os.path.dirname(path))
        if os.path.basename(path).startswith("__init__."):
            parents = parents[:-1]
        return any(is_package(f"{move.source}/{parent}") for parent in parents)

    listed = move.distribution.listing.entry_modules()
    return [
        path
        for path in listed
        if path not in move.stays and not move.exchanges(path) and not is_in_another(path)
    ]


def _update_loaded_packages(moves: Sequence[Move]) -> None:
    """Let this process import from the new places: pysharedir itself may be moving."""
    trees = _unique((f"{move.source}/", f"{move.destination}/") for move in moves)
    for module in tuple(sys.modules.values()):
        path = getattr(module, "__path__", None)
        if isinstance(path, list):  # a namespace package computes its path itself
            path[:] = [_new_path(str(entry), trees) for entry in path]


def _new_path(package: str, trees: Iterable[tuple[str, str]]) -> str:
    """Return the path of a package after the move; a package that has not moved keeps its path."""
    for source, destination in trees:
        there = destination + package[len(source) :]
        if package.startswith(source) and os.path.isfile(f"{there}/__init__.py"):
            return there
    return package


def finish(moves: Sequence[Move], trees: Trees, progress: Callable[[], object] = bool) -> None:
    """Remove what is left at the sources."""
    exchange.remove_links(moves, trees)
    scans = Scans()  # listed once: a file that two distributions list may go with the first
    for move in moves:
        trash = trees.existing(move.source, TRASH)
        info = move.distribution.info.name
        # The metadata is removed last: without RECORD, all other files are gone already.
        if trash and trash.has(f"{info}/RECORD"):
            hidden = move.distribution.renamed_to(trash.path)
            # A package that could not be exchanged was linked, so it is still at the source.
            has = trees[move.source].has
            if not move.is_whole(hidden.listing) or any(map(has, move.exchanged)):
                files = contents.read(hidden, scans, move.source).files
                _remove(trees[move.source], files, move.stays, hidden.listing.inside)
            trash.remove_all(info)
        progress()
    _remove_work(moves, trees)


def undo(moves: Sequence[Move], trees: Trees, *, copies: bool = False) -> None:
    """Return to the sources what was exchanged or hidden, and remove what was placed.

    :param copies: Whether the move only copies: what is hidden at the sources belongs to another
        move.
    """
    exchange.restore(moves, trees)
    for source in _unique(move.source for move in moves if not copies):
        if trash := trees.existing(source, TRASH):
            _restore(trash, trees[source])
    scans = Scans()
    for move in moves:
        if not trees[move.source].has(move.distribution.info.name):
            continue  # another program has removed it since
        name = move.distribution.info.name
        destination = trees[move.destination]
        if destination.has(name):
            stage = trees.work(move.destination, STAGE)
            stage.remove_all(name)
            destination.rename(name, stage)
        ours = [
            path
            for path in _placed(move, scans)
            if path.endswith(".pyc") or is_same(move.source / path, move.destination / path)
        ]
        _remove(destination, ours, move.kept, move.distribution.listing.inside)
    _remove_work(moves, trees, copies=copies)


def _placed(move: Move, scans: Scans) -> Iterable[str]:
    """Return the files that may have been placed of a distribution."""
    try:
        return contents.read(move.distribution, scans, move.destination).files
    except RecordError:  # a link is in the way
        return move.distribution.listing.files()


def _restore(trash: Tree, source: Tree) -> None:
    """Rename hidden files to their old places, the metadata last."""
    for path in sorted(trash.walk(), key=lambda path: ".dist-info/" in path):
        top = path.partition("/")[0]
        whole = top if top.endswith(".dist-info") else path
        if path == NEW:
            continue
        with contextlib.suppress(FileNotFoundError):
            trash.rename(whole, source)


def _remove(
    tree: Tree, files: Iterable[str], but: Collection[str], directories: Iterable[str]
) -> None:
    """Remove *files*, and then *directories* and their parents if they are empty."""
    # A crash may have come after the pycs were removed, and before their directory was.
    parents = {os.path.join(directory, "__pycache__") for directory in directories}
    for path in files:
        parents.add(os.path.dirname(path))
        if path not in but:
            tree.remove(path)
    for directory in tuple(parents):
        parent = os.path.dirname(directory)
        while parent not in parents:
            parents.add(parent)
            parent = os.path.dirname(parent)
    for parent in sorted(parents - {""}, key=len, reverse=True):
        tree.remove_empty(parent)


def _remove_work(moves: Sequence[Move], trees: Trees, *, copies: bool = False) -> None:
    """Remove the stages and the trashes of a move; the journal, the mark and the lock stay."""
    pairs = [(move.destination, STAGE) for move in moves]
    if not copies:  # else a trash at the source belongs to another move
        pairs += [(move.source, TRASH) for move in moves]
    for directory, name in _unique(pairs):
        trees[directory].remove_all(f"{WORK}/{name}")


def settle(home: Tree, action: Callable[[], object], unmark: Callable[[], object]) -> None:
    """Finish or undo a move by *action*, then remove the journal, then the mark.

    :raises InterruptedMoveError: when that fails; then the next command tries again.
    """
    try:
        action()
        journal.end(home)
        unmark()
    except OSError as error:
        raise InterruptedMoveError(home.path, full_reason(error)) from error
    except RecordError as error:
        raise InterruptedMoveError(home.path, error.message) from error


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
