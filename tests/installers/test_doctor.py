"""``doctor`` finds nothing in healthy targets, however they were made."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from uv import find_uv_bin

from command import pysharedir
from installers.conftest import MOST_USED
from installers.python import Python, run, tree

if TYPE_CHECKING:
    from collections.abc import Callable


def faults(executable: Path, env: dict[str, str]) -> list[Any]:
    done = pysharedir("--python", executable, "doctor", "--json", env=env, check=False)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    return [
        *(each for each in report["findings"] if each["level"] == "fault"),
        *report["unchecked"],
    ]


def by_venv(interpreter: Path, prefix: Path, env: dict[str, str]) -> None:
    run(interpreter, "-m", "venv", "--without-pip", prefix, env=env, cwd=prefix.parent)
    run(find_uv_bin(), "pip", "install", "--python", prefix, "pip", env=env, cwd=prefix.parent)


def by_venv_with_system_packages(interpreter: Path, prefix: Path, env: dict[str, str]) -> None:
    options = ("--without-pip", "--system-site-packages")
    run(interpreter, "-m", "venv", *options, prefix, env=env, cwd=prefix.parent)


def by_virtualenv(interpreter: Path, prefix: Path, env: dict[str, str]) -> None:
    command = (sys.executable, "-m", "virtualenv", "--python", interpreter, prefix)
    run(*command, env=env, cwd=prefix.parent)


def by_uv(interpreter: Path, prefix: Path, env: dict[str, str]) -> None:
    run(find_uv_bin(), "venv", "--python", interpreter, prefix, env=env, cwd=prefix.parent)


def by_uv_with_seed(interpreter: Path, prefix: Path, env: dict[str, str]) -> None:
    command = (find_uv_bin(), "venv", "--seed", "--no-index", "--python", interpreter, prefix)
    run(*command, env=env, cwd=prefix.parent)


MAKERS = [
    pytest.param(by_venv, marks=pytest.mark.differs("what venv makes, and site and pycs tell")),
    by_venv_with_system_packages,
    by_virtualenv,
    by_uv,
    by_uv_with_seed,
]


@pytest.mark.parametrize("make", MAKERS)
def test_a_fresh_environment(
    interpreter: Path,
    version: str,
    offline: dict[str, str],
    tmp_path: Path,
    make: Callable[[Path, Path, dict[str, str]], None],
) -> None:
    env = {**offline, "UV_NO_CACHE": "1"}  # it would remember the time before the hook: SD801
    prefix = tmp_path / "venv"
    make(interpreter, prefix, env)
    venv = Python(prefix, version, env)
    before = tree(prefix)
    assert faults(venv.executable, env) == []
    assert tree(prefix) == before
    venv.enable().pysharedir("sort")
    assert faults(venv.executable, env) == []


def test_the_interpreter_itself(interpreter: Path, offline: dict[str, str]) -> None:
    assert faults(interpreter, offline) == []


def test_the_systems_python(offline: dict[str, str]) -> None:
    executable = Path("/usr/bin/python3")
    if not executable.exists() and "PYSHAREDIR_REQUIRE" not in os.environ:
        pytest.skip("no /usr/bin/python3 on this machine")
    assert faults(executable, offline) == []


def test_a_world_of_packages(world: Python) -> None:
    venv = world.with_env(UV_NO_CACHE="1")
    venv.uv("install", "--compile-bytecode", *MOST_USED.split())
    assert faults(venv.executable, venv.env) == []
    venv.enable().pysharedir("sort")
    assert faults(venv.executable, venv.env) == []
