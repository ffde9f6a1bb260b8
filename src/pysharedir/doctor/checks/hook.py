"""What is wrong with the hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir import activation, hook, layout
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.changes import Step
    from pysharedir.doctor.patient import Patient

_ENABLE = "`pysharedir enable` writes it anew; settings stay"


def outdated(patient: Patient) -> Iterator[Finding]:
    """Find a hook of another release of pysharedir."""
    found = patient.hook
    if found.state == "outdated":
        yield Finding(
            about=str(found.site_dir / hook.GATE),
            reason=f"the hook is that of pysharedir {found.version}, not of this one",
            remedy=_ENABLE,
            fix=_enable(patient),
        )


def altered(patient: Patient) -> Iterator[Finding]:
    """Find a hook that is not as it was written."""
    found = patient.hook
    if found.state == "altered":
        yield Finding(
            about=str(found.site_dir / hook.GATE),
            reason="files of the hook are not as `enable` wrote them",
            remedy="see who did that; `pysharedir enable` writes them anew",
        )


def incomplete(patient: Patient) -> Iterator[Finding]:
    """Find a hook of which files are missing, but not the gate."""
    missing = _wanted(patient) - set(patient.hook.files)
    if missing and patient.hook.version is not None:
        yield Finding(
            about=str(patient.hook.site_dir / hook.GATE),
            reason=f"files of the hook are missing: {', '.join(sorted(missing))}",
            remedy=_ENABLE,
            fix=_enable(patient),
        )


def orphaned(patient: Patient) -> Iterator[Finding]:
    """Find files of a hook without the gate that they need."""
    found = patient.hook
    if found.files and found.version is None:
        yield Finding(
            about=str(found.site_dir / found.files[-1]),
            reason=f"left behind by a hook: {found.site_dir / hook.GATE} is missing, or damaged",
            remedy="`pysharedir enable` completes it, `pysharedir disable` removes it",
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
                remedy="`pysharedir enable` removes it",
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
                remedy="`pysharedir disable` for one of the two",
            )


def _wanted(patient: Patient) -> set[str]:
    """Return the files that the hook should have; none when there is no hook."""
    return set(hook.render(patient.hook.settings)) if patient.hook.files else set()


def _enable(patient: Patient) -> tuple[Step, ...]:
    settings = patient.hook.settings
    return tuple(activation.plan_enable(patient.target, patient.where, settings))
