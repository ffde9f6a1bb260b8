"""A plugin: if a signal ends a run, the processes that its tests have started end too."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

# A process: its id, and its start time, since the system reuses ids.
Process = tuple[int, str]

_PR_SET_PDEATHSIG = 1  # of linux/prctl.h
_ENDED: set[Process] = set()


def descendants() -> set[Process]:
    """Return the processes that this one has started, and those that they have started."""
    started: dict[int, Process] = {}
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid = int(stat.parent.name)
            # The fields follow the name, which is in parentheses and can have any character.
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(pid)
            started[pid] = (pid, fields[19])
    found: set[Process] = set()
    unseen = [os.getpid()]
    while unseen:
        for pid in children.get(unseen.pop(), ()):
            found.add(started[pid])
            unseen.append(pid)
    return found


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    # Noted before fixtures and subprocess.run end their own, whose children then have no parent.
    _ENDED.update(descendants())
    raise KeyboardInterrupt


def pytest_configure() -> None:
    """Make both signals end a run in order, and the end of tox send one of them."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    if sys.platform == "linux" and "TOX_ENV_NAME" in os.environ:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def pytest_unconfigure() -> None:
    """Kill the processes that are left after a run."""
    if _ENDED:
        for pid, started in _ENDED | descendants():
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text()
                if stat.rpartition(")")[2].split()[19] == started:
                    os.kill(pid, signal.SIGKILL)
