"""The command ``sync``."""

from __future__ import annotations

import click

from pysharedir.cli import options
from pysharedir.cli.group import Command
from pysharedir.errors import UsageError


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python /apps/aarch64/bin/python3 sync
  pysharedir --python /apps/aarch64/bin/python3 sync --install
  pysharedir --python .venv sync --check   fail if there is anything to do
""",
)
@options.python
@click.option(
    "--install",
    is_flag=True,
    help="Install the missing dependencies, with the target's pip or else with uv.",
)
@click.option(
    "--check", is_flag=True, help="Change nothing, and exit with 1 if there is anything to do."
)
@options.prefix
@options.dry_run
@options.json
@click.pass_context
def sync(
    ctx: click.Context,
    *,
    install: bool,
    check: bool,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Complete an interpreter whose sharedir another one filled.

    Every interpreter that uses a sharedir finds the packages in it, but an installer puts their
    scripts, data files and native dependencies only into the interpreter that it runs for.  `sync`
    makes the scripts that are missing here, copies the data files, and removes what it made for
    distributions that are gone.

    `sync` also names the dependencies that are missing here or have a version that the shared
    packages do not accept, and the packages whose files it cannot copy.  It prints commands that
    install them, one for pip and one for uv: run either.

    Exits with 1 while dependencies or files are missing.
    """
    from pysharedir.cli import output
    from pysharedir.cli.reports import sync as report
    from pysharedir.snapshot import Snapshot
    from pysharedir.sync.run import run

    if install and check:
        raise UsageError("--install and --check exclude each other", "choose one of them")
    snapshot = Snapshot.of(ctx.obj, prefix, changes=not check)
    output.name_directories(snapshot.target)
    outcome = run(snapshot, install=install, dry_run=check or dry_run)
    report.tell(outcome, as_json=as_json, install=install)
    missing = outcome.report.dependencies and not (dry_run and install)
    if missing or outcome.report.lacks or (check and outcome.report.steps):
        ctx.exit(1)
