"""What shared distributions require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination


def missing(examination: Examination) -> Iterator[Finding]:
    """Find what is required by shared distributions, and not there for this target."""
    if not examination.uses_sharedir:
        return
    for each in examination.completion.dependencies:
        has = f"{each.installed} is installed" if each.installed else "not installed"
        yield Finding(
            about=each.name,
            reason=f"{has}, but {', '.join(each.required_by)} in the sharedir "
            f"{'requires' if len(each.required_by) == 1 else 'require'} {each.requirement}",
            remedy=f"{examination.command('sync', '--install')} installs it",
        )
