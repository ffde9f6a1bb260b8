"""The SHA-256 of files that a start runs, in hexadecimal."""

from __future__ import annotations

import hashlib
import os

from pysharedir.interpreter import content

UNREADABLE = 64 * "0"  # instead of one


def of_file(path: str) -> str:
    """Return that of a file."""
    try:
        return of_content(content.read(path))
    except OSError:
        return UNREADABLE


def of_content(written: bytes | None) -> str:
    """Return that of a content, if it is known."""
    return UNREADABLE if written is None else hashlib.sha256(written).hexdigest()


def on_disk(path: str) -> str:
    """Return the file of a module: itself, or the zip that it is in."""
    parent = path
    while parent and not os.path.exists(parent):
        parent = os.path.dirname(parent)
    return parent if os.path.isfile(parent) else path
