"""The server of :mod:`forks`, for moves that are killed, fail, or meet others.

A fork that is to be traced waits before it moves anything, until its gate is opened.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import fork_server
from pysharedir.interpreter import finding, processes
from pysharedir.moving import recovery, relocation, tree


class Server(fork_server.Server):
    """Also remembers what a target says of itself, and stops forks before they move anything."""

    def serve(self) -> None:
        os.sync = lambda: None  # it waits for the whole machine, and no power failure is tried here
        if "NO_EXCHANGE" in os.environ:
            tree._exchange = lambda: None  # type: ignore[assignment]  # noqa: SLF001
        super().serve()

    def answer(self, request: dict[str, Any]) -> None:
        if "warm" in request:
            os.environ.update(request["env"])
            _remember_probes(request["warm"])
            self.tell({"ready": True})
        elif request.get("stopped"):
            self._answer_stopped(request)
        else:
            super().answer(request)

    def _answer_stopped(self, request: dict[str, Any]) -> None:
        gate, open_gate = os.pipe()
        arrived, arrive = os.pipe()
        child = os.fork()
        if not child:
            os.close(arrived)
            os.close(open_gate)
            _stop_at(request["stopped"], gate, arrive)
            fork_server.run(request)
        os.close(gate)
        os.close(arrive)
        assert os.read(arrived, 1), Path(request["stderr"]).read_text()
        os.close(arrived)
        self.tell({"pid": child, "gate": open_gate})
        self.tell_end(child)
        os.close(open_gate)


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


def _stop_at(what: str, gate: int, arrive: int) -> None:
    """Wait at a pipe as this process begins to move, or to look for journals.

    Before that, it only reads.
    """
    place: Any = relocation.Relocation if what == "move" else recovery
    name = "apply" if what == "move" else "recover"
    begin = getattr(place, name)

    def stop(*arguments: Any, **options: Any) -> Any:
        os.write(arrive, b"x")
        os.read(gate, 1)
        setattr(place, name, begin)
        return begin(*arguments, **options)

    setattr(place, name, stop)


if __name__ == "__main__":
    Server(fork_server.connection()).serve()
