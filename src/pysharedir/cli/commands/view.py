"""The command ``view``."""

from __future__ import annotations

import click

from pysharedir.cli import completion, options
from pysharedir.cli.group import Command
from pysharedir.errors import UsageError


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir -p 3.11 view /apps/all /apps/numpy/2.1 /apps/tool/1.0
  PYTHONPATH=/apps/all/lib/python3.11/site-packages python3.11   use it
  pysharedir -p 3.11 view /apps/all           anew, of the same prefixes
  pysharedir -p 3.11 view /apps/all --check   exits with 1 if one has changed
  pysharedir -p 3.11 view image/srv/all image/opt/tool --relative
""",
)
@click.argument(
    "directory", metavar="DIR", shell_complete=completion.directories, type=click.Path()
)
@click.argument(
    "prefixes",
    metavar="[PREFIX]...",
    nargs=-1,
    shell_complete=completion.directories,
    type=click.Path(),
)
@options.python
@click.option(
    "--relative/--absolute",
    "is_relative",
    default=None,
    help="How links name what they lead to: relative ones hold where a tree that has both the view"
    " and the prefixes is moved.  [default: as they are, else absolute]",
)
@click.option(
    "--check",
    "is_check",
    is_flag=True,
    help="Change nothing, and exit with 1 when a prefix or the view itself has changed since.",
)
@options.dry_run
@options.json
@click.pass_context
def view(
    ctx: click.Context,
    *,
    directory: str,
    prefixes: tuple[str, ...],
    is_relative: bool | None,
    is_check: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Merge prefixes into one root of links, which needs no hook.

    DIR gets one site dir for all: lib/pythonX.Y/site-packages has a link to each package in the
    site dirs and sharedirs of the prefixes.  It has directories of its own only for the metadata
    of distributions, and where several prefixes have a part of one namespace.  Scripts and data
    files in bin, etc, include, lib and share are linked in the same way.  An import searches one
    directory, however many prefixes there are.

    When several prefixes have the same name, the view has that of the first one, as on sys.path,
    and what is hidden is told.  Startup files (.pth, sitecustomize) of prefixes are left out.

    DIR is a link to a directory beside it, .DIR.view/N, that is made whole before one rename lets
    DIR lead to it.  Without a PREFIX, the view is made of the prefixes that it has.  When nothing
    has changed, nothing is done.  Install into the prefixes, never into DIR: an installer that
    follows its links removes files of the prefixes.

    Use it by PYTHONPATH=DIR/lib/pythonX.Y/site-packages, by that path in a .pth file, or with the
    hook by PYSHAREDIR_PREFIXES=DIR.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import view as report
    from pysharedir.interpreter import finding
    from pysharedir.view.run import Request, run

    if not directory.strip("/"):
        raise UsageError(
            f"{directory!r}: no directory for a view", "give one that is not there yet"
        )
    with output.working("merging"):
        facts = finding.bare(finding.locate(ctx.obj, bare=True))
        outcome = run(facts, Request(directory, prefixes, is_relative, is_check, dry_run))
    report.tell(outcome, as_json=as_json, is_check=is_check)
    if is_check and outcome.differs:
        ctx.exit(1)
