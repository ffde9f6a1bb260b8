"""Meters for the start of an interpreter: system calls, instructions, wall time."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import interpreters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CALL = re.compile(r"^(\d+ +)?\w+\(", re.MULTILINE)
COLLECTED = re.compile(r"Collected : (\d+)")
PASS = "-c", "pass"
HINTS = {
    "strace": "install the package strace of your distribution",
    "valgrind": "install the package valgrind of your distribution",
}


class MeterError(Exception):
    """A meter is missing or did not measure."""


def environment(home: Path) -> dict[str, str]:
    """Return the few variables of the environment in which programs are measured."""
    return {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
    }


def interpreter(version: str) -> Path:
    """Return the executable of a CPython, or raise MeterError when it is not found."""
    found = interpreters.find(version)
    if found is None:
        name = "PYSHAREDIR_PYTHON_" + version.replace(".", "_")
        raise MeterError(f"CPython {version} is not found: name it in {name}")
    return found


def require() -> None:
    """Raise MeterError when a program that the counts come from is not installed."""
    for program in HINTS:
        path(program)


def system_calls(
    python: Path, environment: Mapping[str, str], scratch: Path, program: Sequence[str] = PASS
) -> int:
    """Return the number of system calls of ``python -c pass``, or another *program*."""
    trace = scratch / "trace"
    _run([path("strace"), "-f", "-o", str(trace), str(python), *program], environment)
    return len(CALL.findall(trace.read_text()))


def instructions(
    python: Path, environment: Mapping[str, str], program: Sequence[str] = PASS
) -> int:
    """Return how many instructions ``python -c pass``, or another *program*, runs in user space."""
    callgrind = [path("valgrind"), "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    output = _run([*callgrind, str(python), *program], environment)
    collected = COLLECTED.search(output)
    if collected is None:
        raise MeterError(f"valgrind cannot run {python.name}: {output.strip()[-200:]}")
    return int(collected[1])


def seconds(python: Path, environment: Mapping[str, str]) -> float:
    """Return how long ``python -c pass`` takes, from before its fork to after its end."""
    before = time.perf_counter()
    subprocess.run([python, "-c", "pass"], env=environment, check=False)
    return time.perf_counter() - before


def proves(python: Path, environment: Mapping[str, str], proof: str) -> bool:
    """Tell whether the expression *proof* is true in a start of *python*."""
    code = f"import sys\ntry:\n    print({proof})\nexcept Exception:\n    print(False)"
    return _run([str(python), "-c", code], environment, err=False).strip() == "True"


def path(program: str) -> str:
    """Return where *program* is, or raise MeterError when it is not installed."""
    found = shutil.which(program)
    if found is None:
        raise MeterError(f"{program} is not installed: {HINTS[program]}")
    return found


def _run(command: list[str], environment: Mapping[str, str], *, err: bool = True) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeterError(f"{command[0]} failed: {done.stderr.strip()[-200:]}")
    return done.stderr if err else done.stdout
