"""Faults of the hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from pysharedir import __version__, layout
from pysharedir.activation import enable
from pysharedir.activation.unused import why_unused
from pysharedir.doctor.findings import Finding
from pysharedir.errors import PysharedirError
from pysharedir.hook import files, readme
from pysharedir.hook.files import State
from pysharedir.installed import system_packages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination


def outdated(examination: Examination) -> Iterator[Finding]:
    """Find a hook of another release of pysharedir."""
    hook = examination.hook
    if hook.state is State.OUTDATED and not _costly(examination):
        yield Finding(
            about=str(hook.site_dir / files.GATE),
            reason=f"pysharedir {hook.version} wrote the hook, not this release",
            remedy=f"{examination.command('enable')} writes it again, and keeps its settings",
            fix=_enable(examination) if _is_older(hook.version) else (),
        )


def altered(examination: Examination) -> Iterator[Finding]:
    """Find a hook that is not as ``enable`` wrote it."""
    hook = examination.hook
    if hook.state is State.ALTERED:
        yield Finding(
            about=str(hook.site_dir / files.GATE),
            reason="files of the hook are not as `enable` wrote them",
            remedy=f"find out who changed them; {examination.command('enable')} writes them again",
        )


def incomplete(examination: Examination) -> Iterator[Finding]:
    """Find a hook that has its gate, but not all of its files."""
    missing = _wanted(examination) - examination.hook.names
    if missing and examination.hook.version is not None:
        yield Finding(
            about=str(examination.hook.site_dir / files.GATE),
            reason=f"files of the hook are missing: {', '.join(sorted(missing))}",
            remedy=f"{examination.command('enable')} writes it again, and keeps its settings",
            fix=_enable(examination),
        )


def orphaned(examination: Examination) -> Iterator[Finding]:
    """Find files of a hook without the gate that they need."""
    hook = examination.hook
    if hook.files and hook.version is None:
        yield Finding(
            about=str(hook.site_dir / hook.files[-1]),
            reason=f"left over from a hook: {hook.site_dir / files.GATE} is missing or damaged",
            remedy=f"{examination.command('enable')} completes the hook, "
            f"{examination.command('disable')} removes it",
        )


def doubled(examination: Examination) -> Iterator[Finding]:
    """Find a second hook: of the other style, or in another site dir of the same root."""
    hook = examination.hook
    wanted = _wanted(examination)
    for name in hook.names - ({files.START} if _costly(examination) else set()):
        if hook.version is not None and name not in wanted:
            yield Finding(
                about=str(hook.site_dir / name),
                reason=f"starts the hook of style {hook.settings.style} a second time",
                remedy=f"{examination.command('enable')} removes it",
                fix=_enable(examination),
            )
    for directory in examination.directories if hook.files else ():
        if layout.same_directory(str(directory.path), str(examination.site_dir)):
            continue
        other = examination.hook_in(directory.path)
        if not other.files:
            continue
        # Hooks of two roots work together: the first serves both, unless their sharedirs differ.
        if (
            directory.root == examination.place.root
            or other.settings.sharedir != hook.settings.sharedir
        ):
            yield Finding(
                about=str(directory.path / files.GATE),
                reason=f"a second hook besides that in {examination.site_dir}: only the first runs",
                remedy=_disable(examination, directory.root),
            )


def costly(examination: Examination) -> Iterator[Finding]:
    """Find a ``.start`` file that only makes starts slower."""
    path = _costly(examination)
    if path is not None:
        yield Finding(
            about=str(path),
            reason="not needed, and makes each start of Python 3.15 or later import pkgutil and re",
            remedy=f"{examination.command('enable')} removes it",
            fix=_enable(examination),
        )


def required(examination: Examination) -> Iterator[Finding]:
    """Find a hook that does not act, for those who require one."""
    why = why_unused(examination, examination.sharedir)
    if why is not None:
        yield Finding(
            about=str(examination.site_dir),
            reason=f"the hook is required, but does not act: {why.reason}",
            remedy=why.remedy,
        )


def _disable(examination: Examination, root: str) -> str:
    """Say how to remove one of two hooks."""
    first = f"{examination.command('disable')} removes that in {examination.site_dir}"
    other = f"`{examination.target.command('disable', root=root)}` the other"
    return first if root == examination.place.root else f"{first}, {other}"


def _wanted(examination: Examination) -> set[str]:
    """Return the files that the hook should have; none when there is no hook."""
    hook = examination.hook
    return set(files.names(enable.chosen(examination, {}))) if hook.files else set()


def _costly(examination: Examination) -> Path | None:
    """Return the ``.start`` file that the hook does not need, unless a newer release wrote it."""
    hook = examination.hook
    is_newer = hook.version is not None and _is_newer(hook.version)
    return None if is_newer else examination.place.costly_start_file(examination.target, hook)


def _enable(examination: Examination) -> tuple[Step, ...]:
    """Return the steps that write the hook again; none if a package owns it, or they cannot."""
    if system_packages.packages([str(examination.hook.site_dir / files.GATE)]):
        return ()
    try:
        steps = enable.plan(examination, enable.chosen(examination, {}))
        # An empty sharedir would hide that a full one is gone, see SD611.
        sharedir = examination.sharedir
        made = (sharedir, *sharedir.parents, sharedir / readme.NAME)
        kept_out = () if sharedir.is_dir() else made
        return tuple(step for step in steps if getattr(step, "path", None) not in kept_out)
    except PysharedirError:
        return ()


def _is_older(version: str | None) -> bool:
    try:
        return Version(str(version)) < Version(__version__)
    except InvalidVersion:
        return False


def _is_newer(version: str) -> bool:
    try:
        return Version(version) > Version(__version__)
    except InvalidVersion:
        return True
