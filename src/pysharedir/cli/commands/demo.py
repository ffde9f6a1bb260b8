"""The command ``demo``."""

from __future__ import annotations

import click

from pysharedir.cli import completion, options
from pysharedir.cli.group import Command


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir demo
  pysharedir --python 3.13 demo    with this Python
  pysharedir demo --other /usr/bin/python3.13-i386
""",
)
@options.python
@click.option(
    "--other",
    metavar="PYTHON",
    shell_complete=completion.targets,
    help="A Python of another architecture, for the second tree.  [default: one on PATH, else an"
    " imitation]",
)
@options.json
@click.pass_obj
def demo(python: str | None, *, other: str | None, as_json: bool) -> None:
    """Show it end to end in a throwaway directory, offline."""
    from pysharedir.cli.reports import demo as report
    from pysharedir.demo import run
    from pysharedir.interpreter.finding import find

    sections = run(find(python), find(other) if other else None)
    report.tell(sections, as_json=as_json)
