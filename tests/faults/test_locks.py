"""Moves on a file system without ``flock``, or where only one of two processes has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from faults.processes import kill, without_flock
from faults.test_two import check_two
from faults.trials import attempt, check_refusal, check_settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.conftest import Scenario, Tally
    from faults.processes import Ended, Point, Server
    from faults.world import World

ROUNDS = 6
# Which of two processes have flock.
MIXED = [(False, False), (False, True), (True, False)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("scenario", ["sort"], indirect=True),
]


@pytest.fixture(scope="module")
def points(scenario: Scenario) -> list[Point]:
    """The calls of a move without flock with which it changes something of its own."""
    scenario.world.reset()
    server, root = scenario.server, scenario.world.venv.root
    trace = without_flock()[-2:]
    calls, done = server.points(scenario.world.roots, "--python", root, "sort", trace=trace)
    assert done.code == 0, done
    assert scenario.world.state() == scenario.after
    return [point for point in calls if point.is_own]


@pytest.fixture(scope="module")
def locking(points: list[Point]) -> list[Point]:
    """Those with which it takes the lock, writes the journal, and lets the lock go."""
    taken = next(n for n, point in enumerate(points) if point.takes_lock)
    gone = next(n for n, point in enumerate(points) if point.lets_go)
    return [*points[: taken + 2], *points[gone - 1 :]]


def test_killed(scenario: Scenario, locking: list[Point], tally: Tally) -> None:
    """What follows has flock, or has none either."""

    def trial(each: tuple[int, Point]) -> None:
        number, point = each
        assert scenario.run(*kill(point, flock=False)).code < 0
        scenario.world.check_readable()
        if number % 2:
            _sort_without_flock(scenario)
        else:
            assert scenario.command("sort").code == 0
        check_settled(scenario)

    attempt(trial, [*enumerate(locking)])
    tally("sort without flock: killed", len(locking))


def test_killed_when_it_takes_over(scenario: Scenario, locking: list[Point], tally: Tally) -> None:
    """A lock has been left by one that was killed, and by one that was to recover that."""
    placed = next(each for each in scenario.moving if "placing.json" in each.call)

    def trial(point: Point) -> None:
        assert scenario.run(*kill(placed, flock=False)).code < 0
        done = scenario.recovering(kill(point, flock=False), "sort")
        assert "Traceback" not in done.stderr, done
        _sort_without_flock(scenario)
        check_settled(scenario)

    # The directory is there: those who recover make one call less.
    attempt(trial, locking[: len(locking) // 2])
    tally("sort without flock: recoveries killed", len(locking) // 2)


def _sort_without_flock(scenario: Scenario) -> None:
    done = scenario.recovering(without_flock(), "sort")
    assert done.code == 0, done


@pytest.fixture(scope="module")
def second(scenario: Scenario, make_server: Callable[[World], Server]) -> Server:
    scenario.world.reset()
    return make_server(scenario.world)


@pytest.mark.parametrize("flock", MIXED)
def test_second_sort_is_refused(
    scenario: Scenario, second: Server, points: list[Point], flock: tuple[bool, bool]
) -> None:
    world = scenario.world
    world.reset()
    root = world.venv.root
    point = next(each for each in points if '"placing.json"' in each.call)
    trace = () if flock[1] else without_flock()
    with scenario.server.stopped(point, "--python", root, "sort", flock=flock[0]) as ended:
        before = world.state()
        for arguments in (("sort",), ("enable",)):
            done = second("--python", root, *arguments, trace=trace, gate="recovery")
            check_refusal(done, "another pysharedir is moving distributions here")
        assert world.state() == before
    assert ended[0].code == 0, ended
    assert world.state() == scenario.after


@pytest.mark.parametrize("flock", MIXED)
def test_two_at_once(
    scenario: Scenario, second: Server, flock: tuple[bool, bool], tally: Tally
) -> None:
    def run(which: int) -> Ended:
        server = (scenario.server, second)[which]
        trace = () if flock[which] else without_flock()
        return server("--python", scenario.world.venv.root, "sort", trace=trace, gate="recovery")

    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            scenario.world.reset()
            check_two(scenario, [*pool.map(run, range(2))])
    tally("sort: two at once, one or both without flock", ROUNDS)
