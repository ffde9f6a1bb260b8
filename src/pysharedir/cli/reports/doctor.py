"""What ``doctor`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pysharedir import wording
from pysharedir.cli import documents, output

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pysharedir.doctor.findings import Check
    from pysharedir.doctor.run import Outcome
    from pysharedir.doctor.treatment import Diagnosis
    from pysharedir.hook.place import Place


def tell_checks(checks: Iterable[Check]) -> None:
    """List the checks."""
    table = output.table("code", "name", "finds that")
    for check in checks:
        note = f" ({check.remark})" if check.remark else ""
        table.add_row(output.text((check.code, "bold")), check.name, check.title + note)
    output.console().print(table)


def write_sarif(
    outcome: Outcome, file: Path, place: Place, *, as_json: bool, show_all: bool
) -> None:
    """Write the findings in SARIF.

    :param show_all: Write notes too, which are no faults.
    """
    from pysharedir.doctor import sarif

    found = sarif.document(outcome, place.root, place.site_dir, notes=show_all)
    steps = documents.write(file, found)
    if not as_json:
        output.tell_steps(steps, dry_run=False)


def tell(outcome: Outcome, *, as_json: bool, show_all: bool) -> None:
    """Report what doctor found, and what it did about it.

    :param show_all: Show notes too, which are no faults.
    """
    if as_json:
        output.print_json(_facts(outcome))
        return
    for code, step in outcome.steps:
        output.say(f"{code} {'would ' if outcome.dry_run else ''}{step}")
    for code, reason in outcome.failed:
        output.say(f"{code} not fixed: {reason}")
    output.tell_notes(outcome.notes)
    _tell(outcome.diagnosis, show_all=show_all)
    output.say(_summary(outcome, show_all=show_all))


def _facts(outcome: Outcome) -> dict[str, Any]:
    diagnosis = outcome.diagnosis
    return {
        "target": outcome.executable,
        "dry_run": outcome.dry_run,
        "changed": bool(outcome.steps) and not outcome.dry_run,
        "steps": [{"code": code, "step": str(step)} for code, step in outcome.steps],
        "failed": [{"code": code, "reason": reason} for code, reason in outcome.failed],
        "findings": [
            {
                "code": check.code,
                "name": check.name,
                "level": check.level,
                "about": finding.about,
                "reason": finding.reason,
                "remedy": finding.remedy,
                "fix": [str(step) for step in finding.fix],
            }
            for check, finding in diagnosis.findings
        ],
        "unchecked": [
            {"code": check.code, "reason": reason} for check, reason in diagnosis.unchecked
        ],
        "notes": outcome.notes,
    }


def _tell(diagnosis: Diagnosis, *, show_all: bool) -> None:
    for check, finding in diagnosis.findings:
        if check.is_note and not show_all:
            continue
        style = "dim" if check.is_note else "bold yellow"
        output.say(output.text((check.code, style), " ", (finding.about, "bold")))
        output.say(finding.reason, 6)
        if finding.remedy:
            remedy = output.text(("remedy:", "cyan"), f" {finding.remedy}")
            output.say(remedy, 6, is_copied=True)
    for check, reason in diagnosis.unchecked:
        output.say(output.text((check.code, "bold red"), f" could not be checked: {reason}"))


def _summary(outcome: Outcome, *, show_all: bool) -> str:
    diagnosis = outcome.diagnosis
    count = len(diagnosis.faults)
    fixable = sum(bool(finding.fix) for _, finding in diagnosis.faults)
    notes = len(diagnosis.findings) - count
    unchecked = len(diagnosis.unchecked)
    text = f"{outcome.executable}: "
    text += f"{wording.number(len(outcome.checks) - unchecked, 'check')}, "
    text += f"{unchecked} more failed, " if unchecked else ""
    text += wording.number(count, "finding") if count else "nothing found"
    if fixable:
        text += f", {fixable} fixable with --fix"
    if notes:
        text += f"; {wording.number(notes, 'note')}" + ("" if show_all else ", shown with --all")
    return text
