"""Distributions in the wrong tree: native ones in the sharedir, noarch ones outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.hook.files import State
from pysharedir.installed import foreign
from pysharedir.installed.foreign import Own
from pysharedir.moving.relocation import Relocation
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pysharedir.doctor.examination import Examination
    from pysharedir.installed.distribution import Distribution
    from pysharedir.sort.verdicts import Verdict

_NAMED = 5  # distributions in a reason


def in_sharedir(examination: Examination) -> Iterator[Finding]:
    """Find distributions for one platform in the sharedir."""
    if examination.hook.state is State.ABSENT or not examination.sharedir.is_dir():
        return
    platlib = examination.sort_plan.layout.platlib
    fix = relocation(examination, platlib)
    for verdict in _moving(examination, platlib):
        yield Finding(
            about=verdict.distribution.name,
            reason=f"for one platform, but in {verdict.distribution.directory}: "
            f"{verdict.explained}",
            remedy=f"{examination.command('sort', verdict.distribution.name)} moves it to platlib",
            fix=fix,
        )
    left: dict[Distribution | str, list[str]] = {}
    for path, distribution in examination.left_objects:
        left.setdefault(distribution or path.partition("/")[0], []).append(path)
    for owner, paths in left.items():
        yield _left(examination, owner, paths)


def outside(examination: Examination) -> Iterator[Finding]:
    """Find noarch distributions that could be in the sharedir."""
    if examination.hook.state is State.ABSENT or not examination.uses_sharedir:
        return
    sharedir = examination.sort_plan.layout.sharedir
    movable: dict[Path, list[str]] = {}
    for verdict in _moving(examination, sharedir):
        movable.setdefault(verdict.distribution.directory, []).append(verdict.distribution.name)
    for directory, names in movable.items():
        yield Finding(
            about=str(directory),
            reason=f"noarch, but outside the sharedir: {some(names, _NAMED)}",
            remedy=f"{examination.command('sort')} moves {'it' if len(names) == 1 else 'them'}",
            fix=relocation(examination, sharedir),
        )


def of_another_machine(examination: Examination) -> Iterator[Finding]:
    """Find distributions with native parts only for another machine or interpreter."""
    target = examination.target
    own = Own(target)
    if not own.machines:
        return
    found = examination.visible(str(directory.path) for directory in examination.directories)
    for distribution in found.values():  # nothing uses a copy that another one hides
        lacking = own.lacks(distribution)
        if lacking is None:
            continue
        yield Finding(
            about=distribution.name,
            reason=f"{lacking}; this Python is {own.tag}",
            remedy=_taken_out(examination, distribution)
            if examination.is_sharedir(str(distribution.directory))
            else foreign.remedy(target, distribution, has_pip=examination.has_pip),
        )


def _taken_out(examination: Examination, distribution: Distribution) -> str:
    """Return the remedy for a distribution in the sharedir that another machine needs."""
    wanted = f"{distribution.name}=={distribution.version}"
    return (
        "`pysharedir sort`, run for the interpreter that needs it, moves it to platlib there; "
        f"then {examination.installer('install', wanted)}"
    )


def relocation(examination: Examination, destination: Path) -> tuple[Relocation, ...]:
    """Return the step that makes all moves of ``sort`` to *destination*, if there are any.

    A sharedir that --sharedir named may serve other prefixes, which need a distribution where it
    is; and with --opt-in, a plain start does not find what is in the sharedir.
    """
    settings = examination.hook.settings
    if settings.sharedir is not None or settings.opt_in:
        return ()
    plan = examination.sort_plan
    moves = tuple(move for move in plan.moves if move.destination == destination)
    if not moves or examination.hook.state is State.ABSENT or not examination.sharedir.is_dir():
        return ()
    return (Relocation(moves, plan.layout.sharedir),)


def _moving(examination: Examination, destination: Path) -> Iterator[Verdict]:
    """Return the verdicts on what ``sort`` would move to *destination*."""
    plan = examination.sort_plan
    moving = {move.distribution for move in plan.moves if move.destination == destination}
    return (verdict for verdict in plan.verdicts if verdict.distribution in moving)


def _left(examination: Examination, owner: Distribution | str, paths: list[str]) -> Finding:
    """Return a finding for native objects in the sharedir that ``sort`` leaves there.

    :param owner: The distribution that they belong to, or what is at the top of their paths.
    """
    if isinstance(owner, str):
        return Finding(
            about=str(examination.sharedir / paths[0]),
            reason=f"native, in the sharedir, and not part of a distribution: {some(paths)}",
            remedy="move it to platlib, or remove it if nothing needs it",
        )
    verdicts = examination.sort_plan.verdicts
    verdict = next(verdict for verdict in verdicts if verdict.distribution == owner)
    remedy = f"install it again; `sort` leaves it alone: {verdict.reason}"
    if Own(examination.target).lacks(owner):
        remedy = _taken_out(examination, owner)
    return Finding(
        about=owner.name,
        reason=f"has native objects in the sharedir: {some(paths)}",
        remedy=remedy,
    )
