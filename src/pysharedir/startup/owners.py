"""Whose the files are that a start runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.installed import system_packages
from pysharedir.interpreter import pyvenv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.interpreter.answers import Trace
    from pysharedir.snapshot import Reader


def of_files(facts: Trace, paths: Sequence[str], reader: Reader) -> dict[str, str]:
    """Return whose startup files are: a distribution's, pysharedir's, or a system package's.

    :param facts: The start that they were read at.
    :param reader: What reads the directories on its ``sys.path``.
    """
    path = dict.fromkeys([*facts["path"], *map(os.path.dirname, paths)])
    directories = list(filter(os.path.isdir, path))
    owners = {}
    for file in paths:
        if reader.is_of_hook(file):
            owners[file] = "pysharedir"
        elif (owner := reader.owner_in(file, directories)) is not None:
            owners[file] = f"{owner.name} {owner.version}"
    others = [file for file in paths if file not in owners]
    if facts["prefix"] != facts["base_prefix"]:  # no system package has files in a venv
        maker = _maker(facts["prefix"])
        inside = [file for file in others if file.startswith(f"{facts['prefix']}/")]
        if maker:
            made = [file for file in inside if file.endswith("/_virtualenv.pth")]
            owners.update(dict.fromkeys(made, maker))
        others = [file for file in others if file not in inside]
    return system_packages.packages(others) | owners


def _maker(venv: str) -> str | None:
    """Return what made a venv, if it is one that puts a ``_virtualenv.pth`` there."""
    settings = pyvenv.settings(venv)
    makers = ("virtualenv", "uv")
    return next((f"{key} {settings[key]}" for key in makers if key in settings), None)
