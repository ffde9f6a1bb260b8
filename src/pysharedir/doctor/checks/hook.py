"""What is wrong with the hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from pysharedir import __version__, activation, hook, layout, managers
from pysharedir.changes import MakeDirectory
from pysharedir.doctor.findings import Finding
from pysharedir.errors import PysharedirError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.changes import Step
    from pysharedir.doctor.patient import Patient


def outdated(patient: Patient) -> Iterator[Finding]:
    """Find a hook of another release of pysharedir."""
    found = patient.hook
    if found.state == "outdated":
        yield Finding(
            about=str(found.site_dir / hook.GATE),
            reason=f"the hook is that of pysharedir {found.version}, not of this one",
            remedy=f"{patient.command('enable')} writes it anew; settings stay",
            fix=_enable(patient) if _is_older(found.version) else (),
        )


def altered(patient: Patient) -> Iterator[Finding]:
    """Find a hook that is not as it was written."""
    found = patient.hook
    if found.state == "altered":
        yield Finding(
            about=str(found.site_dir / hook.GATE),
            reason="files of the hook are not as `enable` wrote them",
            remedy=f"see who did that; {patient.command('enable')} writes them anew",
        )


def incomplete(patient: Patient) -> Iterator[Finding]:
    """Find a hook of which files are missing, but not the gate."""
    missing = _wanted(patient) - set(patient.hook.files)
    if missing and patient.hook.version is not None:
        yield Finding(
            about=str(patient.hook.site_dir / hook.GATE),
            reason=f"files of the hook are missing: {', '.join(sorted(missing))}",
            remedy=f"{patient.command('enable')} writes it anew; settings stay",
            fix=_enable(patient),
        )


def orphaned(patient: Patient) -> Iterator[Finding]:
    """Find files of a hook without the gate that they need."""
    found = patient.hook
    if found.files and found.version is None:
        yield Finding(
            about=str(found.site_dir / found.files[-1]),
            reason=f"left behind by a hook: {found.site_dir / hook.GATE} is missing, or damaged",
            remedy=f"{patient.command('enable')} completes it, "
            f"{patient.command('disable')} removes it",
        )


def doubled(patient: Patient) -> Iterator[Finding]:
    """Find a second hook: of the other style, or in another site dir of the same root."""
    found = patient.hook
    wanted = _wanted(patient)
    for name in found.files:
        if found.version is not None and name not in wanted:
            yield Finding(
                about=str(found.site_dir / name),
                reason=f"starts the hook of style {found.settings.style} a second time",
                remedy=f"{patient.command('enable')} removes it",
                fix=_enable(patient),
            )
    for room in patient.rooms if found.files else ():
        other = hook.read(room.path)
        if layout.same_directory(str(room.path), str(patient.site_dir)) or not other.files:
            continue
        # Hooks of two roots go together: the first serves both, unless they are to differ.
        if room.root == patient.where.root or other.settings.sharedir != found.settings.sharedir:
            yield Finding(
                about=str(room.path / hook.GATE),
                reason=f"a second hook beside that in {patient.site_dir}: only the first runs",
                remedy=_disable(patient, room.root),
            )


def _disable(patient: Patient, root: str) -> str:
    """Say what takes one of two hooks away."""
    first = f"{patient.command('disable')} takes away that in {patient.site_dir}"
    other = f"`{patient.target.command('disable', root=root)}` the other"
    return first if root == patient.where.root else f"{first}, {other}"


def _wanted(patient: Patient) -> set[str]:
    """Return the files that the hook should have; none when there is no hook."""
    return set(hook.render(patient.hook.settings)) if patient.hook.files else set()


def _enable(patient: Patient) -> tuple[Step, ...]:
    """Return what writes the hook anew; nothing when something is in the way, or it is packaged."""
    if managers.packages([str(patient.hook.site_dir / hook.GATE)]):
        return ()
    try:
        steps = activation.plan_enable(patient.target, patient.where, patient.hook.settings)
        # An empty sharedir would hide that a full one is gone, see SD611.
        beside = (patient.sharedir, *patient.sharedir.parents)
        return tuple(
            step for step in steps if not isinstance(step, MakeDirectory) or step.path not in beside
        )
    except PysharedirError:
        return ()


def _is_older(version: str | None) -> bool:
    try:
        return Version(str(version)) < Version(__version__)
    except InvalidVersion:
        return False
