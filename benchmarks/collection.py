"""Real distributions, each in a prefix of its own, as a module of a cluster is, or in fewer.

uv installs each distribution once for an interpreter.  Where several share a prefix they are links
to these files, bytecode included, so that every layout is made of the same files.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import all_suffixes
from pathlib import Path
from typing import TYPE_CHECKING

from uv import find_uv_bin

from benchmarks import commands
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trees import Tree

WHEELS = Path(__file__).with_name("wheels.txt")
UV_VARIABLES = ("UV_LINK_MODE", "UV_COMPILE_BYTECODE", "UV_PYTHON", "UV_TARGET", "UV_PREFIX")


class Collection:
    """Prefixes of one interpreter.

    :ivar installed: The prefix of each distribution of wheels.txt, in its order.
    """

    def __init__(self, root: Path, version: str, python: Path) -> None:
        """Install every distribution.

        :param root: A directory of its own with a short path: a variable that names 2 000
            prefixes must not be longer than Linux allows.
        :raises MeterError: when there is no network, or no such wheel.
        """
        self.root = root
        self.python = python
        self.installed = [root / f"d{number:02x}" for number in range(len(pins()))]
        self._site_dir = Path("lib", f"python{version}", "site-packages")
        self._install()

    def site_dir(self, prefix: Path) -> Path:
        """Return the directory of *prefix* that its distributions are in."""
        return prefix / self._site_dir

    def prefixes(self, count: int) -> list[Path]:
        """Return so many prefixes, in which the distributions are spread evenly.

        Each further prefix has a distribution of its own, too.
        """
        shares: list[list[Path]] = [[] for _ in range(count)]
        for number, prefix in enumerate(self.installed):
            shares[number * count // len(self.installed)].append(prefix)
        return [self._prefix(count, number, share) for number, share in enumerate(shares)]

    def link(self, prefixes: Sequence[Path], site_dir: Path) -> None:
        """Let *site_dir* have all that is in *prefixes*."""
        for prefix in prefixes:
            _link(self.site_dir(prefix), site_dir)

    def modules(self) -> list[str]:
        """Return the name of a module of each distribution, without what is a name twice."""
        return sorted({_module(self.site_dir(prefix)) for prefix in self.installed})

    def _prefix(self, count: int, number: int, share: Sequence[Path]) -> Path:
        if len(share) == 1:
            return share[0]
        prefix = self.root / (f"m{count:x}-{number:x}" if share else f"f{number:03x}")
        if not prefix.exists():
            self.site_dir(prefix).mkdir(parents=True)
            if share:
                self.link(share, self.site_dir(prefix))
            else:
                plant(self.site_dir(prefix), _filler(prefix.name))
        return prefix

    def _install(self) -> None:
        environment = {
            name: value for name, value in os.environ.items() if name not in UV_VARIABLES
        }
        chosen = ("--no-deps", "--only-binary", ":all:", "--python", self.python, "--prefix")
        install: commands.Command = (find_uv_bin(), "pip", "install", "--quiet", *chosen)
        # All at once fills uv's cache; from there each is a matter of milliseconds.
        commands.run((*install, self.root / "all", "-r", WHEELS), environment)

        def one(pin: str, prefix: Path) -> None:
            commands.run((*install, prefix, "--offline", pin), environment)

        with ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(one, pins(), self.installed))


def pins() -> list[str]:
    """Return the distributions of wheels.txt, as ``name==version``."""
    lines = WHEELS.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def variable(prefixes: Sequence[Path]) -> str:
    """Return the value of a variable that lists *prefixes*."""
    return os.pathsep.join(map(str, prefixes))


def _link(source: Path, destination: Path) -> None:
    for parent, directories, names in os.walk(source):
        target = destination / os.path.relpath(parent, source)
        for name in directories:
            (target / name).mkdir(parents=True, exist_ok=True)
        for name in names:
            os.link(os.path.join(parent, name), target / name)


def _module(site_dir: Path) -> str:
    """Return what an import of the distribution that *site_dir* has begins with."""
    suffixes = tuple(all_suffixes())
    names = sorted(
        entry.name.partition(".")[0]
        for entry in site_dir.iterdir()
        if entry.is_dir() or entry.name.endswith(suffixes)
    )
    return next(name for name in names if name.isidentifier() and not name.startswith("_"))


def _filler(name: str) -> Tree:
    return {
        name: {"__init__.py": ""},
        f"{name}-1.0.dist-info": {
            "INSTALLER": "uv\n",
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            "RECORD": f"{name}/__init__.py,,\n{name}-1.0.dist-info/METADATA,,\n",
            "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        },
    }
