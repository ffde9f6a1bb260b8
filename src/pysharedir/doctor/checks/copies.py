"""What is wrong with distributions of which there are several copies."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

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
            yield _finding(first, other)


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


def _finding(first: Distribution, other: Distribution) -> Finding:
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
    return Finding(
        about=first.name,
        reason=reason,
        remedy=f"remove {', '.join(str(each.info) for each in left)}, which is empty"
        if left
        else f"uninstall {first.name} until it is gone, then install it once",
        fix=tuple(RemoveDirectory(each.info) for each in left),
    )


def _is_left_over(distribution: Distribution) -> bool:
    """Tell whether only the directory is left, as when pip cannot remove it."""
    info = distribution.info
    return info.is_dir() and not info.is_symlink() and not any(info.iterdir())
