"""Environments that a tool made for one program, and that only this program should use."""

from __future__ import annotations

import os
import re
from pathlib import Path

# The file that each tool writes into the environment of a program that it installs.
_RECEIPTS = {"pipx_metadata.json": "pipx", "uv-receipt.toml": "uv"}
# The environments of uvx and `uv run --with` are in CACHE/archive-v0/ID and CACHE/builds-v0/ID.
_BUCKET = re.compile(r"[a-z]+-v\d+")
_CACHE = "CACHEDIR.TAG"


def maker(prefix: str) -> str | None:
    """Return the tool that made the environment at *prefix* for one program, or None."""
    for name, tool in _RECEIPTS.items():
        if os.path.isfile(f"{prefix}/{name}"):
            return tool
    is_in_cache = any(
        _BUCKET.fullmatch(parent.name) and (parent.parent / _CACHE).is_file()
        for parent in Path(prefix).parents
    )
    return "uv" if is_in_cache else None
