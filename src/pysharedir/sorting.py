"""What goes where: the plan that puts every distribution of a target where it belongs."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir import binaries, changes, distributions, layout, moves, records, verdicts
from pysharedir.errors import NotInstalledError, RecordError
from pysharedir.verdicts import Kind, Verdict
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pysharedir.activation import Place
    from pysharedir.changes import Step
    from pysharedir.distributions import Contents, Distribution
    from pysharedir.journal import Move
    from pysharedir.target import Target

_MANY = 3  # names that fit into a reason


@dataclass(frozen=True)
class Layout:
    """The directories of modules of one root.

    :ivar directories: All of them, the sharedir and platlib among them.
    :ivar staged: Whether it is that of a package, whose builder knows which platlib is meant.
    """

    sharedir: Path
    platlib: Path
    directories: tuple[Path, ...]
    staged: bool = False

    def destination(self, verdict: Verdict) -> Path | None:
        """Return where a distribution has to go, None when it is where it belongs."""
        if verdict.kind is Kind.LEFT_ALONE:
            return None
        here = str(verdict.distribution.info.parent)
        if self.staged and verdict.kind is Kind.PLATFORM:
            return self.platlib if layout.same_directory(here, str(self.sharedir)) else None
        wanted = self.sharedir if verdict.kind is Kind.NOARCH else self.platlib
        return None if layout.same_directory(here, str(wanted)) else wanted


@dataclass(frozen=True)
class Plan:
    """What is installed, and what has to move.

    :ivar verdicts: Of all distributions, by name.
    :ivar moves: What would put those that were asked for where they belong.
    """

    layout: Layout
    verdicts: tuple[Verdict, ...]
    moves: tuple[Move, ...]


def plan(
    target: Target,
    where: Place,
    overrules: Mapping[str, Kind],
    names: Sequence[str] = (),
) -> Plan:
    """Return what has to move so that each distribution is where it belongs.

    :param overrules: Normalised names, with what they are by the user's word.
    :param names: Names that limit it; with them goes what must stay together with them.
    :raises NotInstalledError: when one of the names is not installed here.
    """
    rooms = _layout(target, where)
    found = [each for room in rooms.directories for each in distributions.installed(room)]
    wanted = {canonicalize_name(name) for name in names}
    for name in sorted(wanted - {each.key for each in found}):
        raise NotInstalledError(name, rooms.directories)
    court = verdicts.Court(target.platform, _bounds(target, where), overrules)
    judged = {each.distribution: each for each in verdicts.judge(found, court)}
    holders = _holders(judged.values())
    planned: list[Move] = []
    for group in _groups(found, holders):
        members = _together([judged[each] for each in group.members], group.package)
        members, moving = _movable(members, rooms, holders, target)
        judged.update((each.distribution, each) for each in members)
        if not wanted or wanted & {each.key for each in group.members}:
            planned += moving
    return Plan(rooms, tuple(judged[each] for each in sorted(found, key=_order)), tuple(planned))


def staged(plan: Plan, destdir: str) -> list[Step]:
    """Return what carries out a plan for a package that is being built.

    Its tree gets the directories that it lacks, and loses those that become empty: what is in
    it is what the package will hold.
    """
    if not plan.moves:
        return []
    left = {
        parent
        for each in plan.moves
        for parent in (each.source, *each.source.parents)
        if parent.is_relative_to(destdir) and parent != Path(destdir)
    }
    return [
        *changes.directories(*{each.destination for each in plan.moves}, plan.layout.sharedir),
        moves.Relocation(plan.moves, plan.layout.sharedir),
        *(changes.RemoveDirectory(each) for each in sorted(left, reverse=True)),
        changes.RemoveDirectory(plan.layout.sharedir),
    ]


def natives(plan: Plan, target: Target, destdir: str) -> list[str]:
    """Return the native objects that a package which is being built has for any Python.

    Those of distributions that are noarch by the user's word are left out.
    """
    known = {
        os.path.normpath(each.distribution.info.parent / path)
        for each in plan.verdicts
        if each.overruled
        for path in records.read(each.distribution).files()
    }
    rooms = {*Path(destdir).rglob("site-packages"), *Path(destdir).rglob("dist-packages")}
    found = set()
    for room in (*rooms, plan.layout.sharedir):
        for path in (str(room / name) for name in distributions.walk(str(room))):
            if path not in known and os.path.isfile(path) and not os.path.islink(path):
                with contextlib.suppress(OSError):
                    if binaries.machine(path, target.platform) is not None:
                        found.add(os.path.relpath(path, destdir))
    return sorted(found)


def _layout(target: Target, where: Place) -> Layout:
    sharedir = where.sharedir(target, where.read().settings)
    own = where.site_dirs(target)
    different: list[Path] = []
    for each in (*map(where.on_disk, own), sharedir):
        if not any(layout.same_directory(str(each), str(other)) for other in different):
            different.append(each)
    platlib = str(where.on_disk(target.platlib if target.platlib in own else where.site_dir))
    # By the name under which it is looked at, so that links do not make it two.
    looked_at = (each for each in different if layout.same_directory(str(each), platlib))
    platlib_there = next(looked_at, Path(platlib))
    return Layout(sharedir, platlib_there, tuple(different), staged=bool(where.destdir))


def _bounds(target: Target, where: Place) -> tuple[str, ...]:
    return tuple({str(where.on_disk(each)) for each in (where.root, target.prefix, target.scripts)})


def _order(distribution: Distribution) -> tuple[str, str]:
    return distribution.key, str(distribution.info)


@dataclass(frozen=True)
class _Group:
    """Distributions that must be in one directory, and the package that they share."""

    members: tuple[Distribution, ...]
    package: str = ""


def _holders(judged: Iterable[Verdict]) -> dict[str, list[Distribution]]:
    """Return which distributions have the same top-level names, or are copies of one another."""
    holders: defaultdict[str, list[Distribution]] = defaultdict(list)
    for each in judged:
        for top in _tops(each):
            holders[top].append(each.distribution)
    return {top: members for top, members in holders.items() if len(members) > 1}


def _tops(verdict: Verdict) -> frozenset[str]:
    return verdict.tops | {f"{verdict.distribution.key}.dist-info"}


def _groups(
    found: Sequence[Distribution], holders: Mapping[str, Sequence[Distribution]]
) -> list[_Group]:
    """Return *found* in groups that share a regular package, most of them of one.

    The halves of a regular package in two directories hide each other.  A package of the kinds
    that pkgutil and pkg_resources make counts as one, and so does a namespace that an
    ``-nspkg.pth`` file makes at startup, in its own directory only.
    """
    leader = {each: each for each in found}

    def lead(each: Distribution) -> Distribution:
        while leader[each] is not each:
            each = leader[each]
        return each

    packages: dict[Distribution, str] = {}
    for top in sorted(holders):
        for package, members in _shared_packages(top, holders[top]):
            first = lead(members[0])
            packages.setdefault(first, package)
            for other in members[1:]:
                leader[lead(other)] = first
    groups: defaultdict[Distribution, list[Distribution]] = defaultdict(list)
    for each in found:
        groups[lead(each)].append(each)
    return [_Group(tuple(members), packages.get(key, "")) for key, members in groups.items()]


def _shared_packages(
    top: str, members: Sequence[Distribution]
) -> Iterator[tuple[str, list[Distribution]]]:
    """Yield the regular packages below *top* in which more than one has files."""
    regular: set[str] = set()
    holders: defaultdict[str, list[Distribution]] = defaultdict(list)
    for each in members:
        inside = records.read(each).inside
        at_startup = any(name.endswith("-nspkg.pth") for name in inside.get("", ()))
        below = [path for path in inside if path.partition("/")[0] == top]
        mine = {parent for path in below for parent in records.lineage(path)}
        for directory in mine:
            holders[directory].append(each)
            if at_startup or records.is_regular(inside.get(directory, ())):
                regular.add(directory)
    bases = {str(each.info.parent) for each in members}
    for directory in sorted(holders):
        if len(holders[directory]) > 1 and (
            directory in regular or any(records.is_package(f"{base}/{directory}") for base in bases)
        ):
            yield directory.replace("/", "."), holders[directory]


def _together(members: list[Verdict], package: str) -> list[Verdict]:
    """Return the verdicts of distributions that must stay together."""
    for kind in (Kind.LEFT_ALONE, Kind.PLATFORM):
        first = next((each for each in members if each.kind is kind), None)
        if first is not None:
            why = f"shares {package} with {first.distribution.name}, which is {kind.value}"
            return [
                each if each.kind is kind else replace(each, kind=kind, reason=why)
                for each in members
            ]
    return members


def _movable(
    members: list[Verdict],
    rooms: Layout,
    holders: Mapping[str, Sequence[Distribution]],
    target: Target,
) -> tuple[list[Verdict], list[Move]]:
    """Return the moves of a group; when one of its members cannot move, none does."""
    moving = {
        each.distribution: destination
        for each in members
        if (destination := rooms.destination(each)) is not None
    }
    planned = []
    for each in members:
        here = each.distribution
        if here not in moving:
            continue
        try:
            neighbours = {
                other for top in _tops(each) for other in holders.get(top, ()) if other is not here
            }
            _refuse_second(here, neighbours)
            contents = _survey(here, neighbours & moving.keys(), each)
            if each.kind is Kind.PLATFORM:
                _refuse_foreign(here, contents, target)
            staying = [
                other
                for other in neighbours - moving.keys()
                if other.info.parent == here.info.parent
            ]
            planned.append(moves.move(here, moving[here], staying, contents))
        except RecordError as error:
            return _left_alone(members, each, error.reason), []
    return members, planned


def _left_alone(members: list[Verdict], culprit: Verdict, reason: str) -> list[Verdict]:
    """Return verdicts by which *members* stay where they are."""
    because = f"must stay with {culprit.distribution.name}: {reason}"
    return [
        replace(
            each,
            kind=Kind.LEFT_ALONE,
            reason=f"{reason} (it is {each.kind.value})" if each is culprit else because,
        )
        for each in members
    ]


def _refuse_second(distribution: Distribution, others: Iterable[Distribution]) -> None:
    for other in others:
        if other.key == distribution.key:
            raise RecordError(
                distribution.name, f"{other.info.parent} has {other.name} {other.version} too"
            )


def _survey(
    distribution: Distribution, companions: Iterable[Distribution], verdict: Verdict
) -> Contents:
    """Return what a distribution consists of, if it is complete and all there is of it.

    :raises RecordError: when files are missing, or are in its packages that RECORD does not list;
        unless the user gave the verdict.
    """
    found = distributions.contents(distribution)
    if verdict.overruled:
        return found
    if found.missing:
        raise RecordError(distribution.name, f"files are missing: {some(found.missing, _MANY)}")
    others = [
        records.read(each).inside
        for each in companions
        if each.info.parent == distribution.info.parent
    ]
    base = distribution.info.parent
    unlisted = [
        f"{directory}/{name}"
        for directory, names in found.others.items()
        if found.listing.regular(directory)
        for name in sorted(names)
        if not _is_listed(f"{directory}/{name}", (found.listing.inside, *others))
        and not _is_empty(base / directory / name)
    ]
    if unlisted:
        raise RecordError(distribution.name, f"RECORD does not list {some(unlisted, _MANY)}")
    return found


def _is_listed(path: str, listings: Iterable[Mapping[str, set[str]]]) -> bool:
    directory, name = os.path.split(path)
    return any(
        name in inside.get(directory, ())
        or path in inside
        or any(other.startswith(f"{path}/") for other in inside)
        for inside in listings
    )


def _is_empty(path: Path) -> bool:
    """Tell whether a directory holds at most pycs."""
    if not path.is_dir() or path.is_symlink():
        return False
    return all(name.endswith(".pyc") for name in distributions.walk(str(path)))


def _refuse_foreign(distribution: Distribution, contents: Contents, target: Target) -> None:
    """Refuse native objects of which none is for the target: another one's, in a shared tree."""
    own = binaries.machine(os.path.realpath(target.sys_executable), target.platform)
    base = distribution.info.parent
    machines = set()
    for path in contents.files:
        with contextlib.suppress(OSError):
            machines.add(binaries.machine(f"{base}/{path}", target.platform))
        if own in machines:
            return
    machines.discard(None)
    if machines and own is not None and "Mach-O universal" not in machines:
        raise RecordError(distribution.name, "its native objects are for another machine")
