"""Distributions that must stay in one directory, because they share a regular package."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysharedir.installed import records
from pysharedir.sort.verdicts import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pysharedir.installed.distribution import Distribution


@dataclass(frozen=True)
class Group:
    """Distributions that must be in one directory, and the package that they share."""

    members: tuple[Distribution, ...]
    package: str = ""


def groups(distributions: Sequence[Distribution], verdicts: Iterable[Verdict]) -> list[Group]:
    """Return *distributions* in groups that share a regular package; most groups have one member.

    In two directories, one half of a regular package would hide the other.  A namespace package in
    the style of pkgutil or pkg_resources counts as regular, and so does one that an ``-nspkg.pth``
    file makes at startup, since that finds portions in its own directory only.
    """
    # A forest of disjoint sets: each distribution leads, over others, to the first of its group.
    leader = {distribution: distribution for distribution in distributions}

    def lead(member: Distribution) -> Distribution:
        while leader[member] is not member:
            leader[member] = leader[leader[member]]  # shortens the way for the next call
            member = leader[member]
        return member

    packages: dict[Distribution, str] = {}
    holders = _holders(verdicts)
    for top in sorted(holders):
        for package, members in _shared_packages(top, holders[top]):
            first = lead(members[0])
            packages.setdefault(first, package)
            for other in members[1:]:
                leader[lead(other)] = first
    grouped: defaultdict[Distribution, list[Distribution]] = defaultdict(list)
    for distribution in distributions:
        grouped[lead(distribution)].append(distribution)
    return [Group(tuple(members), packages.get(key, "")) for key, members in grouped.items()]


def agreed(members: list[Verdict], package: str) -> list[Verdict]:
    """Return the verdicts of a group, made equal: if one member is not noarch, none is.

    :param package: The package that they share.
    """
    for kind in (Kind.LEFT_ALONE, Kind.PLATFORM):
        first = next((verdict for verdict in members if verdict.kind is kind), None)
        if first is not None:
            why = f"shares {package} with {first.distribution.name}, which is {kind}"
            return [
                verdict if verdict.kind is kind else replace(verdict, kind=kind, reason=why)
                for verdict in members
            ]
    return members


def _holders(verdicts: Iterable[Verdict]) -> dict[str, list[Distribution]]:
    """Return the distributions of each top-level name that more than one has."""
    holders: defaultdict[str, list[Distribution]] = defaultdict(list)
    for verdict in verdicts:
        for top in verdict.tops:
            holders[top].append(verdict.distribution)
    return {top: members for top, members in holders.items() if len(members) > 1}


def _shared_packages(
    top: str, members: Sequence[Distribution]
) -> Iterator[tuple[str, list[Distribution]]]:
    """Yield the regular packages below *top* in which more than one distribution has files."""
    regular: set[str] = set()
    holders: defaultdict[str, list[Distribution]] = defaultdict(list)
    for distribution in members:
        inside = distribution.listing.inside
        at_startup = any(name.endswith("-nspkg.pth") for name in inside.get("", ()))
        below = [path for path in inside if path.partition("/")[0] == top]
        own = {parent for path in below for parent in records.lineage(path)}
        for directory in own:
            holders[directory].append(distribution)
            if at_startup or records.is_regular(inside.get(directory, ())):
                regular.add(directory)
    # RECORD of the one that owns the __init__.py may be unknown: so look at the disk as well.
    bases = {str(distribution.directory) for distribution in members}
    for directory in sorted(holders):
        if len(holders[directory]) > 1 and (
            directory in regular or any(records.is_package(f"{base}/{directory}") for base in bases)
        ):
            yield directory.replace("/", "."), holders[directory]
