"""The owners of the files that a start runs."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.hook.files import State
from pysharedir.installed import system_packages
from pysharedir.interpreter import pyvenv
from pysharedir.startup import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pysharedir.snapshot import Reader

OURS = "pysharedir"


def of_files(
    paths: Sequence[str], path: Iterable[str], venv: str | None, reader: Reader
) -> dict[str, str]:
    """Return the owners of files: a distribution, pysharedir, or a system package.

    :param path: The ``sys.path`` of the start that runs them.
    :param venv: The directory of the venv, if the target is one.
    :param reader: What reads the directories on that path.
    """
    places = dict.fromkeys([*path, *map(os.path.dirname, paths)])
    directories = list(filter(os.path.isdir, places))
    owners = {}
    for file in paths:
        if reader.is_of_hook(file):
            # Anybody can copy its first line; only a whole hook is what `enable` wrote.
            state = reader.hook_in(os.path.dirname(file)).state
            owners[file] = OURS if state is State.ENABLED else f"{OURS} ({state})"
        elif (owner := reader.owner_in(file, directories)) is not None:
            owners[file] = f"{owner.name} {owner.version}"
    others = [file for file in paths if file not in owners]
    if venv is not None:  # no system package has files there
        maker = _maker(venv)
        inside = [file for file in others if file.startswith(f"{venv}/")]
        if maker:
            made = [file for file in inside if file.endswith("/_virtualenv.pth")]
            owners.update(dict.fromkeys(made, maker))
        others = [file for file in others if file not in inside]
    return system_packages.packages(others) | owners


def hook_parts(paths: Iterable[str], reader: Reader) -> tuple[str, ...]:
    """Return the modules of the hook in the directories of its startup files.

    Which of them a start runs depends on its environment.

    :param paths: Startup files, those of the hook among them.
    """
    directories = {os.path.dirname(path) for path in paths if reader.is_of_hook(path)}
    forms = ("_pysharedir.py", "_pysharedir.pyc", "_pysharedir.d/*.py", "_pysharedir.d/*.pyc")
    return tuple(
        path
        for each in sorted(directories)
        for form in forms
        for path in sorted(glob.glob(f"{glob.escape(each)}/{form}"))
    )


def is_stdlib(stdlib: str, path: str) -> bool:
    """Tell whether a file is of a standard library, which may be in a zip.

    :param stdlib: Its directory.
    :param path: The file, or where a module is in an archive.
    """
    inside = layout.below(stdlib, path)
    if inside is None:
        return digests.on_disk(path) == layout.archive_of(stdlib)
    return inside.split("/")[0] not in ("site-packages", "dist-packages")


def _maker(venv: str) -> str | None:
    """Return the tool that made a venv, if it is one that writes a ``_virtualenv.pth``."""
    settings = pyvenv.settings(venv)
    makers = ("virtualenv", "uv")
    return next((f"{key} {settings[key]}" for key in makers if key in settings), None)
