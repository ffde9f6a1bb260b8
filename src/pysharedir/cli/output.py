"""How commands say things: lines, tables, JSON and errors."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.changes import Step
    from pysharedir.target import Target


def fail(message: str, hint: str = "") -> None:
    """Print an error and its hint to standard error."""
    console = Console(stderr=True, soft_wrap=True)
    for word, style, text in ("error", "bold red", message), ("hint", "cyan", hint):
        if text:
            console.print(Text.assemble((f"{word}:", style), " ", text))


def console() -> Console:
    """Return the console for tables on standard output."""
    # A pipe has no width to fold to.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 1000)


def table(*titles: str) -> Table:
    """Return the one kind of table that there is: columns under these titles, without lines."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(titles))
    for title in titles:
        made.add_column(title, overflow="fold")
    return made


def tell(
    target: Target,
    steps: Sequence[Step],
    notes: Sequence[str],
    *,
    dry_run: bool,
    as_json: bool,
    idle: str,
) -> None:
    """Print what was done, or would be.

    :param idle: What to say when there was nothing to do.
    """
    if as_json:
        report = {
            "target": str(target.executable),
            "dry_run": dry_run,
            "changed": bool(steps) and not dry_run,
            "steps": [str(step) for step in steps],
            "notes": list(notes),
        }
        click.echo(json.dumps(report, indent=2))
        return
    for step in steps:
        click.echo(f"would {step}" if dry_run else str(step))
    for note in notes:
        click.echo(f"note: {note}")
    if not steps:
        click.echo(f"{target.executable}: {idle}, nothing to do")


def plain(value: Any) -> Any:
    """Return *value* as JSON can say it."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value
