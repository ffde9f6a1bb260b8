"""What uv remembers of the interpreter."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile
from pysharedir.doctor.findings import Finding
from pysharedir.errors import ProcessError, TargetError
from pysharedir.interpreter import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination
    from pysharedir.interpreter.answers import Probe
    from pysharedir.interpreter.target import Target

_TIME = 8  # bytes within which an entry tells the time of the executable
_VARIABLES = ("PYTHON", "PYSHAREDIR")


def disagrees(examination: Examination) -> Iterator[Finding]:
    """Find what uv remembers of this interpreter and that is true no more."""
    entries = [
        (path, content)
        for path, content in _entries(examination.target)
        if _places(examination.target) in content
    ]
    purelib = _purelib(examination) if entries else None
    if purelib is None:
        return
    for path, content in entries:
        if _packed(purelib) + _places(examination.target) not in content:
            yield Finding(
                about=str(path),
                reason=f"uv remembers another purelib than {purelib}, and installs there",
                remedy="run uv with --refresh once",
                fix=(RemoveFile(path),),
            )


def _entries(target: Target) -> Iterator[tuple[Path, bytes]]:
    """Yield what uv would go by: what it was told by an executable of this time, on this system."""
    executable = Path(target.sys_executable)
    try:
        # That of the inode: a new Python in the same place has another one, whatever its mtime.
        time = int(executable.stat().st_ctime) & 0xFFFFFFFF
    except OSError:
        return
    release = _packed(target.markers["platform_release"])
    for path in sorted(_cache().glob("interpreter-v*/**/*.msgpack")):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if time.to_bytes(4, "big") in content[:_TIME] and release in content:
            yield path, content


def _cache() -> Path:
    """Return the directory that uv remembers in; one that is not there when there is no uv."""
    uv = shutil.which("uv")
    if uv is None:
        return Path(os.devnull)
    with contextlib.suppress(ProcessError):
        printed = processes.run([uv, "cache", "dir", "--color", "never"]).stdout.strip()
        return Path(printed or os.devnull)
    return Path(os.devnull)


def _places(target: Target) -> bytes:
    """Return what uv keeps after the purelib, and what tells it from other interpreters."""
    return _packed(target.platlib) + _packed(target.scripts)


def _purelib(examination: Examination) -> str | None:
    """Return what the interpreter says when uv asks it: isolated, whatever the environment."""
    target = examination.target
    if target.user_site is None and not any(name.startswith(_VARIABLES) for name in os.environ):
        return examination.view.purelib  # a plain start is no other than an isolated one
    try:
        answer: Probe = processes.ask(target.executable, "probe", flags=["-I", "-B"])
    except TargetError:
        return None
    return answer["purelib"]


def _packed(text: str) -> bytes:
    """Return a string as MessagePack has it: after its length."""
    data = os.fsencode(text)
    size = len(data)
    if size < 1 << 5:
        return bytes([0xA0 | size]) + data
    if size < 1 << 8:
        return bytes([0xD9, size]) + data
    return b"\xda" + size.to_bytes(2, "big") + data
