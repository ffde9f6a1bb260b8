"""A Python that imports in a loop while distributions move never sees a missing module."""

from __future__ import annotations

import json
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from faults.processes import Server
from faults.world import DISTRIBUTIONS, IMPORT, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.conftest import MakeWorld, Tally
    from faults.world import World

ROUNDS = 5  # there and back

# Imports all again until its standard input ends, with whatever its finders remember.
LOOP = f"""
import json, select, sys, traceback
known = set(sys.modules)
rounds, failures = 0, []
while not select.select([sys.stdin], [], [], 0)[0]:
    rounds += 1
    try:
        exec({IMPORT!r})
    except Exception:
        failures.append(traceback.format_exc())
    for name in set(sys.modules) - known:
        del sys.modules[name]
print(json.dumps([rounds, failures]))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(params=["", "across"])
def moving(request: pytest.FixtureRequest, here: Path, make_world: MakeWorld) -> World:
    name = f"moving-{request.node.name}".replace("[", "-").replace("]", "")
    outside = request.getfixturevalue("elsewhere") / name if request.param else None
    return make_world(here / name, outside)


@pytest.fixture
def mover(moving: World, here: Path, environment: dict[str, str]) -> Iterator[Server]:
    """What moves in no more time than a move takes, but leaves interpreters all they are given."""
    server = Server({**environment, "REAL_GRACE": "1"}, here)
    server.warm(moving.venv.root)
    yield server
    server.close()


@pytest.mark.parametrize("flags", [("-B",), ()], ids=["-B", "with pycs"])
def test_new_interpreters(
    moving: World, mover: Server, flags: tuple[str, ...], tally: Tally
) -> None:
    seen: list[str] = []
    done = threading.Event()

    def start() -> None:
        while not done.is_set():
            seen.append(moving.venv.run(*flags, "-c", IMPORT).stderr)

    thread = threading.Thread(target=start)
    thread.start()
    try:
        _move(moving, mover)
    finally:
        done.set()
        thread.join()
    _check(moving, len(seen), [stderr for stderr in seen if stderr])
    tally("imports in a new interpreter each during moves", len(seen))


@pytest.mark.parametrize("flags", [("-B",), ()], ids=["-B", "with pycs"])
def test_one_interpreter(
    moving: World, mover: Server, flags: tuple[str, ...], tally: Tally
) -> None:
    loop = subprocess.Popen(
        [moving.venv.python, *flags, "-c", LOOP],
        env=moving.venv.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _move(moving, mover)
    finally:
        said, _ = loop.communicate()
    rounds, failures = json.loads(said)
    _check(moving, rounds, failures)
    tally("repeated imports in one interpreter during moves", rounds)


def _move(moving: World, mover: Server) -> None:
    """Move all there and back, both ways at once."""

    def sort(*options: str) -> None:
        done = mover("--python", moving.venv.root, "sort", "--json", *options)
        assert done.code == 0, done
        assert len(json.loads(done.stdout)["moved"]) == len(NAMES), done

    there = [option for name in DISTRIBUTIONS for option in ("--platform", name)]
    back = [option for name in DISTRIBUTIONS for option in ("--no-overrule", name)]
    sort()
    for _ in range(ROUNDS):
        sort(*there, "--noarch", "native")
        sort(*back, "--no-overrule", "native")


def _check(moving: World, number: int, failures: list[str]) -> None:
    """See that no import failed."""
    assert not failures, f"{len(failures)} of {number} failed:\n{failures[0]}\n{failures[-1]}"
    assert number > ROUNDS
    assert moving.listed() == NAMES
