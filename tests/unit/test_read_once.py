"""How often a command reads what does not change while it runs, by what the system is asked.

The command runs in a process that counts its audit events: files that are opened, directories
that are listed, and processes that are started.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Venv

SCRIPT = "[console_scripts]\n{0} = {0}:main\n"
NATIVE = b"\x7fELF\x02\x01\x01" + bytes(60)
NAMES = [f"dist{number}" for number in range(12)]
# Runs the command, and records the files and directories that it opened, and the programs it ran.
COUNTED = """\
import json, os, sys
log, *arguments = sys.argv[1:]
events = []
def note(event, args):
    named = isinstance(args[0], (str, bytes, os.PathLike)) if args else False
    if named and event in ("open", "os.listdir", "os.scandir"):
        events.append([event, os.fsdecode(args[0])])
    elif event == "subprocess.Popen":
        events.append([event, os.fsdecode(args[1][0])])
sys.addaudithook(note)
from pysharedir.cli import main
sys.argv = ["pysharedir", *arguments]
try:
    main()
finally:
    with open(log, "w") as file:
        json.dump(events, file)
"""


class Events:
    """What a command asked the system for.

    :ivar opened: How often each file was opened.
    :ivar started: How often each program was started.
    """

    def __init__(self, events: list[tuple[str, str]]) -> None:
        self.opened = Counter(path for event, path in events if event == "open")
        self.started = Counter(path for event, path in events if event == "subprocess.Popen")
        self.number = len(events)

    def of(self, name: str) -> dict[str, int]:
        """Return how often each file of this name was opened."""
        return {path: count for path, count in self.opened.items() if path.endswith(f"/{name}")}


def counted(venv: Venv, *arguments: str, codes: tuple[int, ...] = (0,)) -> Events:
    """Run a command on a venv, and return what it asked the system for."""
    log = venv.root.parent / "events.json"
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, log, "--python", venv.root, *arguments],
        env=venv.environment,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode in codes, done.stderr + done.stdout
    return Events(json.loads(log.read_text()))


@pytest.fixture
def filled(enabled: Venv) -> Venv:
    """A venv with distributions on both sides, some of which are to move."""
    for number, name in enumerate(NAMES):
        module = f"def main(): print({name!r})\n"
        where = enabled.sharedir if number % 3 == 0 else enabled.site_dir
        files: dict[str, str | bytes] = {f"{name}/__init__.py": module, f"ns/{name}.py": ""}
        if number % 4 == 3:
            put(
                where,
                name,
                {**files, f"{name}/a.so": NATIVE},
                purelib="false",
                tag="cp311-cp311-linux_x86_64",
            )
        else:
            put(where, name, files, entry_points=SCRIPT.format(name))
    return enabled


COMMANDS = {
    "status": (["status"], 2, (0,)),
    "sort --check": (["sort", "--check"], 2, (1,)),
    "sort": (["sort"], 3, (0,)),
    "sync": (["sync", "--check"], 2, (0, 1)),
    "doctor": (["doctor"], 4, (1,)),
    "why": (["why", "dist1"], 3, (0,)),
    "enable": (["enable"], 3, (0,)),
    "enable --sort": (["enable", "--sort"], 5, (0,)),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_everything_is_read_once(filled: Venv, name: str) -> None:
    arguments, starts, codes = COMMANDS[name]
    events = counted(filled, *arguments, codes=codes)
    assert events.started[str(filled.python)] <= starts
    metadata, records = events.of("METADATA"), events.of("RECORD")
    assert len(metadata) == len(NAMES)
    assert set(metadata.values()) == {1}
    moved = Counter(path.rpartition("dist-info")[0] for path in records if "/.pysharedir/" in path)
    if name.endswith("sort"):  # it reads what it moves again, to rewrite it
        assert set(records.values()) <= {1}
        assert len(moved) <= len(NAMES)
    else:
        assert set(records.values()) <= {1}
        assert not moved
    hook = {path: count for path, count in events.opened.items() if _is_of_hook(filled, path)}
    modules = {count for path, count in hook.items() if path.endswith(".py")}
    # To enable compares each with what it is to be, and looks whose it is.
    assert modules == ({3} if name.startswith("enable") else {1})
    # Lines of startup files are read for who put what on sys.path, and for what a start runs.
    assert max(hook.values()) <= (3 if name.startswith(("doctor", "enable")) else 2)


def _is_of_hook(venv: Venv, path: str) -> bool:
    return path.startswith(f"{venv.site_dir}/_pysharedir") and not path.endswith(".json")


def test_a_view_reads_no_metadata(filled: Venv) -> None:
    events = counted(filled, "view", str(filled.root.parent / "all"), str(filled.root))
    assert events.started[str(filled.python)] == 1
    assert (events.of("METADATA"), events.of("RECORD")) == ({}, {})


def spread(venv: Venv, count: int) -> None:
    """Let a PEP 420 namespace have many distributions, half of which are to move."""
    for number in range(count):
        where = venv.sharedir if number % 2 else venv.site_dir
        files: dict[str, str | bytes] = {
            f"ns/part{number}.py": "",
            f"ns/sub{number}/__init__.py": "",
        }
        put(where, f"part{number}", files)


@pytest.mark.slow
def test_a_namespace_of_a_thousand_costs_what_its_files_cost(enabled: Venv) -> None:
    """Calls and CPU time grow with the number of distributions, not with its square."""
    asked, seconds = [], []
    for count in 250, 1000:
        spread(enabled, count)
        report, taken = _timed(enabled)
        assert len(report["misplaced"]) == count // 2
        seconds.append(taken)
        asked.append(counted(enabled, "sort", "--check", codes=(1,)).number)
    assert asked[1] < 4.4 * asked[0]
    assert seconds[1] < 6 * seconds[0]


def _timed(venv: Venv) -> tuple[dict[str, list[str]], float]:
    """Return the report of ``sort --check``, and its own CPU time in seconds."""
    code = (
        "import sys, time\nfrom pysharedir.cli import main\ntry:\n    main()\n"
        "finally:\n    print(time.process_time(), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--python", venv.root, "sort", "--check", "--json"],
        env=venv.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout), float(done.stderr.split()[-1])
