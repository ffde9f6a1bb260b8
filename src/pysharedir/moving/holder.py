"""The process that holds a lock: which one it is, and whether it still runs."""

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
    """A process, identified among all processes of all hosts.

    A fact that the system does not give is an empty string, from which nothing is concluded.

    :ivar host: The name of its host.
    :ivar machine: A digest of the host's ``machine-id``: many hosts are named ``localhost``.
    :ivar boot: The ID of the boot in which it runs.
    :ivar space: The namespaces of its PID and its start time: a container has its own.
    :ivar start: When it started, in ticks since the boot: the kernel uses PIDs again.
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
        """Return the process that :attr:`content` describes, or None when it describes none."""
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            facts: dict[str, Any] = json.loads(content)
            kinds = {"pid": int, "flocks": bool}
            if all(isinstance(facts[name], kinds.get(name, str)) for name in _NAMES):
                return cls(**{name: facts[name] for name in _NAMES})
        return None

    @property
    def content(self) -> bytes:
        """The process as JSON."""
        return json.dumps(asdict(self)).encode()

    @property
    def is_dead(self) -> bool:
        """Whether it is known to have ended; when this host cannot tell, it may still run."""
        this = Holder.this()
        if self.boot and self.boot == this.boot:
            return self.is_seen and not self._runs
        is_same_host = (self.host, self.machine) == (this.host, this.machine)
        return bool(self.boot and this.boot and this.machine) and is_same_host

    @property
    def is_seen(self) -> bool:
        """Whether this process could see it if it ran: same boot, same namespaces."""
        this = Holder.this()
        return bool(self.boot and self.space) and (self.boot, self.space) == (this.boot, this.space)

    @property
    def _runs(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:  # it runs, as another user
            pass
        start = _start(self.pid)
        return start is None or not self.start or start == self.start


_NAMES = tuple(Holder.__dataclass_fields__)


def _start(pid: int) -> str | None:
    """Return when a process started, "" if it has ended and is not reaped, None if unknown."""
    # The second field is the name of the program in parentheses, and may hold spaces and ")".
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
