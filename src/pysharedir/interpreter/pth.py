"""Lines of .pth and .start files, as site reads them."""

from __future__ import annotations

import locale
import os
import re
from dataclasses import dataclass

from pysharedir.interpreter import content
from pysharedir.wording import Label

_IMPORTS = ("import ", "import\t")
# With this an import line reads the lines after it, so site does not; the hook's line does so.
_READS_THE_REST = "; f.read()"
_ENDS = re.compile("\r\n|\r|\n")  # of lines in files; str.splitlines() splits at more


class Kind(Label):
    """What site does with a line."""

    PATH_LINE = "path line"
    IMPORT_LINE = "import line"
    ENTRY = "entry"


@dataclass(frozen=True)
class Line:
    """One line of a .pth or .start file that does something.

    :ivar entry: The entry of ``sys.path`` that a path line names.
    """

    kind: Kind
    number: int
    text: str
    entry: str | None = None


def read(path: str, version: tuple[int, ...]) -> tuple[Line, ...]:
    """Return the lines of a .pth or .start file that do something.

    :param version: The version of the Python that reads it.
    """
    try:
        return parse(content.read(path), path, version)
    except OSError:
        return ()


def parse(written: bytes, path: str, version: tuple[int, ...]) -> tuple[Line, ...]:
    """Return the lines that do something in the content of a file.

    Bytes that cannot be decoded are replaced: a start may stop there, or decode them in another
    locale.

    :param path: The path of the file; path lines are relative to its directory.
    :param version: As for :func:`read`.
    """
    is_start = path.endswith(".start")
    lines = []
    for number, whole in enumerate(_split(written, version, is_start=is_start), 1):
        line = whole.strip() if version >= (3, 15) else whole
        text = line.rstrip()
        if not text or line.startswith("#"):
            continue
        if is_start:
            lines.append(Line(Kind.ENTRY, number, text))
        elif line.startswith(_IMPORTS):
            lines.append(Line(Kind.IMPORT_LINE, number, text))
            if version < (3, 13) and text.endswith(_READS_THE_REST):
                break
        else:
            entry = os.path.abspath(os.path.join(os.path.dirname(path), text))
            lines.append(Line(Kind.PATH_LINE, number, text, entry))
    return tuple(lines)


def is_readable(written: bytes) -> bool:
    """Tell whether a content is UTF-8; otherwise site skips a .start file (PEP 829)."""
    try:
        written.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _split(written: bytes, version: tuple[int, ...], *, is_start: bool) -> list[str]:
    """Return the lines of a file: before Python 3.13 it is a text file in the locale's encoding."""
    encoding = locale.getpreferredencoding(False)
    if version < (3, 13):
        return _ENDS.split(written.decode(encoding, "replace"))
    if is_readable(written):
        return written.decode("utf-8-sig").splitlines()
    return [] if is_start else written.decode(encoding, "replace").splitlines()
