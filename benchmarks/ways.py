"""The ways to make distributions importable that are in prefixes of their own."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks import collection, commands, meters, rows
from pysharedir.hook import files
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.collection import Collection
    from trees import Tree

PYSHAREDIR: tuple[str, ...] = (sys.executable, "-m", "pysharedir")
MOST = 131_071  # bytes of a variable on Linux, its name included


@dataclass(frozen=True, eq=False)
class Way:
    """A way.

    :ivar tree: What the site-packages of the venv has for it.
    :ivar variable: What names the prefixes.
    :ivar site_dirs: Whether it names their site-packages instead.
    :ivar most: The most prefixes that it is measured with: a start takes minutes beyond.
    """

    key: str
    title: str
    tree: Tree = field(default_factory=dict)
    variable: str = ""
    site_dirs: bool = False
    most: int = sys.maxsize

    def environment(self, of: Collection, prefixes: Sequence[Path]) -> dict[str, str]:
        """Return the variables that name *prefixes*.

        :raises MeterError: when that is more than a variable may hold.
        """
        named = [of.site_dir(each) for each in prefixes] if self.site_dirs else prefixes
        value = collection.variable(named)
        if len(f"{self.variable}={value}") > MOST:
            raise meters.MeterError(f"{self.variable} would be longer than Linux allows")
        return {self.variable: value} if self.variable else {}


ONE = Way("one", "all in one directory")
PYTHONPATH = Way("pythonpath", "`PYTHONPATH`", {}, "PYTHONPATH", site_dirs=True)
HOOK = Way(
    "hook",
    "hook",
    {name: content.decode() for name, content in files.render(files.Settings()).items()},
    "PYSHAREDIR_PREFIXES",
)
# A directory of files, and one of links to packages, of the distributions of all prefixes.
MERGED = Way("merged", "their files in one directory", {}, "PYTHONPATH", site_dirs=True)
VIEWED = Way("view", "view", {}, "PYTHONPATH", site_dirs=True)
NIX = Way(
    "nix",
    "Nix's way",
    {"sitecustomize.py": rows.SHARED_KNOWN_PATHS.format(variable=rows.PEER_PREFIXES)},
    rows.PEER_PREFIXES,
)
WAYS = (
    PYTHONPATH,
    Way(
        "easybuild",
        "EasyBuild's way",
        {"sitecustomize.py": rows.PER_DIRECTORY.format(variable=rows.PEER_PREFIXES)},
        rows.PEER_PREFIXES,
        most=100,
    ),
    NIX,
    HOOK,
    MERGED,
    VIEWED,
)


class Venvs:
    """A venv for each way, made when it is first needed.

    :ivar root: The directory that they are made in.
    """

    def __init__(self, root: Path, of: Collection, environment: Mapping[str, str]) -> None:
        self.root = root
        self.of = of
        self.environment = environment

    def python(self, way: Way) -> Path:
        """Return the interpreter of the venv of *way*."""
        venv = self.root / way.key
        if not venv.exists():
            commands.run((self.of.python, "-m", "venv", "--without-pip", venv), self.environment)
            plant(self.of.site_dir(venv), way.tree)
            if way is ONE:
                self.of.link(self.of.installed, self.of.site_dir(venv))
        return venv / "bin" / "python"

    def prefixes(self, way: Way, count: int) -> list[Path]:
        """Return what *way* names where there are so many prefixes.

        :raises MeterError: when the view is refused.
        """
        prefixes = self.of.prefixes(count) if count else []
        if way is VIEWED:
            return [self._view(prefixes)]
        return [self._merged(prefixes)] if way is MERGED else prefixes

    def _merged(self, prefixes: Sequence[Path]) -> Path:
        merged = self.root / f"merged-{len(prefixes)}"
        if not merged.exists():
            self.of.link(prefixes, self.of.site_dir(merged))
        return merged

    def _view(self, prefixes: Sequence[Path]) -> Path:
        merged = self.root / f"view-{len(prefixes)}"
        if not merged.exists():
            # Relative links hold where the whole is mounted elsewhere.
            view = (*PYSHAREDIR, "view", "--python", str(self.python(VIEWED)), "--relative")
            commands.run((*view, merged, *prefixes), self.environment)
        return merged
