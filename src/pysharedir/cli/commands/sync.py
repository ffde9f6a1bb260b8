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
  pysharedir --python .venv sync --check     exits with 1 if anything is to do
""",
)
@options.python
@click.option(
    "--install",
    is_flag=True,
    help="Install what is missing, with the target's pip or else with uv.",
)
@click.option(
    "--check", is_flag=True, help="Change nothing, and exit with 1 when anything is to do."
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

    All interpreters that use a sharedir find the packages in it, but the scripts, the data files
    and the native dependencies of these are where they were installed from.  This makes the
    scripts that are missing here, copies the data files, and removes what it made when their
    distribution is gone.
    It names the dependencies that are missing here, or are not of a version that the shared
    packages require, and the packages whose files cannot be copied, as commands for pip and uv,
    of which each will do.

    Exits with 1 while dependencies or files are missing.
    """
    from pysharedir.cli.reports import sync as report
    from pysharedir.snapshot import Snapshot
    from pysharedir.sync.run import run

    if install and check:
        raise UsageError("--install and --check exclude each other", "choose one of them")
    snapshot = Snapshot.of(ctx.obj, prefix, changes=not check)
    outcome = run(snapshot, install=install, dry_run=check or dry_run)
    report.tell(outcome, as_json=as_json, install=install)
    missing = outcome.report.dependencies and not (dry_run and install)
    if missing or outcome.report.lacks or (check and outcome.report.steps):
        ctx.exit(1)
