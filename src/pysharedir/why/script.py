"""What a console script runs, and which interpreter runs it."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError
from pysharedir.why import owner
from pysharedir.why.first_lines import interpreter_of

if TYPE_CHECKING:
    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.target import Target
    from pysharedir.snapshot import Snapshot
    from pysharedir.why.lookup import Lookup


@dataclass(frozen=True)
class Script:
    """A script of the target.

    :ivar file: Where it is or should be.
    :ivar is_there: Whether the file exists.
    :ivar on_path: The file that a shell runs under this name.
    :ivar interpreter: The interpreter that its first line names.
    :ivar is_own: Whether that interpreter is the target.
    :ivar entry_point: The object that it calls.
    :ivar module: The module of that object.
    :ivar module_found: Whether the target finds the module; None if the target does not run the
        script.
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
    module: str | None
    module_found: bool | None


def script(lookup: Lookup) -> Script | None:
    """Return the script of a name, or None if there is none and no distribution declares one."""
    name, snapshot = lookup.name, lookup.snapshot
    if not name or os.sep in name:
        return None
    distribution, entry_point = lookup.script or (None, None)
    file = _directory(snapshot, distribution, name) / name
    if not file.is_file() and entry_point is None:
        return None
    interpreter = interpreter_of(file)
    distribution = distribution or owner.of_script(snapshot, str(file))
    if distribution is None and interpreter is None:  # a program, such as the interpreter itself
        return None
    is_own = is_target(lookup.target, interpreter)
    is_for_target = is_own or entry_point is not None
    return Script(
        name=name,
        file=str(file),
        is_there=file.is_file(),
        on_path=shutil.which(name),
        interpreter=interpreter,
        is_own=is_own,
        distribution=distribution.name if distribution else None,
        version=distribution.version if distribution else None,
        in_sharedir=distribution is not None and snapshot.is_sharedir(str(distribution.directory)),
        entry_point=entry_point.value if entry_point else None,
        module=lookup.script_module,
        module_found=_module_found(lookup) if lookup.script_module and is_for_target else None,
    )


def _directory(snapshot: Snapshot, distribution: Distribution | None, name: str) -> Path:
    """Return the directory of a script, by the root of its distribution, else by RECORD."""
    root = snapshot.root_of(str(distribution.directory)) if distribution else None
    if distribution and root is None:
        with contextlib.suppress(RecordError):
            for path in distribution.listing.outside:
                if path.rpartition("/")[2] == name:
                    return Path(os.path.normpath(distribution.directory / path)).parent
    place = replace(snapshot.place, root=root) if root else snapshot.place
    return place.scripts(snapshot.target)


def _module_found(lookup: Lookup) -> bool:
    search = lookup.searches.get(lookup.script_module or "")
    return search is not None and search.last.spec is not None


def is_target(target: Target, interpreter: str | None) -> bool:
    """Tell whether an interpreter is the target.

    The interpreters of several venvs can be links to one file, so the directory has to be the same
    too.
    """
    if interpreter is None:
        return False
    own = Path(target.sys_executable)
    other = Path(interpreter)
    try:
        return other.samefile(own) and other.parent.samefile(own.parent)
    except OSError:
        return False
