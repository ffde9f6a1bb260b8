"""The line of ``_pysharedir.pth`` that shows a sharedir to tools which do not start Python.

Type checkers such as ty and zuban read the path lines of ``.pth`` files and never ask the
interpreter, so they miss what only code adds to ``sys.path``.  This line is for them.  ``site``
never sees a path in it: whatever the hook's switch says, whoever can write to the sharedir, and if
it is missing, a start does what it does without the line.

To Python 3.13 and newer U+001C ends a line, and what follows here is a comment.  To the tools, for
which lines end in a newline only, both are the name of a directory, which the next ``..`` leaves
again.  That costs a start nothing.

Older Pythons read the file line by line.  There the import line reads the rest of the file that
:func:`site.addpackage` has open, and leaves nothing for it.
"""

from __future__ import annotations

import re

_FREE = (3, 13)  # the first version on which it costs nothing
_COMMENT = "\x1c#/../"
_IMPORT = "import _pysharedir"
_READING = f"{_IMPORT}; f.read()"
_PATH = "[!-~ ]*[!-~]"  # in any encoding, and with nothing to be stripped
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
    """Tell whether :func:`content` can have returned a content."""
    return _OURS.fullmatch(content.decode("latin-1")) is not None


def is_free(version: tuple[int, ...]) -> bool:
    """Tell whether a line costs the starts of a Python nothing."""
    return version >= _FREE


def leading_to(path: str, version: tuple[int, ...]) -> str | None:
    """Return the line that leads to a directory, without its end; None when none can.

    :param path: Relative to the site dir.
    :param version: Of the Python.
    """
    if not re.fullmatch(_PATH, path):
        return None
    if is_free(version):
        return f"{_COMMENT}{path}"
    return path if path.startswith("../") else f"./{path}"
