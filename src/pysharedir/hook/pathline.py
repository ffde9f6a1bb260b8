"""The line of ``_pysharedir.pth`` that shows the sharedir to tools that do not start Python.

Type checkers such as ty and zuban read the path lines of ``.pth`` files and never start the
interpreter, so they miss what only code adds to ``sys.path``.  This line is for them.  ``site``
never sees a path in it, so a start is the same with and without the line, whether the hook is
switched on or off, and whether the sharedir exists or not.

For Python 3.13 and later, U+001C ends a line, and the rest of the line is a comment.  For the
tools, lines end with a newline only, so U+001C and ``#`` are the name of a directory, which the
next ``..`` leaves again.  This costs a start nothing.

Older Pythons read the file line by line.  For them the import line reads the rest of the file that
:func:`site.addpackage` has open, so ``site`` finds no further line.
"""

from __future__ import annotations

import re

_FREE = (3, 13)  # the first version on which the line costs nothing
_COMMENT = "\x1c#/../"
_IMPORT = "import _pysharedir"
_READING = f"{_IMPORT}; f.read()"
_PATH = (
    "[!-~ ]*[!-~]"  # ASCII is the same in any encoding; no blank at the end, which site would strip
)
_OURS = re.compile(
    f"{_IMPORT}\n({re.escape(_COMMENT)}{_PATH}\n)?|{re.escape(_READING)}\n\\.\\.?/{_PATH}\n"
)


def content(line: str | None) -> bytes:
    """Return the content of ``_pysharedir.pth``.

    :param line: As :func:`leading_to` returned it.
    """
    if line is None:
        return f"{_IMPORT}\n".encode()
    return f"{_IMPORT if line.startswith(_COMMENT) else _READING}\n{line}\n".encode()


def is_ours(content: bytes) -> bool:
    """Tell whether *content* is one that :func:`content` returns."""
    return _OURS.fullmatch(content.decode("latin-1")) is not None


def is_free(version: tuple[int, ...]) -> bool:
    """Tell whether the line costs a start of this version nothing."""
    return version >= _FREE


def leading_to(path: str, version: tuple[int, ...]) -> str | None:
    """Return the line for a directory, without its newline, or None if no line can name it.

    :param path: The directory, relative to the site dir.
    :param version: The version of Python that reads the line.
    """
    if not re.fullmatch(_PATH, path):
        return None
    if is_free(version):
        return f"{_COMMENT}{path}"
    return path if path.startswith("../") else f"./{path}"
