"""The parts of the documentation's pages: commands, blocks and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

CHECKOUT = Path(__file__).parents[2]
PAGES = [CHECKOUT / "README.md", *sorted(CHECKOUT.glob("docs/**/*.md"))]
_SHELL = ("sh", "console", "bash", "shell")


@dataclass(frozen=True)
class Command:
    """A command that a page shows.

    :ivar shown: The output that it shows, None when it shows none.
    """

    text: str
    shown: str | None = None


def name(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt().enable("table").parse(page.read_text("utf-8"))


def _inline(page: Path) -> Iterator[Token]:
    for token in _tokens(page):
        yield from token.children or ()


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the blocks of a page that are meant for a shell: their form and their text."""
    return [
        (each.info, each.content)
        for each in _tokens(page)
        if each.type == "fence" and each.info in _SHELL
    ]


def commands(form: str, block: str) -> Iterator[Command]:
    """Yield the commands of a block.

    In a console block each begins with ``$``, and its further lines with ``>``.
    """
    if form != "console":
        yield Command(block)
        return
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        text = lines.pop(0)
        while lines and lines[0].startswith("> "):
            text += lines.pop(0).removeprefix("> ")
        yield Command(text, "".join(lines))


def code(page: Path) -> list[str]:
    """Return the commands within sentences."""
    found = [each.content for each in _inline(page) if each.type == "code_inline"]
    return [each for each in found if re.match(r"(\w+=\S* )*pysharedir ", each)]


def links(page: Path) -> list[str]:
    """Return what a page links to, and the pictures that it shows, within the project."""
    named = {"link_open": "href", "image": "src"}
    found = [str(each.attrGet(named[each.type])) for each in _inline(page) if each.type in named]
    return [each for each in found if not re.match(r"https?:", each)]


def anchors(page: Path) -> set[str]:
    """Return what a link can name on a page, as forges write it."""
    tokens = _tokens(page)
    headings = [
        following.content for token, following in pairwise(tokens) if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
