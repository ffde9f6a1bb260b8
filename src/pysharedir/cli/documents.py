"""JSON documents that a command writes to a file, besides its report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pysharedir.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pysharedir.changes import Step
    from pysharedir.cli.options import Decorated

STANDARD_OUTPUT = Path("-")


def option(name: str, text: str) -> Callable[[Decorated], Decorated]:
    """Return an option that takes the file for a document.

    :param text: Its help.
    """
    path = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
    return click.option(name, metavar="FILE", type=path, callback=_named, help=text)


def _named(_: click.Context, __: click.Parameter, value: Path | None) -> Path | None:
    """Refuse an empty path, which an unset variable leaves."""
    if value == Path():
        raise click.BadParameter("give a file")
    return value


def check(name: str, file: Path | None, *, as_json: bool) -> None:
    """Refuse to print two documents.

    :param name: The option that takes the file.
    :raises UsageError: when both this document and the report as JSON would be printed.
    """
    if file == STANDARD_OUTPUT and as_json:
        hint = f"write one of them to a file: `{name} FILE --json`"
        raise UsageError(f"`{name} -` and --json would print two documents", hint)


def write(file: Path, document: Any) -> Sequence[Step]:
    """Write a document, whole or not at all, in place of what is there; ``-`` is standard output.

    It replaces a link, and does not follow it; it writes to a pipe or a device.

    :return: The steps that were applied.
    :raises ChangeError: when it cannot be written; so does an OSError.
    """
    from pysharedir import changes

    text = json.dumps(_readable(document), indent=1) + "\n"
    if file == STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return ()
    is_stream = file.exists() and not file.is_file()
    if is_stream or os.path.abspath(file).startswith("/dev/"):
        try:
            file.write_text(text, "utf-8")
        except OSError as error:  # that of a full device names no file
            raise OSError(error.errno, error.strerror, str(file)) from error
        return ()
    step = changes.WriteFile(file, text.encode())
    changes.apply([step])
    return [step]


def _readable(value: Any) -> Any:
    r"""Return a document in which names of no encoding have escapes: readers refuse ``\udcff``."""
    if isinstance(value, dict):
        return {key: _readable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(each) for each in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value
