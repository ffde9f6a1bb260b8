"""The first lines of a script: which interpreter runs it, and which module it calls."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from pysharedir.installed import shebangs

if TYPE_CHECKING:
    from pathlib import Path

_SIZE = 4096  # bytes; holds the first line, or the workaround for one that is too long
# The script that installers write for an entry point.
_CALL = re.compile(rb"^import sys\s+from ([\w.]+) import \w+\s+if __name__ ==", re.MULTILINE)


def interpreter_of(file: Path) -> str | None:
    """Return the interpreter that the first line of a script names, None if it names none."""
    shebang = shebangs.parse(_beginning(file) + b"\n")
    if shebang is None:
        return None
    if not shebang.interpreter.endswith("/env"):
        return shebang.interpreter
    words = os.fsdecode(shebang.arguments).split()
    words = [word for word in words if not word.startswith("-") and "=" not in word]
    return (shutil.which(words[0]) or words[0]) if words else None


def module_of(file: Path) -> str | None:
    """Return the module that has the entry point of a script, if an installer wrote the script."""
    call = _CALL.search(_beginning(file))
    return call[1].decode() if call else None


def _beginning(file: Path) -> bytes:
    """Return the first bytes of a file, none if it cannot be read."""
    try:
        if not file.is_file():  # opening a FIFO would wait for a writer
            return b""
        with file.open("rb") as stream:
            return stream.read(_SIZE)
    except OSError:
        return b""
