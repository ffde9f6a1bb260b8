"""The command ``demo``."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.text import Text

from pysharedir import demo as demonstration
from pysharedir.cli import options, output
from pysharedir.interpreter.finding import find


@click.command(
    epilog="""\b
Examples:
  pysharedir demo
  pysharedir --python 3.13 demo    with this Python
"""
)
@options.python
@options.json
@click.pass_obj
def demo(python: str | None, *, as_json: bool) -> None:
    """Show it end to end in a throwaway directory, offline."""
    scenes = demonstration.demo(find(python))
    if as_json:
        click.echo(json.dumps([asdict(scene) for scene in scenes], indent=2))
        return
    for number, scene in enumerate(scenes, 1):
        output.say(Text(f"{number}. {scene.title}", "bold"))
        for line in scene.lines:
            output.say(line, 3)
        output.say("")
