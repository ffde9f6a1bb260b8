"""The operating system refuses one system call of a move, or all of one name from there on.

The command reports it in one line or works without the call, a new interpreter imports everything,
and the next command finishes or undoes the move.
"""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from faults.processes import fail
from faults.trials import attempt, check_refusal, check_settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from faults.conftest import Scenario, Tally
    from faults.processes import Ended, Point
    from faults.trials import Choice

CHUNKS = 8
SCENARIOS = ("sort", "restore")
CHANGING = ("EACCES", "ENOSPC", "EIO", "EROFS")
LOOKING = ("EACCES", "EIO")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("scenario", SCENARIOS, indirect=True),
]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_is_an_error_of_one_line(
    scenario: Scenario, chunk: int, choice: Choice, tally: Tally
) -> None:
    trials = [*_trials(scenario)]
    mine = choice.of(trials, lambda trial: trial[0])[chunk::CHUNKS]
    attempt(lambda each: _try(scenario, *each), mine)
    tally(f"{scenario.name}: system calls refused", len(mine), len(trials[chunk::CHUNKS]))


def _trials(scenario: Scenario) -> Iterator[tuple[Point, str, bool]]:
    changing, looking = cycle(CHANGING), cycle(LOOKING)
    for point in scenario.moving:
        if point.changes:
            yield point, next(changing), False
            # What is written at last is what the command says.
            if scenario.name == "sort" and point.name != "write":
                yield point, next(changing), True
                next(changing)
        elif "across" not in scenario.name:  # nothing else is looked at there
            yield point, next(looking), False


def _try(scenario: Scenario, point: Point, error: str, for_good: bool) -> None:
    done = scenario.run(*fail(point, error, for_good=for_good))
    if done.code:
        check_refusal(done)
    assert "Traceback" not in done.stderr, done.stderr
    unchanged = "nothing was changed" in done.stderr
    scenario.world.once(
        ("refused", unchanged), lambda: _follow(scenario, done, unchanged=unchanged)
    )


def _follow(scenario: Scenario, done: Ended, *, unchanged: bool) -> None:
    """See that all is there, and that the next command finishes the move.

    :param done: How the command ended that was refused something, to be shown.
    """
    scenario.world.check_readable()
    if unchanged:
        assert not scenario.world.is_interrupted(), done.stderr
        check_settled(scenario, empty=False)
    again = scenario.command(*scenario.arguments)
    assert again.code == 0, f"{done}\n{again}"
    check_settled(scenario, empty=False)
    # What was not changed has been by now.
    assert scenario.world.state(empty=False).keys() <= scenario.after.keys()
