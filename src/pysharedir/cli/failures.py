"""Errors as the command prints them: a line and its hint for people, JSON for scripts."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import click

from pysharedir.errors import PysharedirError, SystemCallError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def of(error: Exception) -> PysharedirError:
    """Return an error as one of pysharedir's, also if click or the operating system raised it."""
    if isinstance(error, PysharedirError):
        return error
    if isinstance(error, OSError):
        return SystemCallError(error)
    hint = more(getattr(error, "ctx", None))
    if isinstance(error, click.NoSuchOption):
        return no_such("option", error.option_name, error.possibilities or (), hint)
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    message = " ".join(text.split()).removesuffix(".")  # one line
    return UsageError(message[:1].lower() + message[1:], hint)


def no_such(noun: str, name: str, known: Iterable[str], hint: str) -> UsageError:
    """Return the error for a name that the command line does not have.

    :param known: The names that it has; the hint suggests the one most like *name*.
    :param hint: The hint when none of them is like *name*.
    """
    import difflib  # loaded only after a typing error

    for nearest in difflib.get_close_matches(name, list(known), 1):
        hint = f"did you mean `{nearest}`?"
    return UsageError(f"{name!r}: no such {noun}", hint)


def more(ctx: click.Context | None) -> str:
    """Return the hint that names the help of a command."""
    return f"see `{ctx.command_path if ctx else 'pysharedir'} --help`"


def tell(error: PysharedirError, *, as_json: bool) -> int:
    """Print an error: as JSON to standard output, else as text to standard error.

    :return: The exit status.
    """
    if as_json:
        with contextlib.suppress(OSError):  # the error may be that standard output is unusable
            click.echo(json.dumps({"error": error.as_json()}, indent=2))
            return error.exit_code
    from pysharedir.cli import output  # loads rich, which JSON does not need

    output.fail(error.message, error.hint)
    return error.exit_code
