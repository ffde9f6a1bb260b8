"""What a target looks like: layout, hook, counts, and ``sys.path`` entry by entry."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.activation.unused import why_unused
from pysharedir.moving import recovery

if TYPE_CHECKING:
    from pysharedir.activation.unused import Unused
    from pysharedir.hook.files import Installed
    from pysharedir.interpreter.syspath import Entry
    from pysharedir.interpreter.target import Target
    from pysharedir.snapshot import Snapshot


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
    :ivar inactive: Why it is not.
    :ivar counts: The number of distributions in each directory that has some.
    :ivar overrules: Distributions whose verdict the user gave: ``noarch`` or ``platform``.
    :ivar dropped: Entries that the hook took off the path, since they are on it already.
    :ivar notes: What is to be said of a move that was interrupted.
    """

    target: Target
    layout: Layout
    hook: Installed
    sharedir: str
    active: bool
    inactive: Unused | None
    counts: dict[str, int]
    overrules: dict[str, str]
    path: tuple[Entry, ...]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]


def run(snapshot: Snapshot) -> Status:
    """Return the status of a target, started as its user does."""
    notes = recovery.notes(snapshot.scope)
    view = snapshot.view
    return Status(
        target=snapshot.target,
        layout=_layout(snapshot),
        hook=snapshot.hook,
        sharedir=str(snapshot.sharedir),
        active=snapshot.uses_sharedir,
        inactive=why_unused(snapshot, snapshot.sharedir),
        counts=_counts(snapshot),
        overrules=snapshot.remembered.overrules,
        path=snapshot.entries,
        dropped=tuple(entry for entry in snapshot.target.off.path if entry not in view.path),
        notes=(*snapshot.caveats, *notes, *_costs(snapshot)),
    )


def _costs(snapshot: Snapshot) -> list[str]:
    """Return what makes each start dearer than it need be."""
    target = snapshot.target
    path = snapshot.place.costly_start_file(target, snapshot.hook)
    enable = target.command("enable", root=snapshot.place.root)
    return [f"{path}: makes each start dearer (SD616): `{enable}` removes it"] if path else []


def _counts(snapshot: Snapshot) -> dict[str, int]:
    """Return the number of distributions in each directory, however often that is spelled."""
    counts: dict[str, int] = {}
    for entry in (*snapshot.view.path, str(snapshot.sharedir)):
        count = len(snapshot.whole(entry))
        if count and not layout.lists(counts, entry):
            counts[entry] = count
    return counts


def _layout(snapshot: Snapshot) -> Layout:
    target, place, view = snapshot.target, snapshot.place, snapshot.view
    lib64 = Path(place.root, "lib64")
    spelled = str(lib64.joinpath(*Path(place.site_dir).parts[-2:]))
    if lib64.is_symlink():
        kind = f"link to {os.readlink(lib64)}"
    else:
        kind = "directory" if lib64.is_dir() else "absent"
    names = [place.site_dir, target.platlib, *([spelled] if kind != "absent" else [])]
    return Layout(
        scheme=target.scheme,
        root=place.root,
        purelib=view.purelib,
        site_purelib=target.purelib,
        platlib=view.platlib,
        lib64=kind,
        same=layout.same_directory(*names),
    )
