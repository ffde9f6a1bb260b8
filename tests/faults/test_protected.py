"""Directories that cannot be written to: from the start, one by one, or lost in the middle."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from faults.conftest import lacks
from faults.trials import attempt, check_refusal, check_settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from faults.conftest import Scenario, Tally
    from faults.processes import Ended, Point
    from faults.trials import Choice

_CLOSED, _OPEN = 0o555, 0o755
CHUNKS = 4
SCENARIOS = ("sort", "sort across", "restore")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("scenario", SCENARIOS, indirect=True),
]


def test_one_directory(scenario: Scenario, tally: Tally) -> None:
    directories = _directories(scenario)
    attempt(lambda path: _try_one(scenario, path), directories)
    tally(f"{scenario.name}: directories that cannot be written to", len(directories))


def _try_one(scenario: Scenario, path: str) -> None:
    with _closed([path]):
        done = scenario.run(before=lambda: os.chmod(path, _CLOSED))
        _check(scenario, done)
    _check_mended(scenario)


@pytest.mark.parametrize("which", ["sharedir", "site_dir"])
def test_a_file_system(scenario: Scenario, which: str, tally: Tally) -> None:
    if os.geteuid():
        lacks("only root can mount a file system read-only")
    world = scenario.world
    path = world.sharedir if which == "sharedir" else world.venv.site_dir
    with contextlib.ExitStack() as stack:
        done = scenario.run(before=lambda: stack.enter_context(_read_only(path)))
        check_refusal(done, "read-only file system")
        assert world.state() == scenario.before
        world.check_sound()
    _check_mended(scenario)
    tally(f"{scenario.name}: read-only file systems", 1)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_lost_in_the_middle(scenario: Scenario, chunk: int, choice: Choice, tally: Tally) -> None:
    names = ("renameat", "mkdirat", "unlinkat")
    points = [
        point
        for point in scenario.moving
        if point.name in names and "AT_REMOVEDIR" not in point.call
    ]
    mine = choice.of(points, lambda point: point)[chunk::CHUNKS]
    attempt(lambda point: _try_lost(scenario, point), mine, again=True)
    tally(f"{scenario.name}: permissions lost in the middle", len(mine), len(points[chunk::CHUNKS]))


def _try_lost(scenario: Scenario, point: Point) -> None:
    scenario.world.reset()
    with contextlib.ExitStack() as stack:
        with scenario.stopped(point) as ended:
            stack.enter_context(_closed(_directories(scenario)))
        scenario.world.check_readable()
        if ended[0].code:
            check_refusal(ended[0], "permission denied")
    _check_mended(scenario)


def _check(scenario: Scenario, done: Ended) -> None:
    scenario.world.check_readable()
    if done.code:
        check_refusal(done, "permission denied")
        if "nothing was changed" in done.stderr:
            assert scenario.world.state() == scenario.before


def _check_mended(scenario: Scenario) -> None:
    scenario.world.once("protected", lambda: _follow(scenario))


def _follow(scenario: Scenario) -> None:
    """See that the same command finishes the move."""
    again = scenario.command(*scenario.arguments)
    assert again.code == 0, again
    check_settled(scenario, empty=False)
    assert not scenario.world.is_interrupted()


def _directories(scenario: Scenario) -> list[str]:
    """Return the directories of modules, and those in them, before the move."""
    return [
        path
        for path in scenario.before
        if scenario.before[path] == "directory"
        and any(
            Path(path).is_relative_to(each)
            for each in (scenario.world.sharedir, scenario.world.venv.site_dir)
        )
    ]


@contextlib.contextmanager
def _closed(paths: list[str]) -> Iterator[None]:
    for path in paths:
        if os.path.isdir(path):
            os.chmod(path, _CLOSED)
    try:
        yield
    finally:
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.chmod(path, _OPEN)


@contextlib.contextmanager
def _read_only(path: Path) -> Iterator[None]:
    subprocess.run(["mount", "--bind", path, path], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
