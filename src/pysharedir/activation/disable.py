"""Taking the hook away from a target: a plan of steps."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import changes, layout
from pysharedir.activation import lost, removal, uv
from pysharedir.activation.outcome import Outcome
from pysharedir.changes import RemoveDirectory, RemoveFile
from pysharedir.errors import ForeignFileError
from pysharedir.hook import files, made, readme, remembered
from pysharedir.hook.files import State
from pysharedir.hook.remembered import MadeFile, Remembered
from pysharedir.installed import outside, records
from pysharedir.interpreter import bytecode, syspath
from pysharedir.interpreter.syspath import Role
from pysharedir.moving import move
from pysharedir.moving.relocation import Relocation

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pysharedir.changes import Step
    from pysharedir.hook.place import Place
    from pysharedir.installed.distribution import Distribution
    from pysharedir.installed.records import Row
    from pysharedir.interpreter.target import Target
    from pysharedir.snapshot import Snapshot

_OWNERLESS = "no distribution owns these: move them by hand, or use --force"


def run(snapshot: Snapshot, *, restore: bool, force: bool, dry_run: bool) -> Outcome:
    """Take the hook away from a target.

    :param restore: See :func:`plan`; so for *force*.
    :raises PysharedirError: as :func:`plan` and :meth:`Snapshot.recover` do.
    """
    notes = snapshot.recover(dry_run=dry_run)
    steps = plan(snapshot, restore=restore, force=force)
    forgetting = uv.steps(snapshot, None)
    if not dry_run:
        changes.apply([*steps, *forgetting])
        notes += uv.left(snapshot, forgetting)
    if restore and steps and snapshot.hook.settings.sharedir is not None:
        notes.append(f"{snapshot.sharedir}: left as it is, since it may serve other prefixes")
    target, place = snapshot.target, snapshot.place
    is_own = place.root == target.root and not snapshot.hook.settings.opt_in
    return Outcome(
        target.executable,
        snapshot.site_dir,
        (*steps, *forgetting),
        tuple(notes),
        dry_run,
        Path(target.purelib) if is_own else None,
    )


def plan(snapshot: Snapshot, *, restore: bool, force: bool) -> list[Step]:
    """Return what takes the hook away again, and what ``enable`` made with it.

    :param restore: Move the distributions of the sharedir back to the site dir; copy them when
        the sharedir may serve other prefixes too.
    :param force: Leave what is in sharedirs unimportable.
    :raises OccupiedError: when neither helps what would become unimportable.
    :raises RecordError: when a distribution cannot be moved.
    """
    place, sharedir = snapshot.place, snapshot.sharedir
    if snapshot.hook.state is State.ABSENT:
        own = lost.without(snapshot, place.root, sharedir).distributions
        return [*_restoration(snapshot, own), *readme.removal(sharedir)] if restore else []
    _refuse_altered_starters(place)
    steps: list[Step] = []
    restored: set[str] = set()
    is_lost = not (force or _served_by_another(snapshot))
    if is_lost:
        _refuse_occupied_roots(snapshot)
    if is_lost or restore:
        own_loss = lost.without(snapshot, place.root, sharedir)
        if restore:
            steps += _restoration(snapshot, own_loss.distributions)
            restored = {each.key for each in own_loss.distributions}
            lost.refuse(sharedir, own_loss.loose if is_lost else (), _OWNERLESS)
        else:
            hint = "use --restore to move them back" if own_loss.distributions else _OWNERLESS
            lost.refuse(sharedir, own_loss.names, hint)
    return [*steps, *_removal(snapshot, restored)]


def _refuse_occupied_roots(snapshot: Snapshot) -> None:
    """Refuse to lose what is in the sharedirs of other roots."""
    for root in _other_roots(snapshot.target, snapshot.place):
        sharedir = Path(layout.sharedir_of(root, snapshot.target.version))
        loss = lost.without(snapshot, root, sharedir)
        restore = snapshot.target.command("disable", "--restore", root=root)
        hint = (
            f"`{restore}` moves them back, --force leaves them"
            if loss.distributions
            else _OWNERLESS
        )
        lost.refuse(sharedir, loss.names, hint)


def _refuse_altered_starters(place: Place) -> None:
    """Refuse to leave behind what would name a module that is no longer there."""
    for name in files.STARTERS["pth"]:
        path = place.on_disk(place.site_dir) / name
        if os.path.lexists(path) and not files.is_ours(path):
            raise ForeignFileError(path, "it was altered: move it away, and run this again")


def _restoration(snapshot: Snapshot, leaving: Sequence[Distribution]) -> list[Step]:
    """Return what brings distributions of the sharedir back to the site dir."""
    site_dir, sharedir = snapshot.site_dir, snapshot.sharedir
    listed: set[str] = set()
    for each in snapshot.whole(sharedir):
        if each not in leaving and not isinstance(each.metadata.record, Exception):
            listed.update(each.listing.files())
    moves = tuple(
        replace(move.plan(each, site_dir, listed.__contains__), own=_own(snapshot, each))
        for each in leaving
    )
    if not moves:
        return []
    if snapshot.hook.settings.sharedir is None:
        return [*changes.directories(site_dir), Relocation(moves, sharedir)]
    return [Relocation(moves, site_dir, keep=snapshot.place.root)]


def _own(snapshot: Snapshot, distribution: Distribution) -> dict[str, Row]:
    """Return rows of RECORD for what ``sync`` made here, by the files that it was made for."""
    target, place, site_dir = snapshot.target, snapshot.place, snapshot.site_dir
    root, known = place.on_disk(place.root), snapshot.remembered.files
    if not known:
        return {}
    rows = {}
    for file in outside.files(distribution, target.version, {str(root), target.prefix}):
        path = place.scripts(target) / file.script if file.script else root / file.name
        listed = known.get(remembered.name_of(site_dir, path))
        content = remembered.content(path) or b""
        made_for = MadeFile(distribution.key, remembered.digest(content))
        if listed == made_for:
            rows[str(file.path)] = records.row_of(str(path), content)
    return rows


def _served_by_another(snapshot: Snapshot) -> bool:
    """Tell whether another site dir has a hook, which serves all roots.

    A sharedir of its own place is served by none but its own hook, and what a path line adds is
    searched for modules only.
    """
    if snapshot.hook.settings.sharedir is not None:
        return False
    target = snapshot.target
    others = [
        hook
        for entry in syspath.entries(target, target.off, {})
        if target.root_of(entry.path) is not None
        and not layout.same_directory(entry.path, str(snapshot.site_dir))
        and (hook := snapshot.hook_in(entry.path)).state is State.ENABLED
        and (hook.settings.style == "sitecustomize" or entry.role is not Role.PATH_LINE)
    ]
    return not all(other.settings.opt_in for other in others)


def _other_roots(target: Target, place: Place) -> list[str]:
    roots = {target.root_of(entry) for entry in target.off.path} - {None, place.root}
    return sorted(map(str, roots))


def _removal(snapshot: Snapshot, restored: Collection[str]) -> list[Step]:
    """Return what removes the hook, last of all the gate: in it is recorded what there is."""
    place, site_dir, before = snapshot.place, snapshot.site_dir, snapshot.hook
    gate = site_dir / files.GATE
    root = place.on_disk(place.root)
    steps = made.removal(root, site_dir, snapshot.remembered, restored)
    steps += remembered.steps(site_dir, snapshot.remembered, Remembered())
    steps += removal.of_files(site_dir, [name for name in before.files if name != files.GATE])
    created = [
        path
        for name in before.created
        if (path := place.on_disk(os.path.normpath(os.path.join(place.root, name))))
        and (path.is_relative_to(place.on_disk(place.root)) or before.settings.sharedir is not None)
    ]
    steps += readme.removal(snapshot.sharedir) if _is_abandoned(snapshot, created) else []
    steps += _remove_created([path for path in created if not site_dir.is_relative_to(path)])
    steps += [RemoveFile(path) for path in bytecode.pycs([gate])]
    steps += [RemoveDirectory(site_dir / "__pycache__")]
    steps += [RemoveFile(gate)] if files.GATE in before.files else []
    steps += _remove_created([path for path in created if site_dir.is_relative_to(path)])
    return [step for number, step in enumerate(steps) if step not in steps[number + 1 :]]


def _is_abandoned(snapshot: Snapshot, created: Sequence[Path]) -> bool:
    """Tell whether nobody uses the sharedir when the hook is gone."""
    if snapshot.hook.settings.sharedir is None:
        return not _served_by_another(snapshot)
    is_made = snapshot.sharedir in created and readme.is_there(snapshot.sharedir)
    return is_made and os.listdir(snapshot.sharedir) == [readme.NAME]


def _remove_created(paths: Sequence[Path]) -> list[Step]:
    steps: list[Step] = []
    for path in reversed(paths):
        if not path.is_symlink():
            steps.append(RemoveDirectory(path))
        elif os.readlink(path) == "lib":
            steps.append(RemoveFile(path))
    return steps
