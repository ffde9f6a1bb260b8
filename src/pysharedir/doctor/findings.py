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
    """How bad a finding is."""

    FAULT = "fault"
    NOTE = "note"  # good to know


@dataclass(frozen=True)
class Finding:
    """One fault of a target, or one thing to know about it.

    :ivar about: The path or the name of what it is about.
    :ivar reason: What is wrong, in one line.
    :ivar remedy: What to do about it, in one line.
    :ivar fix: The steps that fix it, if that is safe.
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

    :ivar code: Its name for programs; once released, it never means anything else.
    :ivar name: Its name for people.
    :ivar title: What is wrong if it finds something.
    :ivar function: The function that looks for it, as ``MODULE:FUNCTION`` of :mod:`.checks`; the
        check loads it when it runs.
    :ivar on_request: Whether it runs only on request.
    """

    code: str
    name: str
    title: str
    function: str
    level: Level = Level.FAULT
    on_request: bool = False

    @property
    def is_note(self) -> bool:
        """Whether its findings are notes, not faults."""
        return self.level is Level.NOTE

    @property
    def remark(self) -> str:
        """What to add to its title, or an empty string."""
        return "a note" if self.is_note else "with --require" if self.on_request else ""

    def find(self, examination: Examination) -> Iterable[Finding]:
        """Return what is wrong with a target; this changes nothing.

        :raises PysharedirError: when the check fails; an OSError says the same.
        """
        module, _, name = self.function.partition(":")
        function: Callable[[Examination], Iterable[Finding]]
        function = getattr(import_module(f"{_CHECKS}.{module}"), name)
        return function(examination)
