"""What uv remembers of the interpreter."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.patient import Patient
    from pysharedir.target import Target

_TIME = 8  # bytes within which an entry tells the time of the executable


def disagrees(patient: Patient) -> Iterator[Finding]:
    """Find what uv remembers of this interpreter and that is true no more."""
    entries = [
        (path, content)
        for path, content in _entries(patient.target)
        if _places(patient.target) in content
    ]
    purelib = _purelib(patient.target) if entries else None
    if purelib is None:
        return
    for path, content in entries:
        if _packed(purelib) + _places(patient.target) not in content:
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
    done = uv and subprocess.run(
        [uv, "cache", "dir", "--color", "never"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return Path(os.fsdecode(done.stdout.strip()) or os.devnull) if done else Path(os.devnull)


def _places(target: Target) -> bytes:
    """Return what uv keeps behind the purelib, and what tells it from other interpreters."""
    return _packed(target.platlib) + _packed(target.scripts)


def _purelib(target: Target) -> str | None:
    """Return what the interpreter says when uv asks it: isolated, whatever the environment."""
    code = "import sysconfig; print('\\n' + sysconfig.get_path('purelib'))"
    done = subprocess.run(
        [target.executable, "-I", "-B", "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    lines = os.fsdecode(done.stdout).splitlines()
    return lines[-1] if lines and not done.returncode else None


def _packed(text: str) -> bytes:
    """Return a string as MessagePack has it: behind its length."""
    data = os.fsencode(text)
    size = len(data)
    if size < 1 << 5:
        return bytes([0xA0 | size]) + data
    if size < 1 << 8:
        return bytes([0xD9, size]) + data
    return b"\xda" + size.to_bytes(2, "big") + data
