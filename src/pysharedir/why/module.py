"""Where a module comes from, and what else has its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.interpreter.syspath import Origin, Role
from pysharedir.why import owner
from pysharedir.why.entries import OffPath, installed_in
from pysharedir.why.rows import Outcome, Row
from pysharedir.why.search import PATH_FINDER, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.installed.distribution import Distribution
    from pysharedir.snapshot import Snapshot
    from pysharedir.why.lookup import Lookup
    from pysharedir.why.search import FinderAnswer, Level, Spec


@dataclass(frozen=True)
class Module:
    """A module that an import finds.

    :ivar file: None for a namespace package, and for a module without a file.
    :ivar locations: The directories that an import searches for its submodules.
    :ivar distribution: The name of the distribution that it belongs to.
    :ivar entry: The entry of ``sys.path`` that it is in.
    :ivar role: What that entry is for.
    :ivar finder: The finder that has it or its package, if that is not the one for ``sys.path``.
    :ivar at_startup: Whether startup code imports it.
    :ivar in_sharedir: Whether it, or any portion of a namespace package, is in a sharedir.
    :ivar by_hook: Whether the hook put that entry, or that of any portion, on ``sys.path``.
    :ivar shadowed: The other copies, which an import does not reach.
    """

    name: str
    kind: Kind
    origin: str | None
    file: str | None
    locations: tuple[str, ...]
    distribution: str | None
    version: str | None
    is_stdlib: bool
    entry: str | None
    role: Role | OffPath | None
    finder: str | None
    at_startup: bool
    in_sharedir: bool
    by_hook: bool
    portions: tuple[Row, ...]
    shadowed: tuple[Row, ...]


def module(lookup: Lookup, level: Level) -> Module | None:
    """Return the module that an import loads for a part of a name, or None if it would fail."""
    spec = level.spec
    if spec is None:
        return None
    snapshot, rows = lookup.snapshot, lookup.rows_of(level)
    taken = [row for row in rows if row.outcome in (Outcome.TAKEN, Outcome.PORTION)]
    is_namespace = spec.kind is Kind.NAMESPACE
    first = taken[0] if taken and not is_namespace else None
    finder = None if first or is_namespace else _finder(lookup.levels, level)
    distribution = _owner(snapshot, spec, first, finder)
    shadowed = [row for row in rows if row.outcome in (Outcome.SHADOWED, Outcome.HIDDEN)]
    return Module(
        name=level.name,
        kind=spec.kind,
        origin=spec.origin,
        file=None if is_namespace else spec.path,
        locations=spec.locations or (),
        distribution=distribution.name if distribution else None,
        version=distribution.version if distribution else None,
        is_stdlib=_is_stdlib(snapshot, spec, first),
        entry=first.path if first else None,
        role=first.role if first else None,
        finder=finder.name if finder else None,
        at_startup=level.at_startup,
        in_sharedir=any(snapshot.is_sharedir(row.path) for row in taken),
        by_hook=any(map(_is_by_hook, taken)),
        portions=tuple(row for row in taken if row.outcome is Outcome.PORTION),
        shadowed=(*shadowed, *_after(snapshot, level)),
    )


def _is_by_hook(row: Row) -> bool:
    return row.by is Origin.HOOK or row.role in (Role.PREFIX_SITE_DIR, Role.PREFIX_SHAREDIR)


def _finder(levels: Sequence[Level], level: Level) -> FinderAnswer | None:
    """Return the finder that has a module or its package, if it is not that for ``sys.path``."""
    nearest = None
    for above in levels[: levels.index(level) + 1]:
        if above.by != PATH_FINDER:
            nearest = next((finder for finder in above.finders if finder.name == above.by), None)
    return nearest


def _owner(
    snapshot: Snapshot, spec: Spec, row: Row | None, finder: FinderAnswer | None
) -> Distribution | None:
    if spec.path is None or spec.kind is Kind.NAMESPACE:
        return None
    if row is not None:
        entry = installed_in(row.path, row.role)
        return owner.of_module(snapshot, spec.path, entry, row.path_file)
    return owner.of_module(snapshot, spec.path, None, finder.file if finder else None)


def _is_stdlib(snapshot: Snapshot, spec: Spec, row: Row | None) -> bool:
    if spec.kind in (Kind.BUILT_IN, Kind.FROZEN):
        return True
    if row is not None:
        return row.role is Role.STDLIB
    return (spec.path or "").startswith(f"{snapshot.target.stdlib}/")


def _after(snapshot: Snapshot, level: Level) -> tuple[Row, ...]:
    """Return what other finders have, which an import does not reach."""
    rows: dict[Row, None] = {}  # no duplicates: a .pth file runs twice in venvs, and adds a finder
    for finder in () if level.at_startup else level.finders:
        if finder.spec and finder.name not in (level.by, PATH_FINDER):
            path = finder.spec.path
            distribution = owner.of_module(snapshot, path, None, finder.file) if path else None
            row = Row(
                path=finder.name,
                role=OffPath.FINDER,
                by=finder.file or "",
                outcome=Outcome.SHADOWED,
                kind=finder.spec.kind,
                file=path,
                distribution=owner.label(distribution),
            )
            rows[row] = None
    return tuple(rows)
