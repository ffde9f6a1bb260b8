"""What completes a target for a sharedir that another one filled: files and dependencies."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pysharedir import layout
from pysharedir.activation import uv
from pysharedir.installed import dependencies
from pysharedir.installed.dependencies import Dependency
from pysharedir.installed.foreign import Usable, in_user_site, remedy
from pysharedir.sync import completion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.installed.foreign import Foreign
    from pysharedir.snapshot import Snapshot
    from pysharedir.sync.files import Lack, Todo

_ANEW = ("--force-reinstall", "--no-deps")


@dataclass(frozen=True)
class Report:
    """What is to be done, or was.

    :ivar steps: What completes the files, and keeps the list of them.
    :ivar scripts: What is to be done about scripts.
    :ivar data: The same for data files.
    :ivar dependencies: Those that are missing, or are there in another version.
    :ivar notes: What was left out, and why.
    :ivar commands: Those that install the dependencies, of which each will do, by installer.
    :ivar reinstall: Those that install again what has files that cannot be had, ditto.
    :ivar installed: The requirements that an installer was given.
    """

    sharedir: Path
    steps: tuple[Step, ...]
    scripts: Todo
    data: Todo
    dependencies: tuple[Dependency, ...]
    notes: tuple[str, ...]
    commands: dict[str, tuple[str, ...]]
    reinstall: dict[str, tuple[str, ...]]
    installed: tuple[str, ...] = ()

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """The files that are missing, or outdated, and stay so."""
        return self.scripts.lacks + self.data.lacks


def plan(snapshot: Snapshot) -> Report:
    """Return what completes a target for the sharedir of its hook.

    :raises UnusedSharedirError: when the target does not use that.
    :raises RememberedError: when the list of what was made cannot be read.
    """
    snapshot.check_used()
    target, sharedir = snapshot.target, snapshot.sharedir
    visible = snapshot.visible(snapshot.loaded.path)
    shared = {
        key: each
        for key, each in visible.items()
        if layout.same_directory(str(each.directory), str(sharedir))
    }
    requirements, bad_requirements = dependencies.requirements_of(visible, shared, target.markers)
    usable = Usable(target, visible)
    unmet = dependencies.unmet(requirements, usable.version, shared, target.markers)
    missing = (*(_exact(each, usable.foreign.get(each.name)) for each in unmet), *_others(usable))
    files = completion.plan(snapshot, visible, shared)
    steps = list(files.steps)
    # pip does not uninstall what lies outside its venv, and would leave two versions there.
    replaced = [each.name for each in missing if each.name in shared]
    beyond_pip = target.is_venv and not sharedir.is_relative_to(target.prefix) and bool(replaced)
    if missing:  # uv may remember what the interpreter said before it had the hook
        steps += uv.steps(snapshot, snapshot.hook.settings)
    notes = [*bad_requirements, *files.notes]
    beyond_sync = set()
    for key, foreign in usable.foreign.items():
        note = str(foreign)
        if in_user_site(target, foreign.distribution):  # whatever is installed here, it comes first
            beyond_sync.add(key)
            note += f"; {remedy(target, foreign.distribution, has_pip=True)}"
        notes.append(note)
    if beyond_pip:
        notes.append(f"{', '.join(replaced)}: in {sharedir}, outside this venv: for uv, not pip")
    lacking = {lack.distribution for lack in files.scripts.lacks + files.data.lacks}
    again = sorted(f"{each.name}=={each.version}" for each in lacking)
    return Report(
        sharedir=sharedir,
        steps=tuple(steps),
        scripts=files.scripts,
        data=files.data,
        dependencies=missing,
        notes=tuple(notes),
        commands=_commands(
            snapshot,
            [each.requirement for each in missing if each.name not in beyond_sync],
            [] if usable.foreign.keys() <= beyond_sync else _ANEW,
            pip=not beyond_pip,
        ),
        reinstall=_commands(snapshot, again, _ANEW),
    )


def _others(usable: Usable) -> list[Dependency]:
    """Return what is there for another machine only, and is required by nothing shared."""
    asked = set(usable.foreign)
    others = (each.distribution for key, each in usable.all().items() if key not in asked)
    return [Dependency(each.key, f"{each.key}=={each.version}", None, ()) for each in others]


def _exact(dependency: Dependency, foreign: Foreign | None) -> Dependency:
    """Return a dependency in the version that is there for another machine, if that will do."""
    if foreign is None:
        return dependency
    requirement, version = Requirement(dependency.requirement), foreign.distribution.version
    if requirement.url or not dependencies.satisfies(version, requirement.specifier):
        return dependency
    requirement.specifier = SpecifierSet(f"=={version}")
    return replace(dependency, requirement=str(requirement))


def _commands(
    snapshot: Snapshot, requirements: Sequence[str], options: Sequence[str], *, pip: bool = True
) -> dict[str, tuple[str, ...]]:
    """Return the commands that install something, by installer.

    :param options: Those that both know.
    :param pip: Whether pip will do.
    """
    if not requirements:
        return {}
    target, sharedir = snapshot.target, snapshot.sharedir
    executable = str(target.executable)
    on = ["env", "PYSHAREDIR=1"] if snapshot.hook.settings.opt_in else []
    # Where purelib is read-only, pip would take the user's directory for everything.
    falls_back = target.user_site is not None and not os.access(sharedir, os.W_OK)
    here = ["--no-user"] if falls_back else []
    words = (*options, *requirements)
    commands = {
        "pip": (*on, executable, "-m", "pip", "install", *here, *words),
        "uv": (*on, "uv", "pip", "install", "--python", executable, *words),
    }
    return {name: command for name, command in commands.items() if pip or name != "pip"}
