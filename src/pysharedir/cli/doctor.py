"""The command ``doctor``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from pysharedir import wording
from pysharedir.cli import completion, options, output
from pysharedir.doctor import run as examining
from pysharedir.doctor.examination import Examination
from pysharedir.doctor.registry import CHECKS
from pysharedir.doctor.run import Diagnosis, Treatment
from pysharedir.errors import said
from pysharedir.hook.place import Place
from pysharedir.interpreter.finding import find
from pysharedir.moving.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.doctor.findings import Check
    from pysharedir.interpreter.target import Target


def _list(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        table = output.table("code", "name", "finds that")
        for check in CHECKS:
            note = " (a note)" if check.is_note else ""
            table.add_row(Text(check.code, "bold"), Text(check.name), Text(check.title + note))
        output.console().print(table)
        ctx.exit()


@click.command(
    epilog="""\b
Examples:
  pysharedir --python .venv doctor
  pysharedir --python .venv doctor --fix
  pysharedir --python 3.13 doctor --select SD3 --ignore SD302
  pysharedir doctor --list                     every check, with its code
"""
)
@options.python
@click.option("--fix", is_flag=True, help="Mend what is safe to mend.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    shell_complete=completion.codes,
    help="Make only this check, or those whose codes begin so; may be given again.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODE",
    shell_complete=completion.codes,
    help="Leave this check out, ditto.",
)
@click.option("--all", "show_all", is_flag=True, help="Also show notes, which are no faults.")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="List all checks, and exit.",
)
@options.prefix
@options.dry_run
@options.json
@click.pass_obj
def doctor(
    python: str | None,
    *,
    fix: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    show_all: bool,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Look for every known fault, and say what to do about it.

    Each finding has a code, a reason and a remedy.  --fix mends what can be mended without
    losing anything, says what it did, and looks again.

    Exits with 1 when there are findings, or some are left behind --fix.
    """
    checks = examining.selected(_split(select), _split(ignore))
    if not checks:
        raise click.UsageError("--select and --ignore leave no check.")
    target = find(python)
    examination = Examination(target, Place.of(target, prefix))
    notes = _recover(examination, dry_run=dry_run)
    if fix and not dry_run:
        with output.working("examining and mending"):
            treatment = examining.treat(examination, checks)
    else:
        with output.working("examining") as show:
            diagnosis = examining.examine(examination, checks, lambda check: show(check.name))
        treatment = Treatment(diagnosis, (), ())
    planned = examining.fixes(treatment.diagnosis) if fix and dry_run else []
    steps = [(check.code, step) for check, each in planned for step in each] or treatment.steps
    if as_json:
        facts = {
            "target": str(target.executable),
            "dry_run": dry_run,
            "changed": bool(treatment.steps),
            "steps": [{"code": code, "step": str(step)} for code, step in steps],
            "failed": [{"code": code, "reason": reason} for code, reason in treatment.failed],
            **_facts(treatment.diagnosis),
            "notes": notes,
        }
        click.echo(json.dumps(facts, indent=2))
    else:
        for code, step in steps:
            output.say(f"{code} {'would ' if dry_run else ''}{step}")
        for code, reason in treatment.failed:
            output.say(f"{code} not mended: {reason}")
        output.tell_notes(notes)
        _tell(target, treatment.diagnosis, checks, show_all=show_all)
    if treatment.diagnosis.faults or treatment.diagnosis.unchecked:
        click.get_current_context().exit(1)


def _recover(examination: Examination, *, dry_run: bool) -> list[str]:
    """Put in order what was interrupted: halves of a move look like faults, and are none."""
    try:
        return recover(examination.homes, dry_run=dry_run)
    except OSError as error:
        return [said(error)]


def _split(codes: Sequence[str]) -> list[str]:
    return [code.strip() for each in codes for code in each.split(",")]


def _facts(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "findings": [
            {
                "code": check.code,
                "name": check.name,
                "level": check.level,
                **{key: value for key, value in vars(finding).items() if key != "fix"},
                "fix": [str(step) for step in finding.fix],
            }
            for check, finding in diagnosis.findings
        ],
        "unchecked": [
            {"code": check.code, "reason": reason} for check, reason in diagnosis.unchecked
        ],
    }


def _tell(target: Target, diagnosis: Diagnosis, checks: Sequence[Check], *, show_all: bool) -> None:
    for check, finding in diagnosis.findings:
        if check.is_note and not show_all:
            continue
        head = Text.assemble(
            (check.code, "dim" if check.is_note else "bold yellow"), " ", (finding.about, "bold")
        )
        output.say(head)
        output.say(finding.reason, 6)
        if finding.remedy:
            output.say(Text.assemble(("remedy:", "cyan"), " ", finding.remedy), 6)
    for check, reason in diagnosis.unchecked:
        output.say(Text.assemble((check.code, "bold red"), f" could not be checked: {reason}"))
    output.say(_summary(target, diagnosis, checks, show_all=show_all))


def _summary(
    target: Target, diagnosis: Diagnosis, checks: Sequence[Check], *, show_all: bool
) -> str:
    count = len(diagnosis.faults)
    mendable = sum(bool(finding.fix) for _, finding in diagnosis.faults)
    notes = len(diagnosis.findings) - count
    unchecked = len(diagnosis.unchecked)
    text = f"{target.executable}: {wording.number(len(checks) - unchecked, 'check')}, "
    text += f"{unchecked} more could not be made, " if unchecked else ""
    text += wording.number(count, "finding") if count else "nothing found"
    if mendable:
        text += f", {mendable} of them for --fix"
    if notes:
        text += f"; {wording.number(notes, 'note')}" + ("" if show_all else ", shown with --all")
    return text
