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

    :param show_all: Also print the distributions that are where they belong.
    """
    if as_json:
        output.print_json(_facts(outcome))
        return
    plan = outcome.plan
    table = output.table("distribution", "verdict", "place", "reason")
    destinations = _destinations(plan)
    for verdict in plan.verdicts:
        destination = destinations.get(str(verdict.distribution.info))
        if destination is not None:
            name = "the sharedir" if verdict.kind is Kind.NOARCH else "platlib"
            place = f"{'belongs' if outcome.dry_run else 'moved'} to {name}"
        else:
            place = "stays" if verdict.kind is Kind.LEFT_ALONE else "already there"
        if show_all or destination or verdict.overruled or verdict.kind is Kind.LEFT_ALONE:
            name = f"{verdict.distribution.name} {verdict.distribution.version}"
            table.add_row(output.text((name, "bold")), verdict.kind.value, place, verdict.explained)
    if table.row_count:
        output.console().print(table)
    output.tell_notes(outcome.notes)
    output.say(_summary(plan, dry_run=outcome.dry_run))


def _facts(outcome: Outcome) -> dict[str, Any]:
    plan, dry_run = outcome.plan, outcome.dry_run
    destinations = _destinations(plan)
    names = [move.distribution.name for move in plan.moves]
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


def _summary(plan: Plan, *, dry_run: bool) -> str:
    kinds = [verdict.kind for verdict in plan.verdicts]
    places = {
        Kind.NOARCH: f" (sharedir: {plan.layout.sharedir})",
        Kind.PLATFORM: f" (platlib: {plan.layout.platlib})",
    }
    counts = ", ".join(f"{kinds.count(kind)} {kind.value}{places.get(kind, '')}" for kind in Kind)
    if not plan.moves:
        return f"{counts}; nothing to move"
    return f"{counts}; {len(plan.moves)} {'misplaced' if dry_run else 'moved'}"


def _destinations(plan: Plan) -> dict[str, str]:
    return {str(move.distribution.info): str(move.destination) for move in plan.moves}
