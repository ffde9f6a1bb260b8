"""Lines of .pth and .start files, as site reads them."""

from __future__ import annotations

import locale
import os
import re
from dataclasses import dataclass

from pysharedir.interpreter import content
from pysharedir.wording import Label

_IMPORTS = ("import ", "import\t")
# By this an import line takes the lines after it away from site, as that of the hook does.
_READS_THE_REST = "; f.read()"
_ENDS = re.compile("\r\n|\r|\n")  # of lines, as files have them; str.splitlines() knows more


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

    :param version: Of the Python that reads it.
    """
    try:
        return parse(content.read(path), path, version)
    except OSError:
        return ()


def parse(written: bytes, path: str, version: tuple[int, ...]) -> tuple[Line, ...]:
    """Return those lines of the content of a file.

    What no encoding can read is replaced: a start may end there, or read on in another locale.

    :param path: Of the file; its directory is what path lines are relative to.
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
    """Tell whether a content is UTF-8: a .start file that is not is passed over (PEP 829)."""
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
