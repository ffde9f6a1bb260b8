"""What is tried at many points, and what has to be true after each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from faults.conftest import Scenario
    from faults.processes import Ended, Point

_Each = TypeVar("_Each")
_SHOWN = 10
EVERY = 8


@dataclass(frozen=True)
class Choice:
    """Which points of a kind that has many are tried in a run.

    :ivar turn: Which share of them; None for all.
    """

    turn: int | None

    def __str__(self) -> str:
        if self.turn is None:
            return "Every one was tried."
        return (
            "Of a kind that is tried in part: each call that changes the journal, the lock or where"
            f"\nmetadata is; of the others, counted from 0, those with number % {EVERY} == turn % "
            f"{EVERY}.\nThis was turn {self.turn} (--turn N; else days since 1970): {EVERY} in a "
            "row try all, as --all does at once."
        )

    def of(self, trials: Iterable[_Each], point: Callable[[_Each], Point]) -> list[_Each]:
        """Return those of *trials* whose turn it is.

        :param point: Returns the point of a trial.
        """
        if self.turn is None:
            return [*trials]
        chosen = []
        others = 0
        for trial in trials:
            if point(trial).is_decisive:
                chosen.append(trial)
                continue
            if others % EVERY == self.turn % EVERY:
                chosen.append(trial)
            others += 1
        return chosen


def attempt(
    trial: Callable[[_Each], object], those: Iterable[_Each], *, again: bool = False
) -> None:
    """Make a trial of each, then fail if one of them did.

    :param again: Make one that fails a second time: a process that a tracer is slow to let go on
        cannot be told from one that it has stopped for good.
    """
    failures = []
    for each in those:
        try:
            trial(each)
        except AssertionError as error:
            if again:
                attempt(trial, [each])
            else:
                failures.append(f"{each}\n{error}")
    if failures:
        pytest.fail("\n\n".join([f"{len(failures)} failed", *failures[:_SHOWN]]), pytrace=False)


def check_settled(scenario: Scenario, *, empty: bool = True) -> None:
    """See that nothing is half done.

    :param empty: Whether empty directories count.
    """
    state = scenario.world.state(empty=empty)
    ends = [scenario.before, scenario.after, scenario.moved or scenario.after]
    wanted = ends if empty else [_without_empty(each) for each in ends]
    assert state in wanted, _differences(state, wanted)
    copied = scenario.name == "restore across" and state == wanted[2]
    scenario.world.check_sound(copied=copied)


def check_refusal(done: Ended, reason: str = "", *, as_json: bool = False) -> None:
    """See that a command said in one line, and a hint, why it did nothing."""
    assert done.code == 1, (done.code, done.stdout, done.stderr)
    if as_json:
        assert not done.stderr, done.stderr
        error = json.loads(done.stdout)["error"]
        assert error["code"]
        assert reason in error["message"].lower(), done.stdout
        return
    lines = done.stderr.splitlines()
    assert lines, done.stdout
    assert lines[0].startswith("error: "), done.stderr
    assert all(line.startswith("hint: ") for line in lines[1:]), done.stderr
    assert len(lines) <= 2, done.stderr
    assert reason in done.stderr.lower(), done.stderr


def _without_empty(state: dict[str, str]) -> dict[str, str]:
    return {path: what for path, what in state.items() if what != "directory"}


def _differences(state: dict[str, str], wanted: list[dict[str, str]]) -> str:
    """Say how a state differs from that which it is most like."""
    each = min(wanted, key=lambda one: len(one.items() ^ state.items()))
    more = sorted(f"+ {path}: {what}" for path, what in state.items() - each.items())
    less = sorted(f"- {path}: {what}" for path, what in each.items() - state.items())
    return "\n".join([*more, *less][:12])
