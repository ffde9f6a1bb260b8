"""Environments that a tool has made for one program, which only that program is to be run from."""

from __future__ import annotations

import os
import re
from pathlib import Path

# What each leaves in the environment of a program that it installs or runs.
_RECEIPTS = {"pipx_metadata.json": "pipx", "uv-receipt.toml": "uv"}
# Where uvx and `uv run --with` make theirs: CACHE/archive-v0/ID, CACHE/builds-v0/ID.
_BUCKET = re.compile(r"[a-z]+-v\d+")
_CACHE = "CACHEDIR.TAG"


def maker(prefix: str) -> str | None:
    """Return the tool that has made the environment at *prefix* for one program, if one has."""
    for name, tool in _RECEIPTS.items():
        if os.path.isfile(f"{prefix}/{name}"):
            return tool
    is_in_cache = any(
        _BUCKET.fullmatch(each.name) and (each.parent / _CACHE).is_file()
        for each in Path(prefix).parents
    )
    return "uv" if is_in_cache else None
