"""The command ``startup``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
  pysharedir --python .venv startup --static   what it would run
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
@click.option(
    "--static", "is_static", is_flag=True, help="Read the startup files, and run none of them."
)
@click.option("--update", is_flag=True, help="Write that allowlist, from what runs now.")
@options.dry_run
@options.json
@click.pass_context
def startup(
    ctx: click.Context, /, *, allow: Path | None, is_static: bool, as_json: bool, **writing: Any
) -> None:
    """Show what runs before user code starts, and its cost.

    These are the .pth and .start files, sitecustomize and usercustomize, in order, with the
    distribution each belongs to and the modules it imports.  The interpreter is started as you
    start it, with the environment as it is now.  The time of each is its least in five starts;
    system calls are counted in one more, where strace is there.

    Exits with 1 when a start ends before user code, by an error.

    With --static, nothing runs but the interpreter and its standard library, with -I and -S: it
    is for an environment that you do not trust.  Each startup file is shown with its lines, its
    owner and its hash; what they import in turn only a start tells.

    An allowlist has the hashes of the startup files, of all parts of the hook, and of the files
    of all modules imported at a start from outside the standard library.  What can be compared
    without a start is compared first, and nothing runs when a file is new or changed.  It does
    not cover pycs that have their source beside them, nor what code reads and executes by other
    means than an import.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import startup as report
    from pysharedir.interpreter.finding import locate
    from pysharedir.startup import run, static

    _check(allow, **writing)
    executable = locate(ctx.obj, bare=True)
    if allow:
        starts = not is_static
        ctx.exit(_listed(executable, allow, starts=starts, as_json=as_json, **writing))
    elif is_static:
        report.tell_static(static.read(executable), as_json=as_json)
    else:
        with output.working("starting"):
            start = run.start(executable)
        report.tell(start, as_json=as_json)
        ctx.exit(start.ends_early)


def _listed(
    executable: Path, file: Path, *, starts: bool, as_json: bool, update: bool, dry_run: bool
) -> bool:
    """Write an allowlist or compare with it, and tell whether anything is not allowed."""
    from pysharedir.cli.reports import startup as report
    from pysharedir.startup import run

    if update:
        allowed = run.allow(executable, file, dry_run=dry_run, starts=starts)
        report.tell_allowed(allowed, as_json=as_json)
        return False
    compared = run.compare(executable, file, starts=starts)
    report.tell_compared(compared, file, as_json=as_json)
    return bool(compared.comparison.faults)


def _check(allow: Path | None, *, update: bool, dry_run: bool) -> None:
    if update and allow is None:
        raise UsageError("--update needs --allow FILE", "name the allowlist to write")
    if dry_run and not update:
        raise UsageError("--dry-run needs --update", "without that, nothing is changed anyway")
