"""The committed table has the verdicts of the command on the real wheels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from uv import find_uv_bin

from verdicts.regenerate import TABLE, WHEELS, difference, regenerate

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "3.11"


def rows(table: str) -> list[list[str]]:
    """Return the cells of each row."""
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


@pytest.fixture
def python(find_interpreter: Callable[[str], Path]) -> Path:
    return find_interpreter(VERSION)


@pytest.fixture
def online(environment: dict[str, str]) -> dict[str, str]:
    """Return an environment in which uv uses the same registry and cache as outside the tests."""
    cache = subprocess.run(
        [find_uv_bin(), "cache", "dir", "--color", "never"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        **environment,
        **{name: value for name, value in os.environ.items() if name.startswith("UV_")},
        "UV_CACHE_DIR": cache.stdout.strip(),
        "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME", str(Path.home() / ".config")),
    }


def test_the_table_has_every_pinned_wheel() -> None:
    lines = WHEELS.read_text("utf-8").splitlines()
    pins = [tuple(line.split("==")) for line in lines if line and not line.startswith("#")]
    listed = [(canonicalize_name(name), version) for name, version, *_ in rows(TABLE.read_text())]
    assert len(listed) >= 200
    assert sorted(listed) == sorted(pins)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the table is about ELF objects")
def test_the_table_is_what_the_command_says(python: Path, online: dict[str, str]) -> None:
    new = regenerate(python, online)
    assert len(rows(new)) >= 200
    assert not difference(TABLE.read_text("utf-8"), new)
