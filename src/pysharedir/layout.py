"""Roots, site dirs and sharedirs: the rule "next to a site dir", which is the hook's own."""

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
    """Load the hook's rule as the interpreter of *version* would."""
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
    """Return the root of a site dir, or None when it is none.

    :param site_dir: An entry of ``sys.path``.
    :param version: ``X.Y`` of the interpreter.
    :param platlibdir: Its :data:`sys.platlibdir`.
    """
    return _root_of(version, platlibdir)(site_dir)


def sharedir_of(root: str, version: str) -> str:
    """Return the sharedir of a root: ``ROOT/share/python/X.Y``."""
    return f"{root}/share/python/{version}"


def archive_of(stdlib: str) -> str:
    """Return the zip that an interpreter looks into before its standard library.

    It is ``python313.zip`` beside ``python3.13``, and with a ``t`` in both for free-threaded
    builds.
    """
    directory, name = os.path.split(stdlib)
    return os.path.join(directory, name.replace(".", "") + ".zip")


def is_reserved(path: str) -> bool:
    """Tell whether a path in a site dir is that of the hook, or where moves keep their files.

    :param path: Relative to the site dir; that of a pyc of the hook counts too.
    """
    top = path.removeprefix("__pycache__/").partition("/")[0]
    return top == ".pysharedir" or top.startswith("_pysharedir.")


def lists(path: Iterable[str], directory: str) -> bool:
    """Tell whether an entry of *path* is *directory*, however it is spelled."""
    return any(same_directory(entry, directory) for entry in path)


def same_directory(*paths: str) -> bool:
    """Tell whether all *paths* are one existing directory, however they are spelled."""
    try:
        return len({(status.st_dev, status.st_ino) for status in map(os.stat, paths)}) == 1
    except OSError:
        return False
