#!/usr/bin/env python3
"""Measure what the hook adds to programs that people run.

A venv with the packages that PINS names is measured three times: as it is, with the hook and its
packages sorted, and with the hook as a sitecustomize.  Needs the Python that runs it to have
pysharedir and uv.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "src")]

from benchmarks import commands, meters, tables  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

PINS = ("black==25.11.0", "pip==25.3", "pytest==9.0.1", "requests==2.32.5")
PROGRAMS = {
    "`python -c pass`": meters.PASS,
    "`import requests`": ("-c", "import requests"),
    "`pip --version`": ("-m", "pip", "--version"),
    "`pytest --version`": ("-m", "pytest", "--version"),
    "`black --version`": ("-m", "black", "--version"),
}
WARM_UPS = 2


class Cost(NamedTuple):
    """What a program does, from its start to its end."""

    calls: int
    instructions: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 2 when something cannot be measured."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--python", default="3.11", metavar="X.Y", help="the version to measure")
    parser.add_argument("--markdown", action="store_true", help="print a table for the docs")
    options = parser.parse_args(arguments)
    try:
        meters.require()
        with tempfile.TemporaryDirectory(prefix="pysharedir-programs-") as scratch:
            lines = _lines(options.python, Path(scratch).resolve())
    except meters.MeterError as error:
        print(f"programs.py: {error}", file=sys.stderr)
        return 2
    print((tables.markdown if options.markdown else tables.table)(lines), end="")
    return 0


def _lines(version: str, root: Path) -> list[list[str]]:
    python = meters.interpreter(version)
    environment = meters.environment(root)
    venv = root / "venv"
    uv = find_uv_bin()
    install = ("pip", "install", "--quiet", "--compile-bytecode", "--python", venv, *PINS)
    commands.run((uv, "venv", "--quiet", "--python", python, venv), os.environ)
    commands.run((uv, *install), os.environ)

    def pysharedir(*arguments: str) -> None:
        commands.run((sys.executable, "-m", "pysharedir", "-p", venv, *arguments), environment)

    def measured() -> list[Cost]:
        return [_cost(venv / "bin" / "python", environment, root, each) for each in programs]

    programs = PROGRAMS.values()
    alone = measured()
    pysharedir("enable")
    pysharedir("sort")
    hooked = measured()
    pysharedir("disable", "--restore")
    pysharedir("enable", "--style", "sitecustomize")
    pysharedir("sort")
    return [
        [
            "",
            "system calls",
            "hook",
            "`sitecustomize`",
            "M instructions",
            "hook",
            "`sitecustomize`",
        ],
        *(_line(*each) for each in zip(PROGRAMS, alone, hooked, measured(), strict=True)),
    ]


def _cost(python: Path, environment: dict[str, str], scratch: Path, program: Sequence[str]) -> Cost:
    for _ in range(WARM_UPS):
        commands.run((python, *program), environment)
    return Cost(
        meters.system_calls(python, environment, scratch, program),
        meters.instructions(python, environment, program),
    )


def _line(title: str, alone: Cost, *others: Cost) -> list[str]:
    return [
        title,
        str(alone.calls),
        *(f"+{each.calls - alone.calls}" for each in others),
        f"{alone.instructions / 1e6:.1f}",
        *(f"{each.instructions / alone.instructions - 1:+.2%}" for each in others),
    ]


if __name__ == "__main__":
    sys.exit(main())
