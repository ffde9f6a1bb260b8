#!/usr/bin/env python3
"""Measure the space that one sharedir saves where several architectures share a file system.

The wheels of wheels.txt, each installed with bytecode: where every architecture has a tree of its
own, and where ``pysharedir sort`` has put what is noarch into one sharedir.  Native wheels are
those of each architecture.  Needs the Python that runs it to have pysharedir and uv.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "src")]

from benchmarks import collection, commands, meters, tables  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VERSION = "3.11"  # what the wheels are chosen for
ARCHITECTURES = ("x86_64", "aarch64", "ppc64le", "s390x")
COUNTS = (1, 2, 4)
LIBC = ("2014", *(f"_2_{minor}" for minor in (17, 24, 26, 27, 28, 31, 34, 35, 39)))
BLOCK = 512  # bytes of what st_blocks counts


@dataclass(frozen=True)
class Space:
    """What files and directories take.

    :ivar bytes: Those allocated, which is more than the sizes of small files.
    """

    distributions: int
    bytes: int
    inodes: int

    def __add__(self, other: Space) -> Space:
        return Space(
            self.distributions + other.distributions,
            self.bytes + other.bytes,
            self.inodes + other.inodes,
        )


@dataclass(frozen=True)
class Report:
    """What is measured: a part that all share, and one for each architecture."""

    noarch: Space
    native: dict[str, Space]

    def separate(self, count: int) -> Space:
        """Return the space of so many architectures, each with a tree of its own."""
        return self._sum(count, (self.noarch,) * count)

    def shared(self, count: int) -> Space:
        """Return the space of so many architectures with one sharedir."""
        return self._sum(count, (self.noarch,))

    def _sum(self, count: int, noarch: Iterable[Space]) -> Space:
        return sum((*noarch, *list(self.native.values())[:count]), Space(0, 0, 0))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 2 when it cannot measure."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--python", type=Path, metavar="PATH", help=f"the CPython {VERSION} to install for"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print tables for the docs")
    form.add_argument("--json", action="store_true", help="print all figures")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="pysharedir-space-") as root:
            report = measure(Path(root).resolve(), options.python)
    except meters.MeterError as error:
        print(f"space.py: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(asdict(report), indent=2))
    else:
        form_of = tables.markdown if options.markdown else tables.table
        print(form_of(_parts(report)))
        print(form_of(_savings(report)))
    return 0


def measure(root: Path, python: Path | None = None) -> Report:
    """Install the wheels for each architecture, and return what they take.

    :param root: An empty directory.
    :raises MeterError: when no CPython is found, an installer fails, or parts and whole differ.
    """
    found = python or meters.interpreter(VERSION)
    own = platform.machine()
    if own not in ARCHITECTURES:
        raise meters.MeterError(f"needs a machine of {', '.join(ARCHITECTURES)}")
    venv = root / "venv"
    site_dir = venv / "lib" / f"python{VERSION}" / "site-packages"
    _run(found, "-m", "venv", "--without-pip", venv)
    _say(f"installing for {own}")
    uv = (find_uv_bin(), "pip", "install", "--quiet", "--python", venv, "--link-mode", "copy")
    _run(*uv, "--no-deps", "--only-binary", ":all:", "--compile-bytecode", "-r", collection.WHEELS)
    whole = space(site_dir)
    pysharedir = (sys.executable, "-m", "pysharedir", "--python", venv)
    _run(*pysharedir, "enable")
    _run(*pysharedir, "sort")
    noarch = space(venv / "share" / "python" / VERSION)
    native = {own: space(site_dir)}
    pins = _pins(site_dir)
    for architecture in ARCHITECTURES:
        if architecture != own:
            _say(f"installing for {architecture}")
            native[architecture] = _install(root, found, architecture, pins)
    together = noarch + native[own]
    if abs(together.inodes - whole.inodes) > whole.inodes / 100:
        raise meters.MeterError(f"parts have {together.inodes} inodes, the whole {whole.inodes}")
    return Report(noarch, {each: native[each] for each in ARCHITECTURES})


def space(directory: Path) -> Space:
    """Return what the distributions in *directory* take, the files of the hook apart."""
    taken: dict[tuple[int, int], int] = {}
    for parent, directories, names in os.walk(directory):
        directories[:] = [name for name in directories if not name.startswith("_pysharedir")]
        for name in (*directories, *names):
            if not name.startswith("_pysharedir"):
                status = os.lstat(os.path.join(parent, name))
                taken[status.st_dev, status.st_ino] = status.st_blocks * BLOCK
    return Space(len(_pins(directory)), sum(taken.values()), len(taken))


def _pins(directory: Path) -> list[str]:
    found = metadata.distributions(path=[str(directory)])
    return sorted(f"{each.metadata['Name']}=={each.version}" for each in found)


def _install(root: Path, python: Path, architecture: str, pins: Sequence[str]) -> Space:
    """Install *pins* as a Python of *architecture* would, and return what they take."""
    pip = root / "pip" / "bin" / "python"
    if not pip.exists():  # uv knows not all architectures
        _run(python, "-m", "venv", root / "pip")
    target = root / architecture
    platforms = [f"--platform=manylinux{libc}_{architecture}" for libc in LIBC]
    chosen = ("--no-deps", "--only-binary", ":all:", *platforms, "--python-version", VERSION)
    options = ("--quiet", "--disable-pip-version-check", "--no-compile", "--target", target)
    _run(pip, "-m", "pip", "install", *options, *chosen, *pins)
    shutil.rmtree(target / "bin", ignore_errors=True)
    # As uv does: what is no valid Python, as a template, gets no bytecode.
    commands.cost((python, "-m", "compileall", "-q", target), _environment(), fine=(0, 1))
    return space(target)


def _run(*command: str | Path) -> None:
    commands.run(command, _environment())


def _environment() -> dict[str, str]:
    # The installers have to be configured as they are for their user.
    loud = ("PYTHONPATH", "VIRTUAL_ENV", "PYSHAREDIR", "PIP_TARGET", *collection.UV_VARIABLES)
    return {name: value for name, value in os.environ.items() if name not in loud}


def _parts(report: Report) -> list[list[str]]:
    parts = {"noarch": report.noarch} | {
        f"native, {architecture}": space for architecture, space in report.native.items()
    }
    lines = [["", "wheels", "MB", "inodes"]]
    lines += [[key, str(each.distributions), *_figures(each)] for key, each in parts.items()]
    return lines


def _savings(report: Report) -> list[list[str]]:
    lines = [["architectures", "MB apart", "shared", "", "inodes apart", "shared", ""]]
    for count in COUNTS:
        pair = report.separate(count), report.shared(count)
        (apart, apart_inodes), (shared, shared_inodes) = map(_figures, pair)
        megabytes = _change(pair[0].bytes, pair[1].bytes)
        inodes = _change(pair[0].inodes, pair[1].inodes)
        lines.append([str(count), apart, shared, megabytes, apart_inodes, shared_inodes, inodes])
    return lines


def _figures(space: Space) -> tuple[str, str]:
    return f"{space.bytes / 1e6:.0f}", f"{space.inodes:_}".replace("_", " ")


def _change(before: int, after: int) -> str:
    return f"{100 * (after / before - 1):+.0f} %"


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
