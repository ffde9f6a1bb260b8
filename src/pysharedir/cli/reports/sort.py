"""What ``sort`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pysharedir.cli import output
from pysharedir.sort.verdicts import Kind

if TYPE_CHECKING:
    from pysharedir.sort.plan import Plan
    from pysharedir.sort.run import Outcome


def tell(outcome: Outcome, *, as_json: bool, show_all: bool) -> None:
    """Print what was moved, or would be.

    :param show_all: Also what is where it belongs.
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
    for each in plan.verdicts:
        there = destinations.get(str(each.distribution.info))
        if there is not None:
            name = "the sharedir" if each.kind is Kind.NOARCH else "platlib"
            place = f"{'belongs' if dry_run else 'moved'} to {name}"
        else:
            place = "stays" if each.kind is Kind.LEFT_ALONE else "there already"
        if show_all or there or each.overruled or each.kind is Kind.LEFT_ALONE:
            name = f"{each.distribution.name} {each.distribution.version}"
            table.add_row(output.text((name, "bold")), each.kind.value, place, each.explained)
    if table.row_count:
        output.console().print(table)


def facts(outcome: Outcome) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    plan, dry_run = outcome.plan, outcome.dry_run
    destinations = _destinations(plan)
    names = [each.distribution.name for each in plan.moves]
    return {
        "target": outcome.executable,
        "sharedir": plan.layout.sharedir,
        "platlib": plan.layout.platlib,
        "dry_run": dry_run,
        "changed": bool(names) and not dry_run,
        "misplaced" if dry_run else "moved": names,
        "distributions": [
            {
                "name": each.distribution.name,
                "version": each.distribution.version,
                "verdict": each.kind.value,
                "reason": each.reason,
                "files": each.files,
                "overruled": each.overruled,
                "directory": each.distribution.directory,
                "destination": destinations.get(str(each.distribution.info)),
            }
            for each in plan.verdicts
        ],
        "notes": outcome.notes,
    }


def tell_summary(plan: Plan, *, dry_run: bool) -> None:
    """Print how many distributions there are of each kind, and how many of them move."""
    kinds = [each.kind for each in plan.verdicts]
    places = {
        Kind.NOARCH: f" (sharedir: {plan.layout.sharedir})",
        Kind.PLATFORM: f" (platlib: {plan.layout.platlib})",
    }
    counts = ", ".join(f"{kinds.count(kind)} {kind.value}{places.get(kind, '')}" for kind in Kind)
    moves = f"{len(plan.moves)} {'misplaced' if dry_run else 'moved'}"
    output.say(f"{counts}; {moves if plan.moves else 'nothing to move'}")


def _destinations(plan: Plan) -> dict[str, str]:
    return {str(each.distribution.info): str(each.destination) for each in plan.moves}
