"""Lines of .pth and .start files, as site reads them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pysharedir.wording import Label


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
        text = Path(path).read_text("utf-8-sig", "replace")
    except OSError:
        return ()
    lines = []
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.strip() if version >= (3, 15) else whole.rstrip()
        if not line or line.startswith("#"):
            continue
        if path.endswith(".start"):
            lines.append(Line(Kind.ENTRY, number, line))
        elif line.startswith(("import ", "import\t")):
            lines.append(Line(Kind.IMPORT_LINE, number, line))
        else:
            entry = os.path.abspath(os.path.join(os.path.dirname(path), line))
            lines.append(Line(Kind.PATH_LINE, number, line, entry))
    return tuple(lines)
