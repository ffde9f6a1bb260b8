"""What came of enabling or disabling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.changes import Step


@dataclass(frozen=True)
class Outcome:
    """What was done, or with ``dry_run`` would be.

    :ivar notes: What is good to know.
    :ivar purelib: Where the target installs pure wheels to from now on, if that is new.
    """

    executable: Path
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    dry_run: bool
    purelib: Path | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(self.steps) and not self.dry_run
