"""Interrupted moves: a command that reports notes them, any other finishes or undoes them."""

from __future__ import annotations

import contextlib
import os
from functools import partial
from typing import TYPE_CHECKING

from pysharedir.errors import (
    BusyError,
    ForeignMoveError,
    InterruptedMoveError,
    JournalError,
    PysharedirError,
    UntrustedError,
    full_reason,
)
from pysharedir.moving import journal, mark, trust
from pysharedir.moving.journal import Phase
from pysharedir.moving.mark import Mark
from pysharedir.moving.move import STAGE, TRASH, WORK
from pysharedir.moving.tree import Tree
from pysharedir.moving.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pysharedir.moving.journal import Pending
    from pysharedir.moving.trust import Scope

# The moves that are left alone: a command notes them, and goes on.
_LEFT_ALONE = (ForeignMoveError, JournalError, UntrustedError)


def recover(scope: Scope, *, dry_run: bool = False) -> list[str]:
    """Finish or undo interrupted moves.

    :return: Notes on what was done, and on what was left alone.
    :raises InterruptedMoveError: when a move could be neither finished nor undone; with *dry_run*,
        when there is one to finish or undo.
    :raises BusyError: when a move is running.
    """
    if not dry_run:
        done = [*_recovered(scope)]
        _remove_stale_marks(scope)
        return done
    for _, error in interrupted(scope):
        if not isinstance(error, _LEFT_ALONE):
            raise error
    return notes(scope)


def notes(scope: Scope) -> list[str]:
    """Return notes on interrupted moves; changes nothing."""
    return [_note(error) for _, error in interrupted(scope)]


def seen(path: Iterable[str]) -> list[str]:
    """Return notes on interrupted moves, when only ``sys.path`` of the target is known."""
    return [
        f"{entry}: a move of distributions was interrupted, or is running; "
        "`pysharedir status` tells more"
        for entry in path
        if entry and journal.is_in(entry)
    ]


def interrupted(scope: Scope) -> list[tuple[Path, PysharedirError]]:
    """Return the interrupted moves; changes nothing.

    :return: The directory of each journal, and the error that describes the move.
    """
    return [(home, error) for home in scope.homes if (error := _interrupted(home, scope))]


def _interrupted(home: Path, scope: Scope) -> PysharedirError | None:
    if not _has_work(home):
        return None
    from pysharedir.moving import lock  # noqa: PLC0415  # few commands find a move

    try:
        with Tree(home) as tree, Trees() as trees:
            pending = journal.pending(tree)
            if pending is None:
                return None
            lock.check_free(tree)
            _check(home, pending, trees, scope)
    except (*_LEFT_ALONE, BusyError) as error:
        return error
    except OSError as error:
        return InterruptedMoveError(home, full_reason(error))
    return InterruptedMoveError(
        home, pending.names, "nothing is lost; `pysharedir sort` finishes or undoes it"
    )


def _has_work(home: Path) -> bool:
    """Tell whether a move is running, or was interrupted."""
    try:
        with Tree(home) as tree:
            return tree.has(WORK)
    except OSError:  # no such directory, or one that a later step reports
        return False


def _recovered(scope: Scope) -> Iterator[str]:
    for home in scope.homes:
        try:
            if note := _recover(home, scope):
                yield note
        except _LEFT_ALONE as error:
            yield _note(error)
            return  # the other directory may hold what this move has hidden, so leave it too


def _recover(home: Path, scope: Scope) -> str:
    """Finish or undo a move, and return a note on it; empty when there was no move.

    :raises ForeignMoveError: when the move is left alone, as for JournalError and UntrustedError.
    :raises InterruptedMoveError: when it could be neither finished nor undone.
    :raises BusyError: when it is running.
    """
    if not _has_work(home):
        return ""
    from pysharedir.moving import lock, relocation  # noqa: PLC0415  # few commands find a move

    try:
        with lock.locked(home) as tree, Trees() as trees:
            pending = journal.pending(tree)
            if pending is None:
                return ""
            _check(home, pending, trees, scope)
            is_undone = pending.phase is Phase.PLACING
            undo = partial(relocation.undo, copies=pending.copies)
            settle = undo if is_undone else relocation.finish
            relocation.settle(
                tree,
                lambda: settle(pending.moves, trees),
                lambda: _mark(home, pending).remove(trees),
            )
    except OSError as error:
        raise InterruptedMoveError(home, full_reason(error)) from error
    return f"{'undid' if is_undone else 'finished'} an interrupted move of {pending.names}"


def _check(home: Path, pending: Pending, trees: Trees, scope: Scope) -> None:
    """Refuse a move that others than the caller and root could have tampered with.

    :raises ForeignMoveError: when it is a move of another prefix, or of another host.
    :raises UntrustedError: when others can write to a directory that it would change.
    """
    if directory := trust.outside(pending.moves, scope):
        raise ForeignMoveError(home, directory, pending.names, pending.host)
    trust.check_above(home, scope)
    if directory := _mark(home, pending).missing(trees):
        raise ForeignMoveError(home, directory, pending.names, pending.host, is_used=True)
    for move in pending.moves:
        trust.check_work(trees[move.source], TRASH)
        trust.check_work(trees[move.destination], STAGE)
        trust.check_above(move.source, scope)
        trust.check_above(move.destination, scope)


def _mark(home: Path, pending: Pending) -> Mark:
    return Mark.of(pending.mark, home, pending.moves)


def _remove_stale_marks(scope: Scope) -> None:
    """Remove what a move leaves that is killed just before it begins its journal, or after its end.

    This is only for tidiness, so errors are ignored.
    """
    for directory in scope.site_dirs:
        if os.path.lexists(directory / WORK):
            from pysharedir.moving import lock  # noqa: PLC0415  # few commands find a mark

            with (
                contextlib.suppress(OSError, PysharedirError),
                lock.locked(scope.sharedir) as home,
                Tree(directory) as tree,
            ):
                if not journal.is_there(home):
                    trust.check_work(tree)
                    mark.remove_all(tree)


def _note(error: PysharedirError) -> str:
    return f"{error.message}; {error.hint}"
