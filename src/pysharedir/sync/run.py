"""The order of the steps of ``sync``."""

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
_ROUNDS = 3  # of installations, since what is installed may itself require more


@dataclass(frozen=True)
class Outcome:
    """What ``sync`` did, or with ``dry_run`` would do.

    :ivar report: Its dependencies are those that are still missing.
    :ivar notes: The notes of the report, and those about interrupted moves.
    """

    executable: Path
    report: Report
    notes: tuple[str, ...]
    dry_run: bool


def run(snapshot: Snapshot, *, install: bool, dry_run: bool) -> Outcome:
    """Make the files that are missing, and remove those that are obsolete.

    :param install: Also install the missing dependencies, with the target's pip or else with uv.
        The output of the installer goes to standard error.
    :raises ChangeError: if a file cannot be made.
    :raises InstallError: if there is no installer, or it fails.
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
    """Install the missing dependencies, and then those that they require from the sharedir."""
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
        reason = "cannot install: it has no pip that can, and uv is not on PATH"
        or_pip = ", or install pip in this interpreter" if "pip" in commands else ""
        raise InstallError(name, reason, f"install uv{or_pip}")
    command = processes.safe(commands["pip"]) if installer == "pip" else commands["uv"]
    # The installer prints to standard error, since standard output is for the report.
    done = processes.run(command, env=_ON, streams=Streams.SHOWN, patience=24 * processes.HOUR)
    if done.returncode:
        raise InstallError(
            name, f"{installer} failed with status {done.returncode}", "see its output above"
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
        installed=before.installed
        + tuple(dependency.requirement for dependency in before.dependencies),
    )
