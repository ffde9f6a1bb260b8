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
  PYSHAREDIR=0 pysharedir --python .venv status    as it is without the hook
  pysharedir --python /usr/bin/python3 status --prefix /usr
""",
)
@options.python
@options.prefix
@options.json
@click.pass_obj
def status(python: str | None, *, prefix: str | None, as_json: bool) -> None:
    """Show layout, hook, counts, and sys.path entry by entry.

    The interpreter is started as you start it, with the environment as it is now, so its startup
    files run: for one that you do not trust there is `startup --static`.
    """
    from pysharedir.cli.reports import status as report
    from pysharedir.snapshot import Snapshot
    from pysharedir.status import run

    report.tell(run(Snapshot.of(python, prefix)), as_json=as_json)
