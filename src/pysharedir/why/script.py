"""What a console script runs, and by which interpreter."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.installed import shebangs
from pysharedir.why import owner

if TYPE_CHECKING:
    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.target import Target
    from pysharedir.snapshot import Snapshot
    from pysharedir.why.lookup import Lookup

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


def script(lookup: Lookup) -> Script | None:
    """Return the script of a name, or None when nothing is or should be one."""
    name, snapshot = lookup.name, lookup.snapshot
    if not name or os.sep in name:
        return None
    distribution, entry_point = lookup.script or (None, None)
    file = _directory(snapshot, distribution) / name
    if not file.is_file() and entry_point is None:
        return None
    interpreter = interpreter_of(file)
    distribution = distribution or owner.of_script(snapshot, str(file))
    if distribution is None and interpreter is None:  # the interpreter itself, say
        return None
    return Script(
        name=name,
        file=str(file),
        is_there=file.is_file(),
        on_path=shutil.which(name),
        interpreter=interpreter,
        is_own=_is_target(lookup.target, interpreter),
        distribution=distribution.name if distribution else None,
        version=distribution.version if distribution else None,
        in_sharedir=distribution is not None and snapshot.is_sharedir(str(distribution.directory)),
        entry_point=entry_point.value if entry_point else None,
        module_found=_module_found(lookup) if entry_point and entry_point.value else None,
    )


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


def _directory(snapshot: Snapshot, distribution: Distribution | None) -> Path:
    """Return where the scripts of a distribution are, by the root that it is in."""
    root = snapshot.root_of(str(distribution.directory)) if distribution else None
    place = replace(snapshot.place, root=root) if root else snapshot.place
    return place.scripts(snapshot.target)


def _module_found(lookup: Lookup) -> bool:
    search = lookup.searches.get(lookup.script_module or "")
    return search is not None and search.last.spec is not None


def _is_target(target: Target, interpreter: str | None) -> bool:
    """Tell whether an interpreter is the target.

    Links make those of several venvs one file, so it has to be in the same directory too.
    """
    if interpreter is None:
        return False
    own = Path(target.sys_executable)
    other = Path(interpreter)
    try:
        return other.samefile(own) and other.parent.samefile(own.parent)
    except OSError:
        return False
