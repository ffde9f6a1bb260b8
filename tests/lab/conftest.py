"""The lab's interpreters, what they install, and the matrix of what they can do."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text
from uv import find_uv_bin

import required
from cache import cached
from lab.boxes import can_emulate
from lab.machines import AMD64, MACHINES, NEWER, Machine
from lab.stations import Station, enable, open_station

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

CHECKOUT = Path(__file__).parents[2]
PACKAGES = Path(__file__).with_name("packages.txt")
NEEDS = ("apt-get", "bwrap", "dpkg-deb", "unshare")
# What each machine is, by its name.
_FACTS_OF = pytest.StashKey[dict[str, dict[str, str]]]()
# What a report tells of a machine: its name, and a part of its row.
_NAME, _ROW = "machine", "row"
_COLORS = {"passed": "green", "failed": "red", "skipped": "yellow"}
_FACTS = """
import platform, struct, sys
answer = {
    "machine": platform.machine(),
    "bits": str(struct.calcsize("P") * 8),
    "order": sys.byteorder,
    "python": "%s %s" % (platform.python_implementation(), platform.python_version()),
}
"""


@cache
def lack_of(needs: tuple[str, ...]) -> str | None:
    """Return why tests that need these commands cannot run here."""
    missing = [name for name in needs if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)}: not on this machine"
    if platform.machine() != "x86_64":
        return "needs an x86_64 machine"
    if os.geteuid() != 0:
        return "needs root, for roots with their owners and for mounts"
    return None


@pytest.fixture(scope="session", autouse=True)
def _lab(request: pytest.FixtureRequest) -> None:
    skip(lack_of(NEEDS))
    try:
        AMD64.recipe.made()
        request.getfixturevalue("unhooked")
    except (OSError, subprocess.CalledProcessError) as error:
        skip(f"needs the network, or what it had from there before: {error}")


@pytest.fixture(scope="module", autouse=True)
def _module(request: pytest.FixtureRequest) -> None:
    skip(lack_of(getattr(request.module, "NEEDS", ())))


def skip(reason: str | None) -> None:
    """Skip for a reason, if there is one, or fail where the lab must run."""
    if reason is not None:
        required.skip(reason, "lab")


def wheels(name: str, *options: str) -> Path:
    """Return a directory of the wheels that pip downloads with *options*, from the cache."""

    def download(directory: Path) -> None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(directory)]
        subprocess.run([*command, *options], check=True)

    return cached(f"lab/{name}", f"{options} {PACKAGES.read_text()}", download)


@pytest.fixture(scope="session")
def pure() -> Path:
    """The wheels of packages.txt, all of them for any platform."""
    directory = wheels("pure", "--requirement", str(PACKAGES))
    assert all(each.name.endswith("-none-any.whl") for each in directory.iterdir())
    return directory


@pytest.fixture(scope="session")
def pysharedir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command and what it needs in one directory, which every Python can run."""
    directory = tmp_path_factory.mktemp("pysharedir")
    uv = [find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable]
    subprocess.run([*uv, "--target", str(directory), str(CHECKOUT)], check=True)
    (directory / "__main__.py").write_text("from pysharedir.cli import main\n\nmain()\n")
    return directory


@pytest.fixture(scope="session")
def unhooked(pure: Path, pysharedir: Path) -> Callable[[Machine, Path], Station]:
    """Return what puts a machine without a hook into a root of its own."""

    def unhooked(machine: Machine, root: Path) -> Station:
        if machine.emulator and not can_emulate():
            skip("needs Linux 6.7, for emulators in a namespace")
        directories = [pure]
        if machine.native:
            options = ["--platform", machine.platform, "--python-version", machine.version]
            directories.append(wheels(machine.platform, *options, *machine.native))
        return open_station(machine, root, tuple(directories), pysharedir)

    return unhooked


@pytest.fixture(scope="session")
def stations(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    unhooked: Callable[[Machine, Path], Station],
) -> Callable[[Machine], Station]:
    """Return what gives the station of a machine, always the same one."""
    facts = request.config.stash[_FACTS_OF]
    base = tmp_path_factory.mktemp("stations")

    @cache
    def station(machine: Machine) -> Station:
        opened = unhooked(machine, base / machine.recipe.made().name)
        facts[machine.name] = opened.ask(_FACTS)
        enable(opened, base / f"{machine.name.replace(' ', '-')}.sh")
        return opened

    return station


@pytest.fixture(scope="session")
def pip(tmp_path_factory: pytest.TempPathFactory, stations: Callable[[Machine], Station]) -> Path:
    """A directory with pip and its pycs, for roots that have none in their sharedir."""
    directory = tmp_path_factory.mktemp("pip")
    station = stations(AMD64)
    box = replace(station.box, lent={**station.box.lent, "/pip": directory})
    replace(station, box=box).install("--target", "/pip", "pip")
    return directory


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory, stations: Callable[[Machine], Station]) -> Path:
    """The one tree: filled for each version by one machine, from then on only read."""
    directory = tmp_path_factory.mktemp("tree")
    for machine in (AMD64, *NEWER):
        (directory / machine.version).mkdir()
        fill(stations(machine).on(directory, writable=True))
    return directory


def fill(station: Station) -> None:
    """Let pip install packages.txt, and itself."""
    env = {"SOURCE_DATE_EPOCH": "315532800"}
    station.install("--no-deps", "--requirement", "/lab/packages.txt", env=env)


@pytest.fixture(params=MACHINES, ids=lambda machine: machine.name)
def station(
    request: pytest.FixtureRequest, stations: Callable[[Machine], Station], tree: Path
) -> Station:
    """A machine of the lab, which reads the tree."""
    return stations(request.param).on(tree)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what a machine can do, for the process that prints."""
    report = yield
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec else {}
    if "station" in parameters and (report.when == "call" or not report.passed):
        check = item.name.partition("[")[0].removeprefix("test_").replace("_", " ")
        name = parameters["station"].name
        row = {**item.config.stash[_FACTS_OF].get(name, {}), check: report.outcome}
        report.user_properties += [(_NAME, name), (_ROW, row)]
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Begin the matrix."""
    config.stash[_FACTS_OF] = {}
    config.pluginmanager.register(Matrix(), "matrix")


class Matrix:
    """Gathers what reports tell, and prints it."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.rows: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a report tells."""
        properties = dict(report.user_properties)
        if _NAME in properties:
            row: dict[str, str] = cast("dict[str, str]", properties[_ROW])
            self.rows.setdefault(str(properties[_NAME]), {}).update(row)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print interpreters by what they can do, and what else was tried."""
        if not self.rows:
            return
        seconds = time.monotonic() - self.began
        terminalreporter.section(f"interpreters and what they can do, in {seconds:.0f} s")
        columns = list(dict.fromkeys(column for row in self.rows.values() for column in row))
        matrix = Table("in the lab", *columns)
        for name, row in self.rows.items():
            matrix.add_row(name, *(_cell(row.get(column, "")) for column in columns))
        Console(width=170).print(matrix, _counts(terminalreporter.stats))


def _counts(stats: Mapping[str, list[pytest.TestReport]]) -> Table:
    """Return how many tests of each part had each outcome."""
    table = Table("in all", *_COLORS)
    counts = {
        outcome: Counter(Path(each.location[0]).stem for each in stats.get(outcome, ()))
        for outcome in _COLORS
    }
    for part in sorted({part for count in counts.values() for part in count}):
        table.add_row(part, *(str(counts[outcome][part] or "") for outcome in _COLORS))
    return table


def _cell(outcome: str) -> Text:
    return Text(outcome, _COLORS.get(outcome, ""))
