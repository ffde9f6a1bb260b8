"""The commands ``enable`` and ``disable``."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import click

from pysharedir import changes, layout
from pysharedir.activation import disable as disabling
from pysharedir.activation import enable as enabling
from pysharedir.cli import completion, options, output
from pysharedir.hook.place import Place, caveats
from pysharedir.interpreter.finding import find
from pysharedir.moving.recovery import recover
from pysharedir.snapshot import Snapshot

if TYPE_CHECKING:
    from pysharedir.hook.files import Style


@click.command(
    epilog="""\b
Examples:
  pysharedir --python .venv enable
  pysharedir --python .venv enable --opt-in    off until PYSHAREDIR=1 is set
  pysharedir --python /apps/x86_64/bin/python3 \\
      enable --sharedir '/apps/share/python/{version}'
  pysharedir --python /usr/bin/python3 enable --root "$DESTDIR" --prefix /usr
"""
)
@options.python
@click.option(
    "--sharedir",
    metavar="PATH",
    shell_complete=completion.directories,
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
@options.root
@options.prefix
@options.dry_run
@options.json
@click.pass_obj
def enable(
    python: str | None,
    *,
    sharedir: str | None,
    opt_in: bool | None,
    allow_world_writable: bool | None,
    style: Style | None,
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
    place = Place.of(target, prefix, root)
    snapshot = Snapshot(target, place)
    notes = recover(snapshot.homes, dry_run=dry_run)
    given = {
        "style": style,
        "sharedir": os.path.abspath(os.path.expanduser(sharedir)) if sharedir else None,
        "opt_in": opt_in,
        "allow_world_writable": allow_world_writable,
    }
    settings = replace(
        snapshot.hook.settings,
        **cast("dict[str, Any]", {key: value for key, value in given.items() if value is not None}),
    )
    steps = enabling.plan(snapshot, settings)
    if steps and not dry_run:
        old = str(snapshot.sharedir)
        before = [entry for entry in snapshot.view.path if not layout.same_directory(entry, old)]
        changes.apply(steps, lambda: enabling.check(target, place, settings, before))
    notes += [
        f"{step.path}: not made, the file system has no links"
        for step in steps
        if isinstance(step, changes.MakeLink) and not dry_run and not step.path.is_symlink()
    ]
    new = place.sharedir(target, settings)
    if not root:
        notes += caveats(target, new, settings)
    output.tell(target, steps, notes, dry_run=dry_run, as_json=as_json, idle="enabled already")
    if steps and not dry_run and not as_json and not root:
        output.say(f"pure wheels now go to {new} (uv: use --refresh once)")


@click.command(
    epilog="""\b
Examples:
  pysharedir --python .venv disable --dry-run   what it would take away
  pysharedir --python .venv disable --restore   what is there goes back
"""
)
@options.python
@click.option(
    "--restore", is_flag=True, help="First move the distributions in the sharedir back to purelib."
)
@click.option("--force", is_flag=True, help="Leave what is in the sharedir, unimportable.")
@options.prefix
@options.dry_run
@options.json
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
    snapshot = Snapshot(target, Place.of(target, prefix))
    notes = recover(snapshot.homes, dry_run=dry_run)
    steps = disabling.plan(snapshot, restore=restore, force=force)
    if not dry_run:
        changes.apply(steps)
    if restore and steps and snapshot.hook.settings.sharedir is not None:
        notes.append(f"{snapshot.sharedir}: left as it is, since it may serve other prefixes")
    output.tell(target, steps, notes, dry_run=dry_run, as_json=as_json, idle="not enabled")
