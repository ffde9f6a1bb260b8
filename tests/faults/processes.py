"""The command in a process that can be killed, or given an error, at any of its system calls."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forks import Forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_CHANGES = (
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "creat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "lchown",
    "fchown",
    "fchownat",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "sendfile",
    "copy_file_range",
    "splice",
    "truncate",
    "ftruncate",
    "fallocate",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "sync",
    "syncfs",
    "fsync",
    "fdatasync",
)
_OPENS = ("open", "openat", "openat2")
_LOOKS = ("getdents64", "flock")
_CALL = re.compile(r"(\w+)\((.*)\) += (.*)")


PATIENCE = 60.0  # seconds
STABLE = 40  # looks


@dataclass(frozen=True)
class Point:
    """One system call of a run: the *number*-th of this *name*.

    :ivar call: What strace says of it.
    :ivar changes: Whether it changes something, and does not only look.
    """

    name: str
    number: int
    call: str
    changes: bool

    @property
    def is_own(self) -> bool:
        """Whether it changes the journal, or what else a move needs for itself."""
        return self.changes and ".pysharedir" in self.call

    @property
    def is_decisive(self) -> bool:
        """Whether it changes what a recovery uses.

        That is the journal, the lock, and where metadata and whole packages are.
        """
        own = self.is_own and not ("/stage" in self.call or "/trash" in self.call)
        moves_metadata = self.name.startswith("rename") and ".dist-info" in self.call
        return own or moves_metadata or self.name in ("flock", "renameat2")

    @property
    def takes_lock(self) -> bool:
        """Whether it takes the lock, or tries to."""
        return self.name == "renameat" and self.call.rpartition(")")[0].endswith('"holder"')

    @property
    def lets_go(self) -> bool:
        """Whether it lets the lock go."""
        return self.name == "unlinkat" and '/.pysharedir/holder>, "process"' in self.call

    def __str__(self) -> str:
        return f"{self.name} {self.number}: {self.call}"


@dataclass(frozen=True)
class Ended:
    """A run of the command that came to an end.

    :ivar code: The exit code, or the negative of the signal that killed it.
    """

    code: int
    stdout: str
    stderr: str


class Server:
    """Starts the command, see :mod:`faults.server`."""

    def __init__(self, environment: dict[str, str], scratch: Path) -> None:
        environment = {**environment, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        self._forks = Forks(environment, scratch, "faults.server")
        # Package managers, asked who owns what, are slow and own nothing here.
        self._environment = {**environment, "PATH": ""}

    def warm(self, venv: Path) -> None:
        """Ask the target about itself, once for all."""
        self._forks.ask({"warm": str(venv), "env": self._environment})

    def close(self) -> None:
        self._forks.close()

    def __call__(
        self, *arguments: str | Path, trace: Iterable[str] = (), gate: str = "move"
    ) -> Ended:
        """Run the command.

        :param trace: Options of strace that it is to run under.
        :param gate: From where on: as it begins to move, or to look for journals.
        """
        begun = self._begin(arguments, gate if trace else None)
        if not trace:
            return self._end(begun)
        with _attached(begun["pid"], trace):
            self._open(begun)
            return self._end()

    @contextlib.contextmanager
    def stopped(
        self, point: Point | None, *arguments: str | Path, flock: bool = True
    ) -> Iterator[list[Ended]]:
        """Stop the command as it makes a call, and let it go on after the block.

        :param point: The call; None for the moment before the first.
        :param flock: Whether it has flock.
        :return: A list that will hold how it ended.
        """
        begun = self._begin(arguments, "move")
        ended: list[Ended] = []
        with self._stop(begun, point, flock=flock) as go_on:
            try:
                yield ended
            finally:
                with go_on():
                    ended.append(self._end())

    @contextlib.contextmanager
    def _stop(
        self, begun: dict[str, Any], point: Point | None, *, flock: bool
    ) -> Iterator[Callable[[], contextlib.AbstractContextManager[object]]]:
        """Stop a run that has begun at a point; give what lets it go on to its end."""
        pid = begun["pid"]
        if point is None:
            yield lambda: self._opened(begun)
            return
        stop = _inject(point, "signal=STOP", f"{point.number}", flock=flock)
        with _attached(pid, ["-o", os.devnull, *stop]) as tracer:
            self._open(begun)
            _wait_until_stopped(pid, tracer, point)
            yield lambda: _going(pid)

    @contextlib.contextmanager
    def _opened(self, begun: dict[str, Any]) -> Iterator[None]:
        self._open(begun)
        yield

    def _open(self, begun: dict[str, Any]) -> None:
        """Let a run pass the gate at which it waits."""
        Path(f"/proc/{self._forks.pid}/fd/{begun['gate']}").write_bytes(b"x")

    def points(
        self, roots: Iterable[Path], *arguments: str | Path, trace: Iterable[str] = ()
    ) -> tuple[list[Point], Ended]:
        """Return each system call that a run makes below *roots*, and how that run ended.

        :param trace: More options of strace that it is to run under.
        """
        log = self._forks.scratch / "strace"
        calls = ",".join(f"?{name}" for name in (*_CHANGES, *_OPENS, *_LOOKS))
        done = self(*arguments, trace=["-y", "-o", str(log), "-e", f"trace={calls}", *trace])
        return list(_points(log.read_text(errors="replace"), [*map(str, roots)])), done

    def _begin(self, arguments: Iterable[str | Path], gate: str | None) -> dict[str, Any]:
        request = self._forks.request(arguments, self._environment)
        return self._forks.ask({**request, "stopped": gate})

    def _end(self, answer: dict[str, Any] | None = None) -> Ended:
        done = self._forks.end(answer or self._forks.hear())
        return Ended(done.returncode, done.stdout, done.stderr)


def _wait_until_stopped(pid: int, tracer: subprocess.Popen[str], point: Point) -> None:
    """Wait until a process stays stopped: strace stops it for a moment at each call."""
    seen, last = 0, None
    deadline = time.monotonic() + PATIENCE
    while seen < STABLE:
        assert tracer.poll() is None, f"never came to {point}"
        assert time.monotonic() < deadline, f"never stopped at {point}"
        since = _stopped_since(pid)
        seen = seen + 1 if since is not None and since == last else 0
        last = since
        time.sleep(0.002)


@contextlib.contextmanager
def _going(pid: int) -> Iterator[None]:
    """Let a stopped process go on, as often as it takes.

    strace has been seen to miss a signal to that end, and on a busy machine to stop a process late.
    """
    ended = threading.Event()

    def go() -> None:
        while not ended.wait(0.002):
            if _stopped_since(pid) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _stopped_since(pid: int) -> int | None:
    """Return how often a process has given up its core if it is stopped, None if it is not.

    Two looks at one that runs from call to call may both find it stopped, but not by one number.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None  # gone
    facts = dict(line.split(":", 1) for line in status.splitlines())
    is_stopped = facts["State"].split()[0] in ("t", "T")
    return int(facts["voluntary_ctxt_switches"]) if is_stopped else None


# The options with which a process has no flock, as on a file system that has none.
NO_FLOCK = ("-e", "inject=flock:error=ENOSYS")


def without_flock() -> list[str]:
    """Return the options with which a process has no flock, and nothing else happens to it."""
    return ["-o", os.devnull, "-e", "trace=flock", *NO_FLOCK]


def kill(point: Point, *, flock: bool = True) -> list[str]:
    """Return the options that kill a process as it makes the call of *point*."""
    return ["-o", os.devnull, *_inject(point, "signal=KILL", str(point.number), flock=flock)]


def fail(point: Point, error: str, *, for_good: bool, flock: bool = True) -> list[str]:
    """Return the options that let a call fail, and perhaps all later ones of its name."""
    when = f"{point.number}{'+' if for_good else ''}"
    return ["-o", os.devnull, *_inject(point, f"error={error}", when, flock=flock)]


def _inject(point: Point, what: str, when: str, *, flock: bool) -> list[str]:
    inject = f"inject={point.name}:{what}:when={when}"
    more = () if flock else NO_FLOCK
    return ["-e", f"trace={point.name},flock", "-e", inject, *more]


def _attached(pid: int, options: Iterable[str]) -> subprocess.Popen[str]:
    """Attach strace to a process that waits."""
    tracer = subprocess.Popen(
        ["strace", "-p", str(pid), *options], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    assert "attached" in said, said
    return tracer


def _points(log: str, roots: list[str]) -> Iterable[Point]:
    counts: Counter[str] = Counter()
    for line in log.splitlines():
        match = _CALL.match(line)
        if match is None:
            continue
        name, arguments, _ = match.groups()
        counts[name] += 1
        changes = name in _CHANGES or (name in _OPENS and "O_CREAT" in arguments)
        if name == "sync" or any(root in arguments for root in roots):
            yield Point(name, counts[name], line, changes)
