"""A move to a file system that becomes full: after each page, and after each file."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from faults.conftest import mounted
from faults.trials import attempt, check_refusal, check_settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from faults.conftest import MakeWorld, Scenario, Tally
    from faults.world import World

PLENTY = 4 << 20
CHUNKS = 2

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def disk(here: Path) -> Iterator[Path]:
    with mounted(here / "disk") as path:
        yield path


@pytest.fixture(scope="module", params=["sort", "restore"])
def scenario(
    request: pytest.FixtureRequest,
    here: Path,
    disk: Path,
    make_world: MakeWorld,
    make_scenario: Callable[[str, World], Scenario],
) -> Scenario:
    """A sharedir on that file system, or a venv to which its distributions are to come back."""
    if request.param == "sort":
        made = make_world(here / "full-sort", disk / "sharedir")
    else:
        made = make_world(disk / "full-restore", here / "full-sharedir")
    return make_scenario(f"{request.param} to a full disk", made)


@pytest.mark.parametrize("what", ["size", "nr_inodes"])
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_is_an_error_of_one_line(
    scenario: Scenario, disk: Path, what: str, chunk: int, tally: Tally
) -> None:
    used = _used(scenario, disk, what)
    rooms = range(chunk, _needed(scenario, disk, what), CHUNKS)
    attempt(lambda room: _try(scenario, disk, what, used, room), rooms)
    tally(f"{scenario.name}: {what}", len(rooms))


def _try(scenario: Scenario, disk: Path, what: str, used: int, room: int) -> None:
    def limit() -> None:
        _remount(disk, what, used + room)

    try:
        done = scenario.run(before=limit)
    finally:
        _remount(disk, "size", PLENTY)
        _remount(disk, "nr_inodes", PLENTY)
    assert done.code, done
    check_refusal(done, "no space left on device")
    assert scenario.world.state() == scenario.before
    scenario.world.once("full", lambda: _follow(scenario))


def _follow(scenario: Scenario) -> None:
    """See that all is there, and that the same command has room now."""
    scenario.world.check_sound()
    again = scenario.command(*scenario.arguments)
    assert again.code == 0, again
    check_settled(scenario)


def _used(scenario: Scenario, disk: Path, what: str) -> int:
    scenario.world.reset()
    return _measure(disk, what)


def _needed(scenario: Scenario, disk: Path, what: str) -> int:
    """Return how much of it a move needs, at least."""
    scenario.run()
    after = _measure(disk, what)
    return after - _used(scenario, disk, what)


def _measure(disk: Path, what: str) -> int:
    found = os.statvfs(disk)
    return found.f_blocks - found.f_bfree if what == "size" else found.f_files - found.f_ffree


def _remount(disk: Path, what: str, number: int) -> None:
    value = number * os.statvfs(disk).f_frsize if what == "size" and number != PLENTY else number
    subprocess.run(["mount", "-o", f"remount,{what}={value}", disk], check=True)
