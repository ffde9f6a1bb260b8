"""Takes pictures of what commands print: ``python docs/pictures.py [--check] [--python PYTHON]``.

The commands run in a venv with real packages, in a terminal of 80 columns.
With ``--check`` it names the pictures that no longer show what a command prints.
It needs uv, Python 3.13 and a 64-bit Linux.
"""

from __future__ import annotations

import argparse
import fcntl
import io
import os
import pty
import re
import secrets
import shlex
import shutil
import struct
import subprocess
import sys
import termios
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from uv import find_uv_bin

from pysharedir.interpreter.finding import find

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES = Path(__file__).parent / "pictures"
VERSION = "3.13"
_REQUIREMENTS = (
    "certifi==2025.10.5",
    "charset-normalizer==3.4.4",
    "idna==3.11",
    "markupsafe==3.0.3",
    "requests==2.32.5",
    "urllib3==2.5.0",
)

# What pictures show for directories that differ from run to run.
_HOME = "/home/ada"
_BASE = "/opt/python"
_MEASURED = ("demo", "startup")
_COLUMNS = 80
_FONT_SIZE = 20
_LINE = 1.22 * _FONT_SIZE  # as rich has it
_PADDING = 16
# Black to white, as a terminal has them, dark enough for a light page and light enough for text.
_COLORS = ("#484f58", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#e6edf3")
# That of rich fetches its font, and has the bar of a window.
_FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{shown}" role="img">
<title>{title}</title>
<style>
.{{unique_id}}-matrix {{{{
  font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {{char_height}}px;
}}}}
{{styles}}
</style>
<rect x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="8"
  fill="#161b22" stroke="#484f58"/>
<g class="{{unique_id}}-matrix" transform="translate({padding}, {top})">
{{matrix}}
</g>
</svg>
"""


@dataclass(frozen=True)
class Machine:
    """A home directory and an interpreter."""

    home: Path
    base: Path

    def install(self) -> None:
        """Make the venv, with packages."""
        uv = find_uv_bin()
        python = self.base / "bin" / "python3"
        for command in (
            (uv, "venv", "--quiet", "--python", python, self.home / ".venv"),
            (uv, "pip", "install", "--quiet", "--no-deps", *_REQUIREMENTS),
        ):
            env = {**os.environ, "VIRTUAL_ENV": str(self.home / ".venv")}
            subprocess.run(command, env=env, cwd=self.home, check=True)

    def run(self, *arguments: str) -> str:
        """Return what a command prints to a terminal.

        :raises SystemExit: when it fails, or complains.
        """
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("4H", 24, _COLUMNS, 0, 0))
        env = {
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "PATH": os.defpath,
            "TERM": "xterm-256color",
        }
        command = [sys.executable, "-m", "pysharedir", *arguments]
        with subprocess.Popen(
            command, env=env, cwd=self.home, stdin=its, stdout=its, stderr=subprocess.PIPE
        ) as process:
            os.close(its)
            printed = b"".join(iter(lambda: _read(ours), b""))
            os.close(ours)
            _, complaint = process.communicate()
        if process.returncode > 1 or complaint:
            sys.exit(f"{shlex.join(command)}: {process.returncode}\n{complaint.decode()}")
        text = printed.decode().replace("\r\n", "\n")
        text = text.replace(str(self.home), _HOME).replace(str(self.base), _BASE)
        return re.sub(rf"(?<=\b{VERSION}\.)\d+", "9", text)

    def picture(self, *arguments: str) -> str:
        """Return a picture of a command and what it prints."""
        command = f"pysharedir {shlex.join(arguments)}"
        console = Console(record=True, width=_COLUMNS, file=io.StringIO(), highlight=False)
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        for line in Text.from_ansi(self.run(*arguments).rstrip("\n")).split(allow_blank=True):
            # As a terminal does with a line that is too long for it.
            for part in line.divide(range(_COLUMNS, len(line), _COLUMNS)):
                console.print(part, soft_wrap=True)
        return _drawn(console, command)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: every writer has closed it
        return b""


def _drawn(console: Console, title: str) -> str:
    height = console.export_text(clear=False).count("\n") * _LINE + 2 * _PADDING
    width = 0.6 * _FONT_SIZE * _COLUMNS + 2 * _PADDING
    form = _FORMAT.format(
        title=escape(title),
        width=f"{width:g}",
        height=f"{height:g}",
        shown=round(0.7 * width),  # with letters as large as those of code on a page
        inner_width=f"{width - 1:g}",
        inner_height=f"{height - 1:g}",
        padding=_PADDING,
        top=_PADDING - 2,
    )
    rgb = [_rgb(color) for color in _COLORS]
    svg = console.export_svg(
        theme=TerminalTheme(_rgb("#161b22"), _rgb("#e6edf3"), rgb),
        code_format=form,
        font_aspect_ratio=0.6,
        unique_id="terminal",
    )
    svg = re.sub(r' clip-path="[^"]*"|<text [^>]*>\n</text>', "", svg)
    return svg.replace("</text><text", "</text>\n<text")


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def take(machine: Machine) -> Iterator[tuple[str, str]]:
    """Yield the names of pictures and the pictures, in the order in which they are taken."""
    machine.install()
    yield "enable", machine.picture("enable")
    yield "sort", machine.picture("sort", "--check")
    machine.run("sort")
    yield "status", machine.picture("status")
    yield "why", machine.picture("why", "requests")
    yield "startup", machine.picture("startup")
    venv = machine.home / ".venv"
    site_dir = venv / "lib" / f"python{VERSION}" / "site-packages"
    (venv / "lib64").unlink()
    for path in venv.glob("share/python/*/idna*"):
        shutil.copytree(path, site_dir / path.name)
    (site_dir / "project.pth").write_text(f"{machine.home}/project/src\n")
    yield "doctor", machine.picture("doctor")
    yield "demo", machine.picture("demo")


@contextmanager
def machine(python: str) -> Iterator[Machine]:
    """Make a machine, and remove it.

    :param python: The interpreter to copy; the standard library is a link to its own.
    """
    target = find(python)
    with _directory(_HOME) as home, _directory(_BASE) as base:
        for name in "bin", "lib":
            (base / name).mkdir()
        shutil.copy2(target.executable.resolve(), base / "bin" / "python3")
        for path in Path(target.base_prefix, "lib").glob("libpython*"):
            (base / "lib" / path.name).symlink_to(path)
        (base / "lib" / f"python{VERSION}").symlink_to(target.stdlib)
        yield Machine(home, base)


@contextmanager
def _directory(shown: str) -> Iterator[Path]:
    """Make a directory, and remove it.

    :param shown: The directory that pictures show in its place, with a name of the same length.
    """
    parent = "/tmp/"  # noqa: S108  # the directory is private and new
    path = Path(parent, secrets.token_hex(len(shown))[: len(shown) - len(parent)])
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def _words(name: str, svg: str) -> list[str]:
    """Return the words of a picture; times, counts of calls and sizes of files differ."""
    words = " ".join(re.findall(r"<text [^>]*>([^<]*)", svg)).replace("&#160;", " ")
    return (re.sub(r"[\d▀-▟]", "", words) if name in _MEASURED else words).split()


def main() -> None:
    """Take all pictures, or with ``--check`` name those that are outdated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--python", default=VERSION)
    options = parser.parse_args()
    outdated = False
    with machine(options.python) as made:
        for name, svg in take(made):
            path = PICTURES / f"{name}.svg"
            there = path.read_text("utf-8") if path.exists() else ""
            is_same = _words(name, there) == _words(name, svg)
            if not is_same:
                print(f"docs/pictures/{name}.svg")
                outdated = True
            if not options.check and not (is_same and name in _MEASURED):
                path.write_text(svg, "utf-8")
    if outdated and options.check:
        sys.exit("run `python docs/pictures.py`")


if __name__ == "__main__":
    main()
