"""The command in a fork of a process that has loaded it, see :mod:`fork_server`.

A fork is not a start.  What acts at the start of an interpreter needs the real process: variables
of Python and of the locale (:func:`acts_at_a_start`), what the command loads and when, a terminal,
signals, ``python -m``, and an installation other than the one that runs the tests.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Root ignores permissions unless it gives up these capabilities.
BOUND = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]

_AT_A_START = ("PYTHON", "LANG", "LC_")


def acts_at_a_start(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Tell whether two environments differ in variables that Python reads only at its start."""
    return at_a_start(before) != at_a_start(now)


def at_a_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that Python reads only at its start."""
    names = sorted(name for name in environment if name.startswith(_AT_A_START))
    return {name: environment[name] for name in names}


class Forks:
    """A process that runs the command in forks of itself.

    :param environment: What it is started in.
    :param scratch: A directory that is there while it is.
    :param module: The module that is the server.
    """

    def __init__(
        self, environment: Mapping[str, str], scratch: Path, module: str = "fork_server"
    ) -> None:
        self.environment = dict(environment)
        self.scratch = scratch / secrets.token_hex(4)
        self.scratch.mkdir()
        self._streams = self.scratch / "stdout", self.scratch / "stderr"
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*BOUND, sys.executable, "-m", module, str(theirs.fileno())],
                env={**environment, "PYTHONPATH": str(Path(__file__).parent)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        with ours:
            self._stream = ours.makefile("rw", encoding="utf-8")

    @property
    def pid(self) -> int:
        return self._process.pid

    def __call__(
        self,
        arguments: Iterable[str | Path],
        env: Mapping[str, str],
        cwd: Path | str = "/",
    ) -> subprocess.CompletedProcess[str]:
        """Run the command.

        :param env: All of its environment.
        """
        return self.end(self.ask(self.request(arguments, env, cwd)))

    def request(
        self, arguments: Iterable[str | Path], env: Mapping[str, str], cwd: Path | str = "/"
    ) -> dict[str, Any]:
        """Return a request to run the command."""
        assert not acts_at_a_start(self.environment, env), "that takes a process of its own"
        stdout, stderr = map(str, self._streams)
        return {
            "arguments": [*map(str, arguments)],
            "env": dict(env),
            "cwd": str(cwd),
            "umask": _umask(),
            "stdout": stdout,
            "stderr": stderr,
        }

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request and return the first answer."""
        self._stream.write(json.dumps(request) + "\n")
        self._stream.flush()
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """Return the next answer."""
        line = self._stream.readline()
        assert line, "the server is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self, answer: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
        """Return the result that the last answer to a request has."""
        stdout, stderr = (path.read_text() for path in self._streams)
        return subprocess.CompletedProcess(["pysharedir"], answer["code"], stdout, stderr)

    def close(self) -> None:
        self._stream.close()
        self._process.wait()


def _umask() -> int:
    """Return the umask of this process."""
    umask = os.umask(0)
    os.umask(umask)
    return umask
