"""Worlds in which distributions are to move, and the tally of what was tried."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from faults import world
from faults.processes import Server
from unit.conftest import Command, Venv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from faults.processes import Ended, Point
    from faults.world import World

def lacks(reason: str) -> None:
    """Skip a test for want of something that CI has."""
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Scenario:
    """A command that moves distributions.

    :ivar points: Every system call that it makes below the roots of the world.
    :ivar before: The state that it finds.
    :ivar after: The state that it leaves.
    """

    name: str
    world: World
    server: Server
    arguments: tuple[str, ...]
    points: tuple[Point, ...]
    before: dict[str, str]
    after: dict[str, str]

    def run(self, *trace: str) -> Ended:
        """Run its command, traced, on what it found first."""
        self.world.reset()
        return self.server("--python", self.world.venv.root, *self.arguments, trace=trace)

    def command(self, *arguments: str) -> Ended:
        """Run another command on what is there."""
        return self.server("--python", self.world.venv.root, *arguments)

    @property
    def moving(self) -> tuple[Point, ...]:
        """The calls of the move itself, from the first trace of its journal to the last."""
        own = [number for number, point in enumerate(self.points) if point.is_own]
        return self.points[own[0] : own[-1] + 1]

    @property
    def behind(self) -> tuple[Point, ...]:
        """The calls behind the move, of steps that need no journal."""
        return self.points[self.points.index(self.moving[-1]) + 1 :]


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="session")
def elsewhere(here: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory on another file system."""
    for parent in map(Path, ("/dev/shm", "/tmp", "/var/tmp")):  # noqa: S108
        if parent.is_dir() and parent.stat().st_dev != here.stat().st_dev:
            path = parent / f"{tmp_path_factory.getbasetemp().name}-{os.getpid()}"
            path.mkdir()
            yield path
            shutil.rmtree(path)
            return
    lacks("there is but one file system here")


@pytest.fixture(scope="session")
def make_venv(here: Path, environment: dict[str, str]) -> Callable[[str], Venv]:
    def make(name: str) -> Venv:
        base = here / "base"
        if not base.exists():
            python = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001
            subprocess.run(
                [python, "-m", "venv", "--without-pip", base], check=True, env=environment
            )
        shutil.copytree(base, here / name, symlinks=True)
        return Venv(here / name, environment)

    return make


@pytest.fixture(scope="session")
def command(environment: dict[str, str]) -> Command:
    return Command(environment)


@pytest.fixture(scope="session")
def make_world(
    here: Path, make_venv: Callable[[str], Venv], command: Command
) -> Callable[[str, Path | None], World]:
    """Return what makes a world, with its sharedir inside or outside of its venv."""

    def make(name: str, sharedir: Path | None = None) -> World:
        venv = make_venv(name)
        options = ["--sharedir", str(sharedir)] if sharedir else []
        command.json("--python", venv.root, "enable", *options)
        made = world.build(venv, sharedir or venv.sharedir, here / f"{name}-kept")
        made.keep()
        return made

    return make


@pytest.fixture(scope="session")
def scenario(
    request: pytest.FixtureRequest,
    here: Path,
    environment: dict[str, str],
    make_world: Callable[[str, Path | None], World],
) -> Iterator[Scenario]:
    """``sort`` moves both ways, ``disable --restore`` the rest back; and across file systems."""
    name: str = request.param
    direction, _, where = name.partition(" ")
    outside = request.getfixturevalue("elsewhere") / direction if where else None
    made = make_world(name.replace(" ", "-"), outside)
    server = Server(environment, here)
    server.warm(made.venv.root)
    if direction == "restore":
        assert server("--python", made.venv.root, "sort").code == 0
        made.keep()
    yield _scenario(name, made, server)
    server.close()


def _scenario(name: str, made: World, server: Server) -> Scenario:
    arguments = ("disable", "--restore") if name.startswith("restore") else ("sort",)
    before = made.state()
    points, done = server.points(
        made.roots, "--python", made.venv.root, *arguments
    )
    assert done.code == 0, done.stderr
    return Scenario(name, made, server, arguments, tuple(points), before, made.state())


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Return what counts what was tried: name, number."""

    def count(name: str, number: int) -> None:
        request.node.user_properties.append(("tried", [name, number]))

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tally.  Reports carry what it is made of, so xdist makes no difference."""
    tried: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for key, value in getattr(report, "user_properties", ()):
                if key == "tried":
                    tried[value[0]] += value[1]
    if tried:
        terminalreporter.section("faults tried")
        for name, number in sorted(tried.items()):
            terminalreporter.line(f"{number:6}  {name}")
