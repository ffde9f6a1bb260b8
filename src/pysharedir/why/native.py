"""The native parts of packages that an interpreter cannot load."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.installed import contents
from pysharedir.installed.foreign import Own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pysharedir.interpreter.target import Target

_SUFFIXES = (".so", ".pyd", ".dylib")


@dataclass(frozen=True)
class Part:
    """A native part that the target cannot load.

    :ivar file: Its file.
    :ivar made_for: The tag in its name, or the machine that its content is built for.
    """

    file: str
    made_for: str


def under_name(directory: str, name: str, suffixes: Iterable[str]) -> list[Part]:
    """Return the files that other interpreters would import as *name*.

    :param suffixes: The suffixes of the modules that the target imports.
    """
    try:
        files = sorted(os.listdir(directory))
    except OSError:
        return []
    of_name = [(file, file[len(name) :]) for file in files if file.startswith(f"{name}.")]
    return [
        Part(os.path.join(directory, file), suffix.strip(".").rpartition(".")[0])
        for file, suffix in of_name
        if suffix.endswith(_SUFFIXES) and suffix.count(".") > 1 and suffix not in suffixes
    ]


def missing_in(package: str, suffixes: Iterable[str]) -> Iterator[Part]:
    """Yield one part of each module of a package that only other interpreters can import."""
    modules: dict[tuple[str, str], list[str]] = {}
    for file in contents.walk(package):
        directory, name = os.path.split(file)
        stem, dot, suffix = name.partition(".")
        modules.setdefault((directory, stem), []).append(dot + suffix)
    for (directory, stem), its_suffixes in sorted(modules.items()):
        if not any(suffix in suffixes for suffix in its_suffixes):
            yield from under_name(os.path.join(package, directory), stem, suffixes)[:1]


def of_another_machine(target: Target, file: str) -> Part | None:
    """Return a native object if it is not built for the machine of the target, else None."""
    own = Own(target)
    try:
        made_for = own.made_for(file) if own.machines else None
    except OSError:
        return None
    return Part(file, made_for) if made_for else None
