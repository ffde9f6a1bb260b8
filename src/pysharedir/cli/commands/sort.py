"""The command ``sort``."""

from __future__ import annotations

from typing import Any

import click

from pysharedir.cli import options
from pysharedir.cli.group import Command


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv sort --dry-run
  pysharedir --python .venv sort                   sort all distributions
  pysharedir --python .venv sort requests idna     sort only these two
  pysharedir --python .venv sort --platform torch  keep torch in platlib
  pysharedir --python .venv sort --check           fail if any is misplaced
  pysharedir --python /usr/bin/python3 \\
      sort --root "$DESTDIR" --prefix /usr --only-noarch
""",
)
@options.python
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing, and exit with 1 if a distribution is misplaced.",
)
@click.option(
    "--all",
    "show_all",
    is_flag=True,
    help="Also list the distributions that are where they belong, with the reason.",
)
@click.option(
    "--noarch",
    multiple=True,
    metavar="NAME",
    help="Treat NAME as noarch, whatever its labels and files say.  May be repeated.",
)
@click.option(
    "--platform",
    multiple=True,
    metavar="NAME",
    help="Treat NAME as made for one platform, whatever its labels and files say.  May be"
    " repeated.",
)
@click.option(
    "--no-overrule",
    multiple=True,
    metavar="NAME",
    help="Forget an earlier --noarch or --platform for NAME.  May be repeated.",
)
@click.option(
    "--only-noarch",
    is_flag=True,
    help="Fail without a change if any distribution is not noarch.",
)
@options.root
@options.prefix
@options.dry_run
@options.json
@click.pass_context
def sort(
    ctx: click.Context,
    /,
    *,
    root: str | None,
    prefix: str | None,
    check: bool,
    show_all: bool,
    dry_run: bool,
    as_json: bool,
    **request: Any,
) -> None:
    """Move noarch distributions to the sharedir, all others to platlib.

    A distribution is noarch if its WHEEL file says so and none of its files is native code for the
    target's operating system.  Distributions that share a regular package stay together, also if
    you name only one of them.  `sort` leaves a distribution where it is if it has no WHEEL or
    RECORD, is editable, belongs to a system package manager, or lacks files.

    The interpreter remembers --noarch and --platform until --no-overrule.

    With --root, `sort` works on what an installer has staged for a package, and remembers nothing.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import sort as report
    from pysharedir.snapshot import Snapshot
    from pysharedir.sort.run import Request, run

    wanted = Request(**request, dry_run=check or dry_run)
    snapshot = Snapshot.of(ctx.obj, prefix, root, changes=not check)
    output.name_directories(snapshot.target)
    outcome = run(snapshot, wanted, output.progress)
    report.tell(outcome, as_json=as_json, show_all=show_all)
    if check and outcome.plan.moves:
        ctx.exit(1)
