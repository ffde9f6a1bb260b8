"""Data files of shared distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination


def missing(examination: Examination) -> Iterator[Finding]:
    """Find data files of shared distributions that are missing or outdated."""
    if not examination.uses_sharedir:
        return
    report = examination.sync_report
    paths: dict[str, list[str]] = {}
    for path in report.data.missing + report.data.outdated:
        paths.setdefault(report.data.made[path].distribution, []).append(str(path))
    for name, own in paths.items():
        yield Finding(
            about=name,
            reason=f"missing, or of another version: {some(own)}",
            remedy=f"{examination.command('sync')} copies them",
            fix=report.steps,
        )
    for distribution, lacking in report.data.lacking:
        yield Finding(distribution.name, lacking, examination.reinstalling(distribution))
