"""Roots made of a distribution's packages, kept in the user's cache."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cache import cached

_UNPACK = Path(__file__).with_name("debian-root")


_RECIPES = Path(__file__).read_text() + _UNPACK.read_text()


@dataclass(frozen=True)
class Recipe:
    """What a root is made of.

    :ivar layers: Suite, architecture and packages of what is unpacked, one after the other.
    :ivar renamed: Names below ``usr/bin`` that the first layer leaves to the next, and new ones.
    :ivar python: What compiles its standard library, as the packages' own scripts would.
    :ivar alike: A root with the same standard library, whose pycs it takes.
    """

    layers: tuple[tuple[str, str, tuple[str, ...]], ...]
    renamed: tuple[tuple[str, str], ...] = ()
    python: str | None = None
    alike: Recipe | None = None

    def made(self) -> Path:
        """Return the root, which is nobody's to change: made now, or at an earlier time."""
        return cached("lab/root", f"{self} {_RECIPES}", self._make)

    def copy(self, root: Path) -> Path:
        """Put a copy of it at *root*, and return that."""
        subprocess.run(["cp", "-a", self.made(), root], check=True)
        return root

    def _make(self, root: Path) -> None:
        for number, (suite, architecture, packages) in enumerate(self.layers):
            subprocess.run([_UNPACK, suite, architecture, root, *packages], check=True)
            if number == 0:
                for old, new in self.renamed:
                    (root / "usr/bin" / old).rename(root / "usr/bin" / new)
        if self.python:
            stdlib = "import os; print(os.path.dirname(os.__file__))"
            run = ["chroot", str(root), self.python, "-I"]
            done = subprocess.run([*run, "-c", stdlib], check=True, capture_output=True, text=True)
            # Some of it is not meant to be compiled.
            subprocess.run([*run, "-m", "compileall", "-qq", done.stdout.strip()], check=False)
        if self.alike:
            _take_pycs(self.alike.made() / "usr/lib", root / "usr/lib")


def _take_pycs(source: Path, root: Path) -> None:
    for pycs in source.glob("python3.*/**/__pycache__"):
        destination = root / pycs.relative_to(source)
        if destination.parent.is_dir():
            shutil.copytree(pycs, destination, dirs_exist_ok=True)


def debian(
    suite: str,
    architecture: str,
    *packages: str,
    python: str | None = None,
    alike: Recipe | None = None,
) -> Recipe:
    """Return the recipe of a root with packages of Debian; see Recipe."""
    return Recipe(((suite, architecture, packages),), python=python, alike=alike)
