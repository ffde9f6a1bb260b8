"""What a check is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination

_CHECKS = "pysharedir.doctor.checks"


class Level(Label):
    """How bad it is what a check finds."""

    FAULT = "fault"
    NOTE = "note"  # good to know


@dataclass(frozen=True)
class Finding:
    """One fault of a target, or one thing to know about it.

    :ivar about: The path or the name of what has it.
    :ivar reason: What is wrong, in one line.
    :ivar remedy: What to do about it, in one line.
    :ivar fix: The steps that repair it, when that is safe.
    :ivar line: The line of the file, if it is about one.
    """

    about: str
    reason: str
    remedy: str
    fix: tuple[Step, ...] = ()
    line: int | None = None


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong.

    :ivar code: Its name for machines; never used for anything else once it was released.
    :ivar name: Its name for humans.
    :ivar title: What is wrong when it finds something.
    :ivar function: What looks for it, as ``MODULE:FUNCTION`` of :mod:`.checks`, which is loaded
        only when the check is made.
    :ivar on_request: Whether it is made only when it is asked for.
    """

    code: str
    name: str
    title: str
    function: str
    level: Level = Level.FAULT
    on_request: bool = False

    @property
    def is_note(self) -> bool:
        """Whether what it finds is no fault."""
        return self.level is Level.NOTE

    @property
    def remark(self) -> str:
        """What is to be said beside its title, or an empty string."""
        return "a note" if self.is_note else "with --require" if self.on_request else ""

    def find(self, examination: Examination) -> Iterable[Finding]:
        """Return what is wrong with a target; this changes nothing.

        :raises PysharedirError: when that cannot be told; so does an OSError.
        """
        module, _, name = self.function.partition(":")
        function: Callable[[Examination], Iterable[Finding]]
        function = getattr(import_module(f"{_CHECKS}.{module}"), name)
        return function(examination)
