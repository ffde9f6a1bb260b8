"""Completing the files of a target: its scripts and data, and the list of files that sync made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir import changes
from pysharedir.changes import RemoveFile, WriteFile
from pysharedir.hook import made, remembered
from pysharedir.hook.made import CopyFiles
from pysharedir.installed import outside
from pysharedir.installed.owners import Owners
from pysharedir.installed.scripts import entry_points
from pysharedir.sync import data, scripts
from pysharedir.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.hook.made import Copy
    from pysharedir.hook.remembered import MadeFile
    from pysharedir.installed.distribution import Distribution
    from pysharedir.snapshot import Snapshot
    from pysharedir.sync.files import Todo


@dataclass(frozen=True)
class Completion:
    """What completes the files of a target.

    :ivar notes: What was left out, and why.
    """

    scripts: Todo
    data: Todo
    steps: tuple[Step, ...]
    notes: tuple[str, ...]


class _Own:
    """The files of distributions that are not shared.

    :param directory: The directory of scripts.
    """

    def __init__(self, distributions: Sequence[Distribution], directory: Path) -> None:
        self._distributions = distributions
        self._directory = directory
        self._owners = Owners(distributions)

    def has(self, path: Path) -> bool:
        """Tell whether a file is one of them."""
        return path in self._scripts or self._owners.of(path) is not None

    @cached_property
    def _scripts(self) -> set[Path]:
        return {
            self._directory / entry.name
            for distribution in self._distributions
            for entry in entry_points(distribution)
        }


def plan(
    snapshot: Snapshot, visible: Mapping[str, Distribution], shared: Mapping[str, Distribution]
) -> Completion:
    """Return what completes the files of a target.

    :param visible: The distributions that the target finds, by normalized name.
    :param shared: Those of them in the sharedir.
    :raises RememberedError: if the list of files that ``sync`` made cannot be read.
    """
    target, place, site_dir = snapshot.target, snapshot.place, snapshot.site_dir
    root, directory = place.on_disk(place.root), place.scripts(target)
    before = snapshot.remembered
    distributions = [shared[key] for key in sorted(shared)]
    own = [
        distribution
        for key, distribution in visible.items()
        if key not in shared and target.root_of(str(distribution.directory)) == place.root
    ]
    is_owned = _Own(own, directory).has
    roots = {str(root), target.prefix}
    files = [
        file
        for distribution in distributions
        for file in outside.files(distribution, target.version, roots)
    ]
    for_scripts, contents, script_notes = scripts.plan(
        distributions, files, _paths(site_dir, before.scripts), is_owned, (directory, target)
    )
    modules = [*map(place.on_disk, place.site_dirs(target)), snapshot.sharedir]
    made_data = _paths(site_dir, before.data)
    for_data, copies, data_notes = data.plan(files, made_data, is_owned, root, modules)
    new = made.missing_directories(root, (copies[path] for path in for_data.missing))
    known = {remembered.path_of(site_dir, name) for name in before.directories}
    needed = {parent for path in for_data.made for parent in path.parents}
    kept = {*(known & needed), *(root / name for name in new)}
    listed = replace(
        before,
        scripts=_names(site_dir, for_scripts.made),
        data=_names(site_dir, for_data.made),
        directories=tuple(sorted(remembered.name_of(site_dir, path) for path in kept)),
    )
    # The order matters: a run that is interrupted at any point leaves no file that is not listed.
    steps: list[Step] = [
        *(RemoveFile(path) for path in for_scripts.obsolete),
        *made.removals(root, {path: made_data[path] for path in for_data.obsolete}, known - needed),
        *(WriteFile(path, contents[path], executable=True) for path in for_scripts.outdated),
        *_copying(root, [copies[path] for path in for_data.outdated], (), for_data.made),
        *remembered.steps(site_dir, before, listed),
        *changes.directories(*{path.parent for path in for_scripts.missing}),
        *(WriteFile(path, contents[path], executable=True) for path in for_scripts.missing),
        *_copying(root, [copies[path] for path in for_data.missing], new, for_data.made),
    ]
    changed = for_scripts.foreign + for_data.foreign
    notes = [*script_notes, *data_notes]
    notes += [f"{path}: changed after `sync` made it, so left alone" for path in changed]
    return Completion(for_scripts, for_data, tuple(steps), tuple(notes))


def _copying(
    root: Path, copies: Iterable[Copy], directories: Sequence[str], made: Mapping[Path, MadeFile]
) -> list[CopyFiles]:
    """Return the steps that copy files: one for each distribution and prefix to copy from."""
    groups: dict[tuple[str, str], list[Copy]] = {}
    for copy in copies:
        prefix = str(copy.source)[: -len(copy.name) - 1]
        groups.setdefault((made[root / copy.name].distribution, prefix), []).append(copy)
    steps = []
    left = list(directories)
    for (distribution, prefix), group in groups.items():
        parents = {parent for copy in group for parent in copy.parents}
        own = tuple(directory for directory in left if directory in parents)
        left = [directory for directory in left if directory not in parents]
        what = f"{number(len(group), 'data file')} of {distribution} from {prefix}"
        steps.append(CopyFiles(root, tuple(group), own, what))
    return steps


def _paths(site_dir: Path, listed: Mapping[str, MadeFile]) -> dict[Path, MadeFile]:
    return {remembered.path_of(site_dir, name): file for name, file in listed.items()}


def _names(site_dir: Path, made: Mapping[Path, MadeFile]) -> dict[str, MadeFile]:
    return {remembered.name_of(site_dir, path): file for path, file in made.items()}
