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
  pysharedir --python .venv sort                   all that is installed
  pysharedir --python .venv sort requests idna     these, and their kin
  pysharedir --python .venv sort --platform torch  it stays, whatever it is
  pysharedir --python .venv sort --check           exits 1 if any is misplaced
  pysharedir --python /usr/bin/python3 \\
      sort --root "$DESTDIR" --prefix /usr --only-noarch
""",
)
@options.python
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing, and exit with 1 when a distribution is misplaced.",
)
@click.option(
    "--all", "show_all", is_flag=True, help="Also list what is where it belongs, with the reason."
)
@click.option(
    "--noarch", multiple=True, metavar="NAME", help="NAME is noarch, whatever it looks like."
)
@click.option("--platform", multiple=True, metavar="NAME", help="NAME is for the platform, ditto.")
@click.option(
    "--no-overrule", multiple=True, metavar="NAME", help="Forget what was said of NAME before."
)
@click.option(
    "--only-noarch",
    is_flag=True,
    help="Change nothing, and exit with 1, when a distribution is not noarch.",
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
    """Move every distribution to where it belongs.

    Noarch ones go to the sharedir, all others to platlib.  A distribution is noarch if its WHEEL
    says so and none of its files is native code of the target's operating system; distributions
    that share a regular package stay together.  What has no WHEEL or RECORD, is editable, belongs
    to a package manager, or is not whole, is left alone.

    What --noarch and --platform say is remembered in the interpreter, until --no-overrule.

    With --root it sorts what an installer has staged for a package, and remembers nothing.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import sort as report
    from pysharedir.snapshot import Snapshot
    from pysharedir.sort.run import Request, run

    wanted = Request(**request, dry_run=check or dry_run)
    snapshot = Snapshot.of(ctx.obj, prefix, root, changes=not check)
    outcome = run(snapshot, wanted, output.progress)
    report.tell(outcome, as_json=as_json, show_all=show_all)
    if check and outcome.plan.moves:
        ctx.exit(1)
