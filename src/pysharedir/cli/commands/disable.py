"""The command ``disable``."""

from __future__ import annotations

import click

from pysharedir.cli import options
from pysharedir.cli.group import Command
from pysharedir.errors import UsageError


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv disable --dry-run   show what it would remove
  pysharedir --python .venv disable --restore   move packages back first
""",
)
@options.python
@click.option(
    "--restore", is_flag=True, help="First move the distributions in the sharedir back to purelib."
)
@click.option("--force", is_flag=True, help="Leave the distributions in the sharedir unimportable.")
@options.verbose
@options.prefix
@options.dry_run
@options.json
@click.pass_obj
def disable(
    python: str | None,
    *,
    restore: bool,
    force: bool,
    verbose: bool,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Remove what `enable` put into an interpreter.

    `disable` refuses to run while the sharedir holds distributions that would become unimportable,
    such as pip.
    """
    from pysharedir.activation.disable import run
    from pysharedir.cli import output
    from pysharedir.cli.reports import activation as report
    from pysharedir.snapshot import Snapshot

    if restore and force:
        raise UsageError("--restore and --force exclude each other", "choose one of them")
    snapshot = Snapshot.of(python, prefix, changes=True)
    output.name_directories(snapshot.target)
    outcome = run(snapshot, restore=restore, force=force, dry_run=dry_run)
    report.tell(outcome, "hook taken from", "not enabled", as_json=as_json, verbose=verbose)
