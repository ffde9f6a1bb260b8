"""Where a distribution is installed, and what it installs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.installed.scripts import entry_points
from pysharedir.why.imports import editable, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.interpreter.syspath import Origin, Role
    from pysharedir.why.lookup import Lookup


@dataclass(frozen=True)
class Copy:
    """One copy of a distribution.

    :ivar path: The entry of ``sys.path`` that its metadata is in.
    :ivar role: What that entry is for.
    :ivar by: Who put that entry there.
    :ivar in_other_root: Whether it is in another root than the first copy, which should then win.
    """

    version: str
    path: str
    role: Role
    by: Origin | str
    in_other_root: bool


@dataclass(frozen=True)
class Release:
    """An installed distribution.

    :ivar metadata: Its ``.dist-info`` or ``.egg-info``.
    :ivar editable: The directory of its project, if it is installed in editable mode.
    :ivar modules: The names under which it is imported.
    :ivar copies: Other copies on ``sys.path``.
    """

    name: str
    version: str
    metadata: str
    path: str
    role: Role
    by: Origin | str
    in_sharedir: bool
    editable: str | None
    modules: tuple[str, ...]
    scripts: tuple[str, ...]
    copies: tuple[Copy, ...]


def release(lookup: Lookup) -> Release | None:
    """Return the distribution that importlib.metadata finds, or None if it finds none."""
    key = canonicalize_name(lookup.name)
    distribution = lookup.distributions.get(key)
    if distribution is None:
        return None
    first, *others = _copies(lookup, key)
    return Release(
        name=distribution.name,
        version=distribution.version,
        metadata=str(distribution.info),
        path=first.path,
        role=first.role,
        by=first.by,
        in_sharedir=lookup.snapshot.is_sharedir(first.path),
        editable=editable(distribution),
        modules=tuple(modules(distribution, lookup.target.version_info)),
        scripts=tuple(sorted(entry.name for entry in entry_points(distribution))),
        copies=tuple(others),
    )


def _copies(lookup: Lookup, key: str) -> Iterator[Copy]:
    """Yield the copies of a distribution on ``sys.path``, in order."""
    snapshot, first_root, is_first = lookup.snapshot, None, True
    for entry in lookup.entries.values():
        distributions = snapshot.whole(entry.path) if is_first else snapshot.distributions_of(entry)
        for distribution in distributions:
            if distribution.key == key:
                root = snapshot.root_of_entry(entry)
                first_root = root if is_first else first_root
                is_other = root != first_root
                yield Copy(distribution.version, entry.path, entry.role, entry.by, is_other)
                is_first = False
