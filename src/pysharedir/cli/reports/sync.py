"""What ``sync`` prints."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from pysharedir.cli import output

if TYPE_CHECKING:
    from pysharedir.sync.run import Outcome


def tell(outcome: Outcome, *, as_json: bool, install: bool) -> None:
    """Print what was done, or would be, and what is missing.

    :param install: Whether what is missing was to be installed.
    """
    if as_json:
        output.print_json(_facts(outcome))
        return
    report, dry_run = outcome.report, outcome.dry_run
    output.tell_steps(report.steps, dry_run=dry_run)
    for requirement in report.installed:
        output.say(f"install {requirement}")
    output.tell_notes(outcome.notes)
    for each in report.dependencies:
        there = f"{each.installed} is installed" if each.installed else "missing"
        by = f" (required by {', '.join(each.required_by)})" if each.required_by else ""
        output.say(f"{each.requirement}: {there}{by}")
    if report.commands:
        output.say("would install with one of:" if dry_run and install else "to install:")
    for command in report.commands.values():
        output.print_line(f"  {shlex.join(command)}")  # whole, to be copied
    if not (report.steps or report.installed or report.dependencies):
        output.say(f"{outcome.executable}: complete already, nothing to do")


def _facts(outcome: Outcome) -> dict[str, Any]:
    report, dry_run = outcome.report, outcome.dry_run
    return {
        "target": outcome.executable,
        "sharedir": report.sharedir,
        "dry_run": dry_run,
        "changed": bool(report.steps or report.installed) and not dry_run,
        "steps": list(map(str, report.steps)),
        "scripts": {
            "missing": report.missing,
            "outdated": report.outdated,
            "obsolete": report.obsolete,
        },
        "dependencies": report.dependencies,
        "commands": {name: shlex.join(command) for name, command in report.commands.items()},
        "installed": report.installed,
        "notes": outcome.notes,
    }
