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
@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_a_start_stays_inside_its_budget(version: str) -> None:
    missing = [tool for tool in ("strace", "valgrind") if shutil.which(tool) is None]
    if interpreters.find(version) is None:
        missing.append(f"CPython {version}")
    if missing:
        reason = f"not on this machine: {', '.join(missing)}"
        if os.environ.get("PYSHAREDIR_REQUIRE"):
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--check", "--python", version],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
