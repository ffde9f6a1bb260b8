"""Which package of the operating system a file belongs to, by what its package managers say."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from pysharedir.errors import ProcessError
from pysharedir.interpreter import processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def packages(paths: Iterable[str]) -> dict[str, str]:
    """Return the package of each file that belongs to one: its name, and of which manager."""
    wanted = dict.fromkeys(filter(str.isprintable, paths))  # the answers are lines
    owners = {}
    if wanted and shutil.which("dpkg-query"):
        for line in _lines(["dpkg-query", "--search", "--", *wanted]):
            package, _, path = line.rpartition(": ")
            if path in wanted:
                owners[path] = f"{package} (dpkg)"
    if wanted and shutil.which("rpm"):
        # One line a file, in order; the format has no slash, which the complaint about one has.
        lines = _lines(["rpm", "--query", "--file", "--queryformat", "%{NAME}\\n", *wanted])
        for path, line in zip(wanted, lines, strict=False):
            if "/" not in line and " " not in line:
                owners[path] = f"{line} (rpm)"
    return owners


def _lines(command: Sequence[str]) -> list[str]:
    """Return what a package manager prints; nothing when it cannot be asked."""
    with contextlib.suppress(ProcessError):
        return processes.run(command, env={"LC_ALL": "C.UTF-8"}).stdout.splitlines()
    return []
