"""The guide for projects works with the real tools."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from cache import daily
from docs.conftest import VERSION
from docs.pages import CHECKOUT
from installers.python import run

if TYPE_CHECKING:
    from collections.abc import Callable

GUIDE = CHECKOUT / "docs" / "how-to" / "projects.md"


@dataclass(frozen=True)
class Tool:
    """A tool that manages the venv of a project.

    :ivar requirements: What is installed to have it.
    :ivar project: What a project needs to be its own, ahead of what the guide shows.
    :ivar rest: What follows on that.
    :ivar commands: What makes the venv, unless the guide shows that.
    """

    requirements: tuple[str, ...]
    project: str = ""
    rest: str = ""
    commands: tuple[str, ...] = ()


HATCHLING = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.metadata]
allow-direct-references = true
[tool.hatch.build.targets.wheel]
bypass-selection = true
"""
TOOLS = {
    "Hatch": Tool(
        ("hatch",),
        project=HATCHLING,
        rest='path = ".venv"\ndev-mode = false\n',
        commands=("hatch env create",),
    ),
    "PDM": Tool(
        # 2.29.4 cannot lock with hishel 2.
        ("pdm", "hishel<2"),
        project="[tool.pdm]\ndistribution = false\n",
        commands=("pdm use --first python3", "rm -r .venv", "pdm install"),
    ),
    "Poetry": Tool(("poetry",), project="[tool.poetry]\npackage-mode = false\n"),
}
PROJECT = """\
[project]
name = "app"
version = "1"
requires-python = ">=3.13,<4"
dependencies = ["idna @ {wheel}"]
"""


@pytest.fixture(scope="session")
def tools(online: dict[str, str]) -> Path:
    """Return a directory with an environment for each tool."""

    def make(directory: Path) -> None:
        directory.mkdir()
        for name, tool in TOOLS.items():
            python = ("--python", sys.executable)
            run(find_uv_bin(), "venv", *python, name, env=online, cwd=directory)
            install = (find_uv_bin(), "pip", "install", "--python", name)
            run(*install, *tool.requirements, env=online, cwd=directory)

    return daily("projects", f"{sys.base_prefix} {sys.version} {TOOLS}", make)


def shown(tool: str) -> str:
    """Return the block that the guide has for a tool."""
    section = GUIDE.read_text("utf-8").partition(f"\n## Enable it with {tool}\n")[2]
    return section.partition("```")[2].partition("\n")[2].partition("```")[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", TOOLS)
def test_a_new_venv_has_the_hook_before_anything_is_installed(
    name: str,
    tools: Path,
    house: dict[str, str],
    find_interpreter: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    tool = TOOLS[name]
    (found,) = Path(house["UV_FIND_LINKS"]).glob("idna-*.whl")
    scripts = {
        name.lower(): str(tools / name / "bin" / name.lower()),
        "pysharedir": shlex.join([sys.executable, "-m", "pysharedir"]),
        "python3": str(find_interpreter(VERSION)),
    }
    (tmp_path / "bin").mkdir()
    for script, command in scripts.items():
        (tmp_path / "bin" / script).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (tmp_path / "bin" / script).chmod(0o755)
    env = {**house, "HOME": str(tmp_path), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}

    text = shown(name)
    commands = tool.commands or [line.strip() for line in text.splitlines()[1:]]
    added = text if tool.commands else ""
    project = tmp_path / "project"
    project.mkdir()
    written = f"{PROJECT}{tool.project}{added}{tool.rest}"
    wheel = found.resolve().as_uri()  # Poetry treats a link as a different file
    (project / "pyproject.toml").write_text(written.replace("{wheel}", wheel))
    (project / "poetry.toml").write_text("[virtualenvs]\nin-project = true\n")
    for command in commands:
        run("sh", "-euc", command, env=env, cwd=project)
    assert list(project.glob(".venv/share/python/3.*/idna"))
