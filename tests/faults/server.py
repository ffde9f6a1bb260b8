"""Runs the command in forks of one process, so that a start of it costs next to nothing.

Run as a script, by :mod:`faults.processes`.  Requests and answers are lines of JSON.
A fork that is to be traced waits before it moves anything, until its gate is opened.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir import cli
from pysharedir.interpreter import finding, processes
from pysharedir.moving import relocation

if TYPE_CHECKING:
    from collections.abc import Callable

# What is imported only when it is needed, and would be so in each fork anew.
_LATE = ("encodings.ascii", "encodings.utf_8_sig", "rich._emoji_codes")


def serve() -> None:
    """Answer requests until there are no more."""
    os.environ["PATH"] = ""  # package managers, asked who owns what, are slow and own nothing here
    for name in _LATE:
        importlib.import_module(name)
    gc.freeze()
    if "REAL_GRACE" not in os.environ:
        relocation.GRACE = 0.0
    os.sync = lambda: None  # it waits for the whole machine, and no power failure is tried here
    for line in sys.stdin:
        request: dict[str, Any] = json.loads(line)
        if "warm" in request:
            _remember_probes(request["warm"])
            _say({"ready": True})
        else:
            _answer(request)


def _remember_probes(venv: str) -> None:
    """Ask the target now, and no more: what it says of itself does not depend on a move."""
    hook = next(Path(venv).glob("lib/python*/site-packages/_pysharedir.pth"))
    answers: dict[str, Any] = {}
    run = processes.run

    def answer(command: Any, **options: Any) -> Any:
        key = repr((command, options))
        if key in answers and hook.exists():
            return answers[key]
        return run(command, **options)

    def remember(command: Any, **options: Any) -> Any:
        done = answers[repr((command, options))] = run(command, **options)
        return done

    processes.run = remember
    found = finding.find(venv)
    found.view()
    found.view({"PYSHAREDIR": "1"})
    processes.run = answer


def _answer(request: dict[str, Any]) -> None:
    if not request["stopped"]:
        child = os.fork()
        if not child:
            _run(request)
    else:
        gate, open_gate = os.pipe()
        arrived, arrive = os.pipe()
        child = os.fork()
        if not child:
            os.close(arrived)
            os.close(open_gate)
            _stop_at_move(gate, arrive)
            _run(request)
        os.close(gate)
        os.close(arrive)
        assert os.read(arrived, 1), Path(request["stderr"]).read_text()
        os.close(arrived)
        _say({"pid": child, "gate": open_gate})
    _, status = os.waitpid(child, 0)
    if request["stopped"]:
        os.close(open_gate)
    _say({"code": os.waitstatus_to_exitcode(status)})


def _run(request: dict[str, Any]) -> None:
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        descriptor = os.open(name, flags)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv = ["pysharedir", *request["arguments"]]
    try:
        cli.main()
        code: Any = 0
    except SystemExit as error:
        code = error.code or 0
    except BaseException:  # noqa: BLE001 - whatever it is, it is what the command would have said
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _stop_at_move(gate: int, arrive: int) -> None:
    """Wait at a pipe as this process begins to move distributions: before that, it only reads."""
    begin = relocation.Relocation.apply

    def stop(self: relocation.Relocation) -> Callable[[], object]:
        os.write(arrive, b"x")
        os.read(gate, 1)
        return begin(self)

    relocation.Relocation.apply = stop  # type: ignore[method-assign]


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
