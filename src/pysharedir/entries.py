"""The entries of ``sys.path``: what each is for, and who put it there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import pth

if TYPE_CHECKING:
    from pysharedir.target import Target, View


@dataclass(frozen=True)
class Entry:
    """One entry of ``sys.path``.

    :ivar role: What it is for.
    :ivar by: Who put it there.
    """

    path: str
    role: str
    by: str
    exists: bool


def entries(target: Target, view: View) -> tuple[Entry, ...]:
    """Return the entries of ``sys.path`` of one start of *target*, in order."""
    named = _path_lines(target, view)
    return tuple(
        Entry(path, *_role(target, view, path, named.get(path)), exists=os.path.exists(path))
        for path in view.path
    )


def _role(target: Target, view: View, path: str, line: str | None) -> tuple[str, str]:
    if path not in target.off.path:
        return _role_of_added(target, path, line)
    if path in view.pythonpath:
        return "PYTHONPATH", "PYTHONPATH"
    archive = "/python{}{}.zip".format(*target.version_info[:2])
    if path == target.stdlib or path.endswith(("/lib-dynload", archive)):
        return "standard library", "interpreter"
    root = target.root_of(path)
    if root is not None and line is None:
        return _role_of_site_dir(target, root, path), "site"
    return ("path line", line) if line else ("other", "startup code")


def _role_of_added(target: Target, path: str, line: str | None) -> tuple[str, str]:
    for prefix in os.environ.get("PYSHAREDIR_PREFIXES", "").split(":"):
        if prefix.startswith("/") and path.startswith(prefix.rstrip("/") + "/"):
            kind = "site dir" if target.root_of(path) is not None else "sharedir"
            return f"{kind} of a prefix", "PYSHAREDIR_PREFIXES"
    return ("path line", line) if line else ("sharedir", "pysharedir")


def _role_of_site_dir(target: Target, root: str, path: str) -> str:
    if path == target.user_site:
        return "user site dir"
    if target.is_venv:
        return "site dir of the venv" if root == target.prefix else "site dir of the base"
    return "site dir"


def _path_lines(target: Target, view: View) -> dict[str, str]:
    """Return what .pth files name, with the first that does."""
    found: dict[str, str] = {}
    for directory in view.path:
        for file in sorted(Path(directory).glob("*.pth")):
            for line in pth.read(str(file), target.version_info):
                if line.entry:
                    found.setdefault(line.entry, str(file))
    return found
