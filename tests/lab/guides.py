"""What a guide shows, for tests that run it where it can be run."""

from __future__ import annotations

import re
from pathlib import Path

_GUIDES = Path(__file__).parents[2] / "docs" / "how-to"
_BLOCK = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def block(guide: str, words: str) -> str:
    """Return the block of a guide that has *words* in it, of which there is one."""
    found = _BLOCK.findall((_GUIDES / guide).read_text("utf-8"))
    (text,) = (each for each in found if words in each)
    return str(text)
