"""What ``enable`` and ``disable`` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.cli import output

if TYPE_CHECKING:
    from pysharedir.activation.outcome import Outcome


def tell(outcome: Outcome, *, as_json: bool, idle: str) -> None:
    """Print what was done, or would be.

    :param idle: What to say when there was nothing to do.
    """
    if as_json:
        output.print_json(
            {
                "target": outcome.executable,
                "dry_run": outcome.dry_run,
                "changed": outcome.changed,
                "steps": list(map(str, outcome.steps)),
                "notes": outcome.notes,
            }
        )
        return
    output.tell_steps(outcome.steps, dry_run=outcome.dry_run)
    output.tell_notes(outcome.notes)
    if not outcome.steps:
        output.say(f"{outcome.executable}: {idle}, nothing to do")
    elif outcome.changed and outcome.purelib:
        output.say(f"pure wheels now go to {outcome.purelib}")
