"""Counts and lists in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def number(count: int, noun: str) -> str:
    """Return a count of something."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def some(names: Sequence[str], most: int = 1) -> str:
    """Return the first of *names*, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
