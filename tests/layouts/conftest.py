"""Builds each layout of the table, and prints what came of it as a matrix."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uv

import interpreters
import trees
from command import pysharedir
from layouts import installations
from layouts.table import LAYOUTS, Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layouts.installations import Installation
    from trees import Tree

VERSION = interpreters.TARGET
FLAGS = ("-I", "-E", "-s", "-P") if VERSION not in {"3.9", "3.10"} else ("-I", "-E", "-s")
CHECKS = ("places", "path", "imports", "once", *FLAGS, "-S", "off")
CELLS = {"passed": "ok", "failed": "FAILED", "skipped": "skipped"}
REPORT = Path(__file__).with_name("report.py").read_text("utf-8")


@dataclass(frozen=True)
class Report:
    """What one start of an interpreter says, see ``report.py``."""

    path: list[str]
    traces: list[str]
    purelib: str
    platlib: str
    taken: dict[str, str | None]
    distributions: list[list[str]]
    packages: dict[str, list[str]] | None


@dataclass(frozen=True)
class Built:
    """A layout on disk.

    :ivar environment: That of the tests.
    :ivar before: What its interpreter said before the hook was there, by flag.
    """

    layout: Layout
    here: Path
    installation: Installation
    environment: dict[str, str]
    before: dict[str, Report]

    def fill(self, text: str) -> str:
        """Replace the placeholders of the table."""
        return _fill(text, self.here, self.installation.version)

    def at(self, path: str) -> str:
        """Return a path of the table as an absolute one."""
        return str(self.here / self.fill(path))

    @property
    def layout_env(self) -> dict[str, str]:
        """What the layout sets on top of *environment*."""
        return {name: self.fill(value) for name, value in self.layout.env.items()}

    def start(self, *flags: str, **env: str) -> Report:
        """Start the interpreter, and return what it says."""
        done = subprocess.run(
            [
                self.here / self.layout.checked / "bin" / "python",
                *self.installation.options,
                *flags,
                "-c",
                REPORT,
                *self.layout.takes,
            ],
            env={**self.environment, **self.layout_env, **env},
            cwd=self.here / "cwd",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return Report(**json.loads(done.stdout))

    def path(self, flag: str = "") -> list[str]:
        """Return the ``sys.path`` that the table pictures, as it is under *flag*."""
        path: list[str] = [] if flag in ("-I", "-P") else [""]
        for line in self.fill(self.layout.path).split("\n"):
            entry, *conditions = line.split() or ["", "never"]
            if "STDLIB" in entry:
                path += self._stdlib(flag)
            elif _holds(conditions, flag):
                path.append(self.at(entry))
        return path

    def _stdlib(self, flag: str) -> list[str]:
        bare = flag in ("-I", "-E")
        lib = "lib" if bare else self.layout.env.get("PYTHONPLATLIBDIR", "lib")
        base = self.layout.checked if self.layout.checked in self.layout.bases else None
        here = self.here / (base or self.layout.bases[0]) / lib
        python = f"python{self.installation.version}"
        return [
            str(here / f"{python.replace('.', '')}.zip"),
            str(here / python),
            str(here / python / "lib-dynload"),
        ]


def _holds(conditions: list[str], flag: str) -> bool:
    bare = flag in ("-I", "-E")
    return {
        "env": not bare,
        "bare": bare,
        "user": flag not in ("-I", "-s"),
        "never": False,
    }.items() >= {(condition, True) for condition in conditions}


def _fill(text: str, here: Path, version: str) -> str:
    return text.format(here=here, version=version, python=f"python{version}")


def _fill_tree(tree: Tree, here: Path, version: str) -> Tree:
    return {
        _fill(name, here, version): (
            _fill_tree(content, here, version)
            if isinstance(content, dict)
            else _fill(content or "", here, version)
        )
        for name, content in tree.items()
    }


@pytest.fixture(scope="session")
def plain(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The target, as CPython builds it."""
    return installations.trim(interpreter, VERSION, tmp_path_factory.mktemp("plain") / "stdlib")


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The target, as Debian builds it."""
    candidates = (interpreters.find(VERSION), Path(f"/usr/bin/python{VERSION}"))
    for executable in candidates:
        if executable and executable.exists() and installations.is_debian(executable):
            copy = tmp_path_factory.mktemp("debian") / "stdlib"
            return installations.trim(executable, VERSION, copy, debian=True)
    required = VERSION in os.environ.get("PYSHAREDIR_REQUIRE", "").split()
    if required and Path("/etc/debian_version").exists() and not Path("/usr/bin/python3").exists():
        pytest.fail("this is Debian, but /usr/bin/python3 is missing")
    pytest.skip(f"no Python {VERSION} of Debian on this machine")


@pytest.fixture(scope="module", params=LAYOUTS, ids=lambda layout: layout.name)
def built(
    request: pytest.FixtureRequest,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Built]:
    """Each layout in turn: built, looked at, and then enabled."""
    layout: Layout = request.param
    if layout.since and _release(VERSION) < _release(layout.since):
        pytest.skip(f"a layout of CPython {layout.since} and later")
    if layout.below and _release(VERSION) >= _release(layout.below):
        pytest.skip(f"a layout of CPython before {layout.below}")
    installation: Installation = request.getfixturevalue("debian" if layout.debian else "plain")
    here = tmp_path_factory.mktemp("layout")
    (here / "cwd").mkdir()
    for base in layout.bases:
        installation.install(here / base, layout.libs)
    tree = _fill_tree(layout.tree, here, VERSION)
    inside = {name: tree.pop(name) for name in [layout.checked] if layout.make and name in tree}
    trees.plant(here, tree)
    if layout.make:
        _make(layout.make, here, environment)
        trees.plant(here, inside)
    made = Built(layout, here, installation, environment, {})
    for flag in ("", "-S"):
        made.before[flag] = made.start(*filter(None, [flag]))
    for line in made.fill(layout.enable).splitlines():
        if line.strip():
            _enable(line, made)
    if layout.remove:
        shutil.rmtree(here / layout.remove)
    yield made
    shutil.rmtree(here)


@pytest.fixture(scope="module")
def now(built: Built) -> Report:
    """What the layout's interpreter says with the hook."""
    return built.start()


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _make(command: str, here: Path, environment: dict[str, str]) -> None:
    name, *arguments = shlex.split(command)
    own = {"virtualenv": [sys.executable, "-m", "virtualenv"], "uv": [uv.find_uv_bin()]}
    _run([*own.get(name, [name]), *arguments], here, environment)


def _enable(line: str, built: Built) -> None:
    # What is meant for the target must not reach the command: a script stands for a target that
    # has it built in.
    prefix, *options = line.split()
    start = shlex.join(
        [
            "env",
            *(f"{name}={value}" for name, value in built.layout_env.items()),
            str(built.here / prefix / "bin" / "python"),
            *built.installation.options,
        ]
    )
    script = built.here / f"{prefix}-python"
    script.write_text(f'#!/bin/sh\nexec {start} "$@"\n')
    script.chmod(0o755)
    pysharedir("--python", script, "enable", *options, env=built.environment)


def _run(command: list[str], here: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=here,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "flag" in metafunc.fixturenames:
        metafunc.parametrize("flag", FLAGS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec is None or not isinstance(item, pytest.Function):
            continue
        layout = callspec.params.get("built")
        if isinstance(layout, Layout):
            test = item.originalname.removeprefix("test_")
            check = callspec.params.get("flag") or {"without_site": "-S"}.get(test, test)
            item.user_properties.append(("layout", [layout.name, check]))
            if config.pluginmanager.hasplugin("xdist"):
                item.add_marker(pytest.mark.xdist_group(layout.name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the matrix.  Reports carry what it is made of, so xdist makes no difference."""
    rows: dict[str, dict[str, pytest.TestReport]] = {}
    for outcome in ("passed", "skipped", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            for key, value in getattr(report, "user_properties", ()):
                if key == "layout":
                    rows.setdefault(value[0], {})[value[1]] = report
    if rows:
        terminalreporter.section(f"layouts of CPython {VERSION}")
        width = max(map(len, rows))
        terminalreporter.line(f"{VERSION:4}  {'':{width}}  " + " ".join(CHECKS))
        for layout in LAYOUTS:
            if layout.name in rows:
                said = _row(rows[layout.name])
                terminalreporter.line(f"{VERSION:4}  {layout.name:{width}}  {said}")


def _row(reports: dict[str, pytest.TestReport]) -> str:
    skipped = [report for report in reports.values() if report.skipped]
    if skipped and len(skipped) == len(reports):
        reason = skipped[0].longrepr
        return str(reason[2] if isinstance(reason, tuple) else reason).replace("S", "s", 1)
    cells = {check: CELLS[reports[check].outcome] if check in reports else "-" for check in CHECKS}
    return " ".join(f"{cell:{len(check)}}" for check, cell in cells.items()).rstrip()
