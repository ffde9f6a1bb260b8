"""Faults of ``sys.path`` itself."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.interpreter.syspath import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination
    from pysharedir.interpreter.syspath import Entry

_REMEDIES = {
    Origin.PYTHONPATH: "remove it from PYTHONPATH",
    Origin.STARTUP_CODE: "make the startup code that adds it check first whether it is there",
}


def twice(examination: Examination) -> Iterator[Finding]:
    """Find directories that are on the path twice, usually under two names."""
    seen: dict[tuple[int, int], Entry] = {}
    for entry in examination.entries:
        try:
            status = os.stat(entry.path)
        except OSError:
            continue
        first = seen.setdefault((status.st_dev, status.st_ino), entry)
        if first is entry or not stat.S_ISDIR(status.st_mode):
            continue
        # site never adds one spelling twice.
        by = Origin.STARTUP_CODE if first.path == entry.path else entry.by
        yield Finding(
            about=entry.path,
            reason=f"Python finds everything in it twice: {by} put it there, and {first.by} put"
            f" {first.path} there, which is the same directory",
            remedy=_remedy(examination, first.by if by is Origin.SITE else by),
        )


def _remedy(examination: Examination, by: Origin | str) -> str:
    """Say how to remove one of two entries.

    :param by: What put it there, see :class:`pysharedir.interpreter.syspath.Entry`.
    """
    line = ""
    if by is Origin.PREFIXES or not (isinstance(by, Origin) or by.startswith("/")):
        return f"name each prefix once in {by}"
    if not isinstance(by, Origin):
        line = f"remove the line from {by}; "
    elif by in _REMEDIES:
        return _REMEDIES[by]
    if examination.hook.files:
        return f"{line}the hook removes the second entry when it is on (PYSHAREDIR=1)"
    return f"{line}{examination.command('enable')} removes the second entry"
