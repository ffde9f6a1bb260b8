"""Where a distribution is, and what it gives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.errors import RecordError
from pysharedir.installed.distribution import top_level
from pysharedir.installed.scripts import entry_points
from pysharedir.interpreter import pth
from pysharedir.why.scene import editable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.installed.distribution import Distribution
    from pysharedir.why.scene import Scene


@dataclass(frozen=True)
class Copy:
    """One copy of a distribution.

    :ivar path: The entry of ``sys.path`` that its metadata is in.
    :ivar role: What that is for.
    :ivar by: Who put it there.
    """

    version: str
    path: str
    role: str
    by: str


@dataclass(frozen=True)
class Release:
    """A distribution that is installed.

    :ivar metadata: Its ``.dist-info`` or ``.egg-info``.
    :ivar editable: The directory of its project when it is installed in editable mode.
    :ivar modules: The names that one imports it by.
    :ivar copies: Other copies on ``sys.path``.
    """

    name: str
    version: str
    metadata: str
    path: str
    role: str
    by: str
    in_sharedir: bool
    editable: str | None
    modules: tuple[str, ...]
    scripts: tuple[str, ...]
    copies: tuple[Copy, ...]


def release(scene: Scene, name: str) -> Release | None:
    """Return the distribution *name* that importlib.metadata finds, or None when it finds none."""
    key = canonicalize_name(name)
    found = scene.by_name.get(key)
    if found is None:
        return None
    first, *others = copies(scene, key)
    return Release(
        name=found.name,
        version=found.version,
        metadata=str(found.info),
        path=first.path,
        role=first.role,
        by=first.by,
        in_sharedir=scene.is_sharedir(first.path),
        editable=editable(found),
        modules=tuple(modules(found, scene.target.version_info)),
        scripts=tuple(sorted(each.name for each in entry_points(found))),
        copies=tuple(others),
    )


def copies(scene: Scene, key: str) -> Iterator[Copy]:
    """Yield the copies of a distribution on ``sys.path``, in order."""
    for path, entry in scene.by_path.items():
        for each in scene.whole(path):
            if each.key == key:
                yield Copy(each.version, path, entry.role, entry.by)


def modules(distribution: Distribution, version: tuple[int, ...]) -> list[str]:
    """Return the names that one imports a distribution by.

    Those of namespace packages are left out in favour of what is in them.

    :param version: Of the Python that reads its .pth files.
    """
    named = top_level(distribution)
    base = distribution.directory
    if editable(distribution):
        return sorted(named or _in_path_lines(distribution, version))
    try:
        entry_modules = list(distribution.listing.entry_modules())
    except RecordError:
        return sorted(named)
    found = {_module(file) for file in entry_modules if not file.endswith((".pth", ".start"))}
    return sorted(found) or sorted(name for name in named if (base / name).exists())


def lost(distribution: Distribution) -> list[str]:
    """Return the names that one would import a distribution by if the files were there."""
    try:
        entry_modules = list(distribution.listing.entry_modules())
    except RecordError:
        return []
    base = distribution.directory
    found = [file for file in entry_modules if not file.endswith((".pth", ".start"))]
    there = {_module(file) for file in found if os.path.lexists(base / file)}
    return sorted({_module(file) for file in found} - there)


def _module(file: str) -> str:
    directory, _, name = file.rpartition("/")
    package = directory.replace("/", ".")
    stem = name.partition(".")[0]
    return package if stem == "__init__" else f"{package}.{stem}".lstrip(".")


def _in_path_lines(distribution: Distribution, version: tuple[int, ...]) -> set[str]:
    """Return the top-level names in the directories that ``.pth`` files of it name."""
    found: set[str] = set()
    try:
        listed = distribution.listing.inside.get("", set())
    except RecordError:
        return found
    for name in listed:
        if name.endswith(".pth"):
            lines = pth.read(str(distribution.directory / name), version)
            found |= set().union(*(names_in(line.entry) for line in lines if line.entry))
    return found


def names_in(directory: str) -> set[str]:
    """Return the names of the modules and packages in a directory."""
    try:
        with os.scandir(directory) as there:
            names = {each.name.partition(".")[0] for each in there if _is_importable(each)}
    except (OSError, ValueError):  # the latter for a path with a NUL
        return set()
    return {name for name in names if name.isidentifier() and name != "__pycache__"}


def _is_importable(each: os.DirEntry[str]) -> bool:
    return each.name.endswith((".py", ".pyc", ".so")) or ("." not in each.name and each.is_dir())
