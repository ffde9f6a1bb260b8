"""A real terminal of a given width, in which a command runs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Screen:
    """The output of a command on a terminal."""

    raw: str
    returncode: int

    @property
    def has_color(self) -> bool:
        return bool(re.search(r"\x1b\[[0-9;]*m", self.raw))

    @property
    def lines(self) -> list[str]:
        """The lines, without the codes in them."""
        return _CODES.sub("", self.raw.replace("\r\n", "\n")).splitlines()


def run(
    command: Sequence[str | Path],
    columns: int,
    env: Mapping[str, str],
    typed: str = "",
    ready: Path | None = None,
) -> Screen:
    """Run *command* on a terminal of *columns*.

    :param typed: What its user types.
    :param ready: A file that tells when the user can type.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={"TERM": "xterm-256color", **env},
        cwd="/",
        start_new_session=True,
    )
    os.close(theirs)
    deadline = time.monotonic() + 30
    while ready and not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.write(ours, typed.encode())
    said = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:  # Linux raises this when the other end is closed
            break
        if not read:
            break
        said += read
    os.close(ours)
    return Screen(said.decode("utf-8", "replace"), process.wait())
