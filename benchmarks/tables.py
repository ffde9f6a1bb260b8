"""Tables of figures, as Markdown that reads as text too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def table(lines: Sequence[Sequence[str]]) -> str:
    """Return *lines* as a table: the first has the heads, the first cell of each is text."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = [widths[0] * "-", *("-" * (width - 1) + ":" for width in widths[1:])]
    return "".join(_row(cells, widths) for cells in (lines[0], rule, *lines[1:]))


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """Return *lines* as a table for the docs, without spaces that a change would move."""
    rule = "|".join(["---"] + ["---:"] * (len(lines[0]) - 1))
    head, *rest = ("| " + " | ".join(cells) + " |\n" for cells in lines)
    return "".join([head, f"|{rule}|\n", *rest])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    title, *figures = zip(cells, widths, strict=True)
    padded = [title[0].ljust(title[1]), *(cell.rjust(width) for cell, width in figures)]
    return "| " + " | ".join(padded) + " |\n"
