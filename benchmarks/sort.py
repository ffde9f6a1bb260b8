#!/usr/bin/env python3
"""Measure what ``pysharedir sort`` costs, beside linking and removing, pip and uv, in one run.

A venv with the wheels that tests/verdicts/wheels.txt pins is made once; every measurement has a
copy of its own.  ``--check`` holds the sort to its limits.  Needs Linux, strace, and a Python that
has pysharedir and uv; pip too, unless it is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from uv import find_uv_bin  # noqa: E402

import interpreters  # noqa: E402
from benchmarks import commands, meters, pristine  # noqa: E402
from pysharedir import moves  # noqa: E402

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.commands import Cost, Read
    from benchmarks.pristine import Pristine

MOST_TIME = 3  # times linking and removing
MOST_GROWTH = 1.3  # of the peak of memory, from the fewest files to the most
MOST_READ = 20  # bytes of a file
# Twice an interpreter that is at work is given the time to end an import.
WAITING = 2 * moves.GRACE
EXTRA = (0, 10_000, 100_000)  # files beside the real ones
MISPLACED = 1  # what ``sort --check`` exits with
CALLS_SHOWN = 8
PYTHON_LABELS = ("PYTHON", "PYSHAREDIR", "VIRTUAL_ENV", "__PYVENV", "PIP_")
UV_LABELS = ("UV_LINK_MODE", "UV_COMPILE_BYTECODE", "UV_PYTHON", "UV_OFFLINE")
OTHERS = (Path("/dev/shm"), Path("/run/user") / str(os.getuid()))  # noqa: S108


@dataclass(frozen=True)
class Row:
    """Something that is timed.

    :ivar beside: The key of the row that it is compared with.
    :ivar waiting: Seconds of it in which nothing is done on purpose.
    :ivar slow: Whether it is left out when time is short, and done once otherwise.
    :ivar limited: Whether a limit depends on it.
    """

    key: str
    title: str
    run: Callable[[Pristine], Cost]
    beside: str = "link"
    waiting: float = 0
    slow: bool = False
    limited: bool = False


@dataclass(frozen=True)
class Timing:
    """What the rounds of a row came to, in seconds.

    :ivar ratio: Its median to that of the row that it is compared with, if both were measured.
    """

    title: str
    rounds: int
    median: float
    fastest: float
    cpu: float
    ratio: float | None


@dataclass(frozen=True)
class Report:
    """All figures.

    :ivar calls: System calls, by name, of judging alone and of the whole.
    :ivar memory: The peak in bytes, by the number of files in site-packages.
    :ivar load: The load average before and after.
    """

    python: str
    processors: int
    load: tuple[float, float]
    distributions: int
    files: int
    moved_distributions: int
    moved_files: int
    timings: dict[str, Timing]
    skipped: dict[str, str]
    calls: dict[str, dict[str, int]]
    memory: dict[int, int]
    read: Read


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 1 beyond a limit, 2 when not measured."""
    options = _parser().parse_args(arguments)
    try:
        if shutil.which("strace") is None:
            raise meters.MeterError(f"strace is not installed: {meters.HINTS['strace']}")
        with _workshop(options.python) as kept:
            report = _report(kept, options)
    except meters.MeterError as error:
        print(f"sort.py: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(asdict(report), indent=2))
    else:
        _show(report)
    return _judge(report) if options.check else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--python", type=Path, metavar="PATH", help="a CPython 3.11")
    parser.add_argument("--rounds", type=int, default=7, help="how often to take each time")
    parser.add_argument(
        "--check", action="store_true", help="measure what has a limit, and exit 1 beyond one"
    )
    parser.add_argument(
        "--quick", action="store_true", help="one round, without pip and the most files"
    )
    parser.add_argument("--json", action="store_true", help="print all figures")
    return parser


@contextlib.contextmanager
def _workshop(python: Path | None) -> Iterator[Pristine]:
    """Make the venv, give it, and take everything away."""
    found = python or interpreters.find(pristine.VERSION)
    if found is None:
        raise meters.MeterError(f"CPython {pristine.VERSION} is not found: name it by --python")
    with contextlib.ExitStack() as stack:

        def directory(parent: Path | None = None) -> Path:
            made = tempfile.TemporaryDirectory(prefix="pysharedir-sort-", dir=parent)
            return Path(stack.enter_context(made)).resolve()

        root = directory()
        other = pristine.another_file_system(root, OTHERS)
        elsewhere = directory(other) / "apps" if other else None
        _say("making the venv")
        yield Pristine_(root, found, _quiet(os.environ), elsewhere)


def _quiet(environment: Mapping[str, str]) -> dict[str, str]:
    """Return *environment* without what changes an interpreter's paths or an installer's way."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(PYTHON_LABELS + UV_LABELS)
    } | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _report(kept: Pristine, options: argparse.Namespace) -> Report:
    """Measure everything that *options* ask for."""
    before = os.getloadavg()[0]
    rows, skipped = _rows(kept, options)
    timings = _timings(kept, rows, 1 if options.quick else options.rounds)
    _say("system calls and reading")
    calls, read = _traced(kept)
    extra = EXTRA[:-1] if options.quick else EXTRA
    return Report(
        python=_version(kept),
        processors=len(os.sched_getaffinity(0)),
        load=(before, os.getloadavg()[0]),
        distributions=kept.distributions,
        files=kept.files,
        moved_distributions=len(kept.moved.pins),
        moved_files=kept.moved.files,
        timings=timings,
        skipped=skipped,
        calls=calls,
        memory={kept.files + each: _peak(kept, each) for each in extra},
        read=read,
    )
