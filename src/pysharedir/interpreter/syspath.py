"""The entries of ``sys.path``: what each is for, and who put it there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.interpreter import pth
from pysharedir.wording import Label

if TYPE_CHECKING:
    from pysharedir.interpreter.target import Target, View


class Role(Label):
    """What an entry of ``sys.path`` is for."""

    STDLIB = "standard library"
    SITE_DIR = "site dir"
    VENV_SITE_DIR = "site dir of the venv"
    BASE_SITE_DIR = "site dir of the base"
    USER_SITE_DIR = "user site dir"
    SHAREDIR = "sharedir"
    PREFIX_SITE_DIR = "site dir of a prefix"
    PREFIX_SHAREDIR = "sharedir of a prefix"
    PYTHONPATH = "PYTHONPATH"
    PATH_LINE = "path line"
    WORKING_DIRECTORY = "working directory"
    OTHER = "other"


class Origin(Label):
    """Who put an entry on ``sys.path``, if it was not a line of a .pth file."""

    INTERPRETER = "interpreter"
    SITE = "site"
    PYTHONPATH = "PYTHONPATH"
    HOOK = "pysharedir"
    PREFIXES = "PYSHAREDIR_PREFIXES"
    STARTUP_CODE = "startup code"
    COMMAND_LINE = "python -c"


@dataclass(frozen=True)
class Entry:
    """One entry of ``sys.path``.

    :ivar by: An :class:`Origin`, or the path of the .pth file that names it.
    """

    path: str
    role: Role
    by: Origin | str
    exists: bool


def entries(target: Target, view: View) -> tuple[Entry, ...]:
    """Return the entries of ``sys.path`` of one start of *target*, in order."""
    files = _path_lines(target, view)
    return tuple(
        Entry(path, *_role(target, view, path, files.get(path)), exists=os.path.exists(path))
        for path in view.path
    )


def prefixes() -> list[str]:
    """Return what ``PYSHAREDIR_PREFIXES`` names."""
    named = os.environ.get("PYSHAREDIR_PREFIXES", "").split(":")
    return [each.rstrip("/") for each in named if each.startswith("/")]


def _role(target: Target, view: View, path: str, file: str | None) -> tuple[Role, Origin | str]:
    """Return what an entry is for, and who put it there.

    :param file: The .pth file that names it, if one does.
    """
    if path not in target.off.path:
        return _role_of_added(target, path, file)
    if path in view.pythonpath:
        return Role.PYTHONPATH, Origin.PYTHONPATH
    archive = os.path.basename(layout.archive_of(target.stdlib))
    if path == target.stdlib or path.endswith(("/lib-dynload", f"/{archive}")):
        return Role.STDLIB, Origin.INTERPRETER
    root = target.root_of(path)
    if root is not None and file is None:
        return _role_of_site_dir(target, root, path), Origin.SITE
    return (Role.PATH_LINE, file) if file else (Role.OTHER, Origin.STARTUP_CODE)


def _role_of_added(target: Target, path: str, file: str | None) -> tuple[Role, Origin | str]:
    for prefix in prefixes():
        if path.startswith(f"{prefix}/"):
            is_site_dir = target.root_of(path) is not None
            role = Role.PREFIX_SITE_DIR if is_site_dir else Role.PREFIX_SHAREDIR
            return role, Origin.PREFIXES
    return (Role.PATH_LINE, file) if file else (Role.SHAREDIR, Origin.HOOK)


def _role_of_site_dir(target: Target, root: str, path: str) -> Role:
    if path == target.user_site:
        return Role.USER_SITE_DIR
    if target.is_venv:
        return Role.VENV_SITE_DIR if root == target.prefix else Role.BASE_SITE_DIR
    return Role.SITE_DIR


def _path_lines(target: Target, view: View) -> dict[str, str]:
    """Return what .pth files name, each with the first file that does."""
    files: dict[str, str] = {}
    for directory in view.path:
        for file in sorted(Path(directory).glob("*.pth")):
            for line in pth.read(str(file), target.version_info):
                if line.entry:
                    files.setdefault(line.entry, str(file))
    return files
