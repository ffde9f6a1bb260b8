"""The entries of ``sys.path``: the role of each, and what put it there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.interpreter import pth
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pysharedir.interpreter.target import Target, View


class Role(Label):
    """The role of an entry of ``sys.path``."""

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
    """What put an entry on ``sys.path``, if it was not a line of a .pth file."""

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

    :ivar by: An :class:`Origin`; or the variable that names its prefix, if it is not
        PYSHAREDIR_PREFIXES; or the path of the .pth file that names the entry.
    """

    path: str
    role: Role
    by: Origin | str
    exists: bool


def entries(target: Target, view: View, named: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return the entries of ``sys.path`` of one start of *target*, in order.

    :param named: What :func:`prefixes` returns.
    """
    files = _path_lines(target, view)
    return tuple(
        Entry(path, *_role(target, view, named, path, files.get(path)), exists=os.path.exists(path))
        for path in view.path
    )


def prefixes(target: Target, variables: Mapping[str, bool]) -> dict[str, str]:
    """Return the prefixes that *variables* name, each with the first variable that names it.

    :param variables: Whether they list site dirs, see
        :attr:`pysharedir.hook.files.Settings.variables`.
    """
    named: dict[str, str] = {}
    for variable, are_site_dirs in variables.items():
        for item in os.environ.get(variable, "").split(":"):
            path = item.rstrip("/")
            prefix = target.root_of(path) if are_site_dirs else path
            if item.startswith("/") and prefix is not None:
                named.setdefault(prefix, variable)
    return named


def _role(
    target: Target, view: View, named: Mapping[str, str], path: str, file: str | None
) -> tuple[Role, Origin | str]:
    """Return the role of an entry, and what put it there.

    :param file: The .pth file that names the entry, if there is one.
    """
    if path not in target.off.path:
        return _role_of_added(target, named, path, file)
    if path in view.pythonpath:
        return Role.PYTHONPATH, Origin.PYTHONPATH
    archive = os.path.basename(layout.archive_of(target.stdlib))
    if path == target.stdlib or path.endswith(("/lib-dynload", f"/{archive}")):
        return Role.STDLIB, Origin.INTERPRETER
    root = target.root_of(path)
    if root is not None and file is None:
        return _role_of_site_dir(target, root, path), Origin.SITE
    return (Role.PATH_LINE, file) if file else (Role.OTHER, Origin.STARTUP_CODE)


def _role_of_added(
    target: Target, named: Mapping[str, str], path: str, file: str | None
) -> tuple[Role, Origin | str]:
    root, role = target.root_of(path), Role.PREFIX_SITE_DIR
    if root is None and path.endswith(tail := layout.sharedir_of("", target.version)):
        root, role = path.removesuffix(tail), Role.PREFIX_SHAREDIR
    if root is not None and (by := named.get(root) or named.get(root.removesuffix("/local"))):
        return role, Origin.PREFIXES if by == Origin.PREFIXES.value else by
    return (Role.PATH_LINE, file) if file else (Role.SHAREDIR, Origin.HOOK)


def _role_of_site_dir(target: Target, root: str, path: str) -> Role:
    if path == target.user_site:
        return Role.USER_SITE_DIR
    if target.is_venv:
        return Role.VENV_SITE_DIR if root == target.prefix else Role.BASE_SITE_DIR
    return Role.SITE_DIR


def _path_lines(target: Target, view: View) -> dict[str, str]:
    """Return the entries that .pth files name, each with the first file that names it."""
    files: dict[str, str] = {}
    for directory in view.path:
        for file in sorted(Path(directory).glob("*.pth")):
            for line in pth.read(str(file), target.version_info):
                if line.entry:
                    files.setdefault(line.entry, str(file))
    return files
