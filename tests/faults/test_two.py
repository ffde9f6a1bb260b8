"""Two commands at once, of which one moves distributions: the other waits for another day."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from faults.trials import attempt, check_refusal, check_settled
from forks import BOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.conftest import Scenario
    from faults.processes import Ended, Point, Server
    from faults.world import World

ROUNDS = 10

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("scenario", ["sort", "sort across"], indirect=True),
]


@pytest.fixture(scope="module")
def second(scenario: Scenario, make_server: Callable[[World], Server]) -> Server:
    scenario.world.reset()
    return make_server(scenario.world)


def test_second_sort_is_refused(
    scenario: Scenario, second: Server, tally: Callable[[str, int], None]
) -> None:
    points = _locked(scenario)
    attempt(lambda point: _try_second(scenario, second, point), points, again=True)
    tally(f"{scenario.name}: stopped, and a second one started", len(points))


def _locked(scenario: Scenario) -> list[Point]:
    """Return the calls between taking the lock and letting it go, without the stage's."""
    calls = enumerate(scenario.moving)
    taken, *_ = [n for n, point in calls if point.name == "flock"]
    calls = enumerate(scenario.moving)
    *_, gone = [n for n, each in calls if each.name.startswith("unlink") and "lock" in each.call]
    names = ("rename", "rmdir", "fsync", "unlink")
    # Each costs a while: every third, and the moments in which the journal changes.
    locked = [point for point in scenario.moving[taken + 1 : gone] if point.name in names]
    return [p for n, p in enumerate(locked) if n % 3 == 0 or ".json" in p.call]


def _try_second(scenario: Scenario, second: Server, point: Point) -> None:
    world = scenario.world
    world.reset()
    with scenario.stopped(point) as ended:
        before = world.state()
        done = second("--python", world.venv.root, "sort")
        check_refusal(done, "another pysharedir moves distributions here")
        told = second("--python", world.venv.root, "status")
        assert told.code == 0, told
        assert world.state() == before
        world.check_readable()
    assert ended[0].code == 0, ended
    assert world.state() == scenario.after
    world.check_sound()


@pytest.mark.parametrize("overtaker", [("sort",), ("disable", "--restore")], ids=str)
def test_one_that_is_overtaken(
    scenario: Scenario,
    second: Server,
    overtaker: tuple[str, ...],
    tally: Callable[[str, int], None],
) -> None:
    """What it planned is done, or undone, by the time that it begins."""
    lock = next(n for n, point in enumerate(scenario.moving) if point.name == "flock")
    points = [None, *scenario.moving[: lock + 1]]

    def attempt_at(point: Point | None) -> None:
        world = scenario.world
        world.reset()
        with scenario.stopped(point) as ended:
            done = second("--python", world.venv.root, *overtaker)
        _check_one_line(ended[0])
        _check_one_line(done)
        assert not world.is_interrupted()
        world.check_sound()
        if overtaker == scenario.arguments:
            check_settled(scenario)

    attempt(attempt_at, points, again=True)
    tally(f"{scenario.name}: overtaken by {' '.join(overtaker)}", len(points))


def _check_one_line(done: Ended) -> None:
    assert "Traceback" not in done.stderr, done
    if done.code:
        check_refusal(done)


def test_two_at_once(
    scenario: Scenario, environment: dict[str, str], tally: Callable[[str, int], None]
) -> None:
    root = str(scenario.world.venv.root)
    command = [*BOUND, sys.executable, "-m", "pysharedir", "--python", root]

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*command, "sort"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    for _ in range(ROUNDS):
        scenario.world.reset()
        codes = []
        for process in [start(), start()]:
            _, stderr = process.communicate()
            codes.append(process.returncode)
            assert "Traceback" not in stderr, stderr
        assert 0 in codes
        assert scenario.world.state() == scenario.after
        scenario.world.check_sound()
    tally(f"{scenario.name}: two at once", ROUNDS)
