"""The order of the steps of ``sort``."""

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

    # Takes what is done, and in how many parts; its context gives what to call after each part.
    Progress = Callable[[str, int], AbstractContextManager[Callable[[], object]]]


@dataclass(frozen=True)
class Request:
    """What to sort, and what the user overrules.

    :ivar names: The distributions to sort; none for all.
    :ivar noarch: The distributions to treat as noarch.
    :ivar platform: The distributions to treat as made for one platform.
    :ivar no_overrule: The distributions whose earlier overrule is to be forgotten.
    :ivar only_noarch: Whether to fail if a distribution is not noarch.
    :ivar dry_run: Whether to change nothing.
    """

    names: tuple[str, ...] = ()
    noarch: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    no_overrule: tuple[str, ...] = ()
    only_noarch: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What ``sort`` moved, or with ``dry_run`` would move.

    :ivar steps: What else it did: it writes down the verdicts of the user.
    :ivar notes: What the user should know.
    """

    executable: Path
    plan: Plan
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    dry_run: bool

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(self.plan.moves or self.steps) and not self.dry_run


def run(snapshot: Snapshot, request: Request, progress: Progress) -> Outcome:
    """Move noarch distributions to the sharedir, all others to platlib.

    :raises UsageError: if the request contradicts itself, or what is remembered.
    :raises NotInstalledError: if a name in the request is not installed here.
    :raises NothingStagedError: if no distribution is staged in the package build.
    :raises DestdirError: if links lead out of the package build.
    :raises NotNoarchError: if a distribution is not noarch that has to be.
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
        # Each distribution advances the bar twice: when it is copied, and when it is removed.
        with progress("moving distributions", 2 * len(plan.moves)) as advance:
            relocation = Relocation(plan.moves, snapshot.sharedir, progress=advance)
            changes.apply([*steps, *([relocation] if plan.moves else [])])
    executable = snapshot.target.executable
    return Outcome(executable, plan, tuple(steps), tuple(notes), request.dry_run)


def _overruled(known: Remembered, request: Request) -> Remembered:
    """Return what is remembered, with the overrules of a request."""
    new = [(name, Kind.NOARCH.value) for name in request.noarch]
    new += [(name, Kind.PLATFORM.value) for name in request.platform]
    names = [*(name for name, _ in new), *request.no_overrule]
    keys = list(map(canonicalize_name, names))
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise UsageError(
            f"{', '.join(twice)}: named twice",
            "name a distribution once, by --noarch, --platform or --no-overrule",
        )
    overrules = dict(known.overrules)
    for name in request.no_overrule:
        if overrules.pop(canonicalize_name(name), None) is None:
            raise UsageError(
                f"{name}: is not overruled", "`pysharedir status` shows what is overruled"
            )
    overrules.update((canonicalize_name(name), kind) for name, kind in new)
    return replace(known, overrules=overrules)


def _check(snapshot: Snapshot, request: Request, plan: Plan) -> None:
    """Refuse what the request does not allow."""
    target, place = snapshot.target, snapshot.place
    installed = {verdict.distribution.key for verdict in plan.verdicts}
    for name in (*request.noarch, *request.platform):
        if canonicalize_name(name) not in installed:
            raise NotInstalledError(name, plan.layout.directories)
    if place.destdir and not plan.verdicts:
        raise NothingStagedError(place.destdir, place.site_dirs(target))
    if request.only_noarch:
        others = [verdict for verdict in plan.verdicts if verdict.kind is not Kind.NOARCH]
        _refuse([f"{verdict.distribution.name}: {verdict.at_length}" for verdict in others])
        natives = staged.natives(plan, target, place.destdir) if place.destdir else []
        _refuse([f"native object: {path}" for path in natives])


def _refuse(reasons: Sequence[str]) -> None:
    if reasons:
        raise NotNoarchError(reasons)
