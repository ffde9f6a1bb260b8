"""What is wrong with ``sys.path`` itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.patient import Patient


def twice(patient: Patient) -> Iterator[Finding]:
    """Find directories that are on the path under two names."""
    first: dict[tuple[int, int], str] = {}
    for entry in patient.view.path:
        try:
            status = os.stat(entry)
        except OSError:
            continue
        other = first.setdefault((status.st_dev, status.st_ino), entry)
        if other != entry:
            yield Finding(
                about=entry,
                reason=f"the same directory as {other}, so that all in it is found twice",
                remedy="`pysharedir enable` takes the second off the path",
            )
