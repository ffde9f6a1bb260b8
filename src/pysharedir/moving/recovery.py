"""Moves that were interrupted: commands that report tell of them, others finish or undo them."""

from __future__ import annotations

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
from pysharedir.moving import journal, trust
from pysharedir.moving.journal import Phase
from pysharedir.moving.move import STAGE, TRASH, WORK
from pysharedir.moving.tree import Tree
from pysharedir.moving.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pysharedir.moving.journal import Pending
    from pysharedir.moving.trust import Scope

# What is left alone: a command tells it, and does what it can do all the same.
_LEFT_ALONE = (ForeignMoveError, JournalError, UntrustedError)


def recover(scope: Scope, *, dry_run: bool = False) -> list[str]:
    """Finish or undo moves that were interrupted.

    :return: What was done, and what was left alone, as notes.
    :raises InterruptedMoveError: when there is one that could not be finished or undone, or with
        *dry_run* is to be.
    :raises BusyError: when a move is under way.
    """
    if not dry_run:
        return [*_recovered(scope)]
    for _, error in interrupted(scope):
        if not isinstance(error, _LEFT_ALONE):
            raise error
    return notes(scope)


def notes(scope: Scope) -> list[str]:
    """Return what a command that only reports tells of interrupted moves; changes nothing."""
    return [_note(error) for _, error in interrupted(scope)]


def seen(path: Iterable[str]) -> list[str]:
    """Return what is told by a command that knows no more of a target than its ``sys.path``."""
    return [
        f"{entry}: a move of distributions was interrupted, or is under way; "
        "`pysharedir status` tells more"
        for entry in path
        if entry and journal.is_in(entry)
    ]


def interrupted(scope: Scope) -> list[tuple[Path, PysharedirError]]:
    """Return what is to be said of moves that did not come to their end; changes nothing.

    :return: Where each has its journal, and what is to be said.
    """
    return [(home, error) for home in scope.homes if (error := _interrupted(home, scope))]


def _interrupted(home: Path, scope: Scope) -> PysharedirError | None:
    if not _has_work(home):
        return None
    from pysharedir.moving import lock  # noqa: PLC0415  # few find a move

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
    """Tell whether a move is under way, or was interrupted."""
    try:
        with Tree(home) as tree:
            return tree.has(WORK)
    except OSError:  # there is no such directory; or whoever needs it will say why not
        return False


def _recovered(scope: Scope) -> Iterator[str]:
    for home in scope.homes:
        try:
            if note := _recover(home, scope):
                yield note
        except _LEFT_ALONE as error:
            yield _note(error)
            return  # what the move has hidden in the other directory is left alone too


def _recover(home: Path, scope: Scope) -> str:
    """Finish or undo a move, and say what was done; nothing when there was none.

    :raises ForeignMoveError: when it is to be left alone; so for the errors of a journal.
    :raises InterruptedMoveError: when it could be neither finished nor undone.
    :raises BusyError: when it is under way.
    """
    if not _has_work(home):
        return ""
    from pysharedir.moving import lock, relocation  # noqa: PLC0415  # few find a move

    try:
        with lock.locked(home) as tree, Trees() as trees:
            pending = journal.pending(tree)
            if pending is None:
                return ""
            _check(home, pending, trees, scope)
            is_undone = pending.phase is Phase.PLACING
            settle = relocation.undo if is_undone else relocation.finish
            relocation.settle(tree, lambda: settle(pending.moves, trees))
    except OSError as error:
        raise InterruptedMoveError(home, full_reason(error)) from error
    return f"{'undid' if is_undone else 'finished'} an interrupted move of {pending.names}"


def _check(home: Path, pending: Pending, trees: Trees, scope: Scope) -> None:
    """Refuse what nobody but the caller and root should have had a hand in, and others had.

    :raises ForeignMoveError: when it is a move of another prefix.
    :raises UntrustedError: when others can write to what it would change.
    """
    trust.check_scope(home, pending.moves, scope)
    trust.check_above(home, scope)
    for move in pending.moves:
        trust.check_work(trees[move.source], TRASH)
        trust.check_work(trees[move.destination], STAGE)
        trust.check_above(move.source, scope)
        trust.check_above(move.destination, scope)


def _note(error: PysharedirError) -> str:
    return f"{error.message}; {error.hint}"
