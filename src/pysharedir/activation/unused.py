"""Why a sharedir is not on ``sys.path``, although there may be a hook that adds it."""

from __future__ import annotations

import os
import shlex
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.hook.files import State
from pysharedir.interpreter.syspath import Role
from pysharedir.wording import Label

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.hook.files import Installed
    from pysharedir.snapshot import Snapshot


class Cause(Label):
    """The names of causes for machines."""

    HOOK_ABSENT = "hook-absent"
    HOOK_DAMAGED = "hook-damaged"
    HOOK_IDLE = "hook-idle"
    HOOK_OFF = "hook-off"
    HOOK_SHADOWED = "hook-shadowed"
    SHAREDIR_MISSING = "sharedir-missing"
    SHAREDIR_UNREADABLE = "sharedir-unreadable"
    SHAREDIR_WRITABLE = "sharedir-writable"
    SITE_DIR_UNUSED = "site-dir-unused"


@dataclass(frozen=True)
class Unused:
    """Why a start as its user does it does not use a sharedir.

    :ivar reason: A clause.
    :ivar remedy: What to do about it.
    """

    cause: Cause
    reason: str
    remedy: str


def why_unused(snapshot: Snapshot, sharedir: Path) -> Unused | None:
    """Return why a target does not use the sharedir of one of its roots; None when it does."""
    if layout.lists(snapshot.view.path, str(sharedir)):
        return None
    hook = _hook(snapshot)
    if hook is None:
        return Unused(Cause.HOOK_ABSENT, "no hook is enabled", _command(snapshot, "enable"))
    return (
        _of_sharedir(snapshot, hook, sharedir)
        or (_of_toggle(hook) if layout.lists(snapshot.on.path, str(sharedir)) else None)
        or _of_hook(snapshot, hook)
    )


def _hook(snapshot: Snapshot) -> Installed | None:
    """Return the hook of the place, or that of another site dir, which serves all roots."""
    site_dirs = (
        entry.path
        for entry in snapshot.entries
        if entry.role is not Role.PATH_LINE
        and snapshot.target.root_of(entry.path) is not None
        and not layout.same_directory(entry.path, str(snapshot.site_dir))
    )
    hooks = (snapshot.hook, *map(snapshot.hook_in, site_dirs))
    return next((hook for hook in hooks if hook.state is not State.ABSENT), None)


def _of_sharedir(snapshot: Snapshot, hook: Installed, sharedir: Path) -> Unused | None:
    """Return what keeps the hook from adding this very directory."""
    if not sharedir.is_dir():
        return Unused(
            Cause.SHAREDIR_MISSING,
            "the sharedir is not there",
            f"mount it, or {_command(snapshot, 'enable')}",
        )
    if sharedir.stat().st_mode & stat.S_IWOTH and not hook.settings.allow_world_writable:
        return Unused(
            Cause.SHAREDIR_WRITABLE,
            "others can write to the sharedir, so the hook leaves it out",
            f"chmod o-w {shlex.quote(str(sharedir))}",
        )
    if not os.access(sharedir, os.R_OK | os.X_OK):
        reason = "the sharedir cannot be read"
        return Unused(Cause.SHAREDIR_UNREADABLE, reason, "see to its permissions")
    return None


def _of_toggle(hook: Installed) -> Unused:
    """Return what switches the hook off."""
    if hook.settings.opt_in:
        reason = "the hook was enabled with --opt-in, and acts with PYSHAREDIR=1 only"
        return Unused(Cause.HOOK_OFF, reason, "set PYSHAREDIR=1")
    value = os.environ.get("PYSHAREDIR", "")
    return Unused(Cause.HOOK_OFF, f"PYSHAREDIR={value} switches the hook off", "unset PYSHAREDIR")


def _of_hook(snapshot: Snapshot, hook: Installed) -> Unused:
    """Return what keeps the hook from running, or from having an effect."""
    path = snapshot.on.path
    if hook.state in (State.INCOMPLETE, State.ALTERED):
        reason = f"files of the hook in {hook.site_dir} are missing or altered"
        return Unused(Cause.HOOK_DAMAGED, reason, _command(snapshot, "doctor", "--select", "SD6"))
    if not layout.lists(path, str(hook.site_dir)):
        reason = f"{hook.site_dir}, which has the hook, is not on sys.path"
        return Unused(Cause.SITE_DIR_UNUSED, reason, snapshot.target.command("startup"))
    before = path[: next(i for i, each in enumerate(path) if _is(each, hook.site_dir))]
    other = next(filter(os.path.isfile, (f"{each}/sitecustomize.py" for each in before)), None)
    if hook.settings.style == "sitecustomize" and other:
        reason = f"{other} comes before the sitecustomize of the hook"
        return Unused(Cause.HOOK_SHADOWED, reason, _command(snapshot, "enable", "--style", "pth"))
    reason = "something that runs at startup keeps the hook from adding it"
    return Unused(Cause.HOOK_IDLE, reason, snapshot.target.command("startup"))


def _is(entry: str, directory: Path) -> bool:
    return layout.same_directory(entry, str(directory))


def _command(snapshot: Snapshot, *words: str) -> str:
    return snapshot.target.command(*words, root=snapshot.place.root)
