"""The lock of moves: of processes here and on other hosts, with and without ``flock``."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pysharedir.errors import BusyError
from pysharedir.moving import lock
from pysharedir.moving.holder import Holder
from pysharedir.moving.move import WORK
from trees import names
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv


def claim(directory: Path, content: bytes) -> Path:
    """Leave the claim of a process."""
    path = directory / WORK / "holder"
    path.mkdir(parents=True)
    (path / "process").write_bytes(content)
    return path


def elsewhere(*, flocks: bool = False) -> Holder:
    this = Holder.this(flocks=flocks)
    return replace(this, host="node7", machine="other", boot="other", pid=4711)


@pytest.mark.parametrize("content", [elsewhere().content, b"", b"{}"])
def test_that_of_another_host_is_told_of_and_left_alone(
    enabled: Venv, command: Command, content: bytes
) -> None:
    put(enabled.site_dir, "hello", {"hello.py": ""})
    path = claim(enabled.sharedir, content)
    two_hours_ago = time.time() - 7300
    os.utime(path / "process", (two_hours_ago, two_hours_ago))
    before = names(enabled.root)
    for arguments in (["sort"], ["disable", "--restore"], ["sync"], ["doctor", "--fix"]):
        done = command("--python", enabled.root, *arguments, "--json")
        error = json.loads(done.stdout)["error"]
        assert error["code"] == "busy"
        who = "process 4711 on node7" if content == elsewhere().content else "an unknown process"
        assert who in error["message"]
        assert "for 2 hours" in error["message"]
        assert "no lock here" in error["hint"]
        assert f"`rm -r {path}`, then run `pysharedir sort`" in error["hint"]
        assert names(enabled.root) == before
    (path / "process").unlink()
    path.rmdir()
    assert command.json("--python", enabled.root, "sort")["moved"] == ["hello"]
    assert not (enabled.sharedir / WORK).exists()


@pytest.mark.parametrize(
    "holder",
    [
        elsewhere(flocks=True),  # a flock works across hosts
        replace(Holder.this(), start="1"),
        replace(Holder.this(), boot="other"),
    ],
)
def test_that_of_a_dead_process_is_no_matter(
    enabled: Venv, command: Command, holder: Holder
) -> None:
    if not holder.machine and holder.boot == "other":
        pytest.skip("this machine has no machine-id")
    put(enabled.site_dir, "hello", {"hello.py": ""})
    claim(enabled.sharedir, holder.content)
    assert command.json("--python", enabled.root, "sort")["moved"] == ["hello"]
    assert not (enabled.sharedir / WORK).exists()


def test_what_names_no_process_is_nobodys(tmp_path: Path) -> None:
    path = claim(tmp_path, b"")
    (path / "process").rename(path / "other")
    with lock.locked(tmp_path):
        pass
    assert names(tmp_path) == [f"{WORK}/holder/other"]


def test_one_that_is_taken_away_takes_nobody_elses_along(tmp_path: Path) -> None:
    with lock.locked(tmp_path):
        (tmp_path / WORK / "holder").rename(tmp_path / "away")
        with lock.locked(tmp_path):
            pass
        claim(tmp_path, elsewhere().content)
    with pytest.raises(BusyError, match="node7"), lock.locked(tmp_path):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("flock", ["all have flock", "some have flock", "none has flock"])
def test_one_at_a_time(tmp_path: Path, flock: str) -> None:
    """Processes take the lock again and again, and are killed at any point."""
    home = tmp_path / "home"
    home.mkdir()
    end = time.monotonic() + 1
    children = [_start(home, tmp_path / "truth", end, flock, seed) for seed in range(4)]
    codes: list[int] = []
    while children:
        if time.monotonic() < end:
            time.sleep(0.01)
            os.kill(children[len(codes) % len(children)], signal.SIGKILL)
        pid, status = os.wait()
        children.remove(pid)
        codes.append(os.waitstatus_to_exitcode(status))
        if time.monotonic() < end:
            children.append(_start(home, tmp_path / "truth", end, flock, len(codes)))
    assert set(codes) == {0, -signal.SIGKILL}
    with lock.locked(home):
        pass
    assert not names(home)


def _start(home: Path, truth: Path, end: float, flock: str, seed: int) -> int:
    child = os.fork()
    if not child:
        code = 1
        try:
            has_flock = flock.startswith("all") or (flock.startswith("some") and seed % 2 == 0)
            code = _take_it_until(end, home, truth, fcntl.flock, has_flock=has_flock)
        finally:
            os._exit(code)
    return child


def _take_it_until(
    end: float, home: Path, truth: Path, flock: Callable[[int, int], None], *, has_flock: bool
) -> int:
    if not has_flock:
        fcntl.flock = _no_flock  # type: ignore[assignment]
    taken = 0
    while time.monotonic() < end or not taken:
        try:
            with lock.locked(home), truth.open("a") as file:
                flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                taken += 1
        except BusyError:
            time.sleep(0.0002)
    return 0


def _no_flock(*_: int) -> None:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
