"""Venvs that take turns in one place, and the measuring of what stands there.

The length of a path and its hash move the number of instructions by some thousands, and so does the
size of the environment.  So every venv of an interpreter is measured at the same path, and with
several paddings of the environment, each compared with the base at the same padding.
"""

from __future__ import annotations

import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import meters
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.rows import Row

PADDINGS = ("", "." * 29, "." * 72)
WARM_UPS = 2


@dataclass(frozen=True)
class Count:
    """What a start costs, with one number of instructions for each padding."""

    calls: int
    instructions: tuple[int, ...]

    def minus(self, base: Count) -> Count:
        """Return what this costs more than *base*, padding by padding."""
        pairs = zip(self.instructions, base.instructions, strict=False)  # a slow row has but one
        return Count(self.calls - base.calls, tuple(own - others for own, others in pairs))

    @property
    def median(self) -> int:
        """The number of instructions at the median padding."""
        return int(statistics.median(self.instructions))

    @property
    def spread(self) -> int:
        """How far the numbers of instructions are apart."""
        return max(self.instructions) - min(self.instructions)


@dataclass
class Stage:
    """The place of the venvs of one interpreter.

    :ivar python: the executable that they are made with.
    :ivar root: a directory of its own.
    """

    version: str
    python: Path
    root: Path
    environment: dict[str, str] = field(init=False)
    _standing: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.root.mkdir()
        self.environment = meters.environment(self.root)

    def build(self, row: Row) -> None:
        """Make the venv of *row*, put it in place and start it until its pycs are written."""
        self._clear()
        venv = self.root / "venv"
        command = [str(self.python), "-m", "venv", "--without-pip", str(venv)]
        made = subprocess.run(
            command, env=self.environment, check=False, capture_output=True, text=True
        )
        if made.returncode:
            raise meters.MeterError(f"venv failed: {made.stderr.strip()[-200:]}")
        plant(venv, row.tree)
        self._standing = row.key
        for _ in range(WARM_UPS):
            meters.seconds(self.executable, self._environment(row))
        if not meters.proves(self.executable, self._environment(row), row.proof):
            raise meters.MeterError("does not take effect here")

    @property
    def executable(self) -> Path:
        """The interpreter of the venv that is in place."""
        return self.root / "venv" / "bin" / "python"

    def count(self, row: Row, paddings: Sequence[str]) -> Count:
        """Count the system calls and the instructions of *row*."""
        self.put(row)
        return Count(
            meters.system_calls(self.executable, self._environment(row), self.root),
            tuple(
                meters.instructions(self.executable, self._environment(row, padding))
                for padding in paddings
            ),
        )

    def time(self, row: Row) -> float:
        """Return the seconds that one start of *row* takes."""
        self.put(row)
        return meters.seconds(self.executable, self._environment(row))

    def put(self, row: Row) -> None:
        """Let the venv of *row* stand in place of the one that does."""
        if self._standing != row.key:
            self._clear()
            (self.root / row.key).rename(self.root / "venv")
            self._standing = row.key

    def _clear(self) -> None:
        if self._standing is not None:
            (self.root / "venv").rename(self.root / self._standing)
            self._standing = None

    def _environment(self, row: Row, padding: str = "") -> dict[str, str]:
        return {**self.environment, **row.environment, "PADDING": padding}


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """Yield an empty directory, of the same name at every run that has the machine for itself."""
    parent = Path(tempfile.gettempdir()).resolve()
    for number in range(100):
        root = parent / f"pysharedir-cost-{number:02}"
        try:
            root.mkdir(mode=0o700)
        except FileExistsError:
            continue
        try:
            yield root
        finally:
            shutil.rmtree(root, ignore_errors=True)
        return
    sys.exit(f"startup.py: {parent} is full of pysharedir-cost directories: remove them")
