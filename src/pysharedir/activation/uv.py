"""What uv remembers of a target that the hook is put into, or taken from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.interpreter import uv
from pysharedir.interpreter.uv import Forget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pysharedir.changes import Step
    from pysharedir.hook.files import Settings
    from pysharedir.snapshot import Snapshot


def steps(snapshot: Snapshot, settings: Settings | None) -> list[Step]:
    """Return what makes uv ask the interpreter again, where it remembers another purelib.

    :param settings: Of the hook as it is to be; None when there is to be none.
    """
    target, place = snapshot.target, snapshot.place
    if place.destdir or place.root != target.root:
        return []  # the hook sends pure wheels elsewhere only in its own root
    # uv asks with -I, and so never hears of a hook that the environment switches on.
    is_mapped = settings is not None and not settings.opt_in
    purelib = str(place.sharedir(target, settings)) if settings and is_mapped else target.purelib
    return [*uv.stale(target, lambda: purelib)]


def left(snapshot: Snapshot, applied: Iterable[Step]) -> list[str]:
    """Return what of uv's memory could not be removed, and what helps."""
    command = snapshot.target.command("doctor", "--fix", "--select", "SD801")
    return [
        f"{step.path}: could not be removed, so uv still uses it: as its owner, run `{command}`"
        for step in applied
        if isinstance(step, Forget) and os.path.lexists(step.path)
    ]
