"""What a start costs, by counts: the budgets are in benchmarks/startup.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import interpreters

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "startup.py"


@pytest.mark.slow
def test_a_start_stays_inside_its_budget() -> None:
    """On every version, in one run, which measures two of them at a time."""
    missing = [tool for tool in ("strace", "valgrind") if shutil.which(tool) is None]
    versions = [version for version in interpreters.VERSIONS if interpreters.find(version)]
    required = os.environ.get("PYSHAREDIR_REQUIRE", "").split()
    absent = [f"CPython {each}" for each in required if each[:2] == "3." and each not in versions]
    if missing or absent:
        reason = f"not on this machine: {', '.join(missing + absent)}"
        if required:
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--check", *(f"--python={each}" for each in versions)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
