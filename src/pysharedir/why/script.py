"""What a console script runs, and by which interpreter."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.installed import shebangs
from pysharedir.why import search

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from pysharedir.installed.distribution import Distribution
    from pysharedir.why.scene import Scene

_HEAD = 4096  # bytes that a first line and the trick for long ones fit into


@dataclass(frozen=True)
class Script:
    """A script of the target.

    :ivar file: Where it is, or would be.
    :ivar is_there: Whether it is there.
    :ivar on_path: What a shell runs under this name.
    :ivar interpreter: What its first line starts.
    :ivar is_own: Whether that is the target.
    :ivar entry_point: The object that it calls.
    :ivar module_found: Whether the target finds the module of that.
    """

    name: str
    file: str
    is_there: bool
    on_path: str | None
    interpreter: str | None
    is_own: bool
    distribution: str | None
    version: str | None
    in_sharedir: bool
    entry_point: str | None
    module_found: bool | None


def script(scene: Scene, name: str) -> Script | None:
    """Return the script *name* of the target, or None when nothing is or should be one."""
    if not name or os.sep in name:
        return None
    owner, entry = _declared(scene, name)
    file = _directory(scene, owner) / name
    if not file.is_file() and entry is None:
        return None
    interpreter = interpreter_of(file)
    if owner is None:
        owner = scene.owner_of_script(str(file))
    if owner is None and interpreter is None:  # the interpreter itself, say
        return None
    value = entry.value if entry else None
    return Script(
        name=name,
        file=str(file),
        is_there=file.is_file(),
        on_path=shutil.which(name),
        interpreter=interpreter,
        is_own=is_of_target(scene, interpreter),
        distribution=owner.name if owner else None,
        version=owner.version if owner else None,
        in_sharedir=owner is not None and scene.is_sharedir(str(owner.directory)),
        entry_point=value,
        module_found=_finds(scene, value) if value else None,
    )


def _directory(scene: Scene, owner: Distribution | None) -> Path:
    """Return where the scripts of a distribution are, by the root that it is in."""
    root = scene.root_of(str(owner.directory)) if owner else None
    place = replace(scene.place, root=root) if root else scene.place
    return place.scripts(scene.target)


def _declared(scene: Scene, name: str) -> tuple[Distribution | None, EntryPoint | None]:
    return next(
        ((each, entry) for each, entry in scene.scripts() if entry.name == name), (None, None)
    )


def _finds(scene: Scene, value: str) -> bool:
    module = value.partition(":")[0].strip()
    if not all(map(str.isidentifier, module.split("."))):
        return False
    return search.ask(scene.target, module).last.found is not None


def interpreter_of(file: Path) -> str | None:
    """Return the interpreter that the first line of a script names, None when it names none."""
    try:
        if not file.is_file():  # to open a FIFO would wait for who writes to it
            return None
        with file.open("rb") as stream:
            head = shebangs.parse(stream.read(_HEAD) + b"\n")
    except OSError:
        return None
    if head is None:
        return None
    if not head.interpreter.endswith("/env"):
        return head.interpreter
    words = os.fsdecode(head.arguments).split()
    words = [word for word in words if not word.startswith("-") and "=" not in word]
    return (shutil.which(words[0]) or words[0]) if words else None


def is_of_target(scene: Scene, interpreter: str | None) -> bool:
    """Tell whether an interpreter is the target.

    Links make those of several venvs one file, so it has to be in the same directory too.
    """
    if interpreter is None:
        return False
    own = Path(scene.target.sys_executable)
    other = Path(interpreter)
    try:
        return other.samefile(own) and other.parent.samefile(own.parent)
    except OSError:
        return False
