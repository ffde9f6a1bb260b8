"""Escapes for the characters that a terminal would obey or not show."""

from __future__ import annotations

import re

# Characters that are printable by their category, but invisible: Unicode's
# Default_Ignorable_Code_Point, and the braille pattern without dots.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def escaped(text: str) -> str:
    r"""Return a text with Python's escapes in place of what a terminal would not show.

    This escapes every character that is not :meth:`printable <str.isprintable>`: control
    characters such as ``\x1b``; characters that change the direction of text, such as ``\u202e``,
    or have no width; spaces other than that of ASCII; bytes in a file name that are not UTF-8, such
    as ``\udcff``; unassigned and private code points.  It also escapes the printable characters
    that are invisible.  A backslash stays a single backslash, so that a path reads as it is.
    """
    if text.isprintable() and (text.isascii() or not _UNSEEN.search(text)):
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    is_shown = character.isprintable() and not _UNSEEN.match(character)
    return character if is_shown else ascii(character)[1:-1]
