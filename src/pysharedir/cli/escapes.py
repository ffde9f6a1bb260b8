"""What a terminal does not show as it is, and how it is shown instead."""

from __future__ import annotations

import re

# Printable by their category, yet nothing is seen of them: Unicode's Default_Ignorable_Code_Point,
# and the braille pattern without dots.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def escaped(text: str) -> str:
    r"""Return a text with the escapes of Python's literals for what a terminal would not show.

    That is every character that is not :meth:`printable <str.isprintable>`: controls, such as
    ``\x1b``; what changes the direction of a text, such as ``\u202e``, or has no width; spaces but
    the one of ASCII; bytes of a file's name that are not UTF-8, ``\udcff``; what is unassigned or
    private.  The same goes for those printable characters of which nothing is seen.  A backslash
    stays as it is, as for a path of which nothing else has to be escaped.
    """
    if text.isprintable() and (text.isascii() or not _UNSEEN.search(text)):
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    is_shown = character.isprintable() and not _UNSEEN.match(character)
    return character if is_shown else ascii(character)[1:-1]
