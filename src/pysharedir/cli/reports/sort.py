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
        output.print_json(_facts(outcome))
        return
    plan = outcome.plan
    table = output.table("distribution", "verdict", "place", "reason")
    destinations = _destinations(plan)
    for each in plan.verdicts:
        there = destinations.get(str(each.distribution.info))
        if there is not None:
            name = "the sharedir" if each.kind is Kind.NOARCH else "platlib"
            place = f"{'belongs' if outcome.dry_run else 'moved'} to {name}"
        else:
            place = "stays" if each.kind is Kind.LEFT_ALONE else "there already"
        if show_all or there or each.overruled or each.kind is Kind.LEFT_ALONE:
            name = f"{each.distribution.name} {each.distribution.version}"
            table.add_row(output.text((name, "bold")), each.kind.value, place, each.explained)
    if table.row_count:
        output.console().print(table)
    output.tell_notes(outcome.notes)
    output.say(_summary(plan, dry_run=outcome.dry_run))


def _facts(outcome: Outcome) -> dict[str, Any]:
    plan, dry_run = outcome.plan, outcome.dry_run
    destinations = _destinations(plan)
    names = [each.distribution.name for each in plan.moves]
    return {
        "target": outcome.executable,
        "sharedir": plan.layout.sharedir,
        "platlib": plan.layout.platlib,
        "dry_run": dry_run,
        "changed": bool(names or outcome.steps) and not dry_run,
        "steps": list(map(str, outcome.steps)),
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


def _summary(plan: Plan, *, dry_run: bool) -> str:
    kinds = [each.kind for each in plan.verdicts]
    places = {
        Kind.NOARCH: f" (sharedir: {plan.layout.sharedir})",
        Kind.PLATFORM: f" (platlib: {plan.layout.platlib})",
    }
    counts = ", ".join(f"{kinds.count(kind)} {kind.value}{places.get(kind, '')}" for kind in Kind)
    if not plan.moves:
        return f"{counts}; nothing to move"
    return f"{counts}; {len(plan.moves)} {'misplaced' if dry_run else 'moved'}"


def _destinations(plan: Plan) -> dict[str, str]:
    return {str(each.distribution.info): str(each.destination) for each in plan.moves}
