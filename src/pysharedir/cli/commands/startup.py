"""The command ``startup``."""

from __future__ import annotations

from pathlib import Path

import click

from pysharedir.cli import options
from pysharedir.cli.group import Command
from pysharedir.errors import UsageError


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv startup
  pysharedir --python /usr/bin/python3 startup --json
  pysharedir --python .venv startup --allow list.txt --update
  pysharedir --python .venv startup --allow list.txt   exits 1 on anything new
""",
)
@options.python
@click.option(
    "--allow",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Compare what runs with an allowlist, and exit with 1 when anything is new or changed.",
)
@click.option("--update", is_flag=True, help="Write that allowlist, from what runs now.")
@options.dry_run
@options.json
@click.pass_context
def startup(
    ctx: click.Context, *, allow: Path | None, update: bool, dry_run: bool, as_json: bool
) -> None:
    """Show what runs before user code starts, and its cost.

    These are the .pth and .start files, sitecustomize and usercustomize, in order, with the
    distribution each belongs to and the modules it imports.  The interpreter is started as you
    start it, with the environment as it is now.  The time of each is its least in five starts;
    system calls are counted in one more, where strace is there.

    Exits with 1 when a start ends before user code, by an error.

    An allowlist has the hashes of the startup files, and of the files of all modules imported at
    a start from outside the standard library.  It does not cover pycs that have their source
    beside them, nor what code reads and executes by other means than an import.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import startup as report
    from pysharedir.interpreter.finding import locate
    from pysharedir.startup import run

    _check(allow, update=update, dry_run=dry_run)
    executable = locate(ctx.obj)
    if allow and update:
        report.tell_allowed(run.allow(executable, allow, dry_run=dry_run), as_json=as_json)
    elif allow:
        compared = run.compare(executable, allow)
        report.tell_compared(compared, allow, as_json=as_json)
        ctx.exit(bool(compared.comparison.faults))
    else:
        with output.working("starting"):
            start = run.start(executable)
        report.tell(start, as_json=as_json)
        ctx.exit(start.ends_early)


def _check(allow: Path | None, *, update: bool, dry_run: bool) -> None:
    if update and allow is None:
        raise UsageError("--update needs --allow FILE", "name the allowlist to write")
    if dry_run and not update:
        raise UsageError("--dry-run needs --update", "without that, nothing is changed anyway")
