"""Completing a target: the order of the steps."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysharedir import changes
from pysharedir.errors import InstallError, ProcessError
from pysharedir.interpreter import processes
from pysharedir.interpreter.processes import Streams
from pysharedir.snapshot import Snapshot
from pysharedir.sync.plan import Report, plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pysharedir.interpreter.target import Target

_ON = {"PYSHAREDIR": "1"}
_ROUNDS = 3


@dataclass(frozen=True)
class Outcome:
    """What was done, or with ``dry_run`` would be.

    :ivar report: With the dependencies that are still missing.
    :ivar notes: What is good to know, those of the report too.
    """

    executable: Path
    report: Report
    notes: tuple[str, ...]
    dry_run: bool


def run(snapshot: Snapshot, *, install: bool, dry_run: bool) -> Outcome:
    """Make the files that are missing, and remove those that are obsolete.

    :param install: Install the dependencies that are missing too, with the target's pip or else
        with uv.  What the installer prints goes to standard error.
    :raises ChangeError: when a file cannot be made.
    :raises InstallError: when there is no installer, or it fails.
    :raises PysharedirError: as :func:`plan` and :meth:`Snapshot.recover` do.
    """
    notes = snapshot.recover(dry_run=dry_run)
    report = plan(snapshot)
    if not dry_run:
        changes.apply(report.steps)
        if install:
            report = _completed(snapshot, report)
    return Outcome(snapshot.target.executable, report, (*notes, *report.notes), dry_run)


def _completed(snapshot: Snapshot, report: Report) -> Report:
    """Install what is missing, and what that requires in its turn."""
    for _ in range(_ROUNDS):
        if not report.commands:
            break
        _install(snapshot.target, report.commands)
        before, report = report, plan(Snapshot(snapshot.target, snapshot.place))
        changes.apply(report.steps)
        report = _joined(before, report)
        if report.dependencies == before.dependencies:
            break
    return report


def _install(target: Target, commands: Mapping[str, Sequence[str]]) -> None:
    name = str(target.executable)
    installer = "pip" if "pip" in commands and _has_pip(target) else "uv"
    if installer == "uv" and shutil.which("uv") is None:
        lack = "no uv on PATH, and no pip in it that could do"
        raise InstallError(name, f"cannot install: {lack}", "install uv, or pip into it")
    command = processes.safe(commands["pip"]) if installer == "pip" else commands["uv"]
    # Standard output is for reports.
    done = processes.run(command, env=_ON, streams=Streams.SHOWN, patience=24 * processes.HOUR)
    if done.returncode:
        raise InstallError(
            name, f"{installer} failed with status {done.returncode}", "it said why, above"
        )


def _has_pip(target: Target) -> bool:
    command = processes.safe([target.executable, "-m", "pip", "--version"])
    try:
        return not processes.run(command, env=_ON).returncode
    except ProcessError:
        return False


def _joined(before: Report, after: Report) -> Report:
    """Return the report of a run that began with *before* and ended with *after*."""
    return replace(
        after,
        steps=before.steps + after.steps,
        scripts=after.scripts.after(before.scripts),
        data=after.data.after(before.data),
        notes=tuple(dict.fromkeys(before.notes + after.notes)),
        installed=before.installed + tuple(each.requirement for each in before.dependencies),
    )
