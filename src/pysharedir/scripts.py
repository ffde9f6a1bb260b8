"""Scripts that distributions declare: what they should be, and what is there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass, replace
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from installer.scripts import Script

from pysharedir import changes, remembered
from pysharedir.changes import RemoveFile, Step, WriteFile
from pysharedir.distributions import UNREADABLE
from pysharedir.remembered import MadeScript

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from importlib.metadata import EntryPoint

    from pysharedir.activation import Place
    from pysharedir.distributions import Distribution
    from pysharedir.target import Target

_SECTIONS: dict[str, Literal["console", "gui"]] = {
    "console_scripts": "console",
    "gui_scripts": "gui",
}
_VERSIONED = re.compile(r"(?:pip|easy_install-)(\d+\.\d+)")


@dataclass(frozen=True)
class Wanted:
    """A script as it should be.

    :ivar distribution: The normalised name of the distribution that it belongs to.
    """

    distribution: str
    content: bytes


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
    target: Target, where: Place, found: Mapping[str, Distribution], shared: Collection[str]
) -> tuple[Scripts, list[Step], list[str]]:
    """Return what is to be done about scripts, the steps that do it, and notes.

    :param found: The distributions that the target finds, by normalised name.
    :param shared: The names of those in the sharedir.
    :raises RememberedError: when the list of scripts cannot be read.
    """
    site_dir = where.on_disk(where.site_dir)
    directory = where.scripts(target)
    wanted, notes = wanted_scripts(
        (found[key] for key in shared), directory, _interpreter(target), target.version
    )
    own = [
        each
        for key, each in found.items()
        if key not in shared and target.root_of(str(each.info.parent)) == where.root
    ]
    owned = {directory / entry.name for each in own for entry in entry_points(each)}
    before = remembered.read(site_dir)
    made = {_path(site_dir, name): script for name, script in before.scripts.items()}
    scripts = compare(wanted, made, owned)
    notes += [f"{path}: changed since it was made, so left alone" for path in scripts.foreign]
    listed = {_name(site_dir, path): script for path, script in scripts.made.items()}
    # In this order, whatever is cut short leaves no script that is not listed.
    steps: list[Step] = [
        *(RemoveFile(path) for path in scripts.obsolete),
        *(WriteFile(path, wanted[path].content, executable=True) for path in scripts.outdated),
        *remembered.steps(site_dir, replace(before, scripts=listed)),
        *changes.directories(*{path.parent for path in scripts.missing}),
        *(WriteFile(path, wanted[path].content, executable=True) for path in scripts.missing),
    ]
    return scripts, steps, notes


def plan_removal(site_dir: Path, keep: Collection[str] = ()) -> list[Step]:
    """Return what removes the scripts that ``sync`` made, unless they were changed since.

    :param site_dir: Where they are listed; the list itself stays.
    :param keep: Normalised names of distributions whose scripts stay.
    """
    made = remembered.read(site_dir).scripts
    return [
        RemoveFile(_path(site_dir, name))
        for name, script in sorted(made.items())
        if script.distribution not in keep and _is_made(_path(site_dir, name), script)
    ]


def wanted_scripts(
    shared: Iterable[Distribution], directory: Path, interpreter: str, version: str
) -> tuple[dict[Path, Wanted], list[str]]:
    """Return the scripts that distributions declare, and what of that cannot be made.

    The first distribution by name wins.  What a declaration is made of:
    https://packaging.python.org/en/latest/specifications/entry-points/

    :param directory: Where scripts go.
    :param interpreter: What runs them.
    :param version: ``X.Y`` of that; what names another version is left out.
    """
    wanted: dict[Path, Wanted] = {}
    notes: list[str] = []
    for each in sorted(shared, key=lambda each: each.key):
        for entry in entry_points(each, notes.append):
            if _is_of_another_version(entry.name, version):
                continue
            script = _script(entry)
            if script is None:
                notes.append(f"{each.name}: script {entry.name!r} cannot be made: {entry.value!r}")
                continue
            _, content = script.generate(interpreter, kind="posix")
            wanted.setdefault(directory / script.name, Wanted(each.key, content))
    return wanted, notes


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
        elif not _is_made(path, listed, want):
            if os.path.lexists(path):
                foreign.append(path)
            continue
        elif want is None:
            if path not in owned:
                obsolete.append(path)
            continue
        elif _content(path) != want.content:
            outdated.append(path)
        kept[path] = MadeScript(want.distribution, _digest(want.content))
    return Scripts(tuple(missing), tuple(outdated), tuple(obsolete), tuple(foreign), kept)


def _is_of_another_version(name: str, version: str) -> bool:
    """Tell whether a script is for another Python: pip declares that of the one that built it."""
    versioned = _VERSIONED.fullmatch(name)
    return versioned is not None and versioned[1] != version


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


def entry_points(
    distribution: Distribution, note: Callable[[str], object] = bool
) -> list[EntryPoint]:
    """Return the scripts that a distribution declares.

    :param note: Called with what is wrong when that cannot be read.
    """
    try:
        entries = list(PathDistribution(distribution.info).entry_points)
    except UNREADABLE:
        note(f"{distribution.name}: its entry points cannot be read")
        return []
    return [entry for entry in entries if entry.group in _SECTIONS]


def _script(entry: EntryPoint) -> Script | None:
    """Return the script that an entry point declares, or None when it is none."""
    try:
        module, attr = entry.module, entry.attr
    except AttributeError:  # not of the form that a reference to an object has
        return None
    valid = (
        all(part.isidentifier() for part in f"{module}.{attr or ''}".split("."))
        and entry.name not in ("", os.curdir, os.pardir)
        and entry.name.isprintable()
        and os.sep not in entry.name
    )
    return Script(entry.name, module, attr, _SECTIONS[entry.group]) if valid else None


def _is_made(path: Path, made: MadeScript, want: Wanted | None = None) -> bool:
    """Tell whether a file is what ``sync`` made, or was about to make when it was cut short."""
    content = _content(path)
    if content is None:
        return False
    return _digest(content) == made.digest or (want is not None and content == want.content)


def _content(path: Path) -> bytes | None:
    """Return the content of a file that is no link."""
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _path(site_dir: Path, name: str) -> Path:
    return Path(os.path.normpath(site_dir / name))


def _name(site_dir: Path, path: Path) -> str:
    """Return how a script is listed: as in RECORD, so that a tree can be moved."""
    return os.path.relpath(path, site_dir)
