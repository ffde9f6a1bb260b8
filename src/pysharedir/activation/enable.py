"""Putting the hook into a target: a plan of steps, and the check after them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir import changes, layout
from pysharedir.activation import lost, removal, uv
from pysharedir.activation.outcome import Outcome
from pysharedir.changes import MakeLink
from pysharedir.errors import (
    ForeignFileError,
    PathLineError,
    PysharedirError,
    ShadowedError,
    SharedirError,
    StartError,
    SystemCallError,
)
from pysharedir.hook import files, pathline, readme
from pysharedir.hook.files import State
from pysharedir.hook.place import caveats
from pysharedir.interpreter import bytecode
from pysharedir.interpreter.bytecode import Compile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pysharedir.changes import Step
    from pysharedir.hook.files import Settings
    from pysharedir.hook.place import Place
    from pysharedir.interpreter.target import Target
    from pysharedir.snapshot import Snapshot
    from pysharedir.sort.run import Outcome as Sorted
    from pysharedir.sort.run import Progress


def run(
    snapshot: Snapshot,
    named: Mapping[str, Any],
    progress: Progress,
    *,
    sort: bool,
    dry_run: bool,
) -> Outcome:
    """Put the hook into a target, or bring it up to date.

    :param named: The settings that are to be other than they are, by name; ``path_line`` is
        whether there is to be one.
    :param progress: Told how far ``sort`` is.
    :param sort: Whether to sort then.
    :raises PysharedirError: as :func:`chosen`, :func:`plan`, :func:`check` and
        :meth:`Snapshot.recover` do.
    """
    target, place = snapshot.target, snapshot.place
    notes = snapshot.recover(dry_run=dry_run)
    settings = chosen(snapshot, named)
    steps = [*plan(snapshot, settings), *uv.steps(snapshot, settings)]
    if steps and not dry_run:
        old = str(snapshot.sharedir)
        before = [entry for entry in snapshot.view.path if not layout.same_directory(entry, old)]
        changes.apply(steps, lambda: check(target, place, settings, before))
        notes += [
            f"{step.path}: not made, the file system has no links"
            for step in steps
            if isinstance(step, MakeLink) and not step.path.is_symlink()
        ]
        notes += uv.left(snapshot, steps)
    if not place.destdir:
        notes += caveats(target, place, settings)
    is_used = target.uses(place.site_dir) and not place.destdir
    if settings.style == "sitecustomize" and not target.uses(place.site_dir):
        notes.append(f"{place.site_dir}: the hook starts where PYTHONPATH names this directory")
    is_found = is_used and not settings.opt_in
    purelib = place.sharedir(target, settings) if is_found else None
    if purelib and place.root != target.root and place.site_dir in target.site_dirs:
        purelib = None  # one that Debian's and Fedora's look into, and install beside
        notes.append(f"{target.executable}: finds what is there, and installs to {target.purelib}")
    return Outcome(
        target.executable,
        snapshot.site_dir,
        tuple(steps),
        tuple(notes),
        dry_run,
        purelib,
        _sorted(snapshot.enabled(settings), progress, dry_run=dry_run or not sort)
        if sort or is_found
        else None,
        None if sort else target.command("sort", root=place.root),
    )


def _sorted(snapshot: Snapshot, progress: Progress, *, dry_run: bool) -> Sorted | PysharedirError:
    """Sort, or see what there is to sort; the hook stays when that fails."""
    from pysharedir.sort.run import Request, run  # noqa: PLC0415  # not for disable

    try:
        return run(snapshot, Request(dry_run=dry_run), progress)
    except PysharedirError as error:
        return error
    except OSError as error:
        return SystemCallError(error)


def chosen(snapshot: Snapshot, named: Mapping[str, Any]) -> Settings:
    """Return the settings of a hook: those that are named, and otherwise its own.

    :raises PathLineError: when a path line is named where there can be none.
    """
    before, target = snapshot.hook, snapshot.target
    settings = replace(before.settings, **{**named, "path_line": None})
    start_file = snapshot.place.needs_start_file(target, settings)
    settings = replace(settings, start_file=start_file)
    wanted = named.get("path_line")
    if before.state is State.ABSENT:
        default = pathline.is_free(target.version_info) and not settings.opt_in
    else:
        default = before.settings.path_line is not None
    if not (default if wanted is None else wanted):
        return settings
    try:
        return replace(settings, path_line=snapshot.place.path_line(target, settings))
    except PathLineError:
        if wanted:
            raise
        return settings


def plan(snapshot: Snapshot, settings: Settings) -> list[Step]:
    """Return what makes a target use a sharedir.

    :raises SharedirError: when the sharedir is on ``sys.path`` without the hook.
    :raises DestdirError: when links lead out of the package that is being built.
    :raises ForeignFileError: when a file is in the way that pysharedir did not write.
    :raises ShadowedError: when the sitecustomize would never run.
    :raises OccupiedError: when the sharedir is to be another one, and the present one is in use.
    """
    target, place, before = snapshot.target, snapshot.place, snapshot.hook
    sharedir = place.sharedir(target, settings)
    if layout.lists(target.off.path, str(sharedir)):
        raise SharedirError(str(sharedir))
    for part in files.PARTS:
        place.on_disk(f"{place.site_dir}/{part}")  # which links in a package may lead out of it
    _refuse_foreign(snapshot.site_dir, settings)
    if settings.style == "sitecustomize":
        _refuse_shadowed(target, place)
    if before.state is not State.ABSENT and snapshot.sharedir != sharedir:
        occupants = lost.without(snapshot, place.root, snapshot.sharedir)
        lost.refuse(snapshot.sharedir, occupants.names, "first `pysharedir disable --restore`")

    made: list[Step] = [
        *changes.directories(snapshot.site_dir, sharedir),
        *readme.making(sharedir),
        *_lib64_link(target, place),
    ]
    created = before.created
    if not place.destdir:
        paths = [step.path for step in made if isinstance(step, changes.MakeDirectory | MakeLink)]
        created += tuple(os.path.relpath(path, place.root) for path in paths)
    return [*made, *_files(snapshot, files.render(settings, created))]


def check(target: Target, place: Place, settings: Settings, before: Sequence[str]) -> None:
    """Start the target with the hook switched on, and see that its sharedir is in use.

    :param before: Entries of its path that must be there still.
    :raises StartError: when it is not, or something else no longer is.
    """
    sharedir = place.sharedir(target, settings)
    if place.destdir or place.site_dir not in (*target.site_dirs, target.purelib):
        return
    if sharedir.stat().st_mode & 0o002 and not settings.allow_world_writable:
        raise StartError(
            str(sharedir),
            "others can write to it",
            f"chmod o-w {sharedir}, or use --allow-world-writable",
        )
    path = (*target.view({"PYSHAREDIR": "1"}).path, str(sharedir))
    for entry in before:
        if os.path.isdir(entry) and not layout.lists(path, entry):
            raise StartError(
                str(target.executable),
                f"with the hook it no longer finds {entry}",
                "another hook on its path has brought that: enable it in one place only",
            )
    if not layout.lists(path[:-1], str(sharedir)):
        raise StartError(
            str(target.executable),
            f"with the hook it does not find {sharedir}",
            "is it started with PYTHON* variables or a sitecustomize that keep the hook out?",
        )


def _refuse_foreign(site_dir: Path, settings: Settings) -> None:
    # A .start file silences the .pth of the same name, whoever wrote it.
    names = {*files.names(settings), *files.STARTERS[settings.style]}
    parents = {(site_dir / name).parent for name in names}
    for path in (*parents, *(site_dir / name for name in names)):
        if (
            os.path.lexists(path)
            and not (path in parents and path.is_dir())
            and not files.is_ours(path)
        ):
            hint = (
                "use --style pth, which needs no sitecustomize"
                if path.name == "sitecustomize.py"
                else "move it away"
            )
            raise ForeignFileError(path, hint)


def _refuse_shadowed(target: Target, place: Place) -> None:
    if not target.uses(place.site_dir):
        return  # what puts it on the path puts it somewhere, and PYTHONPATH before all others
    for entry in target.off.path:
        if entry == place.site_dir:
            return
        path = Path(entry, "sitecustomize.py")
        if entry not in target.off.pythonpath and path.is_file():
            raise ShadowedError(str(path))


def _lib64_link(target: Target, place: Place) -> list[Step]:
    """Return the link that venv makes and virtualenv does not (astral-sh/uv#3578)."""
    link = Path(target.prefix, "lib64")
    if not target.makes_lib64 or place.root != target.prefix or place.destdir:
        return []
    return [] if os.path.lexists(link) else [MakeLink(link, "lib", optional=True)]


def _files(snapshot: Snapshot, wanted: dict[str, bytes]) -> list[Step]:
    """Return what writes the hook's files, in an order in which no start sees half of them."""
    site_dir, before = snapshot.site_dir, snapshot.hook
    # A tree without sources gets some only with something new.
    is_compiled = before.state is State.ENABLED and f"{files.GATE}c" in before.files
    if is_compiled and wanted == files.render(before.settings, before.created):
        return []
    changed = [
        name
        for name, content in wanted.items()
        if name not in before.files or (site_dir / name).read_bytes() != content
    ]
    steps: list[Step] = []
    parents = sorted({(site_dir / name).parent for name in changed} - {site_dir})
    steps += [changes.MakeDirectory(parent) for parent in parents if not parent.is_dir()]
    starters = files.STARTERS["pth"] + files.STARTERS["sitecustomize"]
    for is_starter in (False, True):
        group = [name for name in wanted if (name in starters) is is_starter]
        written = [name for name in group if name in changed]
        # What would hide from a start that its source has changed goes first.
        hiding = bytecode.unchecked(site_dir / name for name in written)
        steps += map(bytecode.RemoveUnchecked, hiding)
        steps += [changes.WriteFile(site_dir / name, wanted[name]) for name in written]
        steps += [] if snapshot.place.destdir else _compiling(snapshot, group, written)
    return steps + removal.of_files(site_dir, [n for n in before.files if n not in wanted])


def _compiling(snapshot: Snapshot, names: Sequence[str], written: Sequence[str]) -> list[Step]:
    """Return what compiles the modules among *names* that are written, or whose pycs do not do.

    These are pycs that hide what their source is, and with SOURCE_DATE_EPOCH those that are not
    the same in each build.
    """
    target = snapshot.target
    modules = {name: snapshot.site_dir / name for name in names if name.endswith(".py")}
    kept = [path for name, path in modules.items() if name not in written]
    hashed = bytecode.unchecked(kept, target.magic)
    misfits = bytecode.misfits(target.executable, hashed)
    wanting = {pyc.source for pyc in misfits}
    if bytecode.is_reproducible():
        wanting |= set(map(str, kept)) - {pyc.source for pyc in hashed if not pyc.level}
    sources = tuple(
        path for name, path in modules.items() if name in written or str(path) in wanting
    )
    steps: list[Step] = [*map(bytecode.RemoveUnchecked, misfits)]
    if sources:
        steps.append(Compile(target.executable, sources, bytecode.is_reproducible()))
    return steps
