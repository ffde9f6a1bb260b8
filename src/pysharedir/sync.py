"""Completing a target for a sharedir that another one filled: its scripts, its dependencies."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import activation, changes, dependencies, distributions, layout, scripts
from pysharedir.errors import InstallError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pysharedir.activation import Place
    from pysharedir.changes import Step
    from pysharedir.dependencies import Dependency
    from pysharedir.target import Target

_ON = {"PYSHAREDIR": "1"}
_ROUNDS = 3


@dataclass(frozen=True)
class Report:
    """What is to be done, or was.

    :ivar steps: What completes the scripts, and keeps the list of them.
    :ivar missing: See :class:`pysharedir.scripts.Scripts`; so for the next two.
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


def plan(target: Target, where: Place) -> Report:
    """Return what completes *target* for the sharedir of its hook.

    :raises UnusedSharedirError: when the target does not use that.
    :raises RememberedError: when the list of scripts cannot be read.
    """
    settings = where.read().settings
    sharedir = where.sharedir(target, settings)
    path = target.view(_ON).path
    activation.check_used(path, sharedir)
    found = distributions.first_of_each_name(
        each for entry in path for each in distributions.visible(Path(entry))
    )
    shared = {
        key: each
        for key, each in found.items()
        if layout.same_directory(str(each.info.parent), str(sharedir))
    }
    requirements, bad_requirements = dependencies.requirements_of(found, shared, target.markers)
    versions = {key: each.version for key, each in found.items()}
    missing = dependencies.unmet(requirements, versions, shared, target.markers)
    todo, steps, bad_scripts = scripts.plan(target, where, found, shared)
    # pip does not uninstall what lies outside its venv, and would leave two versions there.
    replaced = [each.name for each in missing if each.name in shared]
    beyond_pip = target.is_venv and not sharedir.is_relative_to(target.prefix) and bool(replaced)
    notes = [*bad_requirements, *bad_scripts]
    if beyond_pip:
        notes.append(f"{', '.join(replaced)}: in {sharedir}, outside this venv: for uv, not pip")
    return Report(
        sharedir=sharedir,
        steps=tuple(steps),
        missing=todo.missing,
        outdated=todo.outdated,
        obsolete=todo.obsolete,
        dependencies=missing,
        notes=tuple(notes),
        commands=_commands(target, missing, sharedir, pip=not beyond_pip, opt_in=settings.opt_in),
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


def _commands(
    target: Target, missing: Sequence[Dependency], sharedir: Path, *, pip: bool, opt_in: bool
) -> dict[str, tuple[str, ...]]:
    if not missing:
        return {}
    executable = str(target.executable)
    requirements = [each.requirement for each in missing]
    on = ["env", "PYSHAREDIR=1"] if opt_in else []
    # Where purelib is read-only, pip would take the user's directory for everything.
    falls_back = target.user_site is not None and not os.access(sharedir, os.W_OK)
    here = ["--no-user"] if falls_back else []
    # uv remembers what an interpreter said before it had the hook, until it is told to refresh.
    commands = {
        "pip": (*on, executable, "-m", "pip", "install", *here, *requirements),
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
