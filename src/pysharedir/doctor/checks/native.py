"""What is on the wrong side: native in the sharedir, noarch outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.moves import Relocation
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pysharedir.distributions import Distribution
    from pysharedir.doctor.patient import Patient
    from pysharedir.verdicts import Verdict

_NAMED = 5  # distributions in a reason


def in_sharedir(patient: Patient) -> Iterator[Finding]:
    """Find what is for one platform in the sharedir."""
    if patient.hook.state == "absent" or not patient.sharedir.is_dir():
        return
    fix = relocation(patient, patient.plan.layout.platlib)
    for verdict in _moving(patient, patient.plan.layout.platlib):
        yield Finding(
            about=verdict.distribution.name,
            reason=f"for one platform, and in {verdict.distribution.info.parent}: "
            f"{verdict.explained}",
            remedy=f"{patient.command('sort', verdict.distribution.name)} moves it to platlib",
            fix=fix,
        )
    left: dict[Distribution | str, list[str]] = {}
    for path, owner in patient.left_objects:
        left.setdefault(owner or path.partition("/")[0], []).append(path)
    for key, paths in left.items():
        yield _left(patient, key, paths)


def outside(patient: Patient) -> Iterator[Finding]:
    """Find noarch distributions that could be in the sharedir."""
    if patient.hook.state == "absent" or not patient.uses_sharedir:
        return
    sharedir = patient.plan.layout.sharedir
    found: dict[Path, list[str]] = {}
    for verdict in _moving(patient, sharedir):
        found.setdefault(verdict.distribution.info.parent, []).append(verdict.distribution.name)
    for directory, names in found.items():
        yield Finding(
            about=str(directory),
            reason=f"noarch, and outside the sharedir: {some(names, _NAMED)}",
            remedy=f"{patient.command('sort')} moves {'it' if len(names) == 1 else 'them'}",
            fix=relocation(patient, sharedir),
        )


def relocation(patient: Patient, destination: Path) -> tuple[Relocation, ...]:
    """Return the step that does all that ``sort`` would move to *destination*, if any.

    A sharedir of its own place may serve other prefixes, which this would undo or rob, and with
    --opt-in a plain start does not find what is in it.
    """
    settings = patient.hook.settings
    if settings.sharedir is not None or settings.opt_in:
        return ()
    planned = tuple(each for each in patient.plan.moves if each.destination == destination)
    if not planned or patient.hook.state == "absent" or not patient.sharedir.is_dir():
        return ()
    return (Relocation(planned, patient.plan.layout.sharedir),)


def _moving(patient: Patient, destination: Path) -> Iterator[Verdict]:
    moving = {each.distribution for each in patient.plan.moves if each.destination == destination}
    return (each for each in patient.plan.verdicts if each.distribution in moving)


def _left(patient: Patient, owner: Distribution | str, paths: list[str]) -> Finding:
    if isinstance(owner, str):
        return Finding(
            about=str(patient.sharedir / paths[0]),
            reason=f"native, in the sharedir, and of no distribution: {some(paths)}",
            remedy="move it to platlib, or remove it if nothing needs it",
        )
    verdict = next(each for each in patient.plan.verdicts if each.distribution == owner)
    return Finding(
        about=owner.name,
        reason=f"has native objects in the sharedir: {some(paths)}",
        remedy=f"install it anew; `sort` leaves it alone: {verdict.reason}",
    )
