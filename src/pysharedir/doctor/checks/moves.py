"""Faults of moves of distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.moving import recovery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination


def interrupted(examination: Examination) -> Iterator[Finding]:
    """Find interrupted moves; ``--fix`` finishes or undoes them before any check."""
    for home, error in recovery.interrupted(examination.scope):
        yield Finding(about=str(home), reason=error.message, remedy=error.hint)
