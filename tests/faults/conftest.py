"""Worlds in which distributions move, and the tally of what was tried.

A world (``world.py``) is a venv with eight small distributions of all shapes, each where it does
not belong, so that one ``sort`` moves both ways at once; ``restore`` moves the noarch ones back.
Both run inside one file system, where packages are exchanged with links, and ``across`` two, where
files are copied; ``linked`` is on one that cannot exchange, where they are linked.

What is done to a move, each time on a world put back to the state before it:

- ``test_kill``: SIGKILL at every system call with which it changes something;
- ``test_errors``: each of these calls fails, once or from there on, and so does each look at a
  directory;
- ``test_full``: a disk with room for 0, 1, 2, ... pages or files;
- ``test_protected``: directories that are read-only, or become so during the move;
- ``test_two``: another command at the same time;
- ``test_locks``: the same, and kills, on a file system without ``flock``;
- ``test_imports``: a Python that imports in a loop.

The command runs in forks of one process that has imported it (``server.py``).  strace is attached
to a fork when it begins to move (``processes.py``).

Every fault is made.  The checks after a fault (an interpreter imports everything, a script runs,
files are what RECORD says, another command finishes or undoes the move) run once for each state
that faults leave: ``World.once`` and ``World.digest`` say what a state is, and why this proves the
same.

Kinds with many points are tried in part, by turns (``trials.py``): the calls that change the
journal, the lock or where metadata is each time, and of the others those with number % 6 ==
turn % 6.  These kinds are refused system calls, kills of moves that do not exchange, permissions
lost in the middle, and moves that are stopped while a second one starts; all else is tried in full.
The turn is the number of the day, so that six days in a row try all::

    pytest tests/faults             # today's turn
    pytest tests/faults --turn 7    # a certain one, as printed by a run that failed
    pytest tests/faults --all       # every point

The summary says what was tried of how many, the rule and the turn.  Tests are of a few seconds
each, for pytest-xdist; one process that runs all of them repeats least.
What CI has is needed there: strace, and the right to mount a file system in memory.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

import required
from faults import world
from faults.processes import Server, kill
from faults.trials import Choice
from faults.world import World
from unit.conftest import Command, Venv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from faults.processes import Ended, Point

MakeWorld = Callable[[Path, "Path | None"], World]


class Tally(Protocol):
    """Counts what was tried: so many of a kind, of how many (None if there are no more)."""

    def __call__(self, kind: str, number: int, of: int | None = None) -> None: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--all", action="store_true", help="try every point")
    group.addoption("--turn", type=int, help="which of the points to try; by the day if not given")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the turn: the workers of xdist take over what their controller was given."""
    if config.getoption("--turn", None) is None:
        config.option.turn = int(time.time()) // (24 * 60 * 60)


def choice_of(config: pytest.Config) -> Choice:
    return Choice(None if config.getoption("--all", default=False) else config.option.turn)


def lacks(reason: str) -> None:
    """Skip a test for want of something that CI has."""
    required.skip(reason, in_ci=True)


@dataclass(frozen=True)
class Scenario:
    """A command that moves distributions.

    :ivar points: Every system call that it makes below the roots of the world.
    :ivar before: The state that it finds.
    :ivar after: The state that it leaves.
    :ivar moved: The state after the move, if the command then does something else.
    """

    name: str
    world: World
    server: Server
    arguments: tuple[str, ...]
    points: tuple[Point, ...]
    before: dict[str, str]
    after: dict[str, str]
    moved: dict[str, str] | None = None

    def run(self, *trace: str, before: Callable[[], object] = bool) -> Ended:
        """Run its command, traced, on what it found first and *before* did to that."""
        self.world.reset()
        before()
        return self.server("--python", self.world.venv.root, *self.arguments, trace=trace)

    def stopped(self, point: Point | None) -> AbstractContextManager[list[Ended]]:
        """Run its command on what is there, but stop it at *point*, or before it begins to move.

        :return: A list that will hold how it ended.
        """
        return self.server.stopped(point, "--python", self.world.venv.root, *self.arguments)

    def recovering(self, trace: list[str], *arguments: str) -> Ended:
        """Run another command on what is there, traced from where it looks for journals on."""
        target = "--python", self.world.venv.root
        return self.server(*target, *arguments, trace=trace, gate="recovery")

    def command(self, *arguments: str) -> Ended:
        """Run another command on what is there."""
        return self.server("--python", self.world.venv.root, *arguments)

    @property
    def moving(self) -> tuple[Point, ...]:
        """The calls of the move itself, from the first trace of its journal to the last."""
        own = [number for number, point in enumerate(self.points) if point.is_own]
        return self.points[own[0] : own[-1] + 1]

    @property
    def later(self) -> tuple[Point, ...]:
        """The calls after the move, of steps that need no journal."""
        return self.points[self.points.index(self.moving[-1]) + 1 :]


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory, in memory if that can be: a journal is synchronized often."""
    base = tmp_path_factory.mktemp("faults")
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK):
        yield base
        return
    path = Path(tempfile.mkdtemp(prefix=f"{tmp_path_factory.getbasetemp().name}-", dir=memory))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def elsewhere(here: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory on another file system."""
    if not os.geteuid():
        with mounted(here / "elsewhere") as path:
            yield path
        return
    path = tmp_path_factory.mktemp("elsewhere")
    if path.stat().st_dev == here.stat().st_dev:
        lacks("there is but one file system here, and no right to mount another")
    yield path


@contextlib.contextmanager
def mounted(path: Path) -> Iterator[Path]:
    """Mount a file system in memory, as only root can."""
    if os.geteuid():
        lacks("only root can mount a file system")
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
        path.rmdir()


@pytest.fixture(scope="session")
def make_venv(here: Path, environment: dict[str, str]) -> Callable[[Path], Venv]:
    def make(root: Path) -> Venv:
        base = here / "base"
        if not base.exists():
            python = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001
            subprocess.run(
                [python, "-m", "venv", "--without-pip", base], check=True, env=environment
            )
        shutil.copytree(base, root, symlinks=True)
        return Venv(root, environment)

    return make


@pytest.fixture(scope="session")
def command(environment: dict[str, str]) -> Command:
    return Command(environment)


@pytest.fixture(scope="session")
def make_world(make_venv: Callable[[Path], Venv], command: Command) -> MakeWorld:
    """Return what makes a world: its venv, and its sharedir if that is to be outside of it."""

    def make(root: Path, sharedir: Path | None = None) -> World:
        venv = make_venv(root)
        options = ["--sharedir", str(sharedir)] if sharedir else []
        command.json("--python", venv.root, "enable", *options)
        made = world.build(venv, sharedir or venv.sharedir)
        made.keep()
        return made

    return make


@pytest.fixture(scope="session")
def make_server(here: Path, environment: dict[str, str]) -> Iterator[Callable[..., Server]]:
    """Return what makes a server, perhaps on a system that cannot exchange two names."""
    if shutil.which("strace") is None:
        lacks("no strace on this machine")
    servers: list[Server] = []

    def make(made: World, *, exchange: bool = True) -> Server:
        server = Server(environment if exchange else {**environment, "NO_EXCHANGE": "1"}, here)
        servers.append(server)
        server.warm(made.venv.root)
        return server

    yield make
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def make_scenario(
    make_server: Callable[..., Server],
) -> Callable[[str, World], Scenario]:
    """Return what makes a scenario: ``sort`` moves both ways, ``restore`` all back.

    ``linked`` ones exchange nothing.
    """

    def make(name: str, made: World) -> Scenario:
        server = make_server(made, exchange="linked" not in name)
        arguments: tuple[str, ...] = ("sort",)
        if name.startswith("restore"):
            assert server("--python", made.venv.root, *arguments).code == 0
            made.keep()
            arguments = ("disable", "--restore")
        before = made.state()
        points, done = server.points(made.roots, "--python", made.venv.root, *arguments)
        assert done.code == 0, done.stderr
        found = Scenario(name, made, server, arguments, tuple(points), before, made.state())
        later = [point for point in found.later if point.changes]
        if not later:
            return found
        assert found.run(*kill(later[0])).code < 0
        return replace(found, moved=made.state())

    return make


@pytest.fixture(scope="session")
def scenario(
    request: pytest.FixtureRequest,
    here: Path,
    make_world: MakeWorld,
    make_scenario: Callable[[str, World], Scenario],
) -> Scenario:
    """A scenario by name, and ``across`` file systems if the name says so."""
    name: str = request.param
    directory = name.replace(" ", "-")
    outside = request.getfixturevalue("elsewhere") / directory if "across" in name else None
    return make_scenario(name, make_world(here / directory, outside))


@pytest.fixture(scope="session")
def choice(pytestconfig: pytest.Config) -> Choice:
    return choice_of(pytestconfig)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    def count(kind: str, number: int, of: int | None = None) -> None:
        request.node.user_properties.append(("tried", [kind, number, number if of is None else of]))

    return count


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the tally.  Reports carry what it is made of, so xdist makes no difference."""
    tried: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for key, value in getattr(report, "user_properties", ()):
                if key == "tried":
                    kind, number, of = value
                    tried[kind] += number
                    known[kind] += of
    if tried:
        terminalreporter.section("faults tried")
        for kind, number in sorted(tried.items()):
            of = f"of {known[kind]:5}" if known[kind] != number else ""
            terminalreporter.line(f"{number:6} {of:8}  {kind}")
        terminalreporter.line(str(choice_of(config)))
