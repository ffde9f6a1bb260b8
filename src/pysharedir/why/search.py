"""The question where a module is, put to the import system of a target."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pysharedir.interpreter import processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pysharedir.interpreter.answers import Lookup
    from pysharedir.interpreter.target import Target


@dataclass(frozen=True)
class Found:
    """What is at one place.

    :ivar kind: ``module``, ``package``, ``namespace portion`` and so on, in words.
    :ivar origin: Its file, or what the import system says instead.
    :ivar file: The file that a module of startup code says it is from.
    :ivar locations: Where submodules of it are looked for; None when it can have none.
    """

    kind: str
    origin: str | None
    file: str | None
    locations: tuple[str, ...] | None

    @property
    def path(self) -> str | None:
        """Its file, or the directory of a portion."""
        if self.origin and os.path.isabs(self.origin):
            return self.origin
        return self.file or next(iter(self.locations or ()), None)


@dataclass(frozen=True)
class Asked:
    """One place that was looked into.

    :ivar entry: The index of the entry of ``sys.path`` that it is in; beyond these, that of the
        directories beside it.
    :ivar is_open: Whether an import looks there.
    """

    path: str
    entry: int | None
    is_open: bool
    found: Found | None
    error: str | None


@dataclass(frozen=True)
class Finder:
    """A finder of ``sys.meta_path`` that was asked.

    :ivar file: The file of the module that it is from.
    """

    name: str
    file: str | None
    found: Found | None
    error: str | None


@dataclass(frozen=True)
class Level:
    """The search for one part of a dotted name.

    :ivar found: What an import takes.
    :ivar by: The name of the finder that has it, or ``startup``.
    :ivar is_blocked: Whether startup code forbids the import.
    :ivar is_extended: Whether the package adds other halves of itself when it is imported.
    :ivar changes: What its source changes that submodules are found by: ``__path__``, in another
        way than that, or ``sys.modules``.
    """

    name: str
    found: Found | None
    by: str | None
    is_blocked: bool
    is_extended: bool
    changes: str | None
    asked: tuple[Asked, ...]
    finders: tuple[Finder, ...]


@dataclass(frozen=True)
class Search:
    """The search for a module.

    :ivar path: ``sys.path`` as it is for ``python -c``; None for what is no string.
    :ivar cwd: The working directory, which is its first entry unless Python is told otherwise.
    :ivar stdlib: The names of the standard library; built-in modules only before Python 3.10.
    """

    path: tuple[str | None, ...]
    cwd: str | None
    stdlib: frozenset[str]
    levels: tuple[Level, ...]

    @property
    def last(self) -> Level:
        """The search for the whole name."""
        return self.levels[-1]


def ask(target: Target, name: str, beside: Iterable[str] = ()) -> Search:
    """Start *target* as its user does, and return where it finds the module *name*.

    :param beside: Directories that are not on its path, but are to be looked into too.
    :raises TargetError: when it does not answer.
    """
    question = json.dumps([name, list(beside)])
    facts: Lookup = processes.ask(target.executable, "lookup", question)
    return Search(
        path=tuple(facts["path"]),
        cwd=facts["cwd"],
        stdlib=frozenset(facts["stdlib"]),
        levels=tuple(_level(each) for each in facts["levels"]),
    )


def _level(facts: Mapping[str, Any]) -> Level:
    return Level(
        name=facts["name"],
        found=_found(facts["found"]),
        by=facts["by"],
        is_blocked=facts["blocked"],
        is_extended=facts["extends"],
        changes=facts["changes"],
        asked=tuple(
            Asked(each["path"], each["entry"], each["open"], _found(each["found"]), each["error"])
            for each in facts["asked"]
        ),
        finders=tuple(
            Finder(each["name"], each["file"], _found(each["found"]), each["error"])
            for each in facts["finders"]
        ),
    )


def _found(facts: Mapping[str, Any] | None) -> Found | None:
    if facts is None:
        return None
    locations = facts["locations"]
    return Found(
        kind=facts["kind"],
        origin=facts["origin"],
        file=facts["file"],
        locations=None if locations is None else tuple(locations),
    )
