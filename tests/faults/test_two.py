"""Two commands at once, of which one moves distributions: the other one refuses."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from faults.processes import Ended
from faults.trials import attempt, check_refusal, check_settled
from forks import BOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.conftest import Scenario, Tally
    from faults.processes import Point, Server
    from faults.trials import Choice
    from faults.world import World

CHUNKS = 4
ROUNDS = 20
REAL_ROUNDS = 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("scenario", ["sort", "sort across"], indirect=True),
]


@pytest.fixture(scope="module")
def second(scenario: Scenario, make_server: Callable[[World], Server]) -> Server:
    scenario.world.reset()
    return make_server(scenario.world)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_second_sort_is_refused(
    scenario: Scenario, second: Server, chunk: int, choice: Choice, tally: Tally
) -> None:
    points = _locked(scenario)
    mine = choice.of(points, lambda point: point)[chunk::CHUNKS]
    attempt(lambda point: _try_second(scenario, second, point), mine, again=True)
    kind = f"{scenario.name}: stopped, and a second one started"
    tally(kind, len(mine), len(points[chunk::CHUNKS]))


def _locked(scenario: Scenario) -> list[Point]:
    """Return the calls between taking the lock and letting it go, without the stage's."""
    taken = next(n for n, point in enumerate(scenario.moving) if point.takes_lock)
    gone = next(n for n, point in enumerate(scenario.moving) if point.lets_go)
    names = ("renameat", "unlinkat", "fsync")
    return [point for point in scenario.moving[taken + 1 : gone] if point.name in names]


def _try_second(scenario: Scenario, second: Server, point: Point) -> None:
    world = scenario.world
    world.reset()
    with scenario.stopped(point) as ended:
        before = world.state()
        done = second("--python", world.venv.root, "sort")
        check_refusal(done, "another pysharedir is moving distributions here")
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
    tally: Tally,
) -> None:
    """What it planned is done, or undone, by the time that it begins."""
    lock = next(n for n, point in enumerate(scenario.moving) if point.takes_lock)
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


def test_two_at_once(scenario: Scenario, second: Server, tally: Tally) -> None:
    root = scenario.world.venv.root
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            scenario.world.reset()
            servers = scenario.server, second
            check_two(
                scenario, [*pool.map(lambda server: server("--python", root, "sort"), servers)]
            )
    tally(f"{scenario.name}: two at once", ROUNDS)


def test_two_real_processes_at_once(
    scenario: Scenario, environment: dict[str, str], tally: Tally
) -> None:
    root = str(scenario.world.venv.root)
    command = [*BOUND, sys.executable, "-m", "pysharedir", "--python", root, "sort"]

    def run(_: int) -> Ended:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(REAL_ROUNDS):
            scenario.world.reset()
            check_two(scenario, [*pool.map(run, range(2))])
    tally(f"{scenario.name}: two real processes at once", REAL_ROUNDS)


def check_two(scenario: Scenario, ended: list[Ended]) -> None:
    """See that of two commands one at least has done what both were to do."""
    for done in ended:
        _check_one_line(done)
    assert 0 in [done.code for done in ended]
    assert scenario.world.state() == scenario.after
    scenario.world.check_sound()
