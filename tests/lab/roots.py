"""Roots made of a distribution's packages, kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pysharedir-tests/lab")
_UNPACK = Path(__file__).with_name("debian-root")


@dataclass(frozen=True)
class Recipe:
    """What a root is made of.

    :ivar layers: Suite, architecture and packages of what is unpacked, one after the other.
    :ivar renamed: Names below ``usr/bin`` that the first layer leaves to the next.
    """

    layers: tuple[tuple[str, str, tuple[str, ...]], ...]
    renamed: dict[str, str] = field(default_factory=dict)

    def made(self) -> Path:
        """Return the root, which is nobody's to change: made now, or at an earlier time."""
        root = _CACHE / hashlib.sha256(repr(self).encode()).hexdigest()[:16]
        if not root.exists():
            part = root.with_suffix(f".{os.getpid()}")
            try:
                self._make(part)
                part.rename(root)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        return root

    def copy(self, root: Path) -> Path:
        """Put a copy of it at *root*, and return that."""
        subprocess.run(["cp", "-a", self.made(), root], check=True)
        return root

    def _make(self, root: Path) -> None:
        for number, (suite, architecture, packages) in enumerate(self.layers):
            subprocess.run([_UNPACK, suite, architecture, root, *packages], check=True)
            if number == 0:
                for old, new in self.renamed.items():
                    (root / "usr/bin" / old).rename(root / "usr/bin" / new)


def debian(suite: str, architecture: str, *packages: str) -> Recipe:
    """Return the recipe of a root with packages of Debian."""
    return Recipe(((suite, architecture, packages),))
