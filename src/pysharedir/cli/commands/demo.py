"""The command ``demo``."""

from __future__ import annotations

import click

from pysharedir.cli import options
from pysharedir.cli.group import Command


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir demo
  pysharedir --python 3.13 demo    with this Python
""",
)
@options.python
@options.json
@click.pass_obj
def demo(python: str | None, *, as_json: bool) -> None:
    """Show it end to end in a throwaway directory, offline."""
    from pysharedir.cli.reports import demo as report
    from pysharedir.demo import run
    from pysharedir.interpreter.finding import find

    report.tell(run(find(python)), as_json=as_json)
