"""The README in a sharedir: pip removes a directory with its last file, and with it the place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile, Step, WriteFile
from pysharedir.hook import files

if TYPE_CHECKING:
    from pathlib import Path

NAME = "README.txt"  # as in CPython's own site-packages
_TEXT = b"""\
# pysharedir: what is installed here is found by the Pythons that have pysharedir's startup hook.

Installers put distributions without compiled parts here, for the Pythons of this version on every
architecture.  This file stays while the directory is empty, since pip removes a directory with
the last file in it, and installers put nothing into one that is not there when Python starts.
"""


def making(sharedir: Path) -> list[Step]:
    """Return what makes the README of a sharedir, unless it is there, or others keep the place."""
    path = sharedir / NAME
    is_others = sharedir.is_dir() and not os.access(sharedir, os.W_OK)
    return [] if os.path.lexists(path) or is_others else [WriteFile(path, _TEXT)]


def removal(sharedir: Path) -> list[Step]:
    """Return what removes the README of a sharedir, if it is pysharedir's."""
    return [RemoveFile(sharedir / NAME)] if is_there(sharedir) else []


def is_there(sharedir: Path) -> bool:
    """Tell whether there is a README that pysharedir wrote."""
    return files.is_ours(sharedir / NAME)
