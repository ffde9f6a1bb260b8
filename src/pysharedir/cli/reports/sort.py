"""What ``sort`` prints."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pysharedir.cli import output
from pysharedir.sort.verdicts import Kind

if TYPE_CHECKING:
    from pysharedir.sort.plan import Plan
    from pysharedir.sort.run import Outcome


def tell(outcome: Outcome, *, as_json: bool, show_all: bool) -> None:
    """Print what was moved, or would be.

    :param show_all: Also print the distributions that are where they belong.
    """
    if as_json:
        output.print_json(facts(outcome))
        return
    tell_plan(outcome.plan, dry_run=outcome.dry_run, show_all=show_all)
    output.tell_notes(outcome.notes)
    tell_summary(outcome.plan, dry_run=outcome.dry_run)


def tell_plan(plan: Plan, *, dry_run: bool, show_all: bool) -> None:
    """Print what was moved, or would be, as a table."""
    table = output.table("distribution", "verdict", "place", "reason")
    destinations = _destinations(plan)
    for verdict in plan.verdicts:
        destination = destinations.get(str(verdict.distribution.info))
        if destination is not None:
            name = "the sharedir" if verdict.kind is Kind.NOARCH else "platlib"
            place = f"{'belongs' if dry_run else 'moved'} to {name}"
        else:
            place = "stays" if verdict.kind is Kind.LEFT_ALONE else "already there"
        if show_all or destination or verdict.overruled or verdict.kind is Kind.LEFT_ALONE:
            name = f"{verdict.distribution.name} {verdict.distribution.version}"
            table.add_row(output.text((name, "bold")), verdict.kind.value, place, verdict.explained)
    if table.row_count:
        output.console().print(table)


def facts(outcome: Outcome) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    plan, dry_run = outcome.plan, outcome.dry_run
    destinations = _destinations(plan)
    names = [move.distribution.name for move in plan.moves]
    return {
        "target": outcome.executable,
        "sharedir": plan.layout.sharedir,
        "platlib": plan.layout.platlib,
        "dry_run": dry_run,
        "changed": outcome.changed,
        "steps": list(map(str, outcome.steps)),
        "misplaced" if dry_run else "moved": names,
        "distributions": [
            {
                "name": verdict.distribution.name,
                "version": verdict.distribution.version,
                "verdict": verdict.kind.value,
                "reason": verdict.reason,
                "files": verdict.files,
                "overruled": verdict.overruled,
                "directory": verdict.distribution.directory,
                "destination": destinations.get(str(verdict.distribution.info)),
            }
            for verdict in plan.verdicts
        ],
        "notes": outcome.notes,
    }


def tell_summary(plan: Plan, *, dry_run: bool) -> None:
    """Print how many distributions there are of each kind, and how many of them move."""
    kinds = [verdict.kind for verdict in plan.verdicts]
    counts = ", ".join(f"{kinds.count(kind)} {kind.value}" for kind in Kind)
    if dry_run:
        moves = f"{len(plan.moves)} misplaced"
    else:
        numbers = Counter(move.destination for move in plan.moves)
        moves = ", ".join(f"{number} moved to {place}" for place, number in numbers.items())
    output.say(f"{counts}; {moves if plan.moves else 'nothing to move'}")


def _destinations(plan: Plan) -> dict[str, str]:
    return {str(move.distribution.info): str(move.destination) for move in plan.moves}
