"""The plan of ``sort``: what every distribution of a target is, and which ones move."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir import layout
from pysharedir.errors import NotInstalledError, RecordError
from pysharedir.installed import binaries, contents, records
from pysharedir.installed.contents import Scans
from pysharedir.moving import move
from pysharedir.sort import together, verdicts
from pysharedir.sort.verdicts import Kind, Rules, Verdict
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pysharedir.hook.place import Place
    from pysharedir.installed.contents import Contents
    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.target import Target
    from pysharedir.moving.move import Move
    from pysharedir.snapshot import Snapshot

    # By destination and directory in it: the names that arrive there, by their source.
    _Arriving = dict[tuple[str, str], dict[str, set[str]]]

_MANY = 3  # names that a reason lists at most


@dataclass(frozen=True)
class Layout:
    """The directories of modules in one root.

    :ivar directories: All of them, with the sharedir and platlib.
    :ivar staged: Whether the root is a package build, whose installer chose the right platlib.
    """

    sharedir: Path
    platlib: Path
    directories: tuple[Path, ...]
    staged: bool = False

    def destination(self, verdict: Verdict) -> Path | None:
        """Return the directory that a distribution has to move to, None if it stays."""
        if verdict.kind is Kind.LEFT_ALONE:
            return None
        here = str(verdict.distribution.directory)
        if self.staged and verdict.kind is Kind.PLATFORM:
            return self.platlib if layout.same_directory(here, str(self.sharedir)) else None
        wanted = self.sharedir if verdict.kind is Kind.NOARCH else self.platlib
        return None if layout.same_directory(here, str(wanted)) else wanted


@dataclass(frozen=True)
class Plan:
    """The verdicts on what is installed, and the moves that follow from them.

    :ivar verdicts: Those of all distributions, sorted by name.
    :ivar moves: Those of the distributions that the user named, or of all.
    """

    layout: Layout
    verdicts: tuple[Verdict, ...]
    moves: tuple[Move, ...]


def plan(
    snapshot: Snapshot,
    overrules: Mapping[str, Kind],
    names: Sequence[str] = (),
) -> Plan:
    """Return what has to move so that each distribution is where it belongs.

    :param overrules: The kinds that the user has set, by normalized name.
    :param names: The distributions to move; those that must stay together with them move too.
    :raises NotInstalledError: if one of the names is not installed here.
    """
    target, place = snapshot.target, snapshot.place
    trees = _layout(snapshot)
    installed = [found for tree in trees.directories for found in snapshot.installed(tree)]
    wanted = {canonicalize_name(name) for name in names}
    for name in sorted(wanted - {distribution.key for distribution in installed}):
        raise NotInstalledError(name, trees.directories)
    rules = Rules(target.platform, _bounds(target, place), overrules)
    judged = {verdict.distribution: verdict for verdict in verdicts.judge(installed, rules)}
    index = _Index(judged.values())
    planned: list[Move] = []
    arriving: _Arriving = {}
    # Every group gets its verdict, also those that the user did not name: the report shows them.
    for group in together.groups(installed, judged.values()):
        members = together.agreed([judged[member] for member in group.members], group.package)
        members, moving = _movable(members, trees, index, target)
        if not wanted or wanted & {member.key for member in group.members}:
            members, moving = _apart(members, moving, arriving)
            planned += moving
        judged.update((verdict.distribution, verdict) for verdict in members)
    planned = _with_stays(planned, index)
    ordered = sorted(installed, key=lambda distribution: (distribution.key, str(distribution.info)))
    final = tuple(_distinct(judged[distribution], index) for distribution in ordered)
    return Plan(trees, final, tuple(planned))


def _layout(snapshot: Snapshot) -> Layout:
    target, place = snapshot.target, snapshot.place
    own = place.site_dirs(target)
    different: list[Path] = []
    for tree in (*map(place.on_disk, own), snapshot.sharedir):
        if not any(layout.same_directory(str(tree), str(other)) for other in different):
            different.append(tree)
    platlib = str(place.on_disk(target.platlib if target.platlib in own else place.site_dir))
    # Platlib under the name by which it was listed, so that a link does not make it a second one.
    same = (tree for tree in different if layout.same_directory(str(tree), platlib))
    listed = next(same, Path(platlib))
    return Layout(snapshot.sharedir, listed, tuple(different), staged=bool(place.destdir))


def _bounds(target: Target, place: Place) -> tuple[str, ...]:
    paths = (place.root, target.prefix, target.scripts)
    return tuple({str(place.on_disk(path)) for path in paths})


class _Index:
    """The distributions by name and by path, so that none has to be compared with all others."""

    def __init__(self, judged: Iterable[Verdict]) -> None:
        self._by_key: defaultdict[str, list[Distribution]] = defaultdict(list)
        self._by_top: defaultdict[str, list[Distribution]] = defaultdict(list)
        self.scans = Scans()
        for verdict in judged:
            self._by_key[verdict.distribution.key].append(verdict.distribution)
            for top in verdict.tops:
                self._by_top[top].append(verdict.distribution)

    @cached_property
    def _by_path(self) -> dict[tuple[Path, str], list[Distribution]]:
        """By path: those that share a top-level name, and list the path or something below it."""
        sharing = [
            distribution
            for several in self._by_top.values()
            if len(several) > 1
            for distribution in several
        ]
        by_path: defaultdict[tuple[Path, str], list[Distribution]] = defaultdict(list)
        for distribution in dict.fromkeys(sharing):
            for path in (*_directories(distribution), *distribution.listing.files()):
                by_path[distribution.directory, path].append(distribution)
        return by_path

    def copies(self, distribution: Distribution) -> list[Distribution]:
        """Return the other distributions of the same name, without those that pip ignores."""
        return [
            other
            for other in self._by_key[distribution.key]
            if other is not distribution and not other.is_left_behind
        ]

    def listing(self, directory: Path, path: str) -> Sequence[Distribution]:
        """Return the distributions in *directory* that list *path*, or something below it."""
        return self._by_path.get((directory, path), ())


def _directories(distribution: Distribution) -> set[str]:
    """Return the directories that hold files of a distribution, at any depth."""
    inside = distribution.listing.inside
    return {parent for directory in inside for parent in records.lineage(directory)}


def _movable(
    members: list[Verdict], trees: Layout, index: _Index, target: Target
) -> tuple[list[Verdict], list[Move]]:
    """Return the moves of a group: if one of its members cannot move, none does."""
    moving = {
        verdict.distribution: destination
        for verdict in members
        if (destination := trees.destination(verdict)) is not None
    }
    planned = []
    for verdict in members:
        distribution = verdict.distribution
        if distribution not in moving:
            continue

        def stays(path: str, directory: Path = distribution.directory) -> bool:
            return any(other not in moving for other in index.listing(directory, path))

        try:
            _refuse_second(verdict, index.copies(distribution), target)
            files = _survey(verdict, moving, index)
            if verdict.kind is Kind.PLATFORM:
                _refuse_foreign(distribution, files, target)
            _refuse_obstacles(distribution, files, moving[distribution])
            planned.append(move.plan(distribution, moving[distribution], stays, files))
        except RecordError as error:
            return _left_alone(members, verdict, error.reason), []
    return members, planned


def _apart(
    members: list[Verdict], moving: list[Move], arriving: _Arriving
) -> tuple[list[Verdict], list[Move]]:
    """Return the moves of a group; none if a different file of the same name goes there too.

    Only moves from different directories, such as purelib and platlib, can collide.

    :param arriving: The files of the groups before; those of this group are added to it.
    """
    own: _Arriving = {}
    for planned in moving:
        source, destination = str(planned.source), str(planned.destination)
        for directory, names in planned.distribution.listing.inside.items():
            there = destination, directory
            for other, path in _meeting(there, source, names, (own, arriving)):
                if not move.is_same(Path(other, path), Path(source, path)):
                    culprit = next(
                        verdict
                        for verdict in members
                        if verdict.distribution == planned.distribution
                    )
                    return _left_alone(members, culprit, f"{other}/{path} goes there too"), []
            _bring(own, there, source, names)
    # Only now: a group that stays brings nothing.
    for there, sources in own.items():
        for source, names in sources.items():
            _bring(arriving, there, source, names)
    return members, moving


def _meeting(
    there: tuple[str, str], source: str, names: set[str], known: Sequence[_Arriving]
) -> Iterator[tuple[str, str]]:
    """Yield the source and the path of each file of these names that comes from another source."""
    for arriving in known:
        for other, others in arriving.get(there, {}).items():
            if other != source:
                for name in names & others:
                    yield other, os.path.join(there[1], name)


def _bring(arriving: _Arriving, there: tuple[str, str], source: str, names: set[str]) -> None:
    arriving.setdefault(there, {}).setdefault(source, set()).update(names)


def _with_stays(planned: Sequence[Move], index: _Index) -> list[Move]:
    """Return moves that leave at their sources what other distributions need there, and no more.

    These are the files that a distribution lists that stays there, and those that a distribution
    that moves there keeps, since it found the same files.
    """
    moving = {planned_move.distribution for planned_move in planned}
    kept = {(arrival.destination, path) for arrival in planned for path in arrival.kept}
    destinations = {directory for directory, _ in kept}
    changed = []
    for departure in planned:
        listed = {path: index.listing(departure.source, path) for path in departure.stays}
        stays = {path for path in listed if not moving.issuperset(listed[path])}
        if departure.source in destinations:
            files = departure.distribution.listing.files()
            stays.update(path for path in files if (departure.source, path) in kept)
        changed.append(replace(departure, stays=tuple(sorted(stays))))
    return changed


def _left_alone(members: list[Verdict], culprit: Verdict, reason: str) -> list[Verdict]:
    """Return verdicts that leave *members* where they are, because of one of them."""
    because = f"must stay with {culprit.distribution.name}: {reason}"
    return [
        replace(
            verdict,
            kind=Kind.LEFT_ALONE,
            reason=f"{reason} (it is {verdict.kind})" if verdict is culprit else because,
        )
        for verdict in members
    ]


def _distinct(verdict: Verdict, index: _Index) -> Verdict:
    """Return a verdict that names the path, if several distributions have the name."""
    own, copies = verdict.distribution, index.copies(verdict.distribution)
    has_path = any(str(copy.info) in verdict.reason for copy in (own, *copies))
    if verdict.kind is not Kind.LEFT_ALONE or has_path or not copies:
        return verdict
    return replace(verdict, reason=f"{verdict.reason}: {own.info}")


def _refuse_second(verdict: Verdict, copies: Iterable[Distribution], target: Target) -> None:
    """Refuse a move that could change which of several copies importlib.metadata finds.

    importlib.metadata finds an empty metadata directory like any other if it comes first on
    ``sys.path``; from 3.15 on it ignores such a directory (python/importlib_metadata#457).  A move
    to platlib makes that less likely, since platlib comes before the sharedir.
    """
    is_safe = verdict.kind is Kind.PLATFORM or target.version_info >= (3, 15)
    for copy in copies:
        if copy.is_hollow and is_safe:
            continue
        what = "an empty" if copy.is_hollow else "a second"
        reason = f"there is {what} {copy.info}"
        if copy.is_hollow:
            reason += ", which `pysharedir doctor --fix` removes"
        raise RecordError(verdict.distribution.name, reason)


def _refuse_obstacles(distribution: Distribution, files: Contents, destination: Path) -> None:
    """Refuse a destination that has something else in place of a directory or a pyc."""
    directories = set(map(os.path.dirname, files.files))
    there = {""}
    for parent in sorted({parent for path in directories for parent in records.lineage(path)}):
        path = f"{destination}/{parent}"
        if os.path.dirname(parent) in there and os.path.lexists(path):
            if os.path.islink(path) or not os.path.isdir(path):
                raise RecordError(distribution.name, f"{path} is in the way")
            there.add(parent)
    if there.isdisjoint(directories):
        return
    for path in (path for path in files.files if path.endswith(".pyc")):
        if os.path.dirname(path) in there and os.path.isdir(f"{destination}/{path}"):
            raise RecordError(distribution.name, f"{destination / path} is in the way")


def _survey(verdict: Verdict, moving: Mapping[Distribution, Path], index: _Index) -> Contents:
    """Return the files of a distribution, if it is complete and RECORD lists all of them.

    :param moving: The distributions that move together with it.
    :raises RecordError: if files are missing, or its packages hold files that no RECORD lists;
        not if the user gave the verdict.
    """
    distribution = verdict.distribution
    files = contents.read(distribution, index.scans)
    if verdict.overruled:
        return files
    if files.missing:
        raise RecordError(distribution.name, f"files are missing: {some(files.missing, _MANY)}")
    base = distribution.directory
    own = _directories(distribution) if files.others else set()
    unlisted = [
        path
        for directory, names in files.others.items()
        for path in (f"{directory}/{name}" for name in sorted(names))
        if path not in own
        and not any(other in moving for other in index.listing(base, path))
        and not _is_empty(base / path)
    ]
    if unlisted:
        raise RecordError(distribution.name, f"RECORD does not list {some(unlisted, _MANY)}")
    return files


def _is_empty(path: Path) -> bool:
    """Tell whether a path is a directory that holds at most pycs."""
    try:
        if not path.is_dir() or path.is_symlink():
            return False
        return all(name.endswith(".pyc") for name in contents.walk(str(path)))
    except OSError:
        return False


def _refuse_foreign(distribution: Distribution, files: Contents, target: Target) -> None:
    """Refuse native objects if none is for the target: another one installed them in a shared tree.

    One usable object is enough, since a wheel can bring objects for several machines.
    """
    own = binaries.machines(os.path.realpath(target.sys_executable), target.platform)
    base = distribution.directory
    is_native = False
    metadata = f"{distribution.info.name}/"
    for path in files.files:
        if path.startswith(metadata):
            continue
        with contextlib.suppress(OSError):
            machines = binaries.machines(f"{base}/{path}", target.platform)
            if machines & own:
                return
            is_native = is_native or bool(machines)
    if is_native and own:
        raise RecordError(distribution.name, "its native objects are for another machine")
