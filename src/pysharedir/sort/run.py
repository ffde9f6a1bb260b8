"""Sorting a target: the order of the steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir import changes
from pysharedir.errors import NothingStagedError, NotInstalledError, NotNoarchError, UsageError
from pysharedir.hook import remembered
from pysharedir.hook.place import caveats
from pysharedir.sort import plan as sorting
from pysharedir.sort import staged
from pysharedir.sort.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.hook.remembered import Remembered
    from pysharedir.snapshot import Snapshot
    from pysharedir.sort.plan import Plan

    # Told what is done in how many parts, it is entered for what is called after each part.
    Progress = Callable[[str, int], AbstractContextManager[Callable[[], object]]]


@dataclass(frozen=True)
class Request:
    """What is to be sorted, and what the user says of it.

    :ivar names: Names that limit it.
    :ivar noarch: Names of what is noarch by the user's word.
    :ivar platform: Names of what is for the platform, ditto.
    :ivar no_overrule: Names of what the user had said something of, which is to be forgotten.
    :ivar only_noarch: Refuse what is not noarch.
    :ivar dry_run: Change nothing.
    """

    names: tuple[str, ...] = ()
    noarch: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    no_overrule: tuple[str, ...] = ()
    only_noarch: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was moved, or with ``dry_run`` would be.

    :ivar steps: What else was done: the verdicts of the user are written down.
    :ivar notes: What is good to know.
    """

    executable: Path
    plan: Plan
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    dry_run: bool


def run(snapshot: Snapshot, request: Request, progress: Progress) -> Outcome:
    """Move every distribution to where it belongs.

    :raises UsageError: when the request contradicts itself, or what is remembered.
    :raises NotInstalledError: when a name in it is that of no distribution here.
    :raises NothingStagedError: when there is nothing in the package that is being built.
    :raises DestdirError: when links lead out of it.
    :raises NotNoarchError: when something is not noarch that has to be.
    :raises PysharedirError: as :meth:`Snapshot.recover`, :func:`changes.apply` and the Snapshot do.
    """
    notes = snapshot.recover(dry_run=request.dry_run)
    known = snapshot.remembered
    wanted = _overruled(known, request)
    overrules = {name: Kind(kind) for name, kind in wanted.overrules.items()}
    plan = sorting.plan(snapshot, overrules, request.names)
    _check(snapshot, request, plan)
    destdir = snapshot.place.destdir
    steps = [] if destdir else remembered.steps(snapshot.site_dir, known, wanted)
    if destdir and not request.dry_run:
        changes.apply(staged.steps(plan, destdir))
    elif not request.dry_run and (plan.moves or steps):
        from pysharedir.moving.relocation import Relocation  # noqa: PLC0415  # not for --check

        snapshot.check_used()
        notes += caveats(snapshot.target, snapshot.place, snapshot.hook.settings)
        # Each is looked at twice: when it is copied, and when it is removed.
        with progress("moving distributions", 2 * len(plan.moves)) as advance:
            relocation = Relocation(plan.moves, snapshot.sharedir, progress=advance)
            changes.apply([*steps, *([relocation] if plan.moves else [])])
    executable = snapshot.target.executable
    return Outcome(executable, plan, tuple(steps), tuple(notes), request.dry_run)


def _overruled(known: Remembered, request: Request) -> Remembered:
    said = [(name, Kind.NOARCH.value) for name in request.noarch]
    said += [(name, Kind.PLATFORM.value) for name in request.platform]
    names = [*(name for name, _ in said), *request.no_overrule]
    keys = list(map(canonicalize_name, names))
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise UsageError(
            f"{', '.join(twice)}: named twice",
            "use one of --noarch, --platform and --no-overrule for a name",
        )
    overrules = dict(known.overrules)
    for name in request.no_overrule:
        if overrules.pop(canonicalize_name(name), None) is None:
            raise UsageError(
                f"{name}: nothing was said of it before", "`pysharedir status` has what was"
            )
    overrules.update((canonicalize_name(name), kind) for name, kind in said)
    return replace(known, overrules=overrules)


def _check(snapshot: Snapshot, request: Request, plan: Plan) -> None:
    """Refuse what the request does not allow."""
    target, place = snapshot.target, snapshot.place
    installed = {each.distribution.key for each in plan.verdicts}
    for name in (*request.noarch, *request.platform):
        if canonicalize_name(name) not in installed:
            raise NotInstalledError(name, plan.layout.directories)
    if place.destdir and not plan.verdicts:
        raise NothingStagedError(place.destdir, place.site_dirs(target))
    if request.only_noarch:
        others = [each for each in plan.verdicts if each.kind is not Kind.NOARCH]
        _refuse([f"{each.distribution.name}: {each.at_length}" for each in others])
        natives = staged.natives(plan, target, place.destdir) if place.destdir else []
        _refuse([f"native object: {path}" for path in natives])


def _refuse(reasons: Sequence[str]) -> None:
    if reasons:
        raise NotNoarchError(reasons)
