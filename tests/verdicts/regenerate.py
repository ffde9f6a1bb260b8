"""Write table.md: the verdict of ``pysharedir sort`` on each wheel that wheels.txt pins.

``python tests/verdicts/regenerate.py`` installs the wheels into a throwaway venv of CPython 3.11
on Linux, lets ``pysharedir sort --check`` judge them, and writes the table.  With ``--check`` it
writes nothing: it prints what differs from the committed table, and exits with 1 if anything does.
To be run with a Python that has pysharedir and uv.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from uv import find_uv_bin

HERE = Path(__file__).parent
WHEELS = HERE / "wheels.txt"
TABLE = HERE / "table.md"
# Chooses the same wheels on every machine, so that every Linux gives the same table.
PLATFORM = "x86_64-manylinux_2_34"
MANY = 2  # files that a reason lists at most
VERDICTS = ("noarch", "platform", "left alone")
HEAD = """\
# Where much used wheels belong

{total} wheels for CPython 3.11 on x86_64 Linux: {counts}.
Written by `python tests/verdicts/regenerate.py` from [wheels.txt](wheels.txt).

| name | version | verdict | reason |
|---|---|---|---|
"""


def regenerate(python: str | Path, environment: dict[str, str]) -> str:
    """Install the wheels into a throwaway venv and return the table of their verdicts.

    :param python: A CPython 3.11; its installation is not touched.
    :param environment: For all subprocesses; uv must reach its registry with it.
    :raises RuntimeError: when a wheel cannot be installed or judged.
    """
    with tempfile.TemporaryDirectory() as directory:
        venv = Path(directory) / "venv"
        run(python, "-m", "venv", "--without-pip", venv, environment=environment)
        install(venv, environment)
        return table(judge(venv, environment), venv.resolve())


def install(venv: Path, environment: dict[str, str]) -> None:
    """Install the pinned wheels into *venv*, as they are, without their dependencies."""
    # Some of the wheels require a newer 3.11 than the one here may be.
    chosen: tuple[str, ...] = ("--no-deps", "--only-binary", ":all:")
    chosen += ("--python-version", "3.11.9", "--python-platform", PLATFORM)
    target = ("--python", venv / "bin" / "python")
    run(find_uv_bin(), "pip", "install", *target, *chosen, "-r", WHEELS, environment=environment)


def judge(venv: Path, environment: dict[str, str]) -> list[dict[str, Any]]:
    """Return ``distributions`` as ``sort --check --json`` lists those of *venv*."""
    command = (sys.executable, "-m", "pysharedir", "--python", venv, "sort", "--check", "--json")
    found = json.loads(run(*command, environment=environment, fine=(0, 1)))
    return list(found["distributions"])


def table(distributions: list[dict[str, Any]], venv: Path) -> str:
    """Return the Markdown of the table, *venv* left out of all reasons."""
    counted = Counter(each["verdict"] for each in distributions)
    counts = ", ".join(f"{counted[verdict]} {verdict}" for verdict in VERDICTS)
    rows = sorted(distributions, key=lambda each: each["name"].lower())
    head = HEAD.format(total=len(rows), counts=counts)
    return head + "".join(f"| {' | '.join(cells(each, venv))} |\n" for each in rows)


def cells(distribution: dict[str, Any], venv: Path) -> list[str]:
    """Return the cells of one row: name, version, verdict and reason, with its first files."""
    # If the offending file is WHEEL, with its labels, the reason already says so.
    files = [each for each in distribution["files"] if not each.endswith(".dist-info/WHEEL")]
    reason = ": ".join(filter(None, (distribution["reason"], some(files))))
    reason = " ".join(reason.replace(f"{venv}/", "").split()).replace("|", "\\|")
    return [*(distribution[key] for key in ("name", "version", "verdict")), reason]


def some(files: list[str]) -> str:
    """Return the first files, and how many more there are."""
    more = f" and {len(files) - MANY} more" if len(files) > MANY else ""
    return ", ".join(files[:MANY]) + more


def run(*command: str | Path, environment: dict[str, str], fine: tuple[int, ...] = (0,)) -> str:
    """Return what *command* prints.

    :param fine: The exit codes that are no failure.
    :raises RuntimeError: on any other one, with what the command said.
    """
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        line = " ".join(map(str, command))
        raise RuntimeError(f"exit {done.returncode}: {line}\n{done.stdout}{done.stderr}")
    return done.stdout


def quiet(environment: dict[str, str]) -> dict[str, str]:
    """Return *environment* without what changes a Python's paths or pysharedir's target."""
    loud = ("PYTHON", "PYSHAREDIR", "VIRTUAL_ENV", "__PYVENV")
    return {name: value for name, value in environment.items() if not name.startswith(loud)}


def difference(old: str, new: str) -> str:
    """Return the unified diff from the committed table to a new one, empty when they agree."""
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    return "".join(difflib.unified_diff(*lines, fromfile="committed", tofile="regenerated"))


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    parser.add_argument("--python", default="python3.11", help="a CPython 3.11")
    options = parser.parse_args()
    new = regenerate(options.python, quiet(dict(os.environ)))
    if not options.check:
        TABLE.write_text(new, encoding="utf-8")
        return 0
    found = difference(TABLE.read_text(encoding="utf-8") if TABLE.exists() else "", new)
    sys.stdout.write(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
