"""What went wrong: a line and its hint for people, JSON for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pysharedir.errors import PysharedirError, SystemCallError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def of(error: Exception) -> PysharedirError:
    """Return what is told of an error: of one of click's or of the system's, that in our words."""
    if isinstance(error, PysharedirError):
        return error
    if isinstance(error, OSError):
        return SystemCallError(error)
    ctx = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        return no_such("option", error.option_name, error.possibilities or (), ctx)
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    message = " ".join(text.split()).removesuffix(".")  # one line
    return UsageError(message[:1].lower() + message[1:], _more(ctx))


def no_such(
    noun: str, name: str, known: Iterable[str], ctx: click.Context | None, hint: str = ""
) -> UsageError:
    """Return the error of a name that the command line does not have.

    :param known: The names that it has; the one that is most like it is suggested.
    :param hint: What is known better than that.
    """
    import difflib  # for those who mistype only

    for nearest in [] if hint else difflib.get_close_matches(name, list(known), 1):
        hint = f"did you mean `{nearest}`?"
    return UsageError(f"{name!r}: no such {noun}", hint or _more(ctx))


def tell(error: PysharedirError, *, as_json: bool) -> int:
    """Print an error, to standard output as JSON or else to standard error.

    :return: The exit status.
    """
    if as_json:
        click.echo(json.dumps({"error": error.as_json()}, indent=2))
    else:
        from pysharedir.cli import output  # scripts need no rich

        output.fail(error.message, error.hint)
    return error.exit_code


def _more(ctx: click.Context | None) -> str:
    return f"`{ctx.command_path if ctx else 'pysharedir'} --help` tells more"
