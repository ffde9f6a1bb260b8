"""The README that keeps an empty sharedir: pip removes a directory with the last file in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile, Step, WriteFile
from pysharedir.hook import files

if TYPE_CHECKING:
    from pathlib import Path

NAME = "README.txt"  # the name that CPython uses in its own site-packages
_TEXT = b"""\
# pysharedir: Pythons that have pysharedir's startup hook import what is installed here.

Installers put distributions without compiled parts here, for the Pythons of this version on every
architecture.  This file keeps the directory: pip removes a directory with the last file in it, and
installers do not use a directory that is missing when Python starts.
"""


def making(sharedir: Path) -> list[Step]:
    """Return the step that makes the README, unless it exists or the sharedir is read-only."""
    path = sharedir / NAME
    is_read_only = sharedir.is_dir() and not os.access(sharedir, os.W_OK)
    return [] if os.path.lexists(path) or is_read_only else [WriteFile(path, _TEXT)]


def removal(sharedir: Path) -> list[Step]:
    """Return the step that removes the README of a sharedir, if pysharedir wrote it."""
    return [RemoveFile(sharedir / NAME)] if is_there(sharedir) else []


def is_there(sharedir: Path) -> bool:
    """Tell whether there is a README that pysharedir wrote."""
    return files.is_ours(sharedir / NAME)
