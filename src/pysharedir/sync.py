"""Completing a target for a sharedir that another one filled: its scripts, its dependencies."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, PathDistribution
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from installer.scripts import Script
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pysharedir import changes, distributions, layout, remembered
from pysharedir.changes import RemoveFile, Step, WriteFile
from pysharedir.errors import InstallError, UnusedSharedirError
from pysharedir.remembered import MadeScript

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from importlib.metadata import EntryPoint

    from pysharedir.activation import Place
    from pysharedir.distributions import Distribution
    from pysharedir.target import Target

_ON = {"PYSHAREDIR": "1"}
_SECTIONS: dict[str, Literal["console", "gui"]] = {
    "console_scripts": "console",
    "gui_scripts": "gui",
}
# What importlib.metadata raises for files that no installer writes; it differs between versions.
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, PackageNotFoundError)
_ROUNDS = 3


@dataclass(frozen=True)
class WantedScript:
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


@dataclass(frozen=True)
class Dependency:
    """What the packages in a sharedir require, and a target has not.

    :ivar name: Its normalised name.
    :ivar requirement: All that is required of it, as one dependency specifier.
    :ivar installed: The version that is there instead.
    :ivar required_by: The names of the distributions that require it.
    """

    name: str
    requirement: str
    installed: str | None
    required_by: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What is to be done, or was.

    :ivar steps: What completes the scripts, and keeps the list of them.
    :ivar missing: See :class:`Scripts`; so for the next two.
    :ivar dependencies: Those that are missing, or are there in another version.
    :ivar notes: What was left out, and why.
    :ivar commands: Those that install the dependencies, of which each will do, by installer.
    :ivar installed: The requirements that an installer was given.
    """

    sharedir: Path
    steps: tuple[Step, ...]
    missing: tuple[Path, ...]
    outdated: tuple[Path, ...]
    obsolete: tuple[Path, ...]
    dependencies: tuple[Dependency, ...]
    notes: tuple[str, ...]
    commands: dict[str, tuple[str, ...]]
    installed: tuple[str, ...] = ()


@dataclass(frozen=True)
class MakeScript(WriteFile):
    """Write a file that can be executed."""

    def __str__(self) -> str:
        return f"make {self.path}"

    def _write(self, content: bytes) -> None:
        super()._write(content)
        umask = os.umask(0o077)
        os.umask(umask)
        with contextlib.suppress(PermissionError):  # a file system without modes
            self.path.chmod(0o755 & ~umask)


def plan(target: Target, where: Place) -> Report:
    """Return what completes *target* for the sharedir of its hook.

    :raises UnusedSharedirError: when the target does not use that.
    :raises RememberedError: when the list of scripts cannot be read.
    """
    settings = where.read().settings
    sharedir = where.sharedir(target, settings)
    path = target.view(_ON).path
    _refuse_unused(path, sharedir)
    found = first_of_each_name(path)
    shared = {
        key: each
        for key, each in found.items()
        if layout.same_directory(str(each.info.parent), str(sharedir))
    }
    requirements, bad_requirements = _requirements(found, shared, target.markers)
    versions = {key: each.version for key, each in found.items()}
    dependencies = unmet(requirements, versions, shared, target.markers)
    scripts, steps, bad_scripts = _plan_scripts(target, where, found, shared)
    # pip does not uninstall what lies outside its venv, and would leave two versions there.
    replaced = [each.name for each in dependencies if each.name in shared]
    beyond_pip = target.is_venv and not sharedir.is_relative_to(target.prefix) and bool(replaced)
    notes = [*bad_requirements, *bad_scripts]
    if beyond_pip:
        notes.append(f"{', '.join(replaced)}: in {sharedir}, outside this venv: for uv, not pip")
    return Report(
        sharedir=sharedir,
        steps=tuple(steps),
        missing=scripts.missing,
        outdated=scripts.outdated,
        obsolete=scripts.obsolete,
        dependencies=dependencies,
        notes=tuple(notes),
        commands=_commands(target, dependencies, pip=not beyond_pip, opt_in=settings.opt_in),
    )


def complete(target: Target, where: Place, *, install: bool = False) -> Report:
    """Do what :func:`plan` returns, and return it with the dependencies that are still missing.

    :param install: Install those too, with the target's pip or else with uv.  What the installer
        prints goes to standard error.
    :raises ChangeError: when a script cannot be made.
    :raises InstallError: when there is no installer, or it fails.
    """
    report = plan(target, where)
    changes.apply(report.steps)
    for _ in range(_ROUNDS):
        if not (install and report.dependencies):
            break
        _install(target, report.commands)
        before, report = report, plan(target, where)
        changes.apply(report.steps)
        report = _joined(before, report)
        if report.dependencies == before.dependencies:
            break
    return report


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


def first_of_each_name(path: Iterable[str]) -> dict[str, Distribution]:
    """Return the distributions that importlib.metadata finds on *path*, by normalised name."""
    found: dict[str, Distribution] = {}
    for entry in path:
        for each in distributions.installed(Path(entry)):
            if not each.info.name.startswith("~"):  # what pip left behind when it was interrupted
                found.setdefault(each.key, each)
    return found


def unmet(
    requirements: Mapping[str, Sequence[Requirement]],
    versions: Mapping[str, str],
    shared: Iterable[str],
    markers: Mapping[str, str],
) -> tuple[Dependency, ...]:
    """Return what is required and not there, as defined by the dependency specifiers.

    That is what the shared distributions require, and what that requires in turn.  The extras are
    those that a requirement asks for: which ones a user has asked for is written nowhere.
    https://packaging.python.org/en/latest/specifications/dependency-specifiers/

    :param requirements: Those of all installed distributions, by normalised name.
    :param versions: The versions of these.
    :param shared: The names of those in the sharedir.
    :param markers: The environment of the target.
    """
    extras = _extras(requirements, markers)
    asked: defaultdict[str, list[tuple[str, Requirement]]] = defaultdict(list)
    reached = dict.fromkeys(shared)
    waiting = list(reached)
    while waiting:
        requirer = waiting.pop()
        for each in requirements.get(requirer, ()):
            if _applies(each, markers, extras[requirer]):
                name = canonicalize_name(each.name)
                asked[name].append((requirer, each))
                if name not in reached:
                    reached[name] = None
                    waiting.append(name)
    found = (_dependency(name, asked[name], versions.get(name)) for name in sorted(asked))
    return tuple(each for each in found if each is not None)


def wanted_scripts(
    shared: Iterable[Distribution], directory: Path, interpreter: str
) -> tuple[dict[Path, WantedScript], list[str]]:
    """Return the scripts that distributions declare, and what of that cannot be made.

    The first distribution by name wins.  What a declaration is made of:
    https://packaging.python.org/en/latest/specifications/entry-points/

    :param directory: Where scripts go.
    :param interpreter: What runs them.
    """
    wanted: dict[Path, WantedScript] = {}
    notes: list[str] = []
    for each in sorted(shared, key=lambda each: each.key):
        for entry in _entry_points(each, notes.append):
            script = _script(entry)
            if script is None:
                notes.append(f"{each.name}: script {entry.name!r} cannot be made: {entry.value!r}")
                continue
            _, content = script.generate(interpreter, kind="posix")
            wanted.setdefault(directory / script.name, WantedScript(each.key, content))
    return wanted, notes


def plan_scripts(
    wanted: Mapping[Path, WantedScript],
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


def _plan_scripts(
    target: Target, where: Place, found: Mapping[str, Distribution], shared: Collection[str]
) -> tuple[Scripts, list[Step], list[str]]:
    site_dir = where.on_disk(where.site_dir)
    directory = Path(target.scripts if where.root == target.root else f"{where.root}/bin")
    wanted, notes = wanted_scripts((found[key] for key in shared), directory, _interpreter(target))
    own = [
        each
        for key, each in found.items()
        if key not in shared and target.root_of(str(each.info.parent)) == where.root
    ]
    owned = {directory / entry.name for each in own for entry in _entry_points(each)}
    before = remembered.read(site_dir)
    made = {_path(site_dir, name): script for name, script in before.scripts.items()}
    scripts = plan_scripts(wanted, made, owned)
    notes += [f"{path}: changed since it was made, so left alone" for path in scripts.foreign]
    listed = {_name(site_dir, path): script for path, script in scripts.made.items()}
    # In this order, whatever is cut short leaves no script that is not listed.
    steps: list[Step] = [
        *(RemoveFile(path) for path in scripts.obsolete),
        *(MakeScript(path, wanted[path].content) for path in scripts.outdated),
        *remembered.steps(site_dir, replace(before, scripts=listed)),
        *changes.directories(*{path.parent for path in scripts.missing}),
        *(MakeScript(path, wanted[path].content) for path in scripts.missing),
    ]
    return scripts, steps, notes


def _refuse_unused(path: Iterable[str], sharedir: Path) -> None:
    if not sharedir.is_dir():
        reason, hint = (
            "no such directory",
            "`pysharedir enable` makes it, unless it is to be mounted",
        )
    elif not layout.lists(path, str(sharedir)):
        reason, hint = "not in use here", "use `pysharedir enable`; `pysharedir status` tells more"
    else:
        return
    raise UnusedSharedirError(str(sharedir), reason, hint)


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


def _entry_points(
    distribution: Distribution, note: Callable[[str], object] = bool
) -> list[EntryPoint]:
    """Return the scripts that a distribution declares."""
    try:
        entries = list(PathDistribution(distribution.info).entry_points)
    except _UNREADABLE:
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


def _is_made(path: Path, made: MadeScript, want: WantedScript | None = None) -> bool:
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


def _requirements(
    found: Mapping[str, Distribution], shared: Collection[str], markers: Mapping[str, str]
) -> tuple[dict[str, list[Requirement]], list[str]]:
    """Return the requirements of all distributions, and what is wrong with those of shared ones."""
    requirements = {}
    notes: list[str] = []
    for key, each in found.items():
        wrong: list[str] = []
        requirements[key] = list(_valid_requirements(each, markers, wrong.append))
        notes += wrong if key in shared else []
    return requirements, notes


def _valid_requirements(
    distribution: Distribution, markers: Mapping[str, str], note: Callable[[str], object]
) -> Iterator[Requirement]:
    try:
        lines = PathDistribution(distribution.info).requires or []
    except _UNREADABLE:
        note(f"{distribution.name}: its metadata cannot be read")
        return
    for line in lines:
        try:
            requirement = Requirement(line)
            _applies(requirement, markers, ())
        except ValueError:
            note(f"{distribution.name}: its requirement {line!r} is not valid")
        else:
            yield requirement


def _applies(requirement: Requirement, markers: Mapping[str, str], extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**markers, "extra": extra}) for extra in ("", *extras)
    )


def _extras(
    requirements: Mapping[str, Sequence[Requirement]], markers: Mapping[str, str]
) -> defaultdict[str, set[str]]:
    """Return the extras of each distribution that some requirement asks for."""
    known: set[tuple[str, str]] = set()
    while True:
        extras: defaultdict[str, set[str]] = defaultdict(set)
        for name, extra in known:
            extras[name].add(extra)
        asked = {
            (canonicalize_name(each.name), canonicalize_name(extra))
            for requirer, its in requirements.items()
            for each in its
            if each.extras and _applies(each, markers, extras[requirer])
            for extra in each.extras
        }
        if asked <= known:
            return extras
        known |= asked


def _dependency(
    name: str, asked: Sequence[tuple[str, Requirement]], version: str | None
) -> Dependency | None:
    specifier = _combined(each.specifier for _, each in asked)
    if version is not None and _satisfies(version, specifier):
        return None
    extras = sorted({canonicalize_name(extra) for _, each in asked for extra in each.extras})
    url = next((each.url for _, each in asked if each.url), None)
    requirement = f"{name}[{','.join(extras)}]" if extras else name
    requirement += f" @ {url}" if url else str(specifier)
    return Dependency(name, requirement, version, tuple(sorted({by for by, _ in asked})))


def _combined(specifiers: Iterable[SpecifierSet]) -> SpecifierSet:
    """Return what all *specifiers* allow, with the highest of their lower bounds only."""
    every = {each for specifier in specifiers for each in specifier}
    lower = sorted(
        (each for each in every if each.operator == ">="), key=lambda each: Version(each.version)
    )
    return SpecifierSet(",".join(sorted(str(each) for each in every.difference(lower[:-1]))))


def _satisfies(version: str, specifier: SpecifierSet) -> bool:
    try:
        return not specifier or specifier.contains(version, prereleases=True)
    except ValueError:  # a version from before PEP 440
        return False


def _commands(
    target: Target, dependencies: Sequence[Dependency], *, pip: bool, opt_in: bool
) -> dict[str, tuple[str, ...]]:
    if not dependencies:
        return {}
    executable = str(target.executable)
    requirements = [each.requirement for each in dependencies]
    on = ["env", "PYSHAREDIR=1"] if opt_in else []
    # uv remembers what an interpreter said before it had the hook, until it is told to refresh.
    commands = {
        "pip": (*on, executable, "-m", "pip", "install", *requirements),
        "uv": (*on, "uv", "pip", "install", "--refresh", "--python", executable, *requirements),
    }
    return {name: command for name, command in commands.items() if pip or name != "pip"}


def _install(target: Target, commands: Mapping[str, Sequence[str]]) -> None:
    name = str(target.executable)
    installer = "pip" if "pip" in commands and _has_pip(target) else "uv"
    if installer == "uv" and shutil.which("uv") is None:
        lack = "no uv on PATH, and no pip in it that could do"
        raise InstallError(name, f"cannot install: {lack}", "install uv, or pip into it")
    done = subprocess.run(
        commands[installer],
        env={**os.environ, **_ON},
        stdin=subprocess.DEVNULL,
        stdout=2,  # standard output is for reports
        check=False,
    )
    if done.returncode:
        raise InstallError(
            name, f"{installer} failed with status {done.returncode}", "it said why, above"
        )


def _has_pip(target: Target) -> bool:
    done = subprocess.run(
        [target.executable, "-m", "pip", "--version"],
        env={**os.environ, **_ON},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return not done.returncode


def _joined(before: Report, after: Report) -> Report:
    """Return the report of a run that began with *before* and ended with *after*."""
    return replace(
        after,
        steps=before.steps + after.steps,
        missing=before.missing + after.missing,
        outdated=before.outdated + after.outdated,
        obsolete=before.obsolete + after.obsolete,
        notes=tuple(dict.fromkeys(before.notes + after.notes)),
        installed=before.installed + tuple(each.requirement for each in before.dependencies),
    )
