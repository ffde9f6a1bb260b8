"""A plugin: prints every 45 seconds which tests are running."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    import pytest

SECONDS = 45.0


class Progress:
    """The tests that are running, in this process or in those of xdist.

    By an alarm and not by a thread, beside which Python warns of a fork.
    """

    def __init__(self) -> None:
        # A copy of what is written to while no test is captured.
        self._output = os.dup(sys.stdout.fileno())
        self._running: dict[str, None] = {}

    def pytest_sessionstart(self) -> None:
        """Begin to print."""
        signal.signal(signal.SIGALRM, self._tell)
        signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note a test that begins."""
        self._running[nodeid] = None

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Forget a test that has ended."""
        self._running.pop(nodeid, None)

    def pytest_sessionfinish(self) -> None:
        """Stop printing."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        tests = ", ".join(self._running) or "none yet"
        os.write(self._output, f"\ntests that run: {tests}\n".encode())


def pytest_configure(config: pytest.Config) -> None:
    """Register it in the process that prints."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress())
