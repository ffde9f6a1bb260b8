"""The command ``doctor``."""

from __future__ import annotations

import click

from pysharedir.cli import completion, options
from pysharedir.cli.group import Command


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
    help="Make only this check, or those whose codes begin so; may be given again.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODE",
    callback=_split,
    shell_complete=completion.codes,
    help="Leave this check out, ditto.",
)
@click.option(
    "--require",
    is_flag=True,
    help="Find it a fault when the hook is not there, or does not act (SD606).",
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
@click.pass_context
def doctor(
    ctx: click.Context,
    *,
    fix: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    require: bool,
    show_all: bool,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Look for every known fault, and say what to do about it.

    Each finding has a code, a reason and a remedy.  --fix fixes what can be fixed without
    losing anything, says what it did, and looks again.

    The interpreter is started as you start it, so its startup files run: for one that you do not
    trust there is `startup --static`.

    Exits with 1 when there are findings, or some are left after --fix.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import doctor as report
    from pysharedir.doctor.examination import Examination
    from pysharedir.doctor.run import run
    from pysharedir.doctor.treatment import selected

    checks = selected(select, ignore, require=require)
    examination = Examination.of(ctx.obj, prefix, changes=fix)
    with output.working("examining") as show:
        outcome = run(examination, checks, show, fix=fix, dry_run=dry_run)
    report.tell(outcome, as_json=as_json, show_all=show_all)
    if not outcome.is_sound:
        ctx.exit(1)
