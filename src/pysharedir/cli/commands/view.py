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
  PYTHONPATH=/apps/all/lib/python3.11/site-packages python3.11   use the view
  pysharedir -p 3.11 view /apps/all           update it from the same prefixes
  pysharedir -p 3.11 view /apps/all --check   fail if one has changed
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
    help="Make relative or absolute links.  Relative links survive a move of a tree that holds"
    " both the view and the prefixes.  [default: as in the existing view, else absolute]",
)
@click.option(
    "--check",
    "is_check",
    is_flag=True,
    help="Change nothing, and exit with 1 if a prefix or the view has changed since `view` ran.",
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
    """Merge prefixes into one tree of symbolic links, without a hook.

    DIR gets one site dir, lib/pythonX.Y/site-packages, with a link to each package in the site
    dirs and sharedirs of the prefixes.  It has directories of its own only for the metadata of
    distributions, and for a namespace of which several prefixes have a part.  `view` links scripts
    and data files in bin, etc, include, lib and share in the same way.  An import searches one
    directory, however many prefixes there are.

    If several prefixes have the same name, the view has that of the first prefix, as on sys.path,
    and `view` names what it hides.  It leaves out the startup files (.pth, sitecustomize) of
    prefixes.

    DIR is a link to a directory beside it, .DIR.view/N.  `view` completes that directory before
    one rename makes DIR lead to it.  Without PREFIX, `view` uses the prefixes of the existing view.
    If nothing has changed, it does nothing.  Install into the prefixes, never into DIR: an
    installer that follows its links removes files of the prefixes.

    To use the view, set PYTHONPATH=DIR/lib/pythonX.Y/site-packages, put that path into a .pth
    file, or set PYSHAREDIR_PREFIXES=DIR for an interpreter with the hook.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import view as report
    from pysharedir.interpreter import finding
    from pysharedir.view.run import Request, run

    if not directory.strip("/"):
        raise UsageError(
            f"{directory!r}: no directory for a view", "name one that does not exist yet"
        )
    with output.working("merging"):
        facts = finding.bare(finding.locate(ctx.obj, bare=True))
        outcome = run(facts, Request(directory, prefixes, is_relative, is_check, dry_run))
    report.tell(outcome, as_json=as_json, is_check=is_check)
    if is_check and outcome.differs:
        ctx.exit(1)
