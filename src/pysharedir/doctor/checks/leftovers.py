"""What an interrupted pip leaves behind: directories whose names begin with ``~``."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.changes import RemoveTree
from pysharedir.doctor.findings import Finding
from pysharedir.errors import RecordError
from pysharedir.installed.records import lineage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pysharedir.doctor.examination import Examination
    from pysharedir.installed.distribution import Distribution

# What pip puts after the ``~`` to find a free name: in place of as many characters of a name, or
# before the whole of it.
_FILLING = "-~.=%0123456789"


class _Owned:
    """What distributions own in the directories of one root.

    :ivar distributions: Those that are installed, by normalized name.
    :ivar packages: The owners of packages, by their directories relative to the site dir or
        sharedir.
    """

    def __init__(self, examination: Examination, directories: Iterable[Path]) -> None:
        self.distributions: dict[str, Distribution] = {}
        self.packages: dict[str, Distribution] = {}
        for each in (each for path in directories for each in examination.whole(path)):
            try:
                listing = each.listing
            except RecordError:
                continue
            self.distributions.setdefault(each.key, each)
            for inside in listing.inside:
                for parent in lineage(inside):
                    self.packages.setdefault(parent, each)


def left_behind(examination: Examination) -> Iterator[Finding]:
    """Find directories that pip renamed before it was interrupted.

    pip never removes them: each of its runs prints that it ignores them.
    """
    roots: dict[str, list[Path]] = {}
    for directory in examination.directories:
        roots.setdefault(directory.root, []).append(directory.path)
    for root, paths in roots.items():
        leftovers = [(path, name) for path in paths for name in _renamed(path)]
        owned = _Owned(examination, paths if leftovers else ())
        for path, name in leftovers:
            if name not in owned.packages:
                replaced_by = _replacement(name, owned)
                can_go = replaced_by is not None and root == examination.place.root
                yield _finding(path / name, replaced_by, is_safe=can_go)


def _renamed(directory: Path) -> Iterator[str]:
    """Yield the renamed directories below *directory*, relative to it."""
    for parent, names, _ in os.walk(directory):
        prefix = parent[len(str(directory)) + 1 :]
        for name in sorted(names):
            if name.startswith("~") and not os.path.islink(os.path.join(parent, name)):
                yield f"{prefix}/{name}" if prefix else name
        names[:] = [name for name in names if not name.startswith("~")]


def _replacement(name: str, owned: _Owned) -> Distribution | None:
    """Return the distribution that is now in place of a renamed directory.

    :param name: Relative to the site dir or sharedir; `sort` may have moved the new one since.
    """
    parent, _, base = name.rpartition("/")
    if not parent and base.endswith((".dist-info", ".egg-info")):
        head = _head(base)
        return next((each for key, each in owned.distributions.items() if _fits(head, key)), None)
    for directory, owner in owned.packages.items():
        above, _, original = directory.rpartition("/")
        if above == parent and _fits(base, original):
            return owner
    return None


def _head(renamed: str) -> str:
    """Return the part of a metadata directory's name that comes before the version."""
    rest = renamed[1:].lstrip(_FILLING)
    return renamed.removesuffix(rest) + rest.partition("-")[0]


def _fits(renamed: str, name: str) -> bool:
    """Tell whether pip may have made a name from *name*, compared as names of packages."""
    rest = canonicalize_name(renamed[1:].lstrip(_FILLING))
    return bool(rest) and len(renamed) >= len(name) and canonicalize_name(name).endswith(rest)


def _finding(path: Path, replaced_by: Distribution | None, *, is_safe: bool) -> Finding:
    remedy = f"`rm -r {shlex.quote(str(path))}`"
    reason = "pip renamed it to remove it, was interrupted, and now ignores it"
    if replaced_by:
        reason += f"; {replaced_by.info.name} is in its place"
    else:
        remedy += "; first install its distribution again, if that is missing"
    return Finding(str(path), reason, remedy, (RemoveTree(path),) if is_safe else ())
