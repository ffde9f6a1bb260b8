"""The contract of the programs that run in a target."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from pysharedir.errors import TargetError
from pysharedir.interpreter import answers, inside, processes

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = sorted(path for path in Path(inside.__file__).parent.glob("*.py"))
PROGRAMS = [path for path in SOURCES if path.stem != "__init__"]
# By program: the arguments that its callers give, and the type of its answer.
QUESTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "probe": (answers.Probe, {}),
    "bare": (answers.Bare, {"flags": processes.ISOLATED}),
    "plain": (answers.Plain, {}),
    "lookup": (answers.Lookup, {"arguments": [json.dumps([["email.message"], []])]}),
    "watch": (
        answers.Trace,
        {"arguments": ["", "files", processes.text_of("trace")], "flags": ["-S"]},
    ),
    "pycs": (answers.Pycs, {"flags": processes.ISOLATED, "given": [[__file__], [__file__]]}),
    "compile": (answers.Compiled, {"flags": processes.ISOLATED, "given": []}),
}


def test_each_program_is_asked_something() -> None:
    assert {path.stem for path in PROGRAMS} == {*QUESTIONS, "trace"}  # `watch` runs it


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_it_needs_the_standard_library_of_3_9_only(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 9))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (
            node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")]
        )
    }
    assert imported <= set(sys.stdlib_module_names)
    if path.stem == "trace":
        assert imported == {"builtins", "json", "site", "sys"}
    assert "Runs in the target" in (ast.get_docstring(tree) or "")


@pytest.mark.parametrize("version", ["3.9", "3.11", "3.15"])
@pytest.mark.parametrize("program", QUESTIONS)
def test_it_answers_what_its_type_says(
    program: str, version: str, find_interpreter: Callable[[str], Path]
) -> None:
    typed, question = QUESTIONS[program]
    options = {key: value for key, value in question.items() if key != "arguments"}
    arguments = question.get("arguments", [])
    answer = processes.ask(find_interpreter(version), program, *arguments, **options)
    check(answer, typed, program)


def check(value: Any, wanted: Any, where: str) -> None:
    """Check that a value has the keys and types of a type, at every level."""
    if is_typeddict(wanted):
        hints = get_type_hints(wanted)
        assert wanted.__required_keys__ <= value.keys() <= hints.keys(), where
        for key, each in value.items():
            check(each, hints[key], f"{where}.{key}")
        return
    if get_origin(wanted) in (list, tuple):
        assert isinstance(value, list), where
        for each in value:
            check(each, get_args(wanted)[0], f"{where}[]")
    elif get_origin(wanted) is dict:
        assert isinstance(value, dict), where
    elif get_args(wanted):  # one of several
        kinds = [each for each in get_args(wanted) if each is not type(None)]
        assert value is None or len(kinds) == 1, where
        if value is not None:
            check(value, kinds[0], where)
    else:
        assert type(value) is wanted, (where, value)


def test_a_shell_that_is_taken_for_a_python_runs_none_of_it(tmp_path: Path) -> None:
    """The first statement ends a shell, before it takes the rest for commands."""
    program = tmp_path / "import"
    program.write_text(f"#!/bin/sh\n: > {tmp_path}/ran\n")
    program.chmod(0o755)
    env = {"PATH": str(tmp_path)}
    for text, runs in (processes.text_of("plain"), True), ("", False):
        if runs:
            subprocess.run(["/bin/sh", "-c", text], env=env, check=False)
        else:
            with pytest.raises(TargetError):
                processes.ask(Path("/bin/sh"), "plain", env=env)
        assert (tmp_path / "ran").exists() == runs
        (tmp_path / "ran").unlink(missing_ok=True)
