"""Which package of the operating system a file belongs to, by what its package managers say."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def packages(paths: Iterable[str]) -> dict[str, str]:
    """Return the package of each file that belongs to one: its name, and of which manager."""
    wanted = list(paths)
    found = {}
    if wanted and shutil.which("dpkg-query"):
        for line in _lines(["dpkg-query", "--search", "--", *wanted]):
            package, _, path = line.rpartition(": ")
            if path in wanted:
                found[path] = f"{package} (dpkg)"
    if wanted and shutil.which("rpm"):
        # One line a file, in order; the format has no slash, which the complaint about one has.
        said = _lines(["rpm", "--query", "--file", "--queryformat", "%{NAME}\\n", *wanted])
        for path, line in zip(wanted, said, strict=False):
            if "/" not in line and " " not in line:
                found[path] = f"{line} (rpm)"
    return found


def _lines(command: Sequence[str]) -> list[str]:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        text=True,
        errors="surrogateescape",
        check=False,
    )
    return done.stdout.splitlines()
