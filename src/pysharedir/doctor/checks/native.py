"""What is on the wrong side: native in the sharedir, noarch outside it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pysharedir import binaries, distributions, records
from pysharedir.doctor.findings import Finding
from pysharedir.errors import RecordError
from pysharedir.moves import Relocation
from pysharedir.verdicts import Kind

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
            reason=f"for one platform, and in {verdict.distribution.info.parent}: {_why(verdict)}",
            remedy=f"{patient.command('sort', verdict.distribution.name)} moves it to platlib",
            fix=fix,
        )
    left: dict[Distribution | str, list[str]] = {}
    for path, owner in left_objects(patient):
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
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield Finding(
            about=str(directory),
            reason=f"noarch, and outside the sharedir: {', '.join(names[:_NAMED])}{more}",
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


def left_objects(patient: Patient) -> Iterator[tuple[str, Distribution | None]]:
    """Yield the native objects in the sharedir that ``sort`` leaves there, and their owners."""
    # By the name under which the plan looks at it.
    sharedir = patient.plan.layout.sharedir
    judged: set[str] = set()
    left: dict[str, Distribution] = {}
    for verdict in patient.plan.verdicts:
        if verdict.distribution.info.parent != sharedir:
            continue
        with contextlib.suppress(RecordError):
            files = records.read(verdict.distribution).files()
            if verdict.kind is Kind.LEFT_ALONE:
                left.update(dict.fromkeys(files, verdict.distribution))
            else:
                judged.update(files)
    for path in sorted(distributions.walk(str(sharedir))):
        if path in judged or path.endswith(".pyc") or ".dist-info/" in path:
            continue
        with contextlib.suppress(OSError):  # one that cannot be read cannot be loaded either
            if binaries.machine(f"{sharedir}/{path}", patient.target.platform):
                yield path, left.get(path)


def _moving(patient: Patient, destination: Path) -> Iterator[Verdict]:
    moving = {each.distribution for each in patient.plan.moves if each.destination == destination}
    return (each for each in patient.plan.verdicts if each.distribution in moving)


def _why(verdict: Verdict) -> str:
    if not verdict.files or verdict.files[0].endswith(".dist-info/WHEEL"):
        return verdict.reason
    return f"{verdict.reason}: {_some(verdict.files)}"


def _left(patient: Patient, owner: Distribution | str, paths: list[str]) -> Finding:
    if isinstance(owner, str):
        return Finding(
            about=str(patient.sharedir / paths[0]),
            reason=f"native, in the sharedir, and of no distribution: {_some(paths)}",
            remedy="move it to platlib, or remove it if nothing needs it",
        )
    verdict = next(each for each in patient.plan.verdicts if each.distribution == owner)
    return Finding(
        about=owner.name,
        reason=f"has native objects in the sharedir: {_some(paths)}",
        remedy=f"install it anew; `sort` leaves it alone: {verdict.reason}",
    )


def _some(paths: tuple[str, ...] | list[str]) -> str:
    more = len(paths) - 1
    return paths[0] + (f" and {more} more" if more else "")
