#!/usr/bin/env python3
"""Measure what ``pysharedir sort`` costs next to links, pip and uv, in one run.

A venv with the wheels that tests/verdicts/wheels.txt pins is made once; every measurement has a
copy of its own, in the directory for temporary files.  ``--check`` holds the sort to its limits.
Needs Linux, strace, and a Python that has pysharedir and uv; the row of pip needs pip in it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import commands, meters, moving, pristine, tables  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.commands import Cost, Read
    from benchmarks.moving import Way
    from benchmarks.pristine import Pristine

MOST_TIME = 2.5  # times linking and removing; what is waited on purpose counts
MOST_GROWTH = 2  # of the peak of memory, from the fewest files to nearly four times as many
MOST_READ = 64  # bytes of a file: the header of a native object
EXTRA = (0, 10_000, 100_000)  # files beside the real ones, to see memory grow
CALLS_SHOWN = 8
ARCHIVE = b"!<arch>\n"  # what a static archive begins with
OTHER_FILE_SYSTEMS = (Path("/dev/shm"), Path(f"/run/user/{os.getuid()}"))  # noqa: S108
# Variables that change the paths of an interpreter, or the way of an installer.
LOUD = (
    *("PYTHON", "PYSHAREDIR", "VIRTUAL_ENV", "__PYVENV", "PIP_"),
    *("UV_LINK_MODE", "UV_COMPILE_BYTECODE", "UV_PYTHON", "UV_OFFLINE"),
)


@dataclass(frozen=True)
class Timing:
    """What the rounds of a way came to, in seconds.

    :ivar cpu: The median of user and system time.
    :ivar waiting: What of each round was spent in waiting, on purpose.
    :ivar ratio: How many times the median of the way that it is compared with; None without that.
    """

    title: str
    rounds: int
    median: float
    fastest: float
    cpu: float
    waiting: float
    ratio: float | None


@dataclass(frozen=True)
class Report:
    """All figures.

    :ivar load: The load average before and after.
    :ivar timings: By the key of the way.
    :ivar skipped: Why ways are missing, by key.
    :ivar judging: System calls of ``sort --check``, by name.
    :ivar sorting: System calls of ``sort``, by name.
    :ivar read: What ``sort --check`` reads of files; see :func:`_reading`.
    :ivar memory: The peak of ``sort`` in bytes, by the number of files in site-packages.
    """

    python: str
    file_system: str
    processors: int
    load: tuple[float, float]
    distributions: int
    files: int
    moved_distributions: int
    moved_files: int
    timings: dict[str, Timing]
    skipped: dict[str, str]
    judging: dict[str, int]
    sorting: dict[str, int]
    read: Read
    memory: dict[int, int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 1 beyond a limit, 2 when not measured."""
    options = _parser().parse_args(arguments)
    try:
        meters.path("strace")
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
    parser.add_argument(
        "--python", type=Path, metavar="PATH", help="the CPython 3.11 to make the venv with"
    )
    parser.add_argument(
        "--ways",
        nargs="+",
        metavar="KEY",
        choices=[each.key for each in moving.WAYS],
        help="time only these: %(choices)s",
    )
    parser.add_argument(
        "--rounds", type=int, default=7, help="times to take of each way, of pip just one"
    )
    parser.add_argument(
        "--quick", action="store_true", help="one round, without pip and the most files"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="time only what has a limit, and exit 1 when one is exceeded",
    )
    parser.add_argument("--json", action="store_true", help="print all figures")
    return parser


@contextlib.contextmanager
def _workshop(python: Path | None) -> Iterator[Pristine]:
    """Make the venv, yield it, and remove everything."""
    found = python or meters.interpreter(pristine.VERSION)
    with contextlib.ExitStack() as stack:

        def directory(parent: Path | None = None) -> Path:
            made = tempfile.TemporaryDirectory(prefix="pysharedir-sort-", dir=parent)
            return Path(stack.enter_context(made)).resolve()

        root = directory()
        other = pristine.another_file_system(root, OTHER_FILE_SYSTEMS)
        elsewhere = directory(other) / "apps" if other else None
        _say("making the venv")
        yield pristine.Pristine(root, found, _quiet(os.environ), elsewhere)


def _quiet(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if not name.startswith(LOUD)}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _report(kept: Pristine, options: argparse.Namespace) -> Report:
    """Measure what *options* ask for."""
    before = os.getloadavg()[0]
    skipped = moving.impossible(kept)
    ways = [each for each in moving.WAYS if each.key not in skipped]
    if options.ways:
        ways = [each for each in ways if each.key in options.ways]
    if options.check:
        ways = [each for each in ways if each.limited]
    if options.quick:
        ways = [each for each in ways if not each.slow]
    timings = _timings(kept, ways, 1 if options.quick else options.rounds)
    _say("system calls")
    kept.renew()
    judging = commands.system_calls(
        kept.command("sort", "--check"), kept.environment, (moving.MISPLACED,)
    )
    read = _reading(kept)
    sorting = commands.system_calls(kept.command("sort"), kept.environment)
    extra = EXTRA[:-1] if options.quick else EXTRA
    return Report(
        python=f"CPython {_version(kept)}, sorted by {platform.python_version()}",
        file_system=_file_system(kept),
        processors=len(os.sched_getaffinity(0)),
        distributions=kept.distributions,
        files=kept.files,
        moved_distributions=len(kept.moved.pins),
        moved_files=kept.moved.files,
        timings=timings,
        skipped=skipped,
        judging=dict(judging),  # asdict takes no Counter
        sorting=dict(sorting),
        read=read,
        memory={kept.files + files: _peak(kept, files) for files in extra},
        load=(before, os.getloadavg()[0]),
    )


def _version(kept: Pristine) -> str:
    code = "import platform; print(platform.python_version())"
    return commands.run((kept.venv / "bin" / "python", "-c", code), kept.environment).strip()


def _file_system(kept: Pristine) -> str:
    """Return the name of the kind of file system that is measured on."""
    line = ("stat", "--file-system", "--format=%T", kept.root)
    return commands.run(line, kept.environment).strip()


def _timings(kept: Pristine, ways: Sequence[Way], rounds: int) -> dict[str, Timing]:
    """Go all *ways* once in each round, so that what else the machine does falls on all."""
    costs: dict[str, list[Cost]] = {each.key: [] for each in ways}
    for number in range(rounds):
        for way in ways:
            if not (way.slow and number):
                costs[way.key].append(way.run(kept))
                wall = costs[way.key][-1].wall
                _say(f"round {number + 1} of {rounds}: {way.title}: {wall:.2f} s")
    medians = {
        key: statistics.median(cost.wall for cost in each) for key, each in costs.items() if each
    }
    return {
        way.key: Timing(
            way.title,
            len(costs[way.key]),
            medians[way.key],
            min(cost.wall for cost in costs[way.key]),
            statistics.median(cost.cpu for cost in costs[way.key]),
            way.waiting,
            medians[way.key] / medians[way.beside] if way.beside in medians else None,
        )
        for way in ways
        if way.key in medians
    }


def _reading(kept: Pristine) -> Read:
    """Return what is read of installed files to see whether they are native objects.

    Metadata, startup files and the hook are read for other reasons, and static archives hold many
    objects.
    """
    below = f"{kept.site_packages}/"

    def counts(path: str) -> bool:
        name = path.removeprefix(below)
        other = ".dist-info/" in name or name.startswith("_pysharedir") or name.endswith(".pth")
        return name != path and not other and not _is_archive(path)

    line = kept.command("sort", "--check")
    return commands.reading(line, kept.environment, counts, (moving.MISPLACED,))


def _is_archive(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(len(ARCHIVE)) == ARCHIVE


def _peak(kept: Pristine, files: int) -> int:
    """Return the peak of memory of a sort with so many more *files*."""
    _say(f"memory with {files} more files")
    kept.renew()
    kept.add(files)
    found = commands.peak(kept.command("sort"), kept.environment)
    kept.expect(kept.sharedir, kept.moved.files + pristine.written(files))
    return found


def _judge(report: Report) -> int:
    """Name every limit that is exceeded."""
    ratio = report.timings["sort"].ratio or 0
    code = 0
    for name, value, limit in (
        ("time of sort, times that of cp -al and rm -r", ratio, MOST_TIME),
        ("growth of memory with the number of files", _growth(report), MOST_GROWTH),
        ("bytes read of a file", report.read.most, MOST_READ),
    ):
        if value > limit:
            print(f"exceeded: {name}: {value:.2f} > {limit}", file=sys.stderr)
            code = 1
    return code


def _growth(report: Report) -> float:
    peaks = [peak for _, peak in sorted(report.memory.items())]
    return max(peaks) / peaks[0]


def _show(report: Report) -> None:
    print(
        f"{report.python}, {report.distributions} distributions of {report.files} files,"
        f" {report.moved_distributions} of {report.moved_files} files moved;"
        f" {report.file_system}, {report.processors} processors,"
        f" load {report.load[0]:.1f} to {report.load[1]:.1f}.\n"
    )
    print(tables.table(_times(report)), end="")
    for key, reason in report.skipped.items():
        print(f"Not measured: {key}: {reason}.")
    print()
    print(tables.table(_calls(report)))
    memory = [
        ["files in site-packages", "peak of `sort`, MB"],
        *([str(files), f"{peak / 1e6:.1f}"] for files, peak in sorted(report.memory.items())),
        ["growth", f"x{_growth(report):.2f}"],
    ]
    print(tables.table(memory), end="")
    read = report.read
    print(
        f"\nVerdicts read {read.bytes} bytes of {read.files} files,"
        f" {read.bytes / read.files:.1f} of each, at most {read.most} of one;"
        f" each was opened {read.opened / read.files:.2f} times;"
        " metadata, .pth files, the hook and static archives apart."
    )


def _times(report: Report) -> list[list[str]]:
    """Return the cells of the table of times."""
    lines = [["", "s, median", "s, least", "CPU s", "times the copy", "rounds"]]
    for each in report.timings.values():
        ratio = "" if each.ratio is None else f"x{each.ratio:.2f}"
        figures = [each.median, each.fastest, each.cpu]
        lines.append([each.title, *(f"{it:.2f}" for it in figures), ratio, str(each.rounds)])
        if each.waiting and each.ratio is not None:
            less = f"x{each.ratio * (1 - each.waiting / each.median):.2f}"
            figures = [each.median - each.waiting, each.fastest - each.waiting, each.cpu]
            title = f"- without its waiting of {each.waiting:.1f} s"
            lines.append([title, *(f"{it:.2f}" for it in figures), less, ""])
    return lines


def _calls(report: Report) -> list[list[str]]:
    """Return the cells of the table of system calls: those of judging, and of all after it."""
    judging, moved = Counter(report.judging), report.moved_files
    moving_ = Counter(report.sorting) - judging
    lines = [["system calls", "judging", "moving", "moving, per file moved"]]
    for name in ("all", *(name for name, _ in moving_.most_common(CALLS_SHOWN))):
        pair = [each.total() if name == "all" else each[name] for each in (judging, moving_)]
        lines.append([name, *map(str, pair), f"{pair[1] / moved:.2f}"])
    return lines


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
