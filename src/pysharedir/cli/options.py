"""Options that several commands have."""

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
        help="The interpreter to work on: a path, a version such as 3.13, or a venv's directory."
        "  [default: the active venv, else .venv here, else the interpreter that runs this]",
    )(command)


json = click.option("--json", "as_json", is_flag=True, help="Print JSON, of an error too.")
verbose = click.option("--verbose", is_flag=True, help="List every step of it.")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


def _destdir(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Refuse what an unset variable leaves, and the machine itself."""
    if value is not None and (not value or os.path.abspath(value).strip("/") == ""):
        raise click.BadParameter("give the directory of a package that is being built")
    return value


root = click.option(
    "--root",
    metavar="DESTDIR",
    callback=_destdir,
    shell_complete=completion.directories,
    help="Work below DESTDIR, for a package that is being built.",
)
prefix = click.option(
    "--prefix",
    metavar="DIR",
    shell_complete=completion.directories,
    help="Work on the site dir that the interpreter has below DIR, not on its first.",
)
