"""Examine a target and, if asked, fix it: the order of the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.doctor.treatment import Treatment, examine, fixes, treat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination
    from pysharedir.doctor.findings import Check
    from pysharedir.doctor.treatment import Diagnosis


@dataclass(frozen=True)
class Outcome:
    """What doctor found, and what it did about it.

    :ivar checks: The checks that it was asked to make.
    :ivar steps: The steps that it applied, or with ``dry_run`` would apply, each with the code of
        its check.
    :ivar failed: Why it could not apply others, each with the code.
    :ivar notes: What else to know.
    """

    executable: Path
    checks: tuple[Check, ...]
    diagnosis: Diagnosis
    steps: tuple[tuple[str, Step], ...]
    failed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    dry_run: bool

    @property
    def is_sound(self) -> bool:
        """Whether no fault is left, and every check could be made."""
        return not (self.diagnosis.faults or self.diagnosis.unchecked)


def run(
    examination: Examination,
    checks: Sequence[Check],
    progress: Callable[[str], object],
    *,
    fix: bool,
    dry_run: bool,
) -> Outcome:
    """Look for faults, and fix what is safe to fix.

    :param progress: Called with the name of each check, before it runs.
    :param fix: Fix faults, or with *dry_run* say how.
    :raises PysharedirError: as :meth:`Snapshot.recover` does.
    """
    # A half-done move looks like a fault, and is none.
    notes = examination.recover() if fix and not dry_run else []
    if fix and not dry_run:
        treatment = treat(examination, checks)
    else:
        diagnosis = examine(examination, checks, lambda check: progress(check.name))
        planned = fixes(diagnosis) if fix else []
        coded = tuple((check.code, step) for check, steps in planned for step in steps)
        treatment = Treatment(diagnosis, coded, ())
    return Outcome(
        examination.target.executable,
        tuple(checks),
        treatment.diagnosis,
        treatment.steps,
        treatment.failed,
        (*examination.caveats, *notes),
        dry_run,
    )
