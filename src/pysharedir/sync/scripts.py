"""The scripts of shared distributions: what there is to do about them in one target."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.errors import full_reason
from pysharedir.installed import shebangs
from pysharedir.installed.scripts import Wanted, entry_points, is_versioned, wanted_scripts
from pysharedir.sync.files import Lack, Todo, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pysharedir.hook.remembered import MadeFile
    from pysharedir.installed.distribution import Distribution
    from pysharedir.installed.outside import File
    from pysharedir.interpreter.target import Target


@dataclass(frozen=True)
class _Lacking:
    """A script that no entry point declares, and that cannot be copied from another prefix."""

    distribution: str
    digest: None = None


def plan(
    distributions: Sequence[Distribution],
    files: Iterable[File],
    made: Mapping[Path, MadeFile],
    is_owned: Callable[[Path], bool],
    where: tuple[Path, Target],
) -> tuple[Todo, dict[Path, bytes], list[str]]:
    """Return what there is to do about scripts, the content that they should have, and notes.

    :param distributions: The shared distributions.
    :param files: The files that they have outside the sharedir.
    :param made: The scripts that ``sync`` made.
    :param is_owned: Tells whether a file belongs to a distribution that is not shared.
    :param where: The directory of scripts, and the target that runs them.
    """
    directory, target = where
    interpreter = _interpreter(target)
    wanted, notes = wanted_scripts(distributions, directory, interpreter, target.version)
    every: dict[Path, Wanted | _Lacking] = dict(wanted)
    lacks: dict[Path, Lack] = {}
    for file, name in _undeclared(files):
        path = directory / name
        if path in every:
            continue
        key = file.distribution.key
        try:
            content = shebangs.redirected(file.read(), f"{file.prefix}/bin", interpreter)
            every[path] = Wanted(key, content)
        except OSError as error:
            every[path] = _Lacking(key)
            lacks[path] = Lack(path, file.distribution, full_reason(error))
    todo = compare(every, made, is_owned)
    todo = todo.without((lacks[path] for path in todo.missing if path in lacks), made)
    contents = {path: want.content for path, want in every.items() if isinstance(want, Wanted)}
    return todo, contents, notes


def _undeclared(files: Iterable[File]) -> Iterable[tuple[File, str]]:
    """Yield the scripts that no entry point declares, each with its name."""
    declared: dict[Distribution, set[str]] = {}
    for file in files:
        name, owner = file.script, file.distribution
        if name is None:
            continue
        if owner not in declared:
            declared[owner] = {entry.name for entry in entry_points(owner)}
        if name not in declared[owner] and not is_versioned(name):
            yield file, name


def _interpreter(target: Target) -> str:
    """Return the path of the target, the same one under whichever name the user gave it."""
    executable = Path(target.sys_executable)
    names = ["python", "python3"] if target.is_venv else []
    for name in (*names, f"python{target.version}"):
        other = executable.with_name(name)
        with contextlib.suppress(OSError):
            if other.samefile(executable):
                return str(other)
    return str(executable)
