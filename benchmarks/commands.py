"""Running commands, and measuring their time, memory, system calls and reads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import meters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Command = Sequence[str | Path]

COUNTED = re.compile(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", re.MULTILINE)
OPENED = re.compile(r"^openat\(.*\) += \d+<(.+)>$", re.MULTILINE)
READ = re.compile(r"^(?:read|pread64)\(\d+<(.+?)>, .*\) += (\d+)$", re.MULTILINE)

SMALL = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True)
class Cost:
    """What commands cost.

    :ivar wall: Seconds from start to end.
    :ivar cpu: Seconds of user and system time, of children too.
    """

    wall: float
    cpu: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


@dataclass(frozen=True)
class Read:
    """What was read of files.

    :ivar opened: How often they were opened.
    :ivar most: The bytes read of the one of which most were read.
    """

    files: int
    opened: int
    bytes: int
    most: int


def run(command: Command, environment: Mapping[str, str], cwd: Path | None = None) -> str:
    """Return what *command* prints.

    :raises MeterError: when it fails.
    """
    done = subprocess.run(
        command, env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise _failed(command, done.stderr or done.stdout)
    return done.stdout


def cost(
    command: Command,
    environment: Mapping[str, str],
    cwd: Path | None = None,
    fine: tuple[int, ...] = (0,),
) -> Cost:
    """Return what one run of *command* costs.

    :param fine: The exit codes that are no failure.
    :raises MeterError: when it fails.
    """
    with tempfile.TemporaryFile() as said:
        before = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in fine:
            said.seek(0)
            raise _failed(command, said.read().decode(errors="replace"))
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def peak(command: Command, environment: Mapping[str, str]) -> int:
    """Return the most memory that *command* or one of its children had, in bytes.

    A small process starts it: on Linux a process begins with the peak of the one that forked it.

    :raises MeterError: when it fails.
    """
    return int(run((sys.executable, "-I", "-c", SMALL, *command), environment)) * 1024


def system_calls(
    command: Command, environment: Mapping[str, str], fine: tuple[int, ...] = (0,)
) -> Counter[str]:
    """Return how often the process of *command*, without its children, makes which call."""
    with tempfile.NamedTemporaryFile("r") as trace:
        cost(["strace", "-c", "-o", trace.name, *command], environment, fine=fine)
        counts = {name: int(count) for count, name in COUNTED.findall(trace.read())}
    counts.pop("total", None)
    if not counts:
        raise meters.MeterError("strace counted nothing")
    return Counter(counts)


def reading(
    command: Command,
    environment: Mapping[str, str],
    counts: Callable[[str], bool],
    fine: tuple[int, ...] = (0,),
) -> Read:
    """Return what the process of *command* reads of the files that *counts* is true for."""
    with tempfile.NamedTemporaryFile("r", errors="replace") as trace:
        calls = "trace=openat,read,pread64"
        cost(["strace", "-y", "-e", calls, "-o", trace.name, *command], environment, fine=fine)
        opened = 0
        of: Counter[str] = Counter()
        for line in trace:
            found = OPENED.match(line)
            if found and os.path.isfile(found[1]) and counts(found[1]):
                opened += 1
                of[found[1]] += 0
            found = READ.match(line)
            if found and counts(found[1]):
                of[found[1]] += int(found[2])
    if not of:
        raise meters.MeterError("strace saw no file being read")
    return Read(len(of), opened, of.total(), max(of.values()))


def _failed(command: Command, said: str) -> meters.MeterError:
    name = " ".join(Path(each).name for each in command[:6])
    return meters.MeterError(f"{name} ... failed: {said.strip()[-600:]}")
