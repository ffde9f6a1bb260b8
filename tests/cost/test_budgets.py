"""What starts and imports cost, by counts: the budgets are in benchmarks/."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import interpreters
import required

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.slow
def test_a_start_stays_inside_its_budget() -> None:
    """On every version, in one run, which measures two of them at a time."""
    present = [version for version in interpreters.VERSIONS if interpreters.find(version)]
    require(
        {*present, *(each for each in required.NAMES if each[:2] == "3.")}, "strace", "valgrind"
    )
    check("startup.py", *(f"--python={version}" for version in present))


@pytest.mark.slow
def test_imports_from_many_prefixes_stay_inside_their_budget() -> None:
    require({"3.11"}, "strace")
    check("imports.py", "--python=3.11", "--quick")


def require(versions: set[str], *tools: str) -> None:
    """Skip, or fail where nothing may be skipped, when something to measure with is missing."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    missing += [f"CPython {each}" for each in sorted(versions) if not interpreters.find(each)]
    if missing:
        required.skip(f"not on this machine: {', '.join(missing)}")


def check(benchmark: str, *options: str) -> None:
    done = subprocess.run(
        [sys.executable, BENCHMARKS / benchmark, "--check", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
