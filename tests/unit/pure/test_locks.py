"""Who holds a lock, and whether that process still lives."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from pysharedir.moving import holder, lock
from pysharedir.moving.holder import Holder

HERE = Holder("node1", "m1", "b1", "pid:[1] time:[1]", 7, "100", flocks=False)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Holder, "this", lambda: replace(HERE, pid=8))


def in_proc(monkeypatch: pytest.MonkeyPatch, stat: str | None, *, lives: bool = True) -> None:
    def send(pid: int, _: int) -> None:
        if not lives:
            raise ProcessLookupError(pid)

    monkeypatch.setattr(os, "kill", send)
    monkeypatch.setattr(holder, "_line", lambda _: stat or "")


def stat(state: str, start: int) -> str:
    return f"7 (a) b) {state} {' '.join(map(str, range(4, 22)))} {start} 23 24"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("there", "lives", "is_dead"),
    [
        (stat("S", 100), True, False),
        (stat("S", 101), True, True),  # the system has reused its id
        (stat("Z", 100), True, True),  # not reaped yet
        (None, True, False),  # hidden from other users
        (None, False, True),
    ],
)
def test_here(
    monkeypatch: pytest.MonkeyPatch, there: str | None, lives: bool, is_dead: bool
) -> None:
    in_proc(monkeypatch, there, lives=lives)
    assert HERE.is_dead is is_dead


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("facts", "is_dead"),
    [
        ({"host": "node2", "machine": "m2", "boot": "b2"}, False),
        ({"boot": "b2"}, True),  # this host, rebooted since
        ({"host": "node2", "boot": "b2"}, False),  # a copy of its disk
        ({"machine": "m2", "boot": "b2"}, False),  # both are called localhost
        ({"space": "pid:[2] time:[1]"}, False),  # a container
        ({"host": "c1", "machine": "", "space": "pid:[2] time:[1]"}, False),
        ({"boot": ""}, False),
        ({"space": ""}, False),
    ],
)
def test_elsewhere_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any], is_dead: bool
) -> None:
    in_proc(monkeypatch, None, lives=False)
    assert replace(HERE, **facts).is_dead is is_dead


@pytest.mark.parametrize("lacking", ["boot", "machine", "space"])
def test_what_this_system_does_not_tell_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    unknown: dict[str, Any] = {lacking: ""}
    monkeypatch.setattr(Holder, "this", lambda: replace(HERE, **unknown))
    in_proc(monkeypatch, None, lives=False)
    there: dict[str, Any] = {"boot": "b2"} if lacking == "machine" else {}
    assert not replace(HERE, **unknown, **there).is_dead


def test_a_real_process() -> None:
    program = "from pysharedir.moving.holder import Holder; print(Holder.this().content.decode())"
    child = subprocess.Popen(
        [sys.executable, "-c", f"{program}; import sys; sys.stdout.flush(); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    read = Holder.read(child.stdout.readline())
    assert read
    assert read.pid == child.pid
    assert (read.is_seen, read.is_dead) == (True, False)
    child.communicate(b"\n")
    assert read.is_dead


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b"[" * 9999, HERE.content.replace(b"7", b'"7"'), b"null"],
)
def test_what_names_no_process(content: bytes) -> None:
    assert Holder.read(content) is None


def test_what_is_read_is_what_was_written() -> None:
    assert Holder.read(HERE.content) == HERE


MOUNTS = """
36 35 98:0 / /mnt1 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
40 35 0:41 / /lustre rw - lustre 10.0.0.1@tcp:/l rw,{lustre}
41 35 0:42 / /home rw - nfs4 server:/home rw,vers=4.2,local_lock={nfs},addr=10.0.0.1
"""


@pytest.mark.parametrize(
    ("device", "lustre", "nfs", "is_seen"),
    [
        ("98:0", "localflock", "all", True),
        ("0:41", "localflock", "none", False),
        ("0:41", "flock", "all", True),
        ("0:42", "localflock", "none", True),
        ("0:42", "flock", "posix", True),
        ("0:42", "flock", "flock", False),
        ("0:42", "flock", "all", False),
    ],
)
def test_whether_other_hosts_see_a_flock(device: str, lustre: str, nfs: str, is_seen: bool) -> None:
    assert lock.is_seen_by_all(MOUNTS.format(lustre=lustre, nfs=nfs), device) is is_seen
