"""Faults of distributions that have several copies."""

from __future__ import annotations

import shlex
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from pysharedir import layout
from pysharedir.changes import RemoveDirectory, RemoveFile
from pysharedir.doctor.findings import Finding
from pysharedir.interpreter import content
from pysharedir.interpreter.syspath import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination
    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.syspath import Entry


def twice(examination: Examination) -> Iterator[Finding]:
    """Find distributions that are twice in one root; of several roots, the nearest should win."""
    copies: defaultdict[tuple[str, str], list[Distribution]] = defaultdict(list)
    for entry, root in _places(examination):
        for distribution in examination.distributions_of(entry):
            copies[root, distribution.key].append(distribution)
    for distributions in copies.values():
        first, *others = _distinct(distributions)
        for other in others:
            yield _finding(examination, first, other)


def hidden_by_venv(examination: Examination) -> Iterator[Finding]:
    """Find distributions in the user site dir that an older copy in a venv hides."""
    target = examination.target
    user_root = examination.root_of(target.user_site) if target.user_site else None
    if user_root is None or not target.is_venv:
        return
    visible = examination.visible(examination.view.path)
    for directory in examination.directories:
        for copy in examination.whole(directory.path) if directory.root == user_root else ():
            first = visible[copy.key]
            if first.directory != copy.directory and _version(first.version) < _version(
                copy.version
            ):
                yield Finding(
                    about=copy.name,
                    reason=f"version {first.version} in {first.directory} hides the newer"
                    f" {copy.version} in {copy.directory}",
                    remedy=f"{examination.installer('install', _pinned(copy))} installs it in the"
                    " venv",
                )


def _places(examination: Examination) -> Iterator[tuple[Entry, str]]:
    """Yield each directory of distributions once, in order, with the root that it belongs to."""
    directories = {str(each.path): each.root for each in examination.directories}
    for entry in examination.entries:
        root = directories.get(str(Path(entry.path)))
        if entry.role is Role.PATH_LINE and not layout.lists(directories, entry.path):
            root = examination.root_of_entry(entry)
        if root is not None:
            yield entry, root


def _distinct(copies: list[Distribution]) -> list[Distribution]:
    """Leave out an egg-info next to a dist-info of the same version, as Debian ships it."""
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
            else "which version importlib.metadata reports is chance"
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
    """Tell whether a distribution is in the root that is examined, which alone may change."""
    roots = {directory.path: directory.root for directory in examination.directories}
    return roots.get(distribution.directory) == examination.place.root


def _of_two_directories(examination: Examination, first: Distribution, other: Distribution) -> str:
    """Say how to remove one copy.

    pip removes the one that it finds first, with its scripts; uv removes both.
    """
    here, there = first.directory, other.directory
    lines = {Path(each.path): each for each in examination.entries if each.role is Role.PATH_LINE}
    line = next(filter(None, map(lines.get, (there, here))), None)
    if line:
        return _of_path_line(first.name, line)
    if examination.target.is_venv and not here.is_relative_to(examination.target.prefix):
        return f"pip of this venv removes neither: uninstall {first.name} with the pip of {here}"
    if not examination.has_pip:
        install = examination.installer("install", _pinned(first))
        return f"{examination.installer('uninstall', first.name)} removes both; then {install}"
    remedy = (
        f"{examination.installer('uninstall', first.name)} once: it removes the copy in {here}, "
    )
    remedy += "and the other stays"
    has_scripts = (other.info / "entry_points.txt").exists()
    if has_scripts and layout.same_directory(str(there), str(examination.sharedir)):
        remedy += f"; then {examination.command('sync')}, for its scripts"
    return remedy


def _of_path_line(name: str, line: Entry) -> str:
    """Say how to remove the copy that a line of a .pth file adds.

    `setup.py develop` writes an egg-link next to it, by which pip and uv find the copy.
    """
    directory = Path(line.by).parent
    links = [each.name for each in directory.glob("*.egg-link") if _is_of(each, line.path)]
    also = "".join(f", and remove {directory / link}" for link in links)
    return f"to keep the other {name}, remove the line {line.path} from {line.by}{also}"


def _is_of(egg_link: Path, directory: str) -> bool:
    try:
        return content.read(egg_link).decode().splitlines()[:1] == [directory]
    except (OSError, ValueError):
        return False


def _of_one_directory(examination: Examination, first: Distribution, other: Distribution) -> str:
    """Say how to keep one copy: pip cannot tell the files of the two apart."""
    old, new = sorted((other, first), key=lambda copy: _version(copy.version))
    install = examination.installer("install", "--force-reinstall", "--no-deps", _pinned(new))
    return f"`rm -r {shlex.quote(str(old.info))}`, then {install}"


def _pinned(distribution: Distribution) -> str:
    """Return the requirement of exactly this version."""
    return "==".join(filter(None, (distribution.name, distribution.version)))


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")
