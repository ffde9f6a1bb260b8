#!/usr/bin/env python3
"""Measure what imports cost when distributions are in prefixes of their own, compared with peers.

Path calls (strace) and CPU time of look-ups, imports and questions for metadata, in one run for
each way to name the prefixes and each number of them.  ``--check`` holds the hook and the view to
their budgets, by counts.  Needs Linux, strace, and a Python that has pysharedir and uv.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "src")]

import interpreters  # noqa: E402
from benchmarks import (  # noqa: E402
    commands,
    meters,
    pathcalls,
    slowfs,
    stages,
    tables,
    ways,
    workloads,
)
from benchmarks.collection import Collection  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.ways import Way

VERSIONS = ("3.11", "3.13")
COUNTS = (1, 10, 30, 100, 500, 2_000)
VIEW_FACTOR = 1.05  # times the path calls of a directory with the same distributions


@dataclass(frozen=True)
class Budget:
    """The most path calls of a workload.

    :ivar version: Of the one CPython that it is for, and then beyond those of a start with all in
        one directory, which depend on where that CPython is; empty for each.
    """

    way: str
    prefixes: int
    workload: str
    calls: int
    version: str = ""


BUDGETS = (
    Budget("hook", 500, "lookups", 3_600),
    Budget("hook", 2_000, "lookups", 9_000),
    Budget("hook", 500, "imports", 18_000),
    # With few prefixes no more than before many of them were made cheap; imports differ by some
    # calls from run to run.
    Budget("hook", 10, "start", 31, "3.11"),
    Budget("hook", 10, "lookups", 1_962, "3.11"),
    Budget("hook", 10, "imports", 8_052, "3.11"),
    Budget("hook", 10, "start", 36, "3.13"),
    Budget("hook", 10, "lookups", 1_926, "3.13"),
    Budget("hook", 10, "imports", 8_062, "3.13"),
)
# What is measured to check all budgets, and what `--quick` leaves of it.
CHECKED = {"hook": (10, 500, 2_000), "merged": (500,), "view": (500,)}
QUICK = {"hook": (10, 500), "merged": (500,), "view": (500,)}
SLOW_COUNT = 500
# There, imports and metadata take minutes with the other ways.
SLOW_WAYS = {
    ways.PYTHONPATH: ("start", "lookups"),
    ways.NIX: ("start", "lookups"),
    ways.HOOK: (),
    ways.MERGED: (),
    ways.VIEWED: (),
}
DELAY = 1e-3  # seconds of each request


@dataclass(frozen=True)
class Result:
    """What one way costs with one number of prefixes; 0 stands for all in one directory.

    :ivar calls: Path calls of a whole process, by workload.
    :ivar cpu: Its seconds of CPU; empty when no times are taken.
    :ivar metadata: Seconds of the first `version()`, of a further one, of the first
        `entry_points()`, and of a further one.
    """

    way: str
    title: str
    prefixes: int
    calls: dict[str, int]
    cpu: dict[str, float]
    metadata: tuple[float, ...]


@dataclass(frozen=True)
class Slow:
    """What one way costs where each request to the file system takes a millisecond.

    :ivar requests: Those of a first run, by workload.
    :ivar seconds: From its start to its end; empty when no times are taken.
    """

    title: str
    prefixes: int
    requests: dict[str, int]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Report:
    """The figures of one interpreter, and why some are missing."""

    version: str
    workloads: dict[str, str]
    results: tuple[Result, ...]
    slow: tuple[Slow, ...]
    skipped: dict[str, str]

    def result(self, way: str, prefixes: int) -> Result | None:
        """Return one result, or None when it is missing."""
        found = (each for each in self.results if (each.way, each.prefixes) == (way, prefixes))
        return next(found, None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 1 for an exceeded budget, 2 when not measured."""
    options = _parser().parse_args(arguments)
    try:
        meters.path("strace")
        chosen = dict.fromkeys(options.python or VERSIONS)
        pythons = {version: meters.interpreter(version) for version in chosen}
        with stages.workshop() as workshop:
            reports = [
                Bench(workshop / version, version, python).report(options)
                for version, python in pythons.items()
            ]
    except meters.MeterError as error:
        print(f"imports.py: {error}", file=sys.stderr)
        return 2
    _show(reports, options)
    return judge(reports, _wanted(options)) if options.check else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--python",
        action="append",
        metavar="VERSION",
        choices=interpreters.VERSIONS,
        help="an interpreter to measure; repeatable (default: 3.11 and 3.13)",
    )
    parser.add_argument(
        "--ways",
        nargs="+",
        metavar="KEY",
        choices=[each.key for each in ways.WAYS],
        help="measure only these: %(choices)s",
    )
    parser.add_argument(
        "--prefixes", nargs="+", type=int, metavar="N", default=COUNTS, help="with so many of them"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="runs to take the time of; 0 takes none"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="count what has a budget, without times, and exit 1 when one is exceeded",
    )
    parser.add_argument(
        "--slow",
        action="store_true",
        help="measure 500 prefixes on a file system of 1 ms a request too; needs root and FUSE",
    )
    parser.add_argument("--quick", action="store_true", help="check without 2 000 prefixes")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print tables for the docs")
    form.add_argument("--json", action="store_true", help="print all figures")
    return parser


def _wanted(options: argparse.Namespace) -> list[tuple[Way, int]]:
    """Return which ways are measured with how many prefixes."""
    if options.check:
        chosen = QUICK if options.quick else CHECKED
        return [(way, count) for way in ways.WAYS for count in chosen.get(way.key, ())]
    keys = options.ways or [way.key for way in ways.WAYS]
    wanted = [(way, count) for count in options.prefixes for way in ways.WAYS if way.key in keys]
    return [(ways.ONE, 0), *wanted]


class Bench:
    """What is measured of one interpreter."""

    def __init__(self, root: Path, version: str, python: Path) -> None:
        root.mkdir()
        self.version = version
        self.environment = meters.environment(root)
        self.cwd = root / "cwd"  # on sys.path, and empty
        self.cwd.mkdir()
        _say(f"{version}: installing")
        self.collection = Collection(root, version, python)
        self.venvs = ways.Venvs(root, self.collection, self.environment)
        self.workloads = workloads.all_workloads(self.collection.modules())
        self.said: dict[str, str] = {}
        self._compile()

    def _compile(self) -> None:
        """Let bytecode be written, before it is linked to wherever else the files are."""
        named = ways.PYTHONPATH.environment(self.collection, self.collection.installed)
        for workload in (*self.workloads, workloads.TIMED):
            line = workload.command(self.venvs.python(ways.PYTHONPATH))
            self.said[workload.key] = commands.run(line, {**self.environment, **named}, self.cwd)

    def report(self, options: argparse.Namespace) -> Report:
        """Measure what *options* ask for."""
        skipped: dict[str, str] = {}
        results = []
        for way, count in _wanted(options):
            _say(f"{self.version}: {way.title}, {count} prefixes")
            try:
                results.append(self._measure(way, count, 0 if options.check else options.rounds))
            except meters.MeterError as error:
                if way is ways.ONE:
                    raise
                skipped[f"{way.title}, {count} prefixes"] = str(error)
        slow = []
        try:
            for way, keys in SLOW_WAYS.items() if options.slow else ():
                _say(f"{self.version}: {way.title}, on a slow file system")
                slow.append(self._measure_slow(way, SLOW_COUNT, keys))
        except OSError as error:
            skipped["slow file system"] = f"it cannot be mounted here: {error}"
        titles = {workload.key: workload.title for workload in self.workloads}
        return Report(self.version, titles, tuple(results), tuple(slow), skipped)

    def _measure(self, way: Way, count: int, rounds: int) -> Result:
        if count > way.most:
            raise meters.MeterError("a start takes too long")
        python = self.venvs.python(way)
        named = way.environment(self.collection, self.venvs.prefixes(way, count))
        environment = {**self.environment, **named}
        # What only a start with prefixes loads gets its bytecode here.
        commands.run(self.workloads[0].command(python), environment, self.cwd)
        lines = {each.key: each.command(python) for each in self.workloads}

        def count_calls(key: str) -> int:
            calls, said = pathcalls.count(lines[key], environment, self.cwd)
            if said != self.said[key]:
                raise meters.MeterError(f"{key}: the answer differs")
            return calls

        with ThreadPoolExecutor(max_workers=2) as pool:
            calls = dict(zip(lines, pool.map(count_calls, lines), strict=True))
        cpu = {
            key: statistics.median(
                commands.cost(line, environment, self.cwd).cpu for _ in range(rounds)
            )
            for key, line in lines.items()
            if rounds
        }
        timed = workloads.TIMED.command(python)
        samples = [json.loads(commands.run(timed, environment, self.cwd)) for _ in range(rounds)]
        metadata = tuple(map(statistics.median, zip(*samples, strict=True)))
        return Result(way.key, way.title, count, calls, cpu, metadata)

    def _measure_slow(self, way: Way, count: int, keys: Sequence[str]) -> Slow:
        python = self.venvs.python(way)
        named = way.environment(self.collection, self.venvs.prefixes(way, count))
        root = self.collection.root
        mount = root.with_name(f"{root.name}s")  # as short a path
        mount.mkdir(exist_ok=True)
        environment = {
            **self.environment,
            **{name: value.replace(f"{root}/", f"{mount}/") for name, value in named.items()},
        }
        requests, seconds = {}, {}
        for workload in self.workloads:
            if keys and workload.key not in keys:
                continue
            # Mounted again, so that the kernel's cache is empty.
            with slowfs.mounted(root, mount, DELAY) as count_requests:
                before = time.perf_counter()
                commands.run(workload.command(python), environment, self.cwd)
                seconds[workload.key] = time.perf_counter() - before
                requests[workload.key] = count_requests()
        return Slow(way.title, count, requests, seconds)


def judge(reports: Sequence[Report], wanted: Sequence[tuple[Way, int]]) -> int:
    """Name every budget that is exceeded; by counts, since times differ between machines."""
    code = 0
    measured = {(way.key, count) for way, count in wanted}
    for report in reports:
        for reason in report.skipped.items():
            print("not measured: {}: {}".format(*reason), file=sys.stderr)
        if report.skipped:
            return 2
        for budget in (*BUDGETS, *_view_budgets(report)):
            if (budget.way, budget.prefixes) not in measured:
                continue
            if budget.version not in ("", report.version):
                continue
            value = _counted(report, budget.way, budget.prefixes, budget.workload)
            if budget.version:
                value -= _counted(report, "merged", 500, "start")
            if value > budget.calls:
                code = 1
                print(
                    f"exceeded: {budget.way}, {budget.prefixes} prefixes, {budget.workload}"
                    f" on {report.version}: {value} path calls > {budget.calls}"
                )
    return code


def _counted(report: Report, way: str, prefixes: int, workload: str) -> int:
    result = report.result(way, prefixes)
    return result.calls[workload] if result else 0


def _view_budgets(report: Report) -> list[Budget]:
    merged = report.result("merged", 500)
    calls = merged.calls if merged else {}
    return [Budget("view", 500, key, int(value * VIEW_FACTOR)) for key, value in calls.items()]


def _show(reports: Sequence[Report], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps([asdict(report) for report in reports], indent=2))
        return
    form = tables.markdown if options.markdown else tables.table
    for report in reports:
        print(f"### CPython {report.version}\n")
        for lines in (_calls(report), _cpu(report), _metadata(report), _slow(report)):
            if lines:
                print(form(lines))
        for key, reason in report.skipped.items():
            print(f"Not measured: {key}: {reason}.")
        print()


def _calls(report: Report) -> list[list[str]]:
    lines = [["path calls", *report.workloads.values()]]
    lines += [
        [_title(result), *(f"{value:_}".replace("_", " ") for value in result.calls.values())]
        for result in report.results
    ]
    return lines


def _cpu(report: Report) -> list[list[str]]:
    base = report.results[0].cpu
    lines = [["CPU ms", *(cell for title in report.workloads.values() for cell in (title, ""))]]
    for result in report.results:
        cells = [
            cell
            for key, value in result.cpu.items()
            for cell in (f"{value * 1e3:.0f}", f"x{value / base[key]:.2f}")
        ]
        lines.append([_title(result), *cells])
    return lines if base else []


def _metadata(report: Report) -> list[list[str]]:
    lines = [["ms", "first `version()`", "another", "first `entry_points()`", "another"]]
    lines += [
        [_title(result), *(f"{value * 1e3:.2f}" for value in result.metadata)]
        for result in report.results
    ]
    return lines if report.results[0].metadata else []


def _slow(report: Report) -> list[list[str]]:
    lines = [["requests, s", *(cell for key in report.workloads.values() for cell in (key, ""))]]
    for result in report.slow:
        cells = [
            cell
            for key in report.workloads
            for cell in (
                (f"{result.requests[key]:_}".replace("_", " "), f"{result.seconds[key]:.2f}")
                if key in result.requests
                else ("", "")
            )
        ]
        lines.append([_title(result), *cells])
    return lines if report.slow else []


def _title(result: Result | Slow) -> str:
    if not result.prefixes:
        return result.title
    return f"{result.title}, {result.prefixes} prefix" + "es" * (result.prefixes > 1)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
