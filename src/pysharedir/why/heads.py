"""What the first lines of a script tell: what runs it, and what it runs."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from pysharedir.installed import shebangs

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 4096  # bytes that a first line and the trick for long ones fit into
# As installers write what an entry point declares.
_CALL = re.compile(rb"^import sys\s+from ([\w.]+) import \w+\s+if __name__ ==", re.MULTILINE)


def interpreter_of(file: Path) -> str | None:
    """Return the interpreter that the first line of a script names, None when it names none."""
    head = shebangs.parse(_head(file) + b"\n")
    if head is None:
        return None
    if not head.interpreter.endswith("/env"):
        return head.interpreter
    words = os.fsdecode(head.arguments).split()
    words = [word for word in words if not word.startswith("-") and "=" not in word]
    return (shutil.which(words[0]) or words[0]) if words else None


def module_of(file: Path) -> str | None:
    """Return the module that a script takes its entry point from, if an installer wrote it."""
    call = _CALL.search(_head(file))
    return call[1].decode() if call else None


def _head(file: Path) -> bytes:
    """Return how a file begins, nothing when it cannot be read."""
    try:
        if not file.is_file():  # to open a FIFO would wait for who writes to it
            return b""
        with file.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError:
        return b""
