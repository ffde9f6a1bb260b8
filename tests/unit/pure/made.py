"""Distributions that are on no disk: what their metadata says is given."""

from __future__ import annotations

from pathlib import Path

from pysharedir.installed.distribution import Distribution, Metadata
from pysharedir.installed.records import Listing


def listing(*files: str) -> Listing:
    """Return the listing of a RECORD with these files; those that begin with ``..`` are outside."""
    inside: dict[str, set[str]] = {}
    for file in files:
        if not file.startswith(".."):
            directory, _, name = file.rpartition("/")
            inside.setdefault(directory, set()).add(name)
    return Listing(inside, tuple(file for file in files if file.startswith("..")))


def distribution(name: str, *files: str, directory: str = "/nowhere") -> Distribution:
    """Return a distribution whose RECORD lists *files*."""
    info = Path(directory) / f"{name}-1.0.dist-info"
    metadata = Metadata(name, info)
    vars(metadata)["record"] = listing(*files)
    return Distribution(name, "1.0", info, metadata)
