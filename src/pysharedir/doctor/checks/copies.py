"""What is wrong with distributions of which there are several copies."""

from __future__ import annotations

import shlex
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from pysharedir import layout
from pysharedir.changes import RemoveDirectory
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.distributions import Distribution
    from pysharedir.doctor.patient import Patient


def twice(patient: Patient) -> Iterator[Finding]:
    """Find distributions that are in one root twice; in several roots a nearer one is to win."""
    found: defaultdict[tuple[str, str], list[Distribution]] = defaultdict(list)
    for room in patient.rooms:
        for each in patient.installed[room.path]:
            found[room.root, each.key].append(each)
    for copies in found.values():
        first, *others = _distinct(copies)
        for other in others:
            yield _finding(patient, first, other)


def _distinct(copies: list[Distribution]) -> list[Distribution]:
    """Leave out an egg-info beside a dist-info of the same version, as Debian ships it."""
    whole = {(each.info.parent, each.version) for each in copies if _is_dist_info(each)}
    return [
        each
        for each in copies
        if _is_dist_info(each) or (each.info.parent, each.version) not in whole
    ]


def _is_dist_info(distribution: Distribution) -> bool:
    return distribution.info.suffix == ".dist-info"


def _finding(patient: Patient, first: Distribution, other: Distribution) -> Finding:
    here, there = first.info.parent, other.info.parent
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
    left = [each for each in (first, other) if _is_left_over(each)]
    remedy = _of_one_directory if here == there else _of_two_directories
    return Finding(
        about=first.name,
        reason=reason,
        remedy=f"remove {', '.join(str(each.info) for each in left)}, which is empty"
        if left
        else remedy(patient, first, other),
        fix=tuple(RemoveDirectory(each.info) for each in left if _is_in_reach(patient, each)),
    )


def _is_in_reach(patient: Patient, distribution: Distribution) -> bool:
    """Tell whether it is in the root that is examined; others are somebody else's."""
    rooms = {room.path: room.root for room in patient.rooms}
    return rooms.get(distribution.info.parent) == patient.where.root


def _of_two_directories(patient: Patient, first: Distribution, other: Distribution) -> str:
    """Say how one copy goes.

    pip removes the one that it finds first, with its scripts; uv removes both.
    """
    here, there = first.info.parent, other.info.parent
    if patient.target.is_venv and not here.is_relative_to(patient.target.prefix):
        return f"pip of this venv leaves both: uninstall {first.name} with one that owns {here}"
    if not patient.has_pip:
        install = patient.installer("install", _pinned(first))
        return f"{patient.installer('uninstall', first.name)} removes both; then {install}"
    remedy = f"{patient.installer('uninstall', first.name)} once: that removes the copy in {here}, "
    remedy += "the other stays"
    has_scripts = (other.info / "entry_points.txt").exists()
    if has_scripts and layout.same_directory(str(there), str(patient.sharedir)):
        remedy += f"; then {patient.command('sync')}, for its scripts"
    return remedy


def _of_one_directory(patient: Patient, first: Distribution, other: Distribution) -> str:
    """Say how one copy stays: pip cannot tell apart the files of the two."""
    old, new = sorted((other, first), key=lambda each: _version(each.version))
    install = patient.installer("install", "--force-reinstall", "--no-deps", _pinned(new))
    return f"`rm -r {shlex.quote(str(old.info))}`, then {install}"


def _pinned(distribution: Distribution) -> str:
    """Return the requirement of this very version."""
    return "==".join(filter(None, (distribution.name, distribution.version)))


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")


def _is_left_over(distribution: Distribution) -> bool:
    """Tell whether only the directory is left, as when pip cannot remove it."""
    info = distribution.info
    return info.is_dir() and not info.is_symlink() and not any(info.iterdir())
