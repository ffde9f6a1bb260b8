"""What ``sync`` prints."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from pysharedir.cli import output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pysharedir.sync.files import Todo
    from pysharedir.sync.run import Outcome


def tell(outcome: Outcome, *, as_json: bool, install: bool) -> None:
    """Print what was done, or would be, and what is missing.

    :param install: Whether the user asked to install the missing dependencies.
    """
    if as_json:
        output.print_json(_facts(outcome))
        return
    report, dry_run = outcome.report, outcome.dry_run
    output.tell_steps(report.steps, dry_run=dry_run)
    for requirement in report.installed:
        output.say(f"install {requirement}")
    output.tell_notes(outcome.notes)
    for dependency in report.dependencies:
        state = f"{dependency.installed} is installed" if dependency.installed else "missing"
        by = f" (required by {', '.join(dependency.required_by)})" if dependency.required_by else ""
        output.say(f"{dependency.requirement}: {state}{by}")
    title = "would run one of:" if dry_run and install else "to install, run one of:"
    _tell_commands(title, report.commands)
    for distribution, lacking in report.scripts.lacking + report.data.lacking:
        output.say(f"{distribution.name}: {lacking}")
    _tell_commands("to install again, run one of:", report.reinstall)
    if not (report.steps or report.installed or report.dependencies or report.lacks):
        output.say(f"{outcome.executable}: complete already, nothing to do")


def _tell_commands(title: str, commands: Mapping[str, Sequence[str]]) -> None:
    """Print alternative commands."""
    if commands:
        output.say(title)
    for command in commands.values():
        output.print_line(f"  {shlex.join(command)}")  # unbroken, so that it can be copied


def _facts(outcome: Outcome) -> dict[str, Any]:
    report, dry_run = outcome.report, outcome.dry_run
    return {
        "target": outcome.executable,
        "sharedir": report.sharedir,
        "dry_run": dry_run,
        "changed": bool(report.steps or report.installed) and not dry_run,
        "steps": list(map(str, report.steps)),
        "scripts": _todo(report.scripts),
        "data": _todo(report.data),
        "dependencies": report.dependencies,
        "commands": {name: shlex.join(command) for name, command in report.commands.items()},
        "reinstall": {name: shlex.join(command) for name, command in report.reinstall.items()},
        "installed": report.installed,
        "notes": outcome.notes,
    }


def _todo(todo: Todo) -> dict[str, Any]:
    return {
        "missing": todo.missing,
        "outdated": todo.outdated,
        "obsolete": todo.obsolete,
        "lacking": [
            {"path": lack.path, "distribution": lack.distribution.name, "reason": lack.reason}
            for lack in todo.lacks
        ],
    }
