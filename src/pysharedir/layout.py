"""Roots, site dirs and sharedirs, by the hook's own rule of what is next to a site dir."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@cache
def templates() -> Path:
    """Return the directory of the hook's files, in the wheel or in a checkout."""
    here = Path(__file__).resolve()
    inside = here.parent / "sitecustomize_templates"
    return inside if inside.is_dir() else here.parents[2] / "sitecustomize_templates"


@cache
def _root_of(version: str, platlibdir: str) -> Callable[[str], str | None]:
    """Load the hook's rule as an interpreter of *version* would.

    The rule is in the hook's ``path.py``, which reads these names of sys when it is executed.
    """
    stub = SimpleNamespace(
        version_info=tuple(map(int, version.split("."))),
        platlibdir=platlibdir,
        modules={"builtins": SimpleNamespace()},
        meta_path=[],
        _home=None,
    )
    stub.modules["_pysharedir"] = None
    scope: dict[str, object] = {"sys": stub}
    path = templates() / "_pysharedir.d" / "path.py"
    exec(compile(path.read_text("utf-8"), str(path), "exec"), scope)  # noqa: S102
    return cast("Callable[[str], str | None]", scope["root_of"])


def root_of(site_dir: str, version: str, platlibdir: str = "lib") -> str | None:
    """Return the root of a site dir, or None when the entry is not a site dir.

    :param site_dir: An entry of ``sys.path``.
    :param version: ``X.Y`` of the interpreter.
    :param platlibdir: Its :data:`sys.platlibdir`.
    """
    return _root_of(version, platlibdir)(site_dir)


def sharedir_of(root: str, version: str) -> str:
    """Return the sharedir of a root: ``ROOT/share/python/X.Y``."""
    return f"{root}/share/python/{version}"


def archive_of(stdlib: str) -> str:
    """Return the zip that an interpreter searches before its standard library.

    It is ``python313.zip`` next to ``python3.13``; free-threaded builds have a ``t`` in both names.
    """
    directory, name = os.path.split(stdlib)
    return os.path.join(directory, name.replace(".", "") + ".zip")


def is_reserved(path: str) -> bool:
    """Tell whether a path in a site dir is reserved for the hook or for the files of moves.

    :param path: Relative to the site dir; it may be a pyc of the hook.
    """
    top = path.removeprefix("__pycache__/").partition("/")[0]
    return top == ".pysharedir" or top.startswith("_pysharedir.")


def below(directory: str, path: str) -> str | None:
    """Return *path* relative to a directory, None if it is not in that directory."""
    inside = path.removeprefix(f"{directory}/")
    return None if inside == path or ".." in inside.split("/") else inside


def lists(path: Iterable[str], directory: str) -> bool:
    """Tell whether an entry of *path* is *directory*, however it is spelled."""
    return any(same_directory(entry, directory) for entry in path)


def same_directory(*paths: str) -> bool:
    """Tell whether all *paths* are one existing directory, however they are spelled."""
    try:
        return len({(status.st_dev, status.st_ino) for status in map(os.stat, paths)}) == 1
    except OSError:
        return False
