"""What came of enabling or disabling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.errors import PysharedirError

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.sort.run import Outcome as Sorted


@dataclass(frozen=True)
class Outcome:
    """What was done, or with ``dry_run`` would be.

    :ivar site_dir: Where the hook is, or was.
    :ivar notes: What is good to know.
    :ivar purelib: Where the target installs pure wheels from now on; None when the hook does not
        decide that.
    :ivar sorted: What ``sort`` did or would do, or why that cannot be told; None when nobody asked.
    :ivar sort_command: What sorts, when that was not asked for.
    """

    executable: Path
    site_dir: Path
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    dry_run: bool
    purelib: Path | None = None
    sorted: Sorted | PysharedirError | None = None
    sort_command: str | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was done, or sorted."""
        if self.steps and not self.dry_run:
            return True
        return not (self.sorted is None or isinstance(self.sorted, PysharedirError)) and (
            self.sorted.changed
        )

    @property
    def failure(self) -> PysharedirError | None:
        """Why the sort that was asked for failed."""
        error = self.sorted if isinstance(self.sorted, PysharedirError) else None
        return None if self.sort_command else error
