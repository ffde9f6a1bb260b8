"""What shared distributions require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination


def missing(examination: Examination) -> Iterator[Finding]:
    """Find what shared distributions require and this target does not have."""
    if not examination.uses_sharedir:
        return
    for dependency in examination.sync_report.dependencies:
        installed, requirers = dependency.installed, dependency.required_by
        if not requirers:
            continue  # SD304 reports it
        has = f"{installed} is installed" if installed else "not installed"
        yield Finding(
            about=dependency.name,
            reason=f"{has}, but {', '.join(requirers)} in the sharedir "
            f"{'requires' if len(requirers) == 1 else 'require'} {dependency.requirement}",
            remedy=f"{examination.command('sync', '--install')} installs it",
        )
