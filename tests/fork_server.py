"""Runs the command in forks of one process that has loaded it, so that a start costs little.

``python -m fork_server DESCRIPTOR``, started by :mod:`forks`.  Requests and answers are lines of
JSON on a socket.  A fork has the arguments, environment, working directory, umask and standard
streams of its request, and ends as an interpreter does.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pysharedir
from pysharedir import cli
from pysharedir.moving import relocation

if TYPE_CHECKING:
    from collections.abc import Iterator

# The modules of other packages that the command imports only when it needs them.
_LATE = (
    "elftools.elf.elffile",
    "encodings.ascii",
    "encodings.utf_8_sig",
    "python_discovery",
    "rich._emoji_codes",
    "rich.progress",
    "rich.status",
)


class Server:
    """Answers each request by a fork.

    :param connection: Where they come from.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rw", encoding="utf-8")

    def serve(self) -> None:
        """Answer requests until the connection closes."""
        if "REAL_GRACE" not in os.environ:
            relocation.GRACE = 0.0  # in these tests no interpreter is importing meanwhile
        _preload()
        _forget_tests()
        gc.freeze()
        for line in self._stream:
            self.answer(json.loads(line))

    def answer(self, request: dict[str, Any]) -> None:
        """Run the command as *request* says, and answer with the exit code."""
        child = os.fork()
        if not child:
            run(request)
        self.tell_end(child)

    def tell_end(self, child: int) -> None:
        """Wait until a fork ends, and answer how it ended."""
        _, status = os.waitpid(child, 0)
        self.tell({"code": os.waitstatus_to_exitcode(status)})

    def tell(self, answer: dict[str, Any]) -> None:
        """Send *answer*."""
        self._stream.write(json.dumps(answer) + "\n")
        self._stream.flush()


def run(request: dict[str, Any]) -> None:
    """Run the command in a fork, and end the process."""
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        descriptor = os.open(name, flags, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    os.umask(request["umask"])
    sys.argv[1:] = request["arguments"]
    try:
        cli.main()
        code: Any = None
    except SystemExit as error:
        code = error.code
    except BaseException:  # noqa: BLE001 - what an interpreter would print of it
        traceback.print_exc()
        code = 1
    os._exit(_end(code))


def _end(code: object) -> int:
    """Do what an interpreter does when it ends, and return its exit code."""
    if isinstance(code, str):
        print(code, file=sys.stderr)  # noqa: T201
        code = 1
    _save_coverage()
    atexit._run_exitfuncs()  # noqa: SLF001
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return 120  # as Py_FinalizeEx
    return int(code or 0)  # type: ignore[call-overload, no-any-return]


def _save_coverage() -> None:
    """Save the data of coverage, if it measures this process."""
    coverage = sys.modules.get("coverage")
    current = coverage and coverage.Coverage.current()
    if current:
        current.stop()
        current.save()


def _preload() -> None:
    """Import all modules that a command may need, so that a fork has them."""
    for name in (*_modules(), *_LATE):
        importlib.import_module(name)


def _modules() -> Iterator[str]:
    """Yield the modules of the package, except the programs that run in a target."""
    for module in pkgutil.walk_packages(pysharedir.__path__, "pysharedir."):
        if ".inside." not in module.name and module.name != "pysharedir.__main__":
            yield module.name


def _forget_tests() -> None:
    """Make a fork find no module of the tests, and have the name that ``-m pysharedir`` has."""
    here = str(Path(__file__).parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.argv[0] = str(Path(pysharedir.__file__).with_name("__main__.py"))


def connection() -> socket.socket:
    """Return the socket that this process inherited."""
    return socket.socket(fileno=int(sys.argv[1]))


if __name__ == "__main__":
    Server(connection()).serve()
