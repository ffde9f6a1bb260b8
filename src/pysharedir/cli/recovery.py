"""What every command does first: put in order what an earlier one could not bring to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir import moves
from pysharedir.errors import InterruptedMoveError, PysharedirError, said

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.activation import Place
    from pysharedir.target import Target


def recover(target: Target, where: Place, *, dry_run: bool = False) -> list[str]:
    """Finish or undo moves that were interrupted.

    :return: What was done, as notes.
    :raises InterruptedMoveError: when there is one, and nothing may be done about it.
    :raises BusyError: when a move is under way.
    """
    notes = []
    for home in _homes(target, where):
        if dry_run and moves.is_interrupted(home):
            raise InterruptedMoveError(home, "the next command without --dry-run will mend it")
        if not dry_run:
            notes.append(moves.recover(home))
    return [note for note in notes if note]


def try_to_recover(target: Target, where: Place) -> list[str]:
    """Do the same, for a command that reports: what cannot be done is but a note."""
    try:
        return recover(target, where)
    except PysharedirError as error:
        return [f"{error.message}; {error.hint}"]
    except OSError as error:
        return [said(error)]


def _homes(target: Target, where: Place) -> tuple[Path, ...]:
    return where.sharedir(target, where.read().settings), where.on_disk(where.site_dir)
