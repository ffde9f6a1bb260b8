"""The command line: the only part that prints, and that knows exit codes and colours."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pysharedir import __version__, activation, changes, hook
from pysharedir import demo as demonstration
from pysharedir import status as reporting
from pysharedir.errors import PysharedirError
from pysharedir.target import Target, find

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pysharedir.changes import Step

Command = TypeVar("Command", bound="Callable[..., Any]")

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_EPILOG = """\b
Examples:
  pysharedir --python .venv enable      pure wheels of .venv go to .venv/share/python/X.Y
  pysharedir --python 3.13 status       what Python 3.13 has on sys.path, and why
  pysharedir --python .venv disable --restore
  pysharedir demo                       see it work, offline, in a throwaway directory
"""


class _Group(click.Group):
    """Turns errors into one line, a hint and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PysharedirError as error:
            _fail(error.message, error.hint)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            raise
        except OSError as error:
            _fail(f"{error.filename or 'system'}: {(error.strerror or str(error)).lower()}")
            ctx.exit(1)


def main() -> None:
    """Run the command."""
    logging.getLogger("python_discovery").addHandler(logging.NullHandler())
    logging.getLogger("python_discovery").propagate = False
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # undoes what is half done
    cli(prog_name="pysharedir")


def _python(command: Command) -> Command:
    """Accept --python behind the command's name too."""

    def remember(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.obj = value

    return click.option(
        "--python",
        metavar="TARGET",
        expose_value=False,
        callback=remember,
        help="The interpreter to work on: a path, a version such as 3.13, or a venv's directory."
        "  [default: the active venv, else the interpreter that runs this, else python3]",
    )(command)


_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
_prefix = click.option(
    "--prefix",
    metavar="DIR",
    help="Work on the site dir that the interpreter has below DIR, not on its first.",
)


@click.group(cls=_Group, context_settings=_CONTEXT, epilog=_EPILOG)
@click.version_option(__version__, "-V", "--version")
@_python
def cli() -> None:
    """Share pure-Python packages between the interpreters of all architectures.

    After `enable`, an interpreter finds the sharedir ROOT/share/python/X.Y next to each of its
    site dirs, and installers put pure wheels there by themselves; wheels with compiled parts go
    to platlib as ever.  The variable PYSHAREDIR=0 switches that off for one start.
    """


@cli.command(
    epilog="""\b
Examples:
  pysharedir --python .venv enable
  pysharedir --python /apps/x86_64/bin/python3 enable --sharedir /apps/share/python/{version}
  pysharedir --python /usr/bin/python3 enable --root "$DESTDIR" --prefix /usr
"""
)
@_python
@click.option(
    "--sharedir",
    metavar="PATH",
    help="Use this directory, to be shared between prefixes; {version} in it stands for X.Y.",
)
@click.option(
    "--opt-in/--no-opt-in",
    default=None,
    help="Be off unless PYSHAREDIR=1 is in the environment.",
)
@click.option(
    "--allow-world-writable/--no-allow-world-writable",
    default=None,
    help="Use a sharedir that everybody can write to.",
)
@click.option(
    "--style",
    type=click.Choice(["pth", "sitecustomize"]),
    help="How the hook is started: by a .pth and .start file, or as a sitecustomize.py that"
    " chains to the one it shadows.  [default: pth]",
)
@click.option("--root", metavar="DESTDIR", help="Stage the files below DESTDIR, for a package.")
@_prefix
@_dry_run
@_json
@click.pass_obj
def enable(
    python: str | None,
    *,
    sharedir: str | None,
    opt_in: bool | None,
    allow_world_writable: bool | None,
    style: hook.Style | None,
    root: str | None,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Install the hook into an interpreter, and make its sharedir.

    What is not said stays as it was when the hook is there already: to run it again changes
    nothing but an older hook.
    """
    if sharedir == "":
        raise click.BadParameter("give a directory", param_hint="--sharedir")
    target = find(python)
    where = activation.place(target, prefix, root)
    given = {
        "style": style,
        "sharedir": os.path.abspath(os.path.expanduser(sharedir)) if sharedir else None,
        "opt_in": opt_in,
        "allow_world_writable": allow_world_writable,
    }
    settings = replace(
        where.read().settings,
        **cast("dict[str, Any]", {key: value for key, value in given.items() if value is not None}),
    )
    steps = activation.plan_enable(target, where, settings)
    if steps and not dry_run:
        before = target.view()
        changes.apply(steps, lambda: activation.check_enabled(target, where, settings, before))
    notes = [
        f"{step.path}: not made, the file system has no links"
        for step in steps
        if isinstance(step, changes.MakeLink) and not dry_run and not step.path.is_symlink()
    ]
    where_to = where.sharedir(target, settings)
    if target.is_venv and not where_to.is_relative_to(target.prefix) and not root:
        notes.append(
            f"{where_to}: outside this venv, so pip neither upgrades nor uninstalls there; uv does"
        )
    _tell(target, steps, notes, dry_run=dry_run, as_json=as_json, idle="enabled already")
    if steps and not dry_run and not as_json and not root:
        when = "with PYSHAREDIR=1, " if settings.opt_in else ""
        click.echo(f"{when}pure wheels now go to {where_to} (uv: use --refresh once)")


@cli.command(
    epilog="""\b
Examples:
  pysharedir --python .venv disable --dry-run
  pysharedir --python .venv disable --restore
"""
)
@_python
@click.option(
    "--restore", is_flag=True, help="First move the distributions in the sharedir back to purelib."
)
@click.option("--force", is_flag=True, help="Leave what is in the sharedir, unimportable.")
@_prefix
@_dry_run
@_json
@click.pass_obj
def disable(
    python: str | None,
    *,
    restore: bool,
    force: bool,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take away what `enable` put into an interpreter.

    Refuses while the sharedir holds what would become unimportable, pip among it.
    """
    if restore and force:
        raise click.UsageError("--restore and --force exclude each other.")
    target = find(python)
    where = activation.place(target, prefix)
    before = where.read()
    steps = activation.plan_disable(target, where, restore=restore, force=force)
    if not dry_run:
        changes.apply(steps)
    notes = []
    if restore and steps and before.settings.sharedir is not None:
        sharedir = where.sharedir(target, before.settings)
        notes.append(f"{sharedir}: left as it is, since it may serve other prefixes")
    _tell(target, steps, notes, dry_run=dry_run, as_json=as_json, idle="not enabled")


@cli.command()
@_python
@_prefix
@_json
@click.pass_obj
def status(python: str | None, *, prefix: str | None, as_json: bool) -> None:
    """Show layout, hook, counts, and sys.path entry by entry.

    The interpreter is started as you start it, with the environment as it is now.
    """
    target = find(python)
    report = reporting.status(target, activation.place(target, prefix))
    if as_json:
        click.echo(json.dumps(_plain(asdict(report)), indent=2))
        return
    console = _console()
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _summary(report):
        table.add_row(name, Text(value))
    console.print(table)
    console.print()
    entries = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in "sys.path", "role", "put there by":
        entries.add_column(title, overflow="fold")
    for entry in report.path:
        entries.add_row(Text(entry.path, "" if entry.exists else "dim"), entry.role, Text(entry.by))
    for path in report.dropped:
        entries.add_row(Text(path, "dim strike"), "dropped: on it already", "pysharedir")
    console.print(entries)


@cli.command()
@_python
@_json
@click.pass_obj
def demo(python: str | None, *, as_json: bool) -> None:
    """Show it end to end in a throwaway directory, offline."""
    scenes = demonstration.demo(find(python))
    if as_json:
        click.echo(json.dumps([asdict(scene) for scene in scenes], indent=2))
        return
    console = _console()
    for number, scene in enumerate(scenes, 1):
        console.print(Text(f"{number}. {scene.title}", "bold"))
        for line in scene.lines:
            console.print(Text(f"   {line}"))
        console.print()


def _fail(message: str, hint: str = "") -> None:
    console = Console(stderr=True, soft_wrap=True)
    for word, style, text in ("error", "bold red", message), ("hint", "cyan", hint):
        if text:
            console.print(Text.assemble((f"{word}:", style), " ", text))


def _console() -> Console:
    # A pipe has no width to fold to.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 1000)


def _summary(report: reporting.Status) -> list[tuple[str, str]]:
    target, where, found = report.target, report.layout, report.hook
    version = ".".join(map(str, target.version_info))
    bits = f"{target.bits}-bit {target.platform}"
    state = found.state
    if state != "absent":
        toggled = " (opt-in)" if found.settings.opt_in else ""
        state = f"{state}{toggled}, style {found.settings.style}, in {found.site_dir}"
        state += "; active" if report.active else "; not active in this environment"
    same = "one directory" if where.same else "different directories"
    return [
        ("interpreter", f"{target.executable}: {target.implementation} {version}, {bits}"),
        ("prefix", target.prefix + (f" (venv of {target.base_prefix})" if target.is_venv else "")),
        ("purelib", where.purelib),
        ("platlib", where.platlib),
        ("lib64", f"{where.lib64}; lib, platlib and lib64 are {same}"),
        ("sharedir", report.sharedir + ("" if Path(report.sharedir).is_dir() else " (missing)")),
        ("hook", state),
        *(("distributions", f"{count} in {path}") for path, count in report.counts.items()),
    ]


def _tell(
    target: Target,
    steps: Sequence[Step],
    notes: Sequence[str],
    *,
    dry_run: bool,
    as_json: bool,
    idle: str,
) -> None:
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


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value
