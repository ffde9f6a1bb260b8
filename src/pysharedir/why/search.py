"""The search for modules, which the import system of a target answers."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.interpreter import processes
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pysharedir.interpreter import answers
    from pysharedir.interpreter.target import Target

# The name of the finder that searches sys.path.
PATH_FINDER = "_frozen_importlib_external.PathFinder"


class Kind(Label):
    """What a spec is for; the values are those in the answers of the program ``lookup``."""

    MODULE = "module"
    PACKAGE = "package"
    PORTION = "namespace portion"
    NAMESPACE = "namespace package"
    EXTENSION = "extension module"
    BYTECODE = "bytecode module"
    BUILT_IN = "built-in module"
    FROZEN = "frozen module"
    ZIPPED_MODULE = "module in a zip"
    ZIPPED_PACKAGE = "package in a zip"


class Change(Label):
    """What the source of a module changes that decides where submodules are found."""

    PATH = "__path__"  # not only to add the other directories of the package, as pkgutil does
    MODULES = "sys.modules"


@dataclass(frozen=True)
class Spec:
    """What a finder has for a name: the parts of a module spec that matter here.

    :ivar origin: Its file, or what the import system says instead.
    :ivar file: The ``__file__`` of a module that startup code has imported.
    :ivar locations: The directories that an import searches for submodules; None if it is no
        package.
    """

    kind: Kind
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
class PathAnswer:
    """The answer of the finder for one directory or archive.

    :ivar entry: The index of the entry of ``sys.path`` that it is in; the directories not on
        ``sys.path`` have the indexes after these.
    :ivar is_searched: Whether an import looks there.
    """

    path: str
    entry: int | None
    is_searched: bool
    spec: Spec | None
    error: str | None


@dataclass(frozen=True)
class FinderAnswer:
    """The answer of a finder of ``sys.meta_path``.

    :ivar file: The file of the module that defines the finder.
    """

    name: str
    file: str | None
    spec: Spec | None
    error: str | None


@dataclass(frozen=True)
class Level:
    """The search for one part of a dotted name.

    :ivar spec: What an import loads.
    :ivar by: The name of the finder that has it.
    :ivar at_startup: Whether startup code has put it into ``sys.modules``, so that an import asks
        no finder.
    :ivar is_blocked: Whether startup code blocks the import.
    :ivar is_extended: Whether the package adds its other directories when it is imported.
    :ivar changes: What else its import changes.
    """

    name: str
    spec: Spec | None
    by: str | None
    at_startup: bool
    is_blocked: bool
    is_extended: bool
    changes: Change | None
    answers: tuple[PathAnswer, ...]
    finders: tuple[FinderAnswer, ...]


@dataclass(frozen=True)
class Search:
    """The search for a module.

    :ivar path: ``sys.path`` as it is for ``python -c``; None for an entry that is no string.
    :ivar cwd: The working directory, which is the first entry unless an option forbids it.
    :ivar stdlib: The names of the standard library; before Python 3.10 only its built-in modules.
    :ivar levels: The searches for the parts of the name, in order.
    """

    path: tuple[str | None, ...]
    cwd: str | None
    stdlib: frozenset[str]
    levels: tuple[Level, ...]

    @property
    def last(self) -> Level:
        """The search for the whole name."""
        return self.levels[-1]


def ask(target: Target, names: Sequence[str], off_path: Iterable[str] = ()) -> dict[str, Search]:
    """Start *target* once, as its user does, and return the search for each module by its name.

    :param off_path: Directories that are not on ``sys.path``, but are searched too.
    :raises TargetError: if the target does not answer.
    """
    question = json.dumps([names, list(off_path)])
    answer: answers.Lookup = processes.ask(target.executable, "lookup", question)
    path, stdlib = tuple(answer["path"]), frozenset(answer["stdlib"])
    return {
        name: Search(path, answer["cwd"], stdlib, tuple(map(_level, levels)))
        for name, levels in zip(names, answer["levels"], strict=True)
    }


def _level(answer: answers.SearchedLevel) -> Level:
    return Level(
        name=answer["name"],
        spec=_spec(answer["spec"]),
        by=answer["by"],
        at_startup=answer["at_startup"],
        is_blocked=answer["blocked"],
        is_extended=answer["extends"],
        changes=Change(answer["changes"]) if answer["changes"] else None,
        answers=tuple(map(_path_answer, answer["answers"])),
        finders=tuple(map(_finder_answer, answer["finders"])),
    )


def _path_answer(answer: answers.PathAnswer) -> PathAnswer:
    spec = _spec(answer["spec"])
    return PathAnswer(answer["path"], answer["entry"], answer["open"], spec, answer["error"])


def _finder_answer(answer: answers.FinderAnswer) -> FinderAnswer:
    return FinderAnswer(answer["name"], answer["file"], _spec(answer["spec"]), answer["error"])


def _spec(answer: answers.Spec | None) -> Spec | None:
    if answer is None:
        return None
    locations = answer["locations"]
    return Spec(
        kind=Kind(answer["kind"]),
        origin=answer["origin"],
        file=answer["file"],
        locations=None if locations is None else tuple(locations),
    )
