"""The plan of ``sync``: the files and dependencies that a target lacks for its sharedir."""

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
    """What there is to do, or what was done.

    :ivar steps: The steps that complete the files, and update the list of them.
    :ivar scripts: What there is to do about scripts.
    :ivar data: What there is to do about data files.
    :ivar dependencies: Those that are missing, or are installed in an unsuitable version.
    :ivar notes: What was left out, and why.
    :ivar commands: The alternative commands that install the dependencies, by installer.
    :ivar reinstall: The alternative commands that reinstall the distributions with files that
        cannot be copied, by installer.
    :ivar installed: The requirements that an installer got.
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
        """The files that are missing or outdated, and cannot be copied."""
        return self.scripts.lacks + self.data.lacks


def plan(snapshot: Snapshot) -> Report:
    """Return what completes a target for the sharedir of its hook.

    :raises UnusedSharedirError: if the target does not use the sharedir.
    :raises RememberedError: if the list of files that ``sync`` made cannot be read.
    """
    snapshot.check_used()
    target, sharedir = snapshot.target, snapshot.sharedir
    visible = snapshot.visible(snapshot.loaded.path)
    shared = {
        key: distribution
        for key, distribution in visible.items()
        if layout.same_directory(str(distribution.directory), str(sharedir))
    }
    requirements, bad_requirements = dependencies.requirements_of(visible, shared, target.markers)
    usable = Usable(target, visible)
    unmet = dependencies.unmet(requirements, usable.version, shared, target.markers)
    exact = (_exact(dependency, usable.foreign.get(dependency.name)) for dependency in unmet)
    missing = (*exact, *_others(usable))
    files = completion.plan(snapshot, visible, shared)
    steps = list(files.steps)
    # pip does not uninstall what is outside its venv, and would leave two versions there.
    replaced = [dependency.name for dependency in missing if dependency.name in shared]
    beyond_pip = target.is_venv and not sharedir.is_relative_to(target.prefix) and bool(replaced)
    if missing:  # uv may have cached the paths that the interpreter had without the hook
        steps += uv.steps(snapshot, snapshot.hook.settings)
    notes = [*bad_requirements, *files.notes]
    beyond_sync = set()
    for key, foreign in usable.foreign.items():
        note = str(foreign)
        # The user site dir comes first, so installing another copy here would not help.
        if in_user_site(target, foreign.distribution):
            beyond_sync.add(key)
            note += f"; {remedy(target, foreign.distribution, has_pip=True)}"
        notes.append(note)
    if beyond_pip:
        names = ", ".join(replaced)
        notes.append(f"pip cannot replace {names}, uv can: {sharedir} is outside this venv")
    lacking = {lack.distribution for lack in files.scripts.lacks + files.data.lacks}
    again = sorted(f"{distribution.name}=={distribution.version}" for distribution in lacking)
    return Report(
        sharedir=sharedir,
        steps=tuple(steps),
        scripts=files.scripts,
        data=files.data,
        dependencies=missing,
        notes=tuple(notes),
        commands=_commands(
            snapshot,
            [
                dependency.requirement
                for dependency in missing
                if dependency.name not in beyond_sync
            ],
            [] if usable.foreign.keys() <= beyond_sync else _ANEW,
            pip=not beyond_pip,
        ),
        reinstall=_commands(snapshot, again, _ANEW),
    )


def _others(usable: Usable) -> list[Dependency]:
    """Return the distributions for another machine that no shared distribution requires."""
    required = set(usable.foreign)
    others = (foreign.distribution for key, foreign in usable.all().items() if key not in required)
    return [
        Dependency(distribution.key, f"{distribution.key}=={distribution.version}", None, ())
        for distribution in others
    ]


def _exact(dependency: Dependency, foreign: Foreign | None) -> Dependency:
    """Return a dependency, pinned to the version that is installed for another machine.

    All machines then have one version.  A dependency that rejects this version stays as it is.
    """
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

    :param options: Options that both installers know.
    :param pip: Whether pip can do it.
    """
    if not requirements:
        return {}
    target, sharedir = snapshot.target, snapshot.sharedir
    executable = str(target.executable)
    on = ["env", "PYSHAREDIR=1"] if snapshot.hook.settings.opt_in else []
    # If purelib is read-only, pip would install everything in the user site dir.
    falls_back = target.user_site is not None and not os.access(sharedir, os.W_OK)
    here = ["--no-user"] if falls_back else []
    words = (*options, *requirements)
    commands = {
        "pip": (*on, executable, "-m", "pip", "install", *here, *words),
        "uv": (*on, "uv", "pip", "install", "--python", executable, *words),
    }
    return {name: command for name, command in commands.items() if pip or name != "pip"}
