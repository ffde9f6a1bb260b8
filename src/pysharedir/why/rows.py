"""What each entry of ``sys.path`` has for a name."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysharedir.interpreter.syspath import Role
from pysharedir.why import owner
from pysharedir.why.entries import OffPath, installed_in
from pysharedir.why.search import Kind
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.interpreter.syspath import Origin
    from pysharedir.snapshot import Snapshot
    from pysharedir.why.entries import PathEntry
    from pysharedir.why.search import Level, PathAnswer, Spec


class Outcome(Label):
    """What an import does with what one entry has."""

    TAKEN = "taken"
    PORTION = "portion"  # of the namespace package that is taken
    SHADOWED = "shadowed"
    SAME_FILE = "same file"  # as the one that is taken
    HIDDEN = "hidden"  # where an import does not look
    FAILED = "failed"
    NOTHING = "nothing"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Row:
    """One entry of ``sys.path``, and what it has for a name.

    :ivar path: As ``sys.path`` spells it, but the full path of the working directory.
    :ivar role: What it is for.
    :ivar by: Who put it there.
    :ivar file: The file of the module, or the directory of a portion.
    :ivar distribution: Name and version of the distribution that the file belongs to; several for
        a portion.
    """

    path: str
    role: Role | OffPath
    by: Origin | str
    outcome: Outcome
    kind: Kind | None = None
    file: str | None = None
    distribution: str | None = None

    @property
    def path_file(self) -> str | None:
        """The .pth file that names the entry, if one does."""
        return self.by if self.role is Role.PATH_LINE else None


def rows(snapshot: Snapshot, entries: Sequence[PathEntry | None], level: Level) -> tuple[Row, ...]:
    """Return what each entry of ``sys.path`` has, in the order in which an import asks them.

    If none of them has anything, the directories not on ``sys.path`` that have something follow.

    :param entries: What the search looked into, in the order of the answers.
    """
    table: list[Row] = []
    is_taken = is_on_path = False
    for index, entry in enumerate(entries):
        is_off_path = entry is not None and isinstance(entry.role, OffPath)
        if entry is None or (is_off_path and (level.spec or is_on_path)):
            continue
        answers = [
            answer
            for answer in level.answers
            if answer.entry == index and (answer.spec or answer.error)
        ]
        table += [_row(snapshot, level, entry, answer) for answer in answers]
        is_module = level.spec is not None and level.spec.kind is not Kind.NAMESPACE
        is_on_path = is_on_path or (not is_off_path and bool(answers))
        if not answers and not is_off_path:
            outcome = Outcome.NOT_ASKED if is_taken and is_module else Outcome.NOTHING
            table.append(Row(entry.path, entry.role, entry.by, outcome))
        is_taken = is_taken or any(row.outcome is Outcome.TAKEN for row in table)
    return tuple(table)


def _row(snapshot: Snapshot, level: Level, entry: PathEntry, answer: PathAnswer) -> Row:
    spec = answer.spec
    if spec is None:
        return Row(entry.path, entry.role, entry.by, Outcome.FAILED, file=answer.error)
    outcome = _outcome(level, answer, spec)
    row = Row(entry.path, entry.role, entry.by, outcome, spec.kind, spec.path)
    return replace(row, distribution=_owners(snapshot, row))


def _outcome(level: Level, answer: PathAnswer, spec: Spec) -> Outcome:
    taken = level.spec
    if not answer.is_searched or taken is None:
        return Outcome.HIDDEN
    if taken.kind is Kind.NAMESPACE:
        is_of_it = set(spec.locations or ()) & set(taken.locations or ())
        return Outcome.PORTION if is_of_it and not spec.origin else Outcome.HIDDEN
    if spec.path == taken.path:
        return Outcome.TAKEN
    if _is_same_file(spec.path, taken.path):
        return Outcome.SAME_FILE
    if spec.kind is Kind.PORTION:
        return Outcome.PORTION if level.is_extended else Outcome.HIDDEN
    return Outcome.SHADOWED


def _is_same_file(path: str | None, other: str | None) -> bool:
    """Tell whether two paths lead to the same existing file."""
    try:
        return path is not None and other is not None and os.path.samefile(path, other)
    except OSError:
        return False


def _owners(snapshot: Snapshot, row: Row) -> str | None:
    """Return the distributions that the file or the portion in a row belongs to."""
    entry = installed_in(row.path, row.role)
    if row.file is None:
        return None
    if row.kind is Kind.PORTION:
        owners = owner.of_portion(snapshot, row.file, entry) if entry else []
        return ", ".join(map(str, map(owner.label, owners))) or None
    return owner.label(owner.of_module(snapshot, row.file, entry, row.path_file))
