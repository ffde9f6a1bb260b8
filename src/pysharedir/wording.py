"""Counts, lists and labels in words."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Label(str, Enum):
    """An enumeration whose members are shown as their values, in tables and in JSON."""

    def __str__(self) -> str:
        return str.__str__(self)


def number(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, such as ``2 files``.

    :param plural: The plural of the noun, when it is not the noun with an s.
    """
    return f"{count} {noun}" if count == 1 else f"{count} {plural or f'{noun}s'}"


def some(names: Sequence[str], most: int = 1) -> str:
    """Return the first *most* of *names*, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def duration(seconds: float) -> str:
    """Return a duration in the largest unit of which it has at least one."""
    for unit, name in (86_400, "day"), (3_600, "hour"), (60, "minute"):
        if seconds >= unit:
            return number(int(seconds // unit), name)
    return number(max(int(seconds), 0), "second")


def user(uid: int) -> str:
    """Return the name of a user; when there is no name, return the number."""
    import pwd  # noqa: PLC0415  # few commands need it

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
