"""The command ``sort``."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from packaging.utils import canonicalize_name
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from pysharedir import changes
from pysharedir.cli import options, output
from pysharedir.errors import NothingStagedError, NotInstalledError, NotNoarchError
from pysharedir.hook import state
from pysharedir.hook.place import Place, caveats
from pysharedir.interpreter.finding import find
from pysharedir.moving.recovery import recover
from pysharedir.moving.relocation import Relocation
from pysharedir.snapshot import Snapshot
from pysharedir.sort import plan as sorting
from pysharedir.sort import staged
from pysharedir.sort.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.changes import Step
    from pysharedir.hook.state import Remembered
    from pysharedir.interpreter.target import Target


@click.command(
    epilog="""\b
Examples:
  pysharedir --python .venv sort --dry-run
  pysharedir --python .venv sort                   all that is installed
  pysharedir --python .venv sort requests idna     these, and their kin
  pysharedir --python .venv sort --platform torch  it stays, whatever it is
  pysharedir --python .venv sort --check           exits 1 if any is misplaced
  pysharedir --python /usr/bin/python3 \\
      sort --root "$DESTDIR" --prefix /usr --only-noarch
"""
)
@options.python
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing, and exit with 1 when a distribution is misplaced.",
)
@click.option(
    "--all", "show_all", is_flag=True, help="Also list what is where it belongs, with the reason."
)
@click.option(
    "--noarch", multiple=True, metavar="NAME", help="NAME is noarch, whatever it looks like."
)
@click.option("--platform", multiple=True, metavar="NAME", help="NAME is for the platform, ditto.")
@click.option(
    "--no-overrule", multiple=True, metavar="NAME", help="Forget what was said of NAME before."
)
@click.option(
    "--only-noarch",
    is_flag=True,
    help="Change nothing, and exit with 1, when a distribution is not noarch.",
)
@options.root
@options.prefix
@options.dry_run
@options.json
@click.pass_obj
def sort(
    python: str | None,
    *,
    names: tuple[str, ...],
    check: bool,
    show_all: bool,
    noarch: tuple[str, ...],
    platform: tuple[str, ...],
    no_overrule: tuple[str, ...],
    only_noarch: bool,
    root: str | None,
    prefix: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Move every distribution to where it belongs.

    Noarch ones go to the sharedir, all others to platlib.  A distribution is noarch if its WHEEL
    says so and none of its files is native code of the target's operating system; distributions
    that share a regular package stay together.  What has no WHEEL or RECORD, is editable, belongs
    to a package manager, or is not whole, is left alone.

    What --noarch and --platform say is remembered in the interpreter, until --no-overrule.

    With --root it sorts what an installer has staged for a package, and remembers nothing.
    """
    target = find(python)
    place = Place.of(target, prefix, root)
    idle = check or dry_run
    snapshot = Snapshot(target, place)
    notes = recover(snapshot.homes, dry_run=idle)
    known = snapshot.remembered
    wanted = _overruled(known, noarch, platform, no_overrule)
    overrules = {name: Kind(kind) for name, kind in wanted.overrules.items()}
    plan = sorting.plan(snapshot, overrules, names)
    _refuse_unknown((*noarch, *platform), plan)
    if root and not plan.verdicts:
        raise NothingStagedError(place.destdir, place.site_dirs(target))
    if only_noarch:
        _refuse_others(plan)
        if root:
            _refuse_natives(staged.natives(plan, target, place.destdir))
    if root and not idle:
        changes.apply(staged.steps(plan, place.destdir))
    elif not idle and (plan.moves or wanted != known):
        snapshot.check_used()
        notes += caveats(target, plan.layout.sharedir, snapshot.hook.settings)
        _apply(state.steps(snapshot.site_dir, known, wanted), plan)
    if as_json:
        click.echo(json.dumps(_facts(target, plan, notes, dry_run=idle), indent=2))
    else:
        _tell(plan, notes, dry_run=idle, show_all=show_all)
    if check and plan.moves:
        click.get_current_context().exit(1)


def _overruled(
    known: Remembered, noarch: Sequence[str], platform: Sequence[str], forget: Sequence[str]
) -> Remembered:
    said = [(name, Kind.NOARCH.value) for name in noarch]
    said += [(name, Kind.PLATFORM.value) for name in platform]
    keys = [canonicalize_name(name) for name, _ in said] + [*map(canonicalize_name, forget)]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise click.UsageError(f"{', '.join(sorted(twice))}: say one thing of it.")
    overrules = dict(known.overrules)
    for name in forget:
        if overrules.pop(canonicalize_name(name), None) is None:
            raise click.UsageError(f"{name}: nothing was said of it before.")
    overrules.update((canonicalize_name(name), kind) for name, kind in said)
    return replace(known, overrules=overrules)


def _refuse_unknown(names: Sequence[str], plan: sorting.Plan) -> None:
    installed = {each.distribution.key for each in plan.verdicts}
    for name in names:
        if canonicalize_name(name) not in installed:
            raise NotInstalledError(name, plan.layout.directories)


def _refuse_others(plan: sorting.Plan) -> None:
    others = [each for each in plan.verdicts if each.kind is not Kind.NOARCH]
    if others:
        raise NotNoarchError([f"{each.distribution.name}: {each.at_length}" for each in others])


def _refuse_natives(paths: Sequence[str]) -> None:
    if paths:
        raise NotNoarchError([f"native object: {path}" for path in paths])


def _apply(steps: list[Step], plan: sorting.Plan) -> None:
    console = output.console(stderr=True)
    columns = (TextColumn("moving distributions"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        # Each is looked at twice: when it is copied, and when it is removed.
        task = progress.add_task("", total=2 * len(plan.moves))
        relocation = Relocation(
            plan.moves, plan.layout.sharedir, progress=lambda: progress.advance(task)
        )
        changes.apply([*steps, *([relocation] if plan.moves else [])])


def _facts(
    target: Target, plan: sorting.Plan, notes: Sequence[str], *, dry_run: bool
) -> dict[str, Any]:
    destinations = _destinations(plan)
    names = [each.distribution.name for each in plan.moves]
    return {
        "target": str(target.executable),
        "sharedir": str(plan.layout.sharedir),
        "platlib": str(plan.layout.platlib),
        "dry_run": dry_run,
        "changed": bool(names) and not dry_run,
        "misplaced" if dry_run else "moved": names,
        "distributions": [
            {
                "name": each.distribution.name,
                "version": each.distribution.version,
                "verdict": each.kind.value,
                "reason": each.reason,
                "files": list(each.files),
                "overruled": each.overruled,
                "directory": str(each.distribution.info.parent),
                "destination": destinations.get(str(each.distribution.info)),
            }
            for each in plan.verdicts
        ],
        "notes": list(notes),
    }


def _tell(plan: sorting.Plan, notes: Sequence[str], *, dry_run: bool, show_all: bool) -> None:
    table = output.table("distribution", "verdict", "place", "reason")
    destinations = _destinations(plan)
    for each in plan.verdicts:
        there = destinations.get(str(each.distribution.info))
        if there is not None:
            name = "the sharedir" if each.kind is Kind.NOARCH else "platlib"
            place = f"{'belongs' if dry_run else 'moved'} to {name}"
        else:
            place = "stays" if each.kind is Kind.LEFT_ALONE else "there already"
        if show_all or there or each.overruled or each.kind is Kind.LEFT_ALONE:
            name = f"{each.distribution.name} {each.distribution.version}"
            table.add_row(Text(name, "bold"), each.kind.value, Text(place), Text(each.explained))
    if table.row_count:
        output.console().print(table)
    output.tell_notes(notes)
    output.say(_summary(plan, dry_run=dry_run))


def _summary(plan: sorting.Plan, *, dry_run: bool) -> str:
    kinds = [each.kind for each in plan.verdicts]
    places = {
        Kind.NOARCH: f" (sharedir: {plan.layout.sharedir})",
        Kind.PLATFORM: f" (platlib: {plan.layout.platlib})",
    }
    counts = ", ".join(f"{kinds.count(kind)} {kind.value}{places.get(kind, '')}" for kind in Kind)
    if not plan.moves:
        return f"{counts}; nothing to move"
    return f"{counts}; {len(plan.moves)} {'misplaced' if dry_run else 'moved'}"


def _destinations(plan: sorting.Plan) -> dict[str, str]:
    return {str(each.distribution.info): str(each.destination) for each in plan.moves}
