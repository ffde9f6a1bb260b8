"""The command ``enable``."""

from __future__ import annotations

import os
from typing import Any

import click

from pysharedir.cli import completion, options
from pysharedir.cli.group import Command


def _absolute(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Refuse an empty path, which an unset variable leaves."""
    if value == "":
        raise click.BadParameter("give a directory")
    return value and os.path.abspath(os.path.expanduser(value))


def _variables(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Refuse a value that names no variable, and two ways to read one variable."""
    from pysharedir.hook.files import is_variable

    for value in values:
        if not is_variable(value):
            raise click.BadParameter(f"{value!r}: give the name of a variable, or NAME:site-dirs")
    values = tuple(dict.fromkeys(values))
    names = [value.partition(":")[0] for value in values]
    for name in names:
        if names.count(name) > 1:
            raise click.BadParameter(f"{name!r} names either prefixes or site dirs")
    return values or None


def _named(settings: dict[str, Any], *, no_prefixes_from: bool) -> dict[str, Any]:
    """Return the settings that the user gave."""
    if no_prefixes_from:
        if settings["prefixes_from"]:
            raise click.UsageError("give --prefixes-from or --no-prefixes-from, not both")
        settings["prefixes_from"] = ()
    return {name: value for name, value in settings.items() if value is not None}


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv enable
  pysharedir --python .venv enable --sort      and move what is there already
  pysharedir --python .venv enable --opt-in    off until PYSHAREDIR=1 is set
  pysharedir --python /apps/x86_64/bin/python3 \\
      enable --sharedir '/apps/share/python/{version}'
  pysharedir --python /usr/bin/python3 enable --root "$DESTDIR" --prefix /usr
""",
)
@options.python
@click.option(
    "--sharedir",
    metavar="PATH",
    callback=_absolute,
    shell_complete=completion.directories,
    help="Use this directory as the sharedir, to share it between prefixes; {version} in it stands"
    " for X.Y.",
)
@click.option(
    "--opt-in/--no-opt-in",
    default=None,
    help="Keep the hook off unless PYSHAREDIR=1 is in the environment.",
)
@click.option(
    "--allow-world-writable/--no-allow-world-writable",
    default=None,
    help="Use a sharedir that everybody can write to.",
)
@click.option(
    "--prefixes-from",
    metavar="VAR[:site-dirs]",
    multiple=True,
    callback=_variables,
    help="Read prefixes from the variable VAR too, after PYSHAREDIR_PREFIXES; with :site-dirs, VAR"
    " lists site dirs.  May be repeated, in order of precedence.",
)
@click.option("--no-prefixes-from", is_flag=True, help="Read PYSHAREDIR_PREFIXES only.")
@click.option(
    "--prefix-startup-files/--no-prefix-startup-files",
    default=None,
    help="Also run the .pth and .start files of prefixes.",
)
@click.option(
    "--user-first/--no-user-first",
    default=None,
    help="Put the user site dir before the prefixes.",
)
@click.option(
    "--style",
    type=click.Choice(["pth", "sitecustomize"]),
    help="Start the hook by a .pth file, or as a sitecustomize.py that chains to the one that it"
    " shadows.  [default: pth]",
)
@click.option(
    "--path-line/--no-path-line",
    default=None,
    help="Also name the sharedir to tools, such as ty and zuban, that read .pth files and do not"
    " start Python.  [default: from Python 3.13 on, unless --opt-in]",
)
@click.option("--sort", is_flag=True, help="Then run `sort`.")
@options.verbose
@options.root
@options.prefix
@options.dry_run
@options.json
@click.pass_context
def enable(
    ctx: click.Context,
    /,
    *,
    sort: bool,
    verbose: bool,
    root: str | None,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
    no_prefixes_from: bool,
    **settings: Any,
) -> None:
    """Install the hook into an interpreter, and make its sharedir.

    If the hook is installed already, settings whose options you do not give stay as they are.
    Running `enable` again with the same options changes nothing, except that it updates an older
    hook.
    """
    from pysharedir.activation.enable import run
    from pysharedir.cli import output
    from pysharedir.cli.reports import activation as report
    from pysharedir.snapshot import Snapshot

    named = _named(settings, no_prefixes_from=no_prefixes_from)
    snapshot = Snapshot.of(ctx.obj, prefix, root, changes=True)
    output.name_directories(snapshot.target)
    outcome = run(snapshot, named, output.progress, sort=sort, dry_run=dry_run)
    report.tell(outcome, "hook put into", "enabled already", as_json=as_json, verbose=verbose)
    if outcome.failure:
        ctx.exit(outcome.failure.exit_code)
