"""A move is killed at every system call with which it changes something.

After each kill a new interpreter imports everything, and then one of the commands is run: it leaves
the state before the move, or the state after it.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from faults.processes import kill
from faults.trials import attempt, check_refusal, check_settled
from faults.world import ASK, OWN

if TYPE_CHECKING:
    from pathlib import Path

    from faults.conftest import Scenario, Tally
    from faults.processes import Point
    from faults.trials import Choice

CHUNKS = 8
SIGKILL = -9
SCENARIOS = ("sort", "sort linked", "sort across", "restore", "restore across")
# With what "any command" begins; those that may not change anything come before one that may.
COMMANDS: tuple[list[tuple[str, ...]], ...] = (
    [("sort",)],
    [("enable",)],
    [("disable",)],
    [("sort", "--check"), ("sort", "--dry-run", "--json"), ("sort",)],
    [("disable", "--dry-run"), ("enable", "--dry-run"), ("enable",)],
    [("status", "--json"), ("doctor", "--select", "SD614", "--json"), ("sort",)],
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("scenario", SCENARIOS, indirect=True),
]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_loses_nothing(scenario: Scenario, chunk: int, choice: Choice, tally: Tally) -> None:
    points = [point for point in scenario.moving if point.changes]
    later = [point for point in scenario.later if point.changes]
    # Copies take many calls, most of them in a stage that is thrown away in the end.
    is_copy = "across" in scenario.name or "linked" in scenario.name
    chosen = choice.of(points, lambda point: point) if is_copy else points
    trials = [(point, COMMANDS[n % len(COMMANDS)]) for n, point in enumerate(chosen)]
    attempt(lambda trial: _try(scenario, *trial), trials[chunk::CHUNKS])
    attempt(lambda point: _try_after(scenario, point), later[chunk::CHUNKS])
    tally(f"{scenario.name}: killed", len(trials[chunk::CHUNKS]), len(points[chunk::CHUNKS]))
    if later:
        tally(f"{scenario.name}: killed after the move", len(later[chunk::CHUNKS]))


def test_interpreters_do_not_look_into_a_stage(scenario: Scenario, tmp_path: Path) -> None:
    """What is remembered of an interpreter is remembered for all that a stage may hold."""
    own = [point for point in scenario.moving if point.is_decisive and ".json" in point.call]
    log = tmp_path / "strace"
    trace = ["strace", "-f", "-o", str(log), "-e", "trace=%file"]
    venv = scenario.world.venv
    for point in own:
        scenario.run(*kill(point))
        subprocess.run([*trace, str(venv.python), "-c", ASK], env=venv.environment, check=True)
        calls = log.read_text()
        assert str(venv.site_dir) in calls
        assert f"/{OWN}/" not in calls
    assert own


def _try(scenario: Scenario, point: Point, commands: list[tuple[str, ...]]) -> None:
    done = scenario.run(*kill(point))
    assert done.code == SIGKILL, done.stderr
    scenario.world.once(("killed", *commands), lambda: _follow(scenario, commands))


def _follow(scenario: Scenario, commands: list[tuple[str, ...]]) -> None:
    """See that all is there, and that of *commands* the last leaves nothing half done."""
    scenario.world.check_readable()
    for arguments in commands[:-1]:
        left = scenario.world.state()
        done = scenario.command(*arguments)
        assert scenario.world.state() == left
        if not scenario.world.is_interrupted():
            continue
        if arguments[0] in ("status", "doctor"):
            assert done.code == (arguments[0] == "doctor"), done
            told = json.loads(done.stdout)
            assert "interrupted" in str(told.get("notes") or told["findings"])
        else:
            check_refusal(done, "interrupted", as_json="--json" in arguments)
    done = scenario.command(*commands[-1])
    assert "Traceback" not in done.stderr, done.stderr
    check_settled(scenario)
    if commands[-1] == scenario.arguments:
        assert done.code == 0, done.stderr
        assert scenario.world.state() == scenario.after


def _try_after(scenario: Scenario, point: Point) -> None:
    """Kill what comes after the move, the removal of the hook: everything has moved by then."""
    done = scenario.run(*kill(point))
    assert done.code == SIGKILL, done.stderr
    scenario.world.once("killed after", lambda: _follow_after(scenario))


def _follow_after(scenario: Scenario) -> None:
    """See that all is there, and that the same command gets what it could not."""
    scenario.world.check_sound(copied=scenario.name == "restore across")
    done = scenario.command(*scenario.arguments)
    assert done.code == 0, done.stderr
    scenario.world.check_sound()
