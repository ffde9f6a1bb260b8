"""Directories of a package that an import does not search, because another one hides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.interpreter.syspath import Role
from pysharedir.why.answer import Code, Reason
from pysharedir.why.rows import Outcome
from pysharedir.why.search import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.why.lookup import Lookup
    from pysharedir.why.rows import Row
    from pysharedir.why.search import Level, Spec

CHANGE_DIRECTORY = "rename it, start Python in another directory, or use its option -P (3.11+)"
_SORTED = (Role.SITE_DIR, Role.VENV_SITE_DIR, Role.SHAREDIR)  # the directories that `sort` fills


def hidden(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if another directory of its package hides the one that has the name."""
    rows = [row for row in lookup.rows if row.outcome is Outcome.HIDDEN and row.file]
    rows = [row for row in rows if row.path not in lookup.unused]
    hider = _hider(lookup)
    if not (rows and hider and hider.spec and lookup.parent):
        return
    what = f"{rows[0].file} ({rows[0].distribution or 'of no distribution'})"
    hiding = hider.spec.path
    if _is_from_cwd(lookup, hider, hider.spec):
        reason = f"{hiding}, in the working directory, hides {what}"
        yield Reason(Code.SHADOWED_BY_CWD, reason, CHANGE_DIRECTORY)
        return
    how = "made by startup code from" if hider.spec.kind is Kind.NAMESPACE else "found as"
    reason = f"{hider.name} is {how} {hiding}, which hides {what}"
    yield Reason(Code.OTHER_HALF, reason, _one_tree(lookup, hider, rows[0]))


def _hider(lookup: Lookup) -> Level | None:
    """Return the first part of the name whose import ignores other directories of that name.

    A namespace does so if startup code has made it, from only one of its portions.
    """
    return next(
        (
            level
            for level in lookup.levels
            if level.spec and (level.spec.kind is not Kind.NAMESPACE or level.at_startup)
        ),
        None,
    )


def _is_from_cwd(lookup: Lookup, level: Level, spec: Spec) -> bool:
    answers = [answer for answer in level.answers if answer.spec and answer.spec.path == spec.path]
    entries = map(lookup.entry_of, answers)
    return any(entry and entry.role is Role.WORKING_DIRECTORY for entry in entries)


def _one_tree(lookup: Lookup, hider: Level, other: Row) -> str:
    """Return the remedy that puts a package into one directory, as a command if there is one."""
    outcomes = Outcome.TAKEN, Outcome.PORTION
    own = next((row for row in lookup.rows_of(hider) if row.outcome in outcomes), None)
    if own and own.role is Role.PYTHONPATH:
        return f"remove {own.path} from PYTHONPATH, or rename {own.file}"
    together = f"put {hider.name} into one directory: "
    if not (own and own.role in _SORTED and other.role in _SORTED):
        return f"{together}move or uninstall one of the two"
    if other.distribution in (own.distribution or "").split(", "):
        name, _, version = (other.distribution or "").partition(" ")
        return together + lookup.reinstall(name, version)
    return together + lookup.command("sort")
