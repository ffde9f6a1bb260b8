"""What completes a target for a sharedir that another one filled: files and dependencies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.activation import uv
from pysharedir.installed import dependencies
from pysharedir.sync import completion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.installed.dependencies import Dependency
    from pysharedir.snapshot import Snapshot
    from pysharedir.sync.files import Lack, Todo


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
    versions = {key: each.version for key, each in visible.items()}
    missing = dependencies.unmet(requirements, versions, shared, target.markers)
    files = completion.plan(snapshot, visible, shared)
    steps = list(files.steps)
    # pip does not uninstall what lies outside its venv, and would leave two versions there.
    replaced = [each.name for each in missing if each.name in shared]
    beyond_pip = target.is_venv and not sharedir.is_relative_to(target.prefix) and bool(replaced)
    if missing:  # uv may remember what the interpreter said before it had the hook
        steps += uv.steps(snapshot, snapshot.hook.settings)
    notes = [*bad_requirements, *files.notes]
    if beyond_pip:
        notes.append(f"{', '.join(replaced)}: in {sharedir}, outside this venv: for uv, not pip")
    wanted = [each.requirement for each in missing]
    lacking = {lack.distribution for lack in files.scripts.lacks + files.data.lacks}
    again = sorted(f"{each.name}=={each.version}" for each in lacking)
    return Report(
        sharedir=sharedir,
        steps=tuple(steps),
        scripts=files.scripts,
        data=files.data,
        dependencies=missing,
        notes=tuple(notes),
        commands=_commands(snapshot, wanted, pip=not beyond_pip),
        reinstall=_commands(snapshot, again, "--force-reinstall", "--no-deps"),
    )


def _commands(
    snapshot: Snapshot, requirements: Sequence[str], *options: str, pip: bool = True
) -> dict[str, tuple[str, ...]]:
    """Return the commands that install something, by installer.

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
