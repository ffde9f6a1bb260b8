"""What ``enable`` and ``disable`` print."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pysharedir.changes import MakeLink
from pysharedir.cli import output
from pysharedir.errors import PysharedirError
from pysharedir.moving.relocation import Relocation
from pysharedir.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.activation.outcome import Outcome
    from pysharedir.sort.run import Outcome as Sorted


def tell(outcome: Outcome, done: str, idle: str, *, as_json: bool, verbose: bool) -> None:
    """Print what was done, or would be.

    :param done: What to say of the hook when that is all there is to say.
    :param idle: What to say when there was nothing to do.
    :param verbose: Every step of it.
    """
    if as_json:
        output.print_json(_facts(outcome))
        return
    if verbose or outcome.dry_run:
        output.tell_steps(outcome.steps, dry_run=outcome.dry_run)
    else:
        for line in _notable(outcome):
            output.say(line)
    output.tell_notes(outcome.notes)
    if not outcome.steps:
        output.say(f"{outcome.executable}: {idle}, nothing to do")
    elif outcome.purelib:
        verb = "would" if outcome.dry_run else "now"
        output.say(f"pure wheels {verb} go to {outcome.purelib}")
    elif outcome.changed:
        output.say(f"{outcome.executable}: {done} {outcome.site_dir}")
    if outcome.sort_command:
        _tell_sortable(outcome)
    elif isinstance(outcome.sorted, PysharedirError):
        output.fail(outcome.sorted.message, outcome.sorted.hint)
    elif outcome.sorted:
        _tell_sorted(outcome.sorted, outcome.notes)


def _notable(outcome: Outcome) -> Iterator[str]:
    """Yield what was done to more than the hook and its sharedir."""
    for step in outcome.steps:
        if isinstance(step, MakeLink):
            yield str(step)
        elif isinstance(step, Relocation):
            verb = "moved" if step.keep is None else "copied"
            for destination, count in Counter(move.destination for move in step.moves).items():
                yield f"{verb} {number(count, 'distribution')} to {destination}"


def _tell_sortable(outcome: Outcome) -> None:
    """Print what there is to sort, and the command that does it."""
    if isinstance(outcome.sorted, PysharedirError):
        output.tell_notes([f"no telling what `sort` would move: {outcome.sorted.message}"])
    elif outcome.sorted and outcome.sorted.plan.moves:
        plan = outcome.sorted.plan
        names = {plan.layout.sharedir: "the sharedir"}
        places = [
            f"{number(count, 'distribution')} to {names.get(destination, 'platlib')}"
            for destination, count in Counter(move.destination for move in plan.moves).items()
        ]
        output.tell_command(f"to move {' and '.join(places)}:", str(outcome.sort_command))


def _tell_sorted(outcome: Sorted, told: tuple[str, ...]) -> None:
    from pysharedir.cli.reports import sort  # only with --sort

    sort.tell_plan(outcome.plan, dry_run=outcome.dry_run, show_all=False)
    output.tell_notes(note for note in outcome.notes if note not in told)
    sort.tell_summary(outcome.plan, dry_run=outcome.dry_run)


def _facts(outcome: Outcome) -> dict[str, Any]:
    facts = {
        "target": outcome.executable,
        "dry_run": outcome.dry_run,
        "changed": outcome.changed,
        "steps": list(map(str, outcome.steps)),
        "notes": outcome.notes,
        "purelib": outcome.purelib,
    }
    if outcome.sorted is None:
        return facts
    if isinstance(outcome.sorted, PysharedirError):
        return {**facts, "sort": {"error": outcome.sorted.as_json()}}
    from pysharedir.cli.reports import sort

    return {**facts, "sort": sort.facts(outcome.sorted)}
