"""Counting the system calls that name a path: what a Python asks of a file system.

A remote file system answers most of them over the network, one after the other, so that their
number tells how long a start or an import takes there.
"""

from __future__ import annotations

import re
import tempfile
from typing import TYPE_CHECKING

from benchmarks import commands, meters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.commands import Command

# The families of stat, open, access and readlink; a directory that is listed counts once, as it
# is opened.  With `?`, strace ignores calls that an architecture does not have.
CALLS = (
    *("stat", "lstat", "newfstatat", "fstatat64", "stat64", "lstat64", "statx"),
    *("open", "openat", "openat2"),
    *("access", "faccessat", "faccessat2"),
    *("readlink", "readlinkat"),
)
LINE = re.compile(r"(?:\d+ +)?(?:\[pid +\d+\] )?(\w+)\((.*)")
# `fstat` of an open file, which newer C libraries make so: it names no path.
OF_OPEN_FILE = re.compile(r'(?:\d+|AT_FDCWD), "", .*AT_EMPTY_PATH')


def count(
    command: Command, environment: Mapping[str, str], cwd: Path | None = None
) -> tuple[int, str]:
    """Return how many calls of :data:`CALLS` *command* and its children make, and what it prints.

    :param cwd: Where *command* runs.
    :raises MeterError: when strace is missing, or the command fails.
    """
    chosen = "trace=" + ",".join(f"?{name}" for name in CALLS)
    strace = (meters.path("strace"), "-f", "--seccomp-bpf", "-qq", "-e", chosen)
    with tempfile.NamedTemporaryFile("r", errors="replace") as trace:
        line = (*strace, "-e", "signal=none", "-o", trace.name, *command)
        said = commands.run(line, environment, cwd)
        return sum(map(is_path_call, trace)), said


def is_path_call(line: str) -> bool:
    """Tell whether a line of strace is a call that names a path."""
    found = LINE.match(line)
    return found is not None and found[1] in CALLS and not OF_OPEN_FILE.match(found[2])
