"""The process that holds a lock: who it is, and whether it still lives."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Holder:
    """A process, by what tells it from all others of all hosts.

    What a system does not tell is empty, and then nothing is concluded from it.

    :ivar host: The name of its host.
    :ivar machine: A digest of the host's ``machine-id``: names such as ``localhost`` are of many.
    :ivar boot: The boot that it lives in.
    :ivar space: The namespaces in which its number and its start count: a container has its own.
    :ivar start: When it started, in ticks since the boot: numbers of processes come again.
    :ivar flocks: Whether it holds a ``flock`` that every host can see.
    """

    host: str
    machine: str
    boot: str
    space: str
    pid: int
    start: str
    flocks: bool

    @classmethod
    def this(cls, *, flocks: bool = False) -> Holder:
        """Return this process."""
        machine = _line("/etc/machine-id")
        space = " ".join(map(_link, ("/proc/self/ns/pid", "/proc/self/ns/time")))
        return cls(
            host=os.uname().nodename,
            machine=hashlib.sha256(machine.encode()).hexdigest()[:16] if machine else "",
            boot=_line("/proc/sys/kernel/random/boot_id"),
            space=space.strip(),
            pid=os.getpid(),
            start=_start(os.getpid()) or "",
            flocks=flocks,
        )

    @classmethod
    def read(cls, content: bytes) -> Holder | None:
        """Return what :attr:`content` said, None when it is something else."""
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            facts: dict[str, Any] = json.loads(content)
            kinds = {"pid": int, "flocks": bool}
            if all(isinstance(facts[name], kinds.get(name, str)) for name in _NAMES):
                return cls(**{name: facts[name] for name in _NAMES})
        return None

    @property
    def content(self) -> bytes:
        """What is written down of it."""
        return json.dumps(asdict(self)).encode()

    @property
    def is_dead(self) -> bool:
        """Whether it is known to live no more; what cannot be known from here is taken to live."""
        this = Holder.this()
        if self.boot and self.boot == this.boot:
            return self.is_seen and not self._lives
        is_same_host = (self.host, self.machine) == (this.host, this.machine)
        return bool(self.boot and this.boot and this.machine) and is_same_host

    @property
    def is_seen(self) -> bool:
        """Whether it can be seen from here if it lives."""
        this = Holder.this()
        return bool(self.boot and self.space) and (self.boot, self.space) == (this.boot, this.space)

    @property
    def _lives(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:  # another user's
            pass
        start = _start(self.pid)
        return start is None or not self.start or start == self.start


_NAMES = tuple(Holder.__dataclass_fields__)


def _start(pid: int) -> str | None:
    """Return when a process started, "" if it has ended and is not reaped, None if unknown."""
    # The name of the program, in parentheses, may hold anything.
    state, *facts = _line(f"/proc/{pid}/stat").rpartition(")")[2].split() or [""]
    if not facts:
        return None
    return "" if state in "ZX" else facts[18]


def _line(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
