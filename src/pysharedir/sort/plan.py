"""What goes where: the plan that puts every distribution of a target where it belongs."""

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
from pysharedir.sort import kin, verdicts
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

    # What comes into a directory of a destination: names by their source.
    _Arriving = dict[tuple[str, str], dict[str, set[str]]]

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
        here = str(verdict.distribution.directory)
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
    snapshot: Snapshot,
    overrules: Mapping[str, Kind],
    names: Sequence[str] = (),
) -> Plan:
    """Return what has to move so that each distribution is where it belongs.

    :param overrules: Normalised names, with what they are by the user's word.
    :param names: Names that limit it; with them goes what must stay together with them.
    :raises NotInstalledError: when one of the names is not installed here.
    """
    target, place = snapshot.target, snapshot.place
    trees = _layout(snapshot)
    installed = [each for tree in trees.directories for each in snapshot.installed(tree)]
    wanted = {canonicalize_name(name) for name in names}
    for name in sorted(wanted - {each.key for each in installed}):
        raise NotInstalledError(name, trees.directories)
    rules = Rules(target.platform, _bounds(target, place), overrules)
    judged = {each.distribution: each for each in verdicts.judge(installed, rules)}
    index = _Index(judged.values())
    planned: list[Move] = []
    arriving: _Arriving = {}
    for group in kin.groups(installed, judged.values()):
        members = kin.together([judged[each] for each in group.members], group.package)
        members, moving = _movable(members, trees, index, target)
        if not wanted or wanted & {each.key for each in group.members}:
            members, moving = _apart(members, moving, arriving)
            planned += moving
        judged.update((verdict.distribution, verdict) for verdict in members)
    planned = _with_stays(planned, index)
    ordered = sorted(installed, key=lambda each: (each.key, str(each.info)))
    told = tuple(_told_apart(judged[each], index) for each in ordered)
    return Plan(trees, told, tuple(planned))


def _layout(snapshot: Snapshot) -> Layout:
    target, place = snapshot.target, snapshot.place
    own = place.site_dirs(target)
    different: list[Path] = []
    for tree in (*map(place.on_disk, own), snapshot.sharedir):
        if not any(layout.same_directory(str(tree), str(other)) for other in different):
            different.append(tree)
    platlib = str(place.on_disk(target.platlib if target.platlib in own else place.site_dir))
    # By the name under which it is looked at, so that links do not make it two.
    looked_at = (tree for tree in different if layout.same_directory(str(tree), platlib))
    platlib_there = next(looked_at, Path(platlib))
    return Layout(snapshot.sharedir, platlib_there, tuple(different), staged=bool(place.destdir))


def _bounds(target: Target, place: Place) -> tuple[str, ...]:
    paths = (place.root, target.prefix, target.scripts)
    return tuple({str(place.on_disk(path)) for path in paths})


class _Index:
    """Which distributions have a name or a path, so that none is compared with all others."""

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
        """Which list a path or something below it, of those that share a top-level name."""
        sharing = [
            each for several in self._by_top.values() if len(several) > 1 for each in several
        ]
        by_path: defaultdict[tuple[Path, str], list[Distribution]] = defaultdict(list)
        for each in dict.fromkeys(sharing):
            for path in (*_directories(each), *each.listing.files()):
                by_path[each.directory, path].append(each)
        return by_path

    def copies(self, distribution: Distribution) -> list[Distribution]:
        """Return the other distributions of the same name, but for what pip ignores."""
        return [
            each
            for each in self._by_key[distribution.key]
            if each is not distribution and not each.is_left_behind
        ]

    def have(self, directory: Path, path: str) -> Sequence[Distribution]:
        """Return which distributions in *directory* list *path*, or something below it."""
        return self._by_path.get((directory, path), ())


def _directories(distribution: Distribution) -> set[str]:
    """Return the directories that a distribution has files in, or below."""
    inside = distribution.listing.inside
    return {parent for directory in inside for parent in records.lineage(directory)}


def _movable(
    members: list[Verdict], trees: Layout, index: _Index, target: Target
) -> tuple[list[Verdict], list[Move]]:
    """Return the moves of a group; when one of its members cannot move, none does."""
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
            return any(each not in moving for each in index.have(directory, path))

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
    """Return the moves of a group; none if another file of the same name goes there too.

    Only files from two directories, as purelib and platlib can be, may meet in a third.

    :param arriving: What this group brings is put into it.
    """
    own: _Arriving = {}
    for each in moving:
        source, destination = str(each.source), str(each.destination)
        for directory, names in each.distribution.listing.inside.items():
            there = destination, directory
            for other, path in _meeting(there, source, names, (own, arriving)):
                if not move.is_same(Path(other, path), Path(source, path)):
                    verdict = next(one for one in members if one.distribution == each.distribution)
                    return _left_alone(members, verdict, f"{other}/{path} goes there too"), []
            _bring(own, there, source, names)
    for there, sources in own.items():
        for source, names in sources.items():
            _bring(arriving, there, source, names)
    return members, moving


def _meeting(
    there: tuple[str, str], source: str, names: set[str], known: Sequence[_Arriving]
) -> Iterator[tuple[str, str]]:
    """Yield the files of these names that come from another source, each with that."""
    for arriving in known:
        for other, others in arriving.get(there, {}).items():
            if other != source:
                for name in names & others:
                    yield other, os.path.join(there[1], name)


def _bring(arriving: _Arriving, there: tuple[str, str], source: str, names: set[str]) -> None:
    arriving.setdefault(there, {}).setdefault(source, set()).update(names)


def _with_stays(planned: Sequence[Move], index: _Index) -> list[Move]:
    """Return moves that leave at their sources what others need there, and nothing else.

    That is what one lists that stays there after all, and what one that comes finds there.
    """
    moving = {each.distribution for each in planned}
    found = {(each.destination, path) for each in planned for path in each.kept}
    sources = {directory for directory, _ in found}
    changed = []
    for each in planned:
        listed = {path: index.have(each.source, path) for path in each.stays}
        stays = {path for path in listed if not moving.issuperset(listed[path])}
        if each.source in sources:
            files = each.distribution.listing.files()
            stays.update(path for path in files if (each.source, path) in found)
        changed.append(replace(each, stays=tuple(sorted(stays))))
    return changed


def _left_alone(members: list[Verdict], culprit: Verdict, reason: str) -> list[Verdict]:
    """Return verdicts by which *members* stay where they are."""
    because = f"must stay with {culprit.distribution.name}: {reason}"
    return [
        replace(
            verdict,
            kind=Kind.LEFT_ALONE,
            reason=f"{reason} (it is {verdict.kind})" if verdict is culprit else because,
        )
        for verdict in members
    ]


def _told_apart(verdict: Verdict, index: _Index) -> Verdict:
    """Return a verdict that names the path when there are several of the name."""
    own, copies = verdict.distribution, index.copies(verdict.distribution)
    is_told = any(str(each.info) in verdict.reason for each in (own, *copies))
    if verdict.kind is not Kind.LEFT_ALONE or is_told or not copies:
        return verdict
    return replace(verdict, reason=f"{verdict.reason}: {own.info}")


def _refuse_second(verdict: Verdict, copies: Iterable[Distribution], target: Target) -> None:
    """Refuse to change which of several an importer is told of.

    Metadata that says nothing is told like any other if it comes first, and from 3.15 on not at
    all (python/importlib_metadata#457); it does so less in platlib.
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
    """Refuse to go where there is something else in place of directories or pycs."""
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
    """Return what a distribution consists of, if it is complete and all there is of it.

    :param moving: The distributions that move together with it.
    :raises RecordError: when files are missing, or are in its packages that RECORD does not list;
        unless the user gave the verdict.
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
        and not any(each in moving for each in index.have(base, path))
        and not _is_empty(base / path)
    ]
    if unlisted:
        raise RecordError(distribution.name, f"RECORD does not list {some(unlisted, _MANY)}")
    return files


def _is_empty(path: Path) -> bool:
    """Tell whether a directory holds at most pycs."""
    try:
        if not path.is_dir() or path.is_symlink():
            return False
        return all(name.endswith(".pyc") for name in contents.walk(str(path)))
    except OSError:
        return False


def _refuse_foreign(distribution: Distribution, files: Contents, target: Target) -> None:
    """Refuse native objects of which none is for the target: another one's, in a shared tree."""
    own = binaries.machines(os.path.realpath(target.sys_executable), target.platform)
    base = distribution.directory
    is_native = False
    metadata = f"{distribution.info.name}/"
    for path in files.files:
        if path.startswith(metadata):
            continue
        with contextlib.suppress(OSError):
            its = binaries.machines(f"{base}/{path}", target.platform)
            if its & own:
                return
            is_native = is_native or bool(its)
    if is_native and own:
        raise RecordError(distribution.name, "its native objects are for another machine")
