#!/usr/bin/env python3
"""Measure what a startup hook adds to ``python -c pass``, beside its peers, in one run.

System calls (strace), instructions (valgrind) and wall time of each row of ``rows.py``, as the
difference to a venv with nothing in it.  ``--check`` holds the hook to its budgets.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "src")]

import interpreters  # noqa: E402
from benchmarks import meters, rows, stages, tables  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.rows import Row
    from benchmarks.stages import Count, Stage
    from trees import Tree


@dataclass(frozen=True)
class Budget:
    """The most that a row may add on one version of CPython."""

    version: str
    row: str
    calls: int
    instructions: int


BUDGETS = (
    Budget("3.9", "off", 45, 1_550_000),
    Budget("3.9", "found", 64, 1_900_000),
    Budget("3.10", "off", 33, 880_000),
    Budget("3.10", "found", 52, 1_250_000),
    Budget("3.11", "off", 32, 750_000),
    Budget("3.11", "found", 50, 1_100_000),
    Budget("3.11", "prefixes-500", 2_600, 6_000_000),
    Budget("3.12", "off", 32, 880_000),
    Budget("3.12", "found", 50, 1_500_000),
    Budget("3.13", "off", 49, 2_250_000),
    # With the path line that `enable` writes from 3.13 on.
    Budget("3.13", "found-line", 68, 2_600_000),
    Budget("3.13", "prefixes-500", 2_600, 6_000_000),
    Budget("3.14", "off", 37, 1_850_000),
    Budget("3.14", "found", 53, 2_150_000),
    Budget("3.15", "off", 30, 1_250_000),
    Budget("3.15", "found", 46, 1_500_000),
    *(Budget(version, "sitecustomize", 35, 600_000) for version in interpreters.VERSIONS),
)


@dataclass(frozen=True)
class Result:
    """What a row adds to the base; for the base itself, the whole.

    :ivar spread: between the highest and the lowest number of instructions, by padding.
    :ivar seconds: the median over all rounds, None when no time was taken.
    """

    key: str
    title: str
    calls: int
    instructions: int
    spread: int
    seconds: float | None


@dataclass(frozen=True)
class Report:
    """The table of one interpreter, and why rows are missing from it."""

    version: str
    base: Result
    results: tuple[Result, ...]
    skipped: dict[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 1 for an exceeded budget, 2 when not measured."""
    options = _parser().parse_args(arguments)
    try:
        meters.require()
        budgets = _budgets(options.python) if options.check else ()
        pythons = _pythons(options.python or [each.version for each in budgets])
        with stages.workshop() as workshop:
            reports = _reports(options, pythons, budgets, workshop)
    except meters.MeterError as error:
        print(f"startup.py: {error}", file=sys.stderr)
        return 2
    _show(reports, options)
    return _judge(reports, budgets) if options.check else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--python",
        action="append",
        metavar="VERSION",
        choices=interpreters.VERSIONS,
        help="an interpreter to measure, such as 3.13; repeatable (default: all that are found)",
    )
    parser.add_argument("--rows", nargs="+", metavar="KEY", help="measure only these rows")
    parser.add_argument("--quick", action="store_true", help="leave out the slow row")
    parser.add_argument(
        "--rounds", type=int, default=25, help="starts to take the time of; 0 takes none"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="measure what has a budget, without times, and exit 1 when one is exceeded",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print tables for the docs")
    form.add_argument("--json", action="store_true", help="print all figures")
    return parser


def _budgets(versions: list[str] | None) -> tuple[Budget, ...]:
    budgets = tuple(each for each in BUDGETS if not versions or each.version in versions)
    if not budgets:
        raise meters.MeterError("there is no budget for these versions: leave out --python")
    return budgets


def _pythons(versions: Iterable[str]) -> dict[str, Path]:
    """Return the executable of each of *versions*, or of each that is found if none is named."""
    if named := dict.fromkeys(versions):
        return {version: meters.interpreter(version) for version in named}
    found = {version: interpreters.find(version) for version in interpreters.VERSIONS}
    return {version: python for version, python in found.items() if python}


def _reports(
    options: argparse.Namespace,
    pythons: dict[str, Path],
    budgets: Sequence[Budget],
    workshop: Path,
) -> list[Report]:
    """Count for several interpreters at a time, then take the times one by one."""
    peers, reason = _peers(workshop / "peers") if _wants_peers(options) else ({}, "")
    benches = []
    for version, python in pythons.items():
        stage = stages.Stage(version, python, workshop / version)
        planted = rows.plant_prefixes(version, stage.root), rows.plant_modules(version, stage.root)
        offered = rows.all_rows(version, *planted, peers)
        wanted = options.rows or [each.row for each in budgets if each.version == version]
        chosen = [row for row in _chosen(offered, wanted) if not (row.slow and options.quick)]
        skipped = {", ".join(rows.PEERS): reason} if reason else {}
        # A budget is farther off than paddings move a row.
        benches.append(Bench(stage, chosen, skipped, stages.PADDINGS[: 1 if budgets else None]))
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(Bench.count, benches))
    rounds = 0 if options.check else options.rounds
    return [bench.report(rounds) for bench in benches]


def _chosen(offered: Sequence[Row], wanted: Sequence[str]) -> list[Row]:
    """Return the base and the *wanted* rows, or all of them when none is named."""
    known = [row.key for row in offered]
    unknown = [key for key in wanted if key not in known and key not in rows.PEERS]
    if unknown:
        raise meters.MeterError(f"no row {' '.join(unknown)}: choose from {' '.join(known)}")
    return [row for row in offered if not wanted or row is rows.BASE or row.key in wanted]


def _wants_peers(options: argparse.Namespace) -> bool:
    return not options.check and not set(options.rows or rows.PEERS).isdisjoint(rows.PEERS)


def _peers(root: Path) -> tuple[Tree, str]:
    _say("peers: installing")
    try:
        return rows.download_peers(root), ""
    except subprocess.CalledProcessError as error:
        return {}, str(error.stderr).strip().rpartition("\n")[2]


class Bench:
    """The rows of one interpreter, and what has been counted so far."""

    def __init__(
        self,
        stage: Stage,
        chosen: Sequence[Row],
        skipped: dict[str, str],
        paddings: Sequence[str],
    ) -> None:
        self.stage = stage
        self.rows = chosen
        self.skipped = skipped
        self.paddings = paddings
        self.counts: dict[str, Count] = {}

    def count(self) -> None:
        """Build the venv of every row and count what its start does."""
        for row in self.rows:
            _say(f"{self.stage.version} {row.key}: counting")
            try:
                self.stage.build(row)
                self.counts[row.key] = self.stage.count(
                    row, self.paddings[:1] if row.slow else self.paddings
                )
            except meters.MeterError as error:
                if row is rows.BASE:
                    message = f"CPython {self.stage.version} cannot be measured: {error}"
                    raise meters.MeterError(message) from error
                self.skipped[row.key] = str(error)
        self.rows = [row for row in self.rows if row.key in self.counts]

    def report(self, rounds: int) -> Report:
        """Take the times and return all figures."""
        times = self._times(rounds)
        base = self.counts[rows.BASE.key]
        results = tuple(
            self._result(row, self.counts[row.key].minus(base), times)
            for row in self.rows
            if row is not rows.BASE
        )
        whole = self._result(rows.BASE, base, times)
        return Report(self.stage.version, whole, results, self.skipped)

    def _result(self, row: Row, count: Count, times: dict[str, float]) -> Result:
        return Result(
            row.key, row.title, count.calls, count.median, count.spread, times.get(row.key)
        )

    def _times(self, rounds: int) -> dict[str, float]:
        """Return the median seconds that each row adds, every start beside one of the base."""
        samples: dict[str, list[float]] = {row.key: [] for row in self.rows}
        for number in range(rounds):
            _say(f"{self.stage.version}: round {number + 1} of {rounds}")
            for row in self.rows:
                base = self.stage.time(rows.BASE)
                added = 0.0 if row is rows.BASE else base
                samples[row.key].append(self.stage.time(row) - added)
        return {key: statistics.median(each) for key, each in samples.items() if each}


def _judge(reports: Sequence[Report], budgets: Sequence[Budget]) -> int:
    """Name every budget that is exceeded; by counts, since times differ between machines."""
    by_row = {(report.version, each.key): each for report in reports for each in report.results}
    code = 0
    for budget in budgets:
        result = by_row.get((budget.version, budget.row))
        if result is None:
            print(f"not measured: {budget.row} on {budget.version}", file=sys.stderr)
            return 2
        for unit, value, limit in (
            ("system calls", result.calls, budget.calls),
            ("instructions", result.instructions, budget.instructions),
        ):
            if value > limit:
                print(f"exceeded: {result.title} on {budget.version}: {value} {unit} > {limit}")
                code = 1
    return code


def _show(reports: Sequence[Report], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps([asdict(report) for report in reports], indent=2))
        return
    for report in reports:
        print(f"### CPython {report.version}\n" if options.markdown else report.version)
        print((tables.markdown if options.markdown else _plain)(_lines(report)), end="")
        for key, reason in report.skipped.items():
            print(f"Not measured: {key}: {reason}.")
        print()


def _lines(report: Report) -> list[list[str]]:
    """Return the cells of a table: what is added, and by which part of the base."""
    timed = report.base.seconds is not None
    heads = ["", "system calls", "", "M instructions", "", "ms", ""]
    lines = [heads]
    for result in (report.base, *report.results):
        sign = "" if result is report.base else "+"
        lines.append(
            [
                result.title,
                f"{result.calls:{sign}}",
                _ratio(result.calls, report.base.calls, sign),
                f"{result.instructions / 1e6:{sign}.2f}",
                _ratio(result.instructions, report.base.instructions, sign),
                f"{(result.seconds or 0) * 1e3:{sign}.2f}",
                _ratio(result.seconds or 0, report.base.seconds or 1, sign),
            ]
        )
    return [line if timed else line[:5] for line in lines]


def _ratio(value: float, base: float, sign: str) -> str:
    """Return how many times the base a start is."""
    factor = value / base + bool(sign)
    return f"x{factor:.3f}" if factor < 10 else f"x{factor:.1f}"  # noqa: PLR2004


def _plain(lines: list[list[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    text = ""
    for title, *figures in lines:
        padded = [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
        text += "  ".join([title.ljust(widths[0]), *padded]).rstrip() + "\n"
    return text


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
