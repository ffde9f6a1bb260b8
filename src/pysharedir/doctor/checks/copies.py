"""What is wrong with distributions of which there are several copies."""

from __future__ import annotations

import shlex
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from pysharedir import layout
from pysharedir.changes import RemoveDirectory, RemoveFile
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination
    from pysharedir.installed.distribution import Distribution


def twice(examination: Examination) -> Iterator[Finding]:
    """Find distributions that are in one root twice; in several roots a nearer one is to win."""
    copies: defaultdict[tuple[str, str], list[Distribution]] = defaultdict(list)
    for directory in examination.directories:
        for distribution in examination.whole(directory.path):
            copies[directory.root, distribution.key].append(distribution)
    for distributions in copies.values():
        first, *others = _distinct(distributions)
        for other in others:
            yield _finding(examination, first, other)


def _distinct(copies: list[Distribution]) -> list[Distribution]:
    """Leave out an egg-info beside a dist-info of the same version, as Debian ships it."""
    described = {(copy.directory, copy.version) for copy in copies if _is_dist_info(copy)}
    return [
        copy
        for copy in copies
        if _is_dist_info(copy) or (copy.directory, copy.version) not in described
    ]


def _is_dist_info(distribution: Distribution) -> bool:
    return distribution.info.suffix == ".dist-info"


def _finding(examination: Examination, first: Distribution, other: Distribution) -> Finding:
    here, there = first.directory, other.directory
    if here == there:
        reason = f"both {first.info.name} and {other.info.name} are in {here}: "
        reason += (
            "the same version twice"
            if first.version == other.version
            else "which version an importer is told is chance"
        )
    else:
        what = "the same version" if first.version == other.version else f"version {other.version}"
        reason = f"version {first.version} in {here} wins over {what} in {there}"
    left = [copy for copy in (first, other) if copy.is_hollow]
    remedy = _of_one_directory if here == there else _of_two_directories
    return Finding(
        about=first.name,
        reason=reason,
        remedy=f"remove {', '.join(str(copy.info) for copy in left)}, which holds no metadata"
        if left
        else remedy(examination, first, other),
        fix=tuple(
            step for copy in left if _is_in_reach(examination, copy) for step in _removal(copy.info)
        ),
    )


def _removal(info: Path) -> Iterator[Step]:
    yield from (RemoveFile(path) for path in sorted(info.iterdir()))
    yield RemoveDirectory(info)


def _is_in_reach(examination: Examination, distribution: Distribution) -> bool:
    """Tell whether it is in the root that is examined; others are somebody else's."""
    roots = {directory.path: directory.root for directory in examination.directories}
    return roots.get(distribution.directory) == examination.place.root


def _of_two_directories(examination: Examination, first: Distribution, other: Distribution) -> str:
    """Say how one copy goes.

    pip removes the one that it finds first, with its scripts; uv removes both.
    """
    here, there = first.directory, other.directory
    if examination.target.is_venv and not here.is_relative_to(examination.target.prefix):
        return f"pip of this venv leaves both: uninstall {first.name} with one that owns {here}"
    if not examination.has_pip:
        install = examination.installer("install", _pinned(first))
        return f"{examination.installer('uninstall', first.name)} removes both; then {install}"
    remedy = (
        f"{examination.installer('uninstall', first.name)} once: that removes the copy in {here}, "
    )
    remedy += "the other stays"
    has_scripts = (other.info / "entry_points.txt").exists()
    if has_scripts and layout.same_directory(str(there), str(examination.sharedir)):
        remedy += f"; then {examination.command('sync')}, for its scripts"
    return remedy


def _of_one_directory(examination: Examination, first: Distribution, other: Distribution) -> str:
    """Say how one copy stays: pip cannot tell apart the files of the two."""
    old, new = sorted((other, first), key=lambda copy: _version(copy.version))
    install = examination.installer("install", "--force-reinstall", "--no-deps", _pinned(new))
    return f"`rm -r {shlex.quote(str(old.info))}`, then {install}"


def _pinned(distribution: Distribution) -> str:
    """Return the requirement of this very version."""
    return "==".join(filter(None, (distribution.name, distribution.version)))


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")
