"""Distributions that must stay in one directory, since they share a regular package."""

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
    """Return *distributions* in groups that share a regular package, most of them of one.

    The halves of a regular package in two directories hide each other.  A package of the kinds
    that pkgutil and pkg_resources make counts as one, and so does a namespace that an
    ``-nspkg.pth`` file makes at startup, in its own directory only.
    """
    leader = {each: each for each in distributions}

    def lead(member: Distribution) -> Distribution:
        while leader[member] is not member:
            leader[member] = leader[leader[member]]
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
    for each in distributions:
        grouped[lead(each)].append(each)
    return [Group(tuple(members), packages.get(key, "")) for key, members in grouped.items()]


def together(members: list[Verdict], package: str) -> list[Verdict]:
    """Return the verdicts of distributions that must stay together.

    :param package: What they share.
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
    """Return which distributions have the same top-level names."""
    holders: defaultdict[str, list[Distribution]] = defaultdict(list)
    for verdict in verdicts:
        for top in verdict.tops:
            holders[top].append(verdict.distribution)
    return {top: members for top, members in holders.items() if len(members) > 1}


def _shared_packages(
    top: str, members: Sequence[Distribution]
) -> Iterator[tuple[str, list[Distribution]]]:
    """Yield the regular packages below *top* in which more than one has files."""
    regular: set[str] = set()
    holders: defaultdict[str, list[Distribution]] = defaultdict(list)
    for each in members:
        inside = each.listing.inside
        at_startup = any(name.endswith("-nspkg.pth") for name in inside.get("", ()))
        below = [path for path in inside if path.partition("/")[0] == top]
        own = {parent for path in below for parent in records.lineage(path)}
        for directory in own:
            holders[directory].append(each)
            if at_startup or records.is_regular(inside.get(directory, ())):
                regular.add(directory)
    bases = {str(each.directory) for each in members}
    for directory in sorted(holders):
        if len(holders[directory]) > 1 and (
            directory in regular or any(records.is_package(f"{base}/{directory}") for base in bases)
        ):
            yield directory.replace("/", "."), holders[directory]
