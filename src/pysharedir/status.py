"""What a target looks like: layout, hook, counts, and ``sys.path`` entry by entry."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import distributions, layout, remembered
from pysharedir.entries import Entry, entries

if TYPE_CHECKING:
    from pysharedir import hook
    from pysharedir.activation import Place
    from pysharedir.target import Target, View


@dataclass(frozen=True)
class Layout:
    """Where the target installs to.

    :ivar purelib: Where it installs pure wheels to now.
    :ivar site_purelib: Where it does without the hook.
    :ivar lib64: ``absent``, ``directory`` or ``link to ...``.
    :ivar same: Whether site_purelib, platlib and their lib64 spelling are one directory.
    """

    scheme: str
    root: str
    purelib: str
    site_purelib: str
    platlib: str
    lib64: str
    same: bool


@dataclass(frozen=True)
class Status:
    """All that ``status`` reports.

    :ivar active: Whether the sharedir is on the path of a start like this one.
    :ivar counts: The number of distributions in each directory that has some.
    :ivar overrules: Distributions whose verdict the user gave: ``noarch`` or ``platform``.
    :ivar dropped: Entries that the hook took off the path, since they are on it already.
    """

    target: Target
    layout: Layout
    hook: hook.Installed
    sharedir: str
    active: bool
    counts: dict[str, int]
    overrules: dict[str, str]
    path: tuple[Entry, ...]
    dropped: tuple[str, ...]


def status(target: Target, where: Place) -> Status:
    """Return the status of *target*, started as its user does."""
    view = target.view()
    found = where.read()
    sharedir = str(where.sharedir(target, found.settings))
    return Status(
        target=target,
        layout=_layout(target, where, view),
        hook=found,
        sharedir=sharedir,
        active=layout.lists(view.path, sharedir),
        counts={
            entry: count
            for entry in (*view.path, sharedir)
            if (count := len(distributions.installed(Path(entry))))
        },
        overrules=remembered.read(where.on_disk(where.site_dir)).overrules,
        path=entries(target, view),
        dropped=tuple(entry for entry in target.off.path if entry not in view.path),
    )


def _layout(target: Target, where: Place, view: View) -> Layout:
    lib64 = Path(where.root, "lib64")
    spelled = str(lib64.joinpath(*Path(where.site_dir).parts[-2:]))
    if lib64.is_symlink():
        kind = f"link to {os.readlink(lib64)}"
    else:
        kind = "directory" if lib64.is_dir() else "absent"
    names = [where.site_dir, target.platlib, *([spelled] if kind != "absent" else [])]
    return Layout(
        scheme=target.scheme,
        root=where.root,
        purelib=view.purelib,
        site_purelib=target.purelib,
        platlib=view.platlib,
        lib64=kind,
        same=layout.same_directory(*names),
    )
