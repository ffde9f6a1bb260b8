"""The options that several commands share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pysharedir.cli import completion

if TYPE_CHECKING:
    from collections.abc import Callable

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


def python(command: Decorated) -> Decorated:
    """Accept --python after the command's name too."""

    def remember(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.obj = value

    return click.option(
        "-p",
        "--python",
        metavar="TARGET",
        expose_value=False,
        callback=remember,
        shell_complete=completion.targets,
        help="The interpreter to work on: a path, a version such as 3.13, or the directory of a"
        " venv.  [default: the active venv, else .venv in the working directory, else the"
        " interpreter that runs pysharedir]",
    )(command)


json = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON instead of text, also for an error."
)
dry_run = click.option(
    "--dry-run", is_flag=True, help="Print what would be done, without doing it."
)
verbose = click.option("--verbose", is_flag=True, help="List every step.")


def _destdir(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Refuse an empty path, which an unset variable leaves, and the machine's own root."""
    if value is not None and (not value or os.path.abspath(value).strip("/") == ""):
        raise click.BadParameter("name the staging directory of a package build, not /")
    return value


root = click.option(
    "--root",
    metavar="DESTDIR",
    callback=_destdir,
    shell_complete=completion.directories,
    help="Work on the package build that is staged in DESTDIR, not on the machine.",
)
prefix = click.option(
    "--prefix",
    metavar="DIR",
    shell_complete=completion.directories,
    help="Work on the interpreter's site dir below DIR instead of its first one.",
)
