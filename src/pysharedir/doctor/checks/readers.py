"""Tools that read the layout of an environment and do not start its Python."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.errors import PathLineError
from pysharedir.hook.files import State
from pysharedir.interpreter import content
from pysharedir.wording import number, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination

_TOOLS = {"ty", "zuban"}
# Files of a project, each with the text that shows that it uses such a tool; pyright and
# basedpyright do not ask the interpreter if venvPath is set.
_SETTINGS = {
    "ty.toml": "",
    "pyproject.toml": r"^\s*\[tool\.(ty|zuban)[].]|^\s*venvPath\s*=",
    "pyrightconfig.json": r'"venvPath"\s*:',
}


def unseeing(examination: Examination) -> Iterator[Finding]:
    """Find tools that miss what is in the sharedir, since no path line names it."""
    hook, sharedir = examination.hook, examination.sharedir
    if hook.state is State.ABSENT or hook.settings.path_line is not None:
        return
    missed = examination.whole(sharedir)
    readers = [*_installed(examination), *_configured(examination)] if missed else []
    if readers:
        yield Finding(
            about=str(sharedir),
            reason=f"tools that read .pth files and do not start Python miss"
            f" {number(len(missed), 'distribution')} there: {some(readers)}",
            remedy=_remedy(examination),
        )


def _remedy(examination: Examination) -> str:
    try:
        examination.place.path_line(examination.target, examination.hook.settings)
    except PathLineError as error:
        return error.hint
    return f"{examination.command('enable', '--path-line')} tells them about it"


def _installed(examination: Examination) -> list[str]:
    """Return the tools of this kind that are installed in the target."""
    return sorted(
        distribution.name
        for directory in examination.directories
        for distribution in examination.whole(directory.path)
        if distribution.key in _TOOLS
    )


def _configured(examination: Examination) -> list[str]:
    """Return the files of the project around a venv that configure such a tool."""
    project = Path(examination.target.prefix).parent
    if not examination.target.is_venv:
        return []
    return [
        str(project / name) for name, words in _SETTINGS.items() if _says(project / name, words)
    ]


def _says(path: Path, words: str) -> bool:
    try:
        text = content.read(path).decode("utf-8", "replace")
    except OSError:
        return False
    return re.search(words, text, re.MULTILINE) is not None
