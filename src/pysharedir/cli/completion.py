"""The values that a shell offers after an option."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from pysharedir.cli.escapes import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

_PYTHON = re.compile(r"python((3)\.(\d+)t?)")


def targets(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return what --python can name: versions and venvs, else files."""
    items = [
        CompletionItem(name, help=escaped(where))
        for name, where in {**_versions(), **_venvs()}.items()
        if name.startswith(incomplete) and _can_be_typed(name)
    ]
    return items or [CompletionItem(incomplete, type="file")]


def directories(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Make the shell complete directories."""
    return [CompletionItem(incomplete, type="dir")]


def codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes of checks."""
    from pysharedir.doctor.registry import CHECKS  # loads the module of every check

    return [
        CompletionItem(check.code, help=f"{check.name}: {check.title}")
        for check in CHECKS
        if check.code.startswith(incomplete.upper())
    ]


def names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of the distributions that the target can import."""
    from pysharedir.errors import PysharedirError
    from pysharedir.snapshot import Snapshot  # loads all that asks a target

    try:
        snapshot = Snapshot.of(ctx.obj)
        visible = snapshot.visible(snapshot.view.path)
    except (PysharedirError, OSError):
        return []
    return sorted(
        distribution.name
        for distribution in visible.values()
        if distribution.name.lower().startswith(incomplete.lower())
        and _can_be_typed(distribution.name)
    )


def _can_be_typed(name: str) -> bool:
    """Tell whether a shell can complete a name: it would read one with a line break as two."""
    return escaped(name) == name


def _versions() -> dict[str, str]:
    """Return the versions on PATH and in pyenv, by the names of files: no interpreter is run."""
    from pysharedir.interpreter.target import FLOOR  # loads much that asks a target

    home = os.path.expanduser(os.environ.get("PYENV_ROOT", "~/.pyenv")) + "/versions"
    path = os.environ.get("PATH", "").split(os.pathsep)
    versions = {
        version[1]: os.path.join(directory, name)
        for directory in (*(f"{home}/{entry}/bin" for entry in _entries(home)), *reversed(path))
        for name in _entries(directory)
        if (version := _PYTHON.fullmatch(name)) and (int(version[2]), int(version[3])) >= FLOOR
    }
    return dict(sorted(versions.items(), key=lambda item: (len(item[0]), item)))


def _venvs() -> dict[str, str]:
    return {name: "venv" for name in _entries(".") if os.path.isfile(f"{name}/pyvenv.cfg")}


def _entries(directory: str) -> Iterator[str]:
    try:
        yield from sorted(os.listdir(directory or "."))
    except OSError:
        return
