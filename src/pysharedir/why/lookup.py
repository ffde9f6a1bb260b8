"""The lookup of a name in a target, with the facts that several answers need."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pysharedir.installed.scripts import entry_points
from pysharedir.why.entries import searched, unused
from pysharedir.why.first_lines import module_of
from pysharedir.why.imports import names_in
from pysharedir.why.names import DISTRIBUTIONS, is_module
from pysharedir.why.rows import Row, rows
from pysharedir.why.search import ask

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.syspath import Entry
    from pysharedir.interpreter.target import Target
    from pysharedir.snapshot import Snapshot
    from pysharedir.why.entries import OffPath, PathEntry
    from pysharedir.why.search import Level, PathAnswer, Search


class DeclaredScript(NamedTuple):
    """A script, and the distribution that declares it."""

    distribution: Distribution
    entry_point: EntryPoint


class Lookup:
    """The lookup of a name; it finds out each fact when the fact is first asked for."""

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        self.snapshot = snapshot
        self.name = name
        self._rows: dict[str, tuple[Row, ...]] = {}

    @property
    def target(self) -> Target:
        """The interpreter that the name is looked up in."""
        return self.snapshot.target

    @property
    def top(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]

    @property
    def wanted(self) -> str:
        """The name of the distribution that probably has the module, else the name itself."""
        return DISTRIBUTIONS.get(self.top, self.top if self.search else self.name)

    @cached_property
    def unused(self) -> dict[str, OffPath]:
        """The directories with modules that are not on ``sys.path``."""
        return unused(self.snapshot)

    @cached_property
    def distributions(self) -> dict[str, Distribution]:
        """The distributions that importlib.metadata finds, by normalized name."""
        return self.snapshot.visible(self.snapshot.view.path)

    @cached_property
    def scripts(self) -> tuple[DeclaredScript, ...]:
        """The scripts that these distributions declare."""
        return tuple(
            DeclaredScript(distribution, entry_point)
            for distribution in self.distributions.values()
            for entry_point in entry_points(distribution)
        )

    @cached_property
    def script(self) -> DeclaredScript | None:
        """The first script of this name."""
        scripts = (script for script in self.scripts if script.entry_point.name == self.name)
        return next(scripts, None)

    @cached_property
    def script_module(self) -> str | None:
        """The module that the script of this name calls, also if no distribution declares it."""
        if self.script:
            return self.script.entry_point.value.partition(":")[0].strip()
        scripts = self.snapshot.place.scripts(self.target)
        return module_of(scripts / self.name) if os.sep not in self.name else None

    @cached_property
    def searches(self) -> dict[str, Search]:
        """The searches for the module of this name and for that of the script, from one start."""
        wanted = dict.fromkeys((self.name, self.script_module))
        modules = [name for name in wanted if name and is_module(name)]
        return ask(self.target, modules, self.unused) if modules else {}

    @property
    def search(self) -> Search | None:
        """The search for the module of this name; None if no module can have the name."""
        return self.searches.get(self.name)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The searches for the parts of the name."""
        return self.search.levels if self.search else ()

    @cached_property
    def failed(self) -> Level | None:
        """The first part of the name that is not found."""
        return next((level for level in self.levels if level.spec is None), None)

    @cached_property
    def parent(self) -> Level | None:
        """The search for the part before that one, if there is one."""
        index = self.levels.index(self.failed) if self.failed else 0
        return self.levels[index - 1] if index else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """What each entry of ``sys.path`` has for the whole name."""
        return self.rows_of(self.levels[-1]) if self.levels else ()

    def rows_of(self, level: Level) -> tuple[Row, ...]:
        """Return what each entry of ``sys.path`` has for a part of the name."""
        if level.name not in self._rows:
            self._rows[level.name] = rows(self.snapshot, self._searched, level)
        return self._rows[level.name]

    def entry_of(self, answer: PathAnswer) -> PathEntry | None:
        """Return the searched directory that an answer comes from."""
        return None if answer.entry is None else self._searched[answer.entry]

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The entries of ``sys.path`` by their paths, without the working directory."""
        return {entry.path: entry for entry in self.snapshot.entries}

    @cached_property
    def _searched(self) -> tuple[PathEntry | None, ...]:
        return searched(self.search, self.entries, self.unused) if self.search else ()

    @cached_property
    def present(self) -> dict[str, set[str]]:
        """The names of all modules, distributions and scripts, by the noun for each kind."""
        modules = set().union(*map(names_in, self.snapshot.view.path))
        if self.search:
            modules |= self.search.stdlib
            cwd = self.search.cwd if "" in self.search.path else None
            modules |= names_in(cwd) if cwd else set()
        return {
            "module": {name for name in modules if not name.startswith("_")},
            "distribution": {distribution.name for distribution in self.distributions.values()},
            "script": {script.entry_point.name for script in self.scripts},
        }

    def command(self, *arguments: str) -> str:
        """Return a command of pysharedir for the target."""
        return self.target.command(*arguments, root=self.snapshot.place.root)

    def install(self, *arguments: str) -> str:
        """Return the command that installs something for the target."""
        has_pip = "pip" in self.distributions
        return self.target.installer("install", *arguments, has_pip=has_pip)

    def reinstall(self, name: str, version: str | None) -> str:
        """Return the command that installs a distribution for the target again."""
        return self.install("--force-reinstall", "--no-deps", f"{name}=={version}")
