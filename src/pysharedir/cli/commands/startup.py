"""The command ``startup``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pysharedir.cli import documents, options
from pysharedir.cli.group import Command
from pysharedir.errors import UsageError


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv startup
  pysharedir --python /usr/bin/python3 startup --json
  pysharedir --python .venv startup --static   what it would run
  pysharedir --python .venv startup --trace start.json   as a picture
  pysharedir --python .venv startup --allow list.txt --update
  pysharedir --python .venv startup --allow list.txt   exits 1 on anything new
""",
)
@options.python
@click.option(
    "--allow",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Compare what runs with an allowlist, and exit with 1 if anything is new or changed.",
)
@click.option(
    "--static", "is_static", is_flag=True, help="Read the startup files, but run none of them."
)
@click.option("--update", is_flag=True, help="Write the allowlist of --allow from what runs now.")
@documents.option(
    "--trace", "Also write one start as trace events, which Perfetto and speedscope draw."
)
@options.dry_run
@options.json
@click.pass_context
def startup(
    ctx: click.Context,
    /,
    *,
    allow: Path | None,
    is_static: bool,
    trace: Path | None,
    as_json: bool,
    **writing: Any,
) -> None:
    """Show what runs before user code starts, and its cost.

    These are the .pth and .start files, sitecustomize and usercustomize, in order, with the
    distribution that each belongs to and the modules that it imports.  pysharedir starts the
    interpreter as you start it, with the environment as it is now.  The time of each file is its
    least in five starts; one more start counts system calls, if strace is installed.

    Exits with 1 when an error ends the start before user code.

    --static runs nothing but the interpreter and its standard library, with -I and -S: use it for
    an environment that you do not trust.  It shows each startup file with its lines, its owner
    and its hash.  Only a start tells what these lines import.

    --trace writes when each startup file, each line of it and each import began and ended in one
    start, in the trace event format: open the file in https://ui.perfetto.dev or
    https://www.speedscope.app.  It replaces a file of that name.  `--trace -` prints the trace in
    place of the report.

    An allowlist has the hashes of the startup files, of all parts of the hook, and of the files
    of all modules that a start imports from outside the standard library.  --allow first compares
    what it can compare without a start, and starts nothing when a file is new or changed.  An
    allowlist does not cover pycs whose source is next to them, nor code that is read and executed
    by other means than an import.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import startup as report
    from pysharedir.interpreter.finding import locate
    from pysharedir.startup import static

    _check(allow, trace, is_static=is_static, as_json=as_json, **writing)
    executable = locate(ctx.obj, bare=True)
    output.name_venv(executable)
    if allow:
        starts = not is_static
        ctx.exit(_listed(executable, allow, starts=starts, as_json=as_json, **writing))
    elif is_static:
        report.tell_static(static.read(executable), as_json=as_json)
    else:
        ctx.exit(_started(executable, trace, as_json=as_json))


def _started(executable: Path, trace: Path | None, *, as_json: bool) -> bool:
    """Start an interpreter, and tell whether an error ends that."""
    from pysharedir.cli import output
    from pysharedir.cli.reports import startup as report
    from pysharedir.startup import run, timeline

    if trace:
        with output.working("tracing"):
            taken = timeline.take(executable)
        report.tell_trace(taken, trace, as_json=as_json)
        if trace == documents.STANDARD_OUTPUT:
            return taken.ends_early
    with output.working("starting"):
        start = run.start(executable)
    report.tell(start, as_json=as_json)
    return start.ends_early


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


def _check(
    allow: Path | None,
    trace: Path | None,
    *,
    is_static: bool,
    as_json: bool,
    update: bool,
    dry_run: bool,
) -> None:
    if update and allow is None:
        raise UsageError("--update needs --allow FILE", "name the allowlist to write")
    if dry_run and not update:
        raise UsageError("--dry-run needs --update", "without --update, nothing is changed anyway")
    if trace and is_static:
        raise UsageError("--trace needs a start, and --static makes none", "omit one of them")
    if trace and allow:
        raise UsageError("--trace and --allow cannot be combined", "run the command once for each")
    documents.check("--trace", trace, as_json=as_json)
