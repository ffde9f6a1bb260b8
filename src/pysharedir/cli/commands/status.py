"""The command ``status``."""

from __future__ import annotations

import click

from pysharedir.cli import options
from pysharedir.cli.group import Command


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv status
  PYSHAREDIR=0 pysharedir --python .venv status    show it without the hook
  pysharedir --python /usr/bin/python3 status --prefix /usr
""",
)
@options.python
@options.prefix
@options.json
@click.pass_obj
def status(python: str | None, *, prefix: str | None, as_json: bool) -> None:
    """Show an interpreter's layout, hook, distributions and sys.path.

    For each entry of sys.path, `status` shows its role and who put it there.  For each directory,
    it counts the distributions.

    `status` starts the interpreter as you would, with the current environment, so its startup
    files run: for an interpreter that you do not trust, use `startup --static`.
    """
    from pysharedir.cli.reports import status as report
    from pysharedir.snapshot import Snapshot
    from pysharedir.status import run

    report.tell(run(Snapshot.of(python, prefix)), as_json=as_json)
