"""Finishing or undoing moves that were interrupted: what the next command that changes does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.errors import InterruptedMoveError, PysharedirError, said
from pysharedir.moving import journal, relocation
from pysharedir.moving.move import WORK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def recover(homes: Iterable[Path], *, dry_run: bool = False) -> list[str]:
    """Finish or undo moves that were interrupted.

    :param homes: The directories whose journals are looked for.
    :return: What was done, as notes.
    :raises InterruptedMoveError: when there is one, and nothing may be done about it.
    :raises BusyError: when a move is under way.
    """
    notes = []
    for home in homes:
        if dry_run and journal.pending(home / WORK) is not None:
            raise InterruptedMoveError(home, "the next command without --dry-run will fix it")
        if not dry_run:
            notes.append(_recover(home))
    return [note for note in notes if note]


def try_to_recover(homes: Iterable[Path]) -> list[str]:
    """Do the same, for a command that reports: what cannot be done is but a note."""
    try:
        return recover(homes)
    except PysharedirError as error:
        return [f"{error.message}; {error.hint}"]
    except OSError as error:
        return [said(error)]


def _recover(home: Path) -> str:
    """Finish or undo a move, and say what was done; nothing when there was none.

    :raises InterruptedMoveError: when it could be neither finished nor undone.
    """
    if not (home / WORK).is_dir():
        return ""
    try:
        with journal.locked(home) as work:
            interrupted = journal.pending(work)
            if interrupted is None:
                return ""
            phase, moves = interrupted
            is_undone = phase is journal.Phase.PLACING
            settle = relocation.undo if is_undone else relocation.finish
            relocation.settle(work, lambda: settle(moves))
    except OSError as error:
        raise InterruptedMoveError(home, said(error)) from error
    names = ", ".join(move.distribution.name for move in moves)
    return f"{'undid' if is_undone else 'finished'} an interrupted move of {names}"
