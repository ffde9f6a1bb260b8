"""A tree of a package that an import does not look into, since another one hides it."""

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

CHANGE_DIRECTORY = "rename it, start Python elsewhere, or (from 3.11 on) start it with -P"
# Roles of the two trees of an interpreter.
_SORTED = (Role.SITE_DIR, Role.VENV_SITE_DIR, Role.SHAREDIR)


def hidden(lookup: Lookup) -> Iterator[Reason]:
    """Tell that it is in a tree of its package that another one hides."""
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
    how = "made by startup code of" if hider.spec.kind is Kind.NAMESPACE else "found as"
    reason = f"{hider.name} is {how} {hiding}, which hides {what}"
    yield Reason(Code.OTHER_HALF, reason, _one_tree(lookup, hider, rows[0]))


def _hider(lookup: Lookup) -> Level | None:
    """Return the first part of the name whose import leaves out others of that name.

    A namespace does so when startup code has made it, of one of its portions.
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
    answers = [each for each in level.answers if each.spec and each.spec.path == spec.path]
    entries = map(lookup.entry_of, answers)
    return any(entry and entry.role is Role.WORKING_DIRECTORY for entry in entries)


def _one_tree(lookup: Lookup, hider: Level, other: Row) -> str:
    """Say how a package comes into one directory, as far as that can be had by a command."""
    outcomes = Outcome.TAKEN, Outcome.PORTION
    own = next((row for row in lookup.rows_of(hider) if row.outcome in outcomes), None)
    if own and own.role is Role.PYTHONPATH:
        return f"take {own.path} out of PYTHONPATH, or rename {own.file}"
    together = f"have {hider.name} in one tree: "
    if not (own and own.role in _SORTED and other.role in _SORTED):
        return f"{together}move or uninstall one of the two"
    if other.distribution in (own.distribution or "").split(", "):
        name, _, version = (other.distribution or "").partition(" ")
        return together + lookup.reinstall(name, version)
    return together + lookup.command("sort")
