"""The directories that a search looks into: the entries of ``sys.path``, and some not on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.interpreter.syspath import Origin, Role
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pysharedir.interpreter.syspath import Entry
    from pysharedir.snapshot import Snapshot
    from pysharedir.why.search import Search


class OffPath(Label):
    """A place that has modules, but is no entry of ``sys.path``."""

    SHAREDIR = "sharedir, not on sys.path"
    LIB64 = "separate lib64, not on sys.path"
    BASE_SITE_DIR = "site dir of the base, not on sys.path"
    BASE_SHAREDIR = "sharedir of the base, not on sys.path"
    USER_SITE_DIR = "user site dir, not on sys.path"
    FINDER = "finder"

    @property
    def noun(self) -> str:
        """What it is, without where it is."""
        return self.value.partition(",")[0]


@dataclass(frozen=True)
class PathEntry:
    """A directory that a search looks into.

    :ivar path: As ``sys.path`` spells it, but the full path of the working directory.
    :ivar role: What it is for.
    :ivar by: Who put it on ``sys.path``; empty if it is not there.
    """

    path: str
    role: Role | OffPath
    by: Origin | str


def installed_in(path: str | None, role: Role | OffPath | None) -> str | None:
    """Return an entry of ``sys.path`` if distributions are installed in it, else None.

    Modules in the working directory are sources, even if a build left metadata next to them.

    :param role: What the entry is for.
    """
    return None if role is Role.WORKING_DIRECTORY else path


def unused(snapshot: Snapshot) -> dict[str, OffPath]:
    """Return the directories with modules that are not on ``sys.path``, and what they are."""
    target, path = snapshot.target, snapshot.view.path
    version = f"python{target.version}"
    base = target.base_prefix
    known = dict.fromkeys(snapshot.sharedirs, OffPath.SHAREDIR)
    if target.is_venv and target.bits == 64:  # noqa: PLR2004  (a 32-bit one leaves it to another)
        known[f"{target.prefix}/lib64/{version}/site-packages"] = OffPath.LIB64
    for lib in "lib", "lib64", "local/lib":
        for name in "site-packages", "dist-packages":
            known[f"{base}/{lib}/{version}/{name}"] = OffPath.BASE_SITE_DIR
    known[f"{base}/lib/python3/dist-packages"] = OffPath.BASE_SITE_DIR
    known[layout.sharedir_of(base, target.version)] = OffPath.BASE_SHAREDIR
    home = os.path.expanduser("~/.local")
    known[f"{home}/lib/{version}/site-packages"] = OffPath.USER_SITE_DIR
    return {
        directory: kind
        for directory, kind in known.items()
        if os.path.isdir(directory) and not layout.lists(path, directory)
    }


def searched(
    search: Search, known: Mapping[str, Entry], off_path: Mapping[str, OffPath]
) -> tuple[PathEntry | None, ...]:
    """Return what a search looked into, in its order; None for an entry that is no string.

    :param known: The entries of ``sys.path`` of another start, without the working directory.
    :param off_path: The directories not on ``sys.path`` that the search looked into after it.
    """
    on_path = (None if path is None else _on_path(search, known, path) for path in search.path)
    return *on_path, *(PathEntry(path, kind, "") for path, kind in off_path.items())


def _on_path(search: Search, known: Mapping[str, Entry], path: str) -> PathEntry:
    if path == "":
        return PathEntry(search.cwd or "(none)", Role.WORKING_DIRECTORY, Origin.COMMAND_LINE)
    entry = known.get(path)
    if entry is None:
        return PathEntry(path, Role.OTHER, Origin.STARTUP_CODE)
    return PathEntry(path, entry.role, entry.by)
