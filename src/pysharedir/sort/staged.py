"""Sorting what an installer has staged for a package of an operating system."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import changes
from pysharedir.installed import binaries, contents

if TYPE_CHECKING:
    from pysharedir.changes import Step
    from pysharedir.interpreter.target import Target
    from pysharedir.sort.plan import Plan


def steps(plan: Plan, destdir: str) -> list[Step]:
    """Return the steps that carry out a plan in a package build.

    They make the directories that its tree lacks, and remove those that become empty, since the
    package will hold whatever is in the tree.
    """
    if not plan.moves:
        return []
    from pysharedir.moving.relocation import Relocation  # noqa: PLC0415  # not for --check

    left = {
        parent
        for move in plan.moves
        for parent in (move.source, *move.source.parents)
        if parent.is_relative_to(destdir) and parent != Path(destdir)
    }
    return [
        *changes.directories(*{move.destination for move in plan.moves}, plan.layout.sharedir),
        Relocation(plan.moves, plan.layout.sharedir),
        *(changes.RemoveDirectory(path) for path in sorted(left, reverse=True)),
        changes.RemoveDirectory(plan.layout.sharedir),
    ]


def natives(plan: Plan, target: Target, destdir: str) -> list[str]:
    """Return the native objects that a package build has, for any Python.

    This leaves out those of distributions that the user declared noarch.
    """
    known = {
        os.path.normpath(verdict.distribution.directory / path)
        for verdict in plan.verdicts
        if verdict.overruled
        for path in verdict.distribution.listing.files()
    }
    trees = {*Path(destdir).rglob("site-packages"), *Path(destdir).rglob("dist-packages")}
    native = set()
    for tree in (*(tree for tree in trees if not tree.is_symlink()), plan.layout.sharedir):
        for path in (str(tree / name) for name in contents.walk(str(tree))):
            if path not in known and os.path.isfile(path) and not os.path.islink(path):
                with contextlib.suppress(OSError):
                    if binaries.machines(path, target.platform):
                        native.add(os.path.relpath(path, destdir))
    return sorted(native)
