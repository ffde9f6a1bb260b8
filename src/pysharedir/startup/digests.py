"""The SHA-256 of files that a start runs, in hexadecimal."""

from __future__ import annotations

import hashlib
import os

from pysharedir.interpreter import content

UNREADABLE = 64 * "0"  # in place of a hash


def of_file(path: str) -> str:
    """Return the hash of a file."""
    try:
        return of_content(content.read(path))
    except OSError:
        return UNREADABLE


def of_content(written: bytes | None) -> str:
    """Return the hash of a content, or UNREADABLE."""
    return UNREADABLE if written is None else hashlib.sha256(written).hexdigest()


def on_disk(path: str) -> str:
    """Return the file on disk of a module: itself, or the zip that holds it."""
    parent = path
    while parent and not os.path.exists(parent):
        parent = os.path.dirname(parent)
    return parent if os.path.isfile(parent) else path
