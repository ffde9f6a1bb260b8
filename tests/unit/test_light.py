"""A command loads only the modules that it needs."""

from __future__ import annotations

import ast
import importlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from pysharedir.cli import cli
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unit.conftest import Venv

# As the script runs that users have, in a venv without startup files, where neither how
# pysharedir is installed here nor what else is there counts.
PROGRAM = """
import atexit, sys
output, *sys.path[1:1] = sys.argv.pop(1).split(":")
atexit.register(lambda: open(output, "w").write("\\n".join(sys.modules)))
from pysharedir.__main__ import main
sys.argv[0] = "pysharedir"
main()
"""
PACKAGES = "pysharedir", "click", "installer", "packaging", "rich"
BUDGETS = {  # modules at the end of the process
    "--version": 130,
    "--python VENV status": 300,
    "--python VENV sort --check": 312,
    "--python VENV view VENV/all VENV": 240,
}
TAB = 140
TABS = {
    "st": "status",
    "--py": "--python",
    "sort --no": "--no-overrule",
    "sort --python bi": "bi",  # a file, for the shell to complete
    "enable --style ": "sitecustomize",
    "startup --al": "--allow",
    "doctor --fi": "--fix",
    "why --pre": "--prefix",
}
CALLBACK = 25  # lines
COMMANDS = Path(str(importlib.import_module("pysharedir.cli.commands").__file__)).parent


def run(venv: Venv, directory: Path, *arguments: str, **env: str) -> tuple[str, set[str]]:
    """Return the output of the command, and the modules that it has loaded."""
    files = (importlib.import_module(name).__file__ for name in PACKAGES)
    places = sorted({str(Path(str(file)).parents[1]) for file in files})
    output = directory / "modules"
    done = subprocess.run(
        [venv.python, "-c", PROGRAM, ":".join([str(output), *places]), *arguments],
        env={**venv.environment, **env},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    assert done.returncode in (0, 1)
    return done.stdout, set(output.read_text().split())


@pytest.mark.parametrize("arguments", BUDGETS)
def test_a_command_loads_what_it_needs(enabled: Venv, tmp_path: Path, arguments: str) -> None:
    put(enabled.site_dir, "one", {"one.py": ""})
    words = arguments.replace("VENV", str(enabled.root)).split()
    said, modules = run(enabled, tmp_path, *words)
    print(f"{arguments}: {len(modules)} modules")  # noqa: T201
    assert said
    assert len(modules) <= BUDGETS[arguments], sorted(modules)
    assert commands(modules) == {each for each in cli.helps if each in words}


@pytest.mark.parametrize("line", TABS)
def test_a_completion_loads_what_it_needs(venv: Venv, tmp_path: Path, line: str) -> None:
    words = f"pysharedir {line}".split(" ")
    variables = {
        "_PYSHAREDIR_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    said, modules = run(venv, tmp_path, **variables)
    print(f"TAB after {line!r}: {len(modules)} modules")  # noqa: T201
    assert TABS[line] in [each.partition(",")[2] for each in said.splitlines()]
    assert len(modules) <= TAB, sorted(modules)
    assert commands(modules) == {each for each in cli.helps if each in words}


def commands(modules: set[str]) -> set[str]:
    prefix = "pysharedir.cli.commands."
    return {name.removeprefix(prefix) for name in modules if name.startswith(prefix)}


def test_the_commands_are_listed_as_they_describe_themselves() -> None:
    ctx = click.Context(cli)
    loaded = {name: cli.get_command(ctx, name) for name in cli.list_commands(ctx)}
    helps = {
        name: command.get_short_help_str(1000).removesuffix(".")
        for name, command in loaded.items()
        if command
    }
    assert helps == cli.helps
    assert sorted(helps) == sorted(each.stem for each in COMMANDS.glob("[!_]*.py"))


def callbacks() -> Iterator[tuple[str, int]]:
    """Yield the functions of the commands' modules, with their lines without the docstring."""
    for file in sorted(COMMANDS.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                lines = int(node.end_lineno or 0) - node.lineno + 1
                if ast.get_docstring(node):
                    doc = node.body[0]
                    lines -= int(doc.end_lineno or 0) - doc.lineno + 1
                yield f"{file.stem}.{node.name}", lines


def test_a_callback_parses_calls_and_prints() -> None:
    lines = dict(callbacks())
    assert lines.keys() >= {f"{name}.{name}" for name in cli.helps}
    assert {name: count for name, count in lines.items() if count > CALLBACK} == {}
