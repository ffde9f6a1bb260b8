"""The scripts of shared distributions: what is missing, outdated or obsolete in one target."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import changes
from pysharedir.changes import RemoveFile, Step, WriteFile
from pysharedir.hook import remembered
from pysharedir.hook.remembered import MadeScript
from pysharedir.installed.scripts import entry_points, wanted_scripts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pysharedir.installed.distribution import Distribution
    from pysharedir.installed.scripts import Wanted
    from pysharedir.interpreter.target import Target
    from pysharedir.snapshot import Snapshot


@dataclass(frozen=True)
class Scripts:
    """What is to be done about scripts.

    :ivar missing: Those that are not there.
    :ivar outdated: Those that ``sync`` made and that should be different by now.
    :ivar obsolete: Those that ``sync`` made and that nothing declares any more.
    :ivar foreign: Those that ``sync`` made and that somebody has changed, or replaced, since.
    :ivar made: All that ``sync`` will have made then.
    """

    missing: tuple[Path, ...]
    outdated: tuple[Path, ...]
    obsolete: tuple[Path, ...]
    foreign: tuple[Path, ...]
    made: dict[Path, MadeScript]


def plan(
    snapshot: Snapshot, visible: Mapping[str, Distribution], shared: Collection[str]
) -> tuple[Scripts, list[Step], list[str]]:
    """Return what is to be done about scripts, the steps that do it, and notes.

    :param visible: The distributions that the target finds, by normalised name.
    :param shared: The names of those in the sharedir.
    :raises RememberedError: when the list of scripts cannot be read.
    """
    target, place = snapshot.target, snapshot.place
    site_dir = place.on_disk(place.site_dir)
    directory = place.scripts(target)
    wanted, notes = wanted_scripts(
        (visible[key] for key in shared), directory, _interpreter(target), target.version
    )
    own = [
        each
        for key, each in visible.items()
        if key not in shared and target.root_of(str(each.directory)) == place.root
    ]
    owned = {directory / entry.name for each in own for entry in entry_points(each)}
    before = snapshot.remembered
    made = {remembered.path_of(site_dir, name): script for name, script in before.scripts.items()}
    scripts = compare(wanted, made, owned)
    notes += [f"{path}: changed since it was made, so left alone" for path in scripts.foreign]
    listed = {remembered.name_of(site_dir, path): script for path, script in scripts.made.items()}
    # In this order, whatever is cut short leaves no script that is not listed.
    steps: list[Step] = [
        *(RemoveFile(path) for path in scripts.obsolete),
        *(WriteFile(path, wanted[path].content, executable=True) for path in scripts.outdated),
        *remembered.steps(site_dir, before, replace(before, scripts=listed)),
        *changes.directories(*{path.parent for path in scripts.missing}),
        *(WriteFile(path, wanted[path].content, executable=True) for path in scripts.missing),
    ]
    return scripts, steps, notes


def compare(
    wanted: Mapping[Path, Wanted],
    made: Mapping[Path, MadeScript],
    owned: Collection[Path] = (),
) -> Scripts:
    """Compare scripts with what is there.

    :param wanted: The scripts that should be there.
    :param made: The scripts that ``sync`` made.
    :param owned: Scripts that belong to distributions which are not shared.
    """
    missing, outdated, obsolete, foreign = [], [], [], []
    kept = {}
    for path in sorted({*wanted, *made}):
        want, listed = wanted.get(path), made.get(path)
        if want is not None and not os.path.lexists(path):
            missing.append(path)
        elif listed is None:
            continue  # somebody else's
        elif not _is_ours(path, listed, want):
            if os.path.lexists(path):
                foreign.append(path)
            continue
        elif want is None:
            if path not in owned:
                obsolete.append(path)
            continue
        elif remembered.content(path) != want.content:
            outdated.append(path)
        kept[path] = MadeScript(want.distribution, remembered.digest(want.content))
    return Scripts(tuple(missing), tuple(outdated), tuple(obsolete), tuple(foreign), kept)


def _is_ours(path: Path, listed: MadeScript, want: Wanted | None) -> bool:
    """Tell whether a file is what ``sync`` made, or was about to make when it was cut short."""
    return listed.is_at(path) or (want is not None and remembered.content(path) == want.content)


def _interpreter(target: Target) -> str:
    """Return the target by one and the same name, whichever it was found by."""
    executable = Path(target.sys_executable)
    names = ["python", "python3"] if target.is_venv else []
    for name in (*names, f"python{target.version}"):
        other = executable.with_name(name)
        with contextlib.suppress(OSError):
            if other.samefile(executable):
                return str(other)
    return str(executable)
