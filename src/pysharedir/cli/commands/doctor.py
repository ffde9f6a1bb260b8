"""The command ``doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pysharedir.cli import completion, documents, options
from pysharedir.cli.group import Command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pysharedir.doctor.examination import Examination
    from pysharedir.doctor.findings import Check
    from pysharedir.doctor.run import Outcome


def _list(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from pysharedir.cli.reports import doctor as report
        from pysharedir.doctor.registry import CHECKS

        report.tell_checks(CHECKS)
        ctx.exit()


def _split(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip() for value in values for code in value.split(","))


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv doctor
  pysharedir --python .venv doctor --fix
  pysharedir --python 3.13 doctor --select SD3 --ignore SD302
  pysharedir --python .venv doctor --require   fails when there is no hook
  pysharedir --python .venv doctor --sarif doctor.sarif   for a CI system
  pysharedir doctor --list                     every check, with its code
""",
)
@options.python
@click.option("--fix", is_flag=True, help="Fix what is safe to fix.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    callback=_split,
    shell_complete=completion.codes,
    help="Make only this check, or those whose codes begin with CODE; may be given again.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODE",
    callback=_split,
    shell_complete=completion.codes,
    help="Skip this check, or those whose codes begin with CODE; may be given again.",
)
@click.option(
    "--require",
    is_flag=True,
    help="Report a fault if there is no hook, or it does not act (SD606).",
)
@click.option("--all", "show_all", is_flag=True, help="Show notes too, which are no faults.")
@documents.option("--sarif", "Also write the findings in SARIF, which CI systems read.")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="List all checks and exit.",
)
@options.prefix
@options.dry_run
@options.json
@click.pass_context
def doctor(
    ctx: click.Context,
    /,
    *,
    prefix: str | None,
    sarif: Path | None,
    as_json: bool,
    show_all: bool,
    **options: Any,
) -> None:
    """Look for every known fault, and say what to do about it.

    Each finding has a code, a reason and a remedy.  --fix fixes what it can fix without losing
    anything, says what it did, and looks again.

    pysharedir starts the interpreter as you start it, so its startup files run: for an
    interpreter that you do not trust, use `startup --static`.

    --sarif writes what the report shows to a file in SARIF 2.1.0, with notes if you add --all.  It
    replaces a file of that name.  `--sarif -` prints SARIF in place of the report.

    Exits with 1 when there are findings, or some are left after --fix.
    """
    from pysharedir.cli.reports import doctor as report
    from pysharedir.doctor.examination import Examination
    from pysharedir.doctor.treatment import selected

    documents.check("--sarif", sarif, as_json=as_json)
    how = {name: options.pop(name) for name in ("fix", "dry_run")}
    checks = selected(**options)
    examination = Examination.of(ctx.obj, prefix, changes=how["fix"])
    outcome = _run(examination, checks, **how)
    if sarif:
        report.write_sarif(outcome, sarif, examination.place, as_json=as_json, show_all=show_all)
    if sarif != documents.STANDARD_OUTPUT:
        report.tell(outcome, as_json=as_json, show_all=show_all)
    ctx.exit(not outcome.is_sound)


def _run(examination: Examination, checks: Sequence[Check], **how: bool) -> Outcome:
    from pysharedir.cli import output
    from pysharedir.doctor.run import run

    output.name_directories(examination.target)
    with output.working("examining") as show:
        return run(examination, checks, show, **how)
