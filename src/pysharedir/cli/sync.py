"""The command ``sync``."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from pysharedir.cli import options, output
from pysharedir.hook.place import Place
from pysharedir.interpreter.finding import find
from pysharedir.moving.recovery import recover
from pysharedir.snapshot import Snapshot
from pysharedir.sync import plan as syncing
from pysharedir.sync.run import complete

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.interpreter.target import Target
    from pysharedir.sync.plan import Report


@click.command(
    epilog="""\b
Examples:
  pysharedir --python /apps/aarch64/bin/python3 sync
  pysharedir --python /apps/aarch64/bin/python3 sync --install
  pysharedir --python .venv sync --check     exits with 1 if anything is to do
"""
)
@options.python
@click.option(
    "--install",
    is_flag=True,
    help="Install what is missing, with the target's pip or else with uv.",
)
@click.option(
    "--check", is_flag=True, help="Change nothing, and exit with 1 when anything is to do."
)
@options.prefix
@options.dry_run
@options.json
@click.pass_obj
def sync(
    python: str | None,
    *,
    install: bool,
    check: bool,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Complete an interpreter whose sharedir another one filled.

    All interpreters that use a sharedir find the packages in it, but the scripts and the native
    dependencies of these are where they were installed from.  This makes the console and gui
    scripts that are missing here, and removes those that it made when their distribution is gone.
    It names the dependencies that are missing here, or are not of a version that the shared
    packages require, as commands for pip and uv, of which each will do.

    Exits with 1 while dependencies are missing.
    """
    if install and check:
        raise click.UsageError("--install and --check exclude each other.")
    target = find(python)
    snapshot = Snapshot(target, Place.of(target, prefix))
    idle = check or dry_run
    notes = recover(snapshot.homes, dry_run=idle)
    report = syncing.plan(snapshot) if idle else complete(snapshot, install=install)
    notes += report.notes
    if as_json:
        click.echo(json.dumps(_facts(target, report, notes, dry_run=idle), indent=2))
    else:
        _tell(target, report, notes, dry_run=idle, install=install)
    missing = report.dependencies and not (dry_run and install)
    if missing or (check and report.steps):
        click.get_current_context().exit(1)


def _facts(
    target: Target, report: Report, notes: Sequence[str], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "target": str(target.executable),
        "sharedir": str(report.sharedir),
        "dry_run": dry_run,
        "changed": bool(report.steps or report.installed) and not dry_run,
        "steps": [str(step) for step in report.steps],
        "scripts": {
            "missing": output.plain(report.missing),
            "outdated": output.plain(report.outdated),
            "obsolete": output.plain(report.obsolete),
        },
        "dependencies": [asdict(each) for each in report.dependencies],
        "commands": {name: shlex.join(command) for name, command in report.commands.items()},
        "installed": list(report.installed),
        "notes": list(notes),
    }


def _tell(
    target: Target, report: Report, notes: Sequence[str], *, dry_run: bool, install: bool
) -> None:
    for step in report.steps:
        output.say(f"would {step}" if dry_run else str(step))
    for requirement in report.installed:
        output.say(f"install {requirement}")
    output.tell_notes(notes)
    for each in report.dependencies:
        there = f"{each.installed} is installed" if each.installed else "missing"
        output.say(f"{each.requirement}: {there} (required by {', '.join(each.required_by)})")
    if report.commands:
        output.say("would install with one of:" if dry_run and install else "to install:")
    for command in report.commands.values():
        click.echo(f"  {shlex.join(command)}")  # in one line, to be copied
    if not (report.steps or report.installed or report.dependencies):
        output.say(f"{target.executable}: complete already, nothing to do")
