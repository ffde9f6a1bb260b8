"""A move is killed, and then the commands that recover it are, several times in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from faults.processes import Point, kill
from faults.trials import check_settled
from fuzz import fuzz

if TYPE_CHECKING:
    from faults.conftest import Scenario, Tally

COMMANDS = (("sort",), ("sync",), ("enable",))
CALLS = ("renameat", "unlinkat", "mkdirat", "linkat", "fsync", "openat", "flock")

STRIKES = (
    st.integers(0, 1_000),
    st.lists(
        st.tuples(st.sampled_from(COMMANDS), st.sampled_from(CALLS), st.integers(1, 20)),
        min_size=1,
        max_size=5,
    ),
)
Others = list[tuple[tuple[str, ...], str, int]]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scenario", ["sort"], indirect=True)
@fuzz(*STRIKES, examples=100, seconds=8)
def test_a_sort(scenario: Scenario, tally: Tally, first: int, others: Others) -> None:
    _try(scenario, tally, first, others)


@pytest.mark.parametrize("scenario", ["restore across"], indirect=True)
@fuzz(*STRIKES, examples=100, seconds=8)
def test_a_restoration(scenario: Scenario, tally: Tally, first: int, others: Others) -> None:
    _try(scenario, tally, first, others)


def _try(scenario: Scenario, tally: Tally, first: int, others: Others) -> None:
    """Kill it at its first call of so many, and each command at a call of a name."""
    points = [point for point in scenario.moving if point.changes]
    assert scenario.run(*kill(points[first % len(points)])).code < 0
    killed = 0
    for arguments, name, number in others:
        done = scenario.recovering(kill(Point(name, number, "", changes=True)), *arguments)
        assert "Traceback" not in done.stderr, done.stderr
        scenario.world.check_readable()
        killed += done.code < 0
    done = scenario.command("sort")
    assert done.code == 0, done.stderr
    check_settled(scenario, empty=False)
    tally(f"{scenario.name}: killed, and then those who would recover it", 1)
    tally(f"{scenario.name}: recoveries killed", killed, len(others))
