"""Fixtures of all tests: the target interpreter, and an environment free of the runner's."""

from __future__ import annotations

import os
import random
import time
import zlib
from typing import TYPE_CHECKING

import pytest

import cache
import interpreters
import required

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# The seed of the fuzzers, the same for all workers of a run.
os.environ.setdefault("PYSHAREDIR_SEED", str(random.randrange(2**32)))  # noqa: S311

# Versions of Python between which little differs take a share of the tests each, by turns of a
# day: N/OF is share N of OF today.  In OF days each test runs on all of them.
_NUMBER, _, _OF = os.environ.get("PYSHAREDIR_SHARE", "0/1").partition("/")
SHARES = int(_OF)
SHARE = (int(_NUMBER) + int(time.time()) // (24 * 60 * 60)) % SHARES

pytest_plugins = ["descendants", "progress"]


@pytest.fixture(scope="session")
def version() -> str:
    """``X.Y`` of the target: PYSHAREDIR_TARGET, or that of the runner."""
    return interpreters.TARGET


@pytest.fixture(scope="session")
def find_interpreter() -> Callable[[str], Path]:
    """Return a function that finds an interpreter; it fails if a required one is missing."""

    def find(version: str) -> Path:
        found = interpreters.find(version)
        if found is None:
            required.skip(f"CPython {version} is not on this machine", version)
        return found

    return find


@pytest.fixture(scope="session")
def interpreter(version: str, find_interpreter: Callable[[str], Path]) -> Path:
    """The target's executable.  It is real: never write to its installation."""
    return find_interpreter(version)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment for subprocesses without variables for Python, and with its own home."""
    own = ("PYTHON", "PYSHAREDIR", "VIRTUAL_ENV", "COLUMNS", "COV_", "UV_", "TOX_", "__PYVENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    kept["HOME"] = str(tmp_path_factory.mktemp("home"))
    kept["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    return kept


def pytest_report_header() -> list[str]:
    lines = [f"fuzzers: PYSHAREDIR_SEED={os.environ['PYSHAREDIR_SEED']}"]
    if SHARES > 1:
        lines.append(
            f"share {SHARE} of the tests: those whose name has a CRC-32 that is {SHARE} modulo"
            f" {SHARES}; the others run on other days, or with another PYSHAREDIR_SHARE"
        )
    return lines


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that are not in today's share."""
    mine: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        number = zlib.crc32(item.nodeid.encode("utf-8", "replace"))
        (mine if number % SHARES == SHARE else others).append(item)
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = mine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what could not be fetched."""
    for directory in cache.STALE:
        terminalreporter.line(f"not of today, as the registry could not be reached: {directory}")
