"""The package of the operating system that a file belongs to, as dpkg and rpm report it."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from pysharedir.errors import ProcessError
from pysharedir.interpreter import processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def packages(paths: Iterable[str]) -> dict[str, str]:
    """Return the package of each file that has one: its name, and its package manager."""
    wanted = dict.fromkeys(filter(str.isprintable, paths))  # each line is an answer
    owners = {}
    if wanted and shutil.which("dpkg-query"):
        for line in _lines(["dpkg-query", "--search", "--", *wanted]):
            package, _, path = line.rpartition(": ")
            if path in wanted:
                owners[path] = f"{package} (dpkg)"
    if wanted and shutil.which("rpm"):
        # One line for each file, in order.  A name has no slash, but an error message has.
        lines = _lines(["rpm", "--query", "--file", "--queryformat", "%{NAME}\\n", *wanted])
        for path, line in zip(wanted, lines, strict=False):
            if "/" not in line and " " not in line:
                owners[path] = f"{line} (rpm)"
    return owners


def _lines(command: Sequence[str]) -> list[str]:
    """Return the lines that a package manager prints; none when it cannot be run."""
    with contextlib.suppress(ProcessError):
        return processes.run(command, env={"LC_ALL": "C.UTF-8"}).stdout.splitlines()
    return []
