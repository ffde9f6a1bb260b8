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
    """Where installers put distributions for the target.

    :ivar purelib: The directory for pure wheels.
    :ivar site_purelib: The directory for pure wheels without the hook.
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
    """Everything that ``status`` reports.

    :ivar active: Whether a start in this environment has the sharedir on ``sys.path``.
    :ivar inactive: Why it has not.
    :ivar counts: The number of distributions in each directory that has any.
    :ivar overrules: Distributions whose verdict the user gave: ``noarch`` or ``platform``.
    :ivar dropped: Entries that the hook removed, as an earlier one is the same directory.
    :ivar notes: Notes on the target, on interrupted moves and on the cost of a start.
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
    """Return the status of a target, as a start in the environment of this process shows it."""
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
    """Return a note on a file that makes each start slower than it need be."""
    target = snapshot.target
    path = snapshot.place.costly_start_file(target, snapshot.hook)
    enable = target.command("enable", root=snapshot.place.root)
    return [f"{path}: makes each start slower (SD616): `{enable}` removes it"] if path else []


def _counts(snapshot: Snapshot) -> dict[str, int]:
    """Return the number of distributions in each directory; one with two names counts once."""
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
