"""What a check is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination


@dataclass(frozen=True)
class Finding:
    """One fault of a target, or one thing to know about it.

    :ivar about: The path or the name of what has it.
    :ivar reason: What is wrong, in one line.
    :ivar remedy: What to do about it, in one line.
    :ivar fix: What mends it, when that is safe.
    """

    about: str
    reason: str
    remedy: str
    fix: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong.

    :ivar code: Its name for machines; never used for anything else once it was released.
    :ivar name: Its name for humans.
    :ivar title: What is wrong when it finds something.
    :ivar find: Returns what is wrong with a target; it changes nothing.
    :ivar is_note: Whether what it finds is no fault, but good to know.
    """

    code: str
    name: str
    title: str
    find: Callable[[Examination], Iterable[Finding]]
    is_note: bool = False
