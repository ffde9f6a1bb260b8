"""Moving whole packages by exchanging each with a link, when both places are on one file system.

A package passes through four states, told apart by what is at its two places:

1. *linked*: at the destination is a link that leads to itself, which finders ignore;
2. *exchanged*: one system call has exchanged the package and the link; the link is at the source
   now, and leads to the package.  The package was never missing, and a process that found it at
   the source can read all of it;
3. *hidden*: the link leads to a directory of links in the stage, which has everything in the
   package but its ``__init__``.  A process that found the package at the source can still read
   the rest of it, while finders go on to the next entry;
4. *moved*: the link is gone.

A directory is exchanged only if every file in it moves, and if its owner and mode are those that a
new directory would have.  All other files are linked or copied one by one, as are all files when
the system or the file system cannot exchange.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.installed import contents, records
from pysharedir.moving import hiding, staging
from pysharedir.moving.move import NEW, STAGE, WORK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pysharedir.installed.contents import Scans
    from pysharedir.moving.move import Move
    from pysharedir.moving.tree import Tree
    from pysharedir.moving.trees import Trees

    # The source and the destination of a package, and its path in both.
    Package = tuple[Path, Path, str]
    # The same for a directory in a package, as strings: to compare paths is slow.
    Directory = tuple[str, str, str]

_DEFAULT_ACL = "system.posix_acl_default"


def planned(moves: Sequence[Move], scans: Scans, trees: Trees) -> tuple[Move, ...]:
    """Return *moves*, each with the packages that it exchanges.

    :param scans: Directories that were listed since the lock was taken.
    """
    moving: Counter[Directory] = Counter()  # how many files of each directory move
    packages: list[set[Package]] = []
    mixed: set[Package] = set()  # packages of which a file does not move
    # The sources of each directory at a destination: a package from two cannot be exchanged.
    sources: dict[tuple[Path, str], set[Path]] = {}
    for move in moves:
        own: dict[str, str | None] = {"": None}  # the outermost package of each directory
        places = str(move.source), str(move.destination)
        unmoved = {*move.kept, *move.stays}
        for path in contents.read(move.distribution, scans).files:
            directory = os.path.dirname(path)
            package = _outermost(places[0], directory, own, scans)
            if package:
                moving[(*places, directory)] += 1
                if path in unmoved:
                    mixed.add((move.source, move.destination, package))
        packages.append(
            {(move.source, move.destination, package) for package in own.values() if package}
        )
        for directory in own:
            sources.setdefault((move.destination, directory), set()).add(move.source)
    whole = {
        (source, destination, package)
        for source, destination, package in set().union(*packages) - mixed
        if sources[destination, package] == {source}
        and _is_whole((source, destination, package), moving, scans, trees)
    }
    return tuple(
        replace(move, exchanged=tuple(sorted(name for _, _, name in own & whole)))
        for move, own in zip(moves, packages, strict=True)
    )


def _outermost(
    source: str, directory: str, known: dict[str, str | None], scans: Scans
) -> str | None:
    """Return the outermost regular package that a directory is in.

    :param known: The answers for other directories; gets this one.
    """
    if directory not in known:
        package = _outermost(source, os.path.dirname(directory), known, scans)
        if not package and records.is_regular(scans[f"{source}/{directory}"].entries):
            package = directory
        known[directory] = package
    return known[directory]


def _is_whole(package: Package, moving: Counter[Directory], scans: Scans, trees: Trees) -> bool:
    """Tell whether a package can be exchanged.

    Every file in it must move, nothing at the destination may have its name, and its directories
    and files must have the owners and modes that a move file by file would give them.
    """
    source, destination, top = package
    if trees[destination].has(top.partition("/")[0]) and trees[destination].has(top):
        return False
    status = trees[source].status(top)
    at_destination = trees[destination].status()
    if status.st_dev != at_destination.st_dev or _has_default_acl(destination):
        return False
    directories = [(top, status)]
    for directory, status in directories:
        scan = scans[f"{source}/{directory}"]
        if len(scan.files) != moving[str(source), str(destination), directory] or not scan.entries:
            return False
        if not _is_as_made(status, at_destination):
            return False
        below = scan.entries.keys() - scan.files
        with contextlib.suppress(FileNotFoundError):  # another program has removed a pyc
            if not _are_own(scan.entries[name].stat(follow_symlinks=False) for name in scan.files):
                return False
        directories += [
            (f"{directory}/{name}", scan.entries[name].stat(follow_symlinks=False))
            for name in sorted(below)
        ]
    return True


@cache
def _has_default_acl(directory: Path) -> bool:
    """Tell whether a directory has a default ACL, which new files and directories inherit."""
    try:
        return bool(os.getxattr(directory, _DEFAULT_ACL))
    except (OSError, AttributeError):
        return False


def _is_as_made(status: os.stat_result, parent: os.stat_result) -> bool:
    """Tell whether a directory has the owner, group and set-gid bit that a new one would have."""
    is_inherited = parent.st_mode & stat.S_ISGID
    if is_inherited and not (status.st_mode & stat.S_ISGID and status.st_gid == parent.st_gid):
        return False
    if os.geteuid() == 0:
        return True
    group = parent.st_gid if is_inherited else os.getegid()
    return (status.st_uid, status.st_gid) == (os.geteuid(), group)


def _are_own(statuses: Iterable[os.stat_result]) -> bool:
    """Tell whether the caller can link all files: only root can link any file of another user."""
    caller = os.geteuid()
    return caller == 0 or all(status.st_uid == caller for status in statuses)


def _packages(moves: Iterable[Move]) -> list[Package]:
    """Return the packages to exchange, each once: several distributions may share one."""
    return list(
        dict.fromkeys(
            (move.source, move.destination, package) for move in moves for package in move.exchanged
        )
    )


def stage(move: Move, source: Tree, target: Tree) -> None:
    """Put a link in the stage for each package of a distribution that is exchanged."""
    made = {""}
    for package in move.exchanged:
        staging.make_parents(source, target, os.path.dirname(package), made)
        if not target.has(package):  # another distribution has files in it too
            target.make_link(package, _there(move.destination, package))


def exchange(moves: Sequence[Move], trees: Trees) -> bool:
    """Exchange all packages with the links at their destinations, or none.

    :return: Whether they were exchanged.
    """
    try:
        for source, destination, package in _packages(moves):
            trees[source].exchange(package, trees[destination])
            if not trees[destination].is_directory(package):
                raise NotADirectoryError  # another user has put a link in its place
    except OSError:
        restore(moves, trees)
        return False
    return True


def restore(moves: Iterable[Move], trees: Trees) -> None:
    """Return exchanged packages to their sources, and remove the links at the destinations."""
    for source, destination, package in _packages(moves):
        one, other = trees[source], trees[destination]
        is_away = _is_ours(one, package) or not one.has(package)
        if is_away and other.has(package) and not _is_ours(other, package):
            try:
                one.exchange(package, other)
            except OSError:  # exchanging no longer works, or the link is gone
                one.remove(package)
                other.rename(package, one)
        if _is_ours(other, package):
            other.remove(package)


def prepare(moves: Sequence[Move], trees: Trees) -> None:
    """Make a directory of links for each package, to everything in it but its ``__init__``."""
    for _, destination, package in _packages(moves):
        stage = trees.work(destination, STAGE)
        stage.make_all(f"{package}/__pycache__")
        module = f"{package}/__init__.py"
        if trees[destination].has(module):
            stage.make_link(module, hiding.NO_FILE)
            for path, content in hiding.unchecked(trees[destination], module):
                hiding.write(stage, path, content)
        up = "../" * len(Path(WORK, STAGE, package).parts)
        for name, is_directory in trees[destination].entries(package).items():
            path = f"{package}/{name}"
            if records.is_regular([name]) or name == "__pycache__":
                continue
            if is_directory:
                stage.make_link(path, up + path)
            else:
                staging.put(trees[destination], stage, path, link=True)
    for destination in dict.fromkeys(destination for _, destination, _ in _packages(moves)):
        # Every user who imports the package passes through these.
        for path in (WORK, f"{WORK}/{STAGE}"):
            os.fchmod(trees[destination].directory(path), 0o755)


def hide(moves: Sequence[Move], trees: Trees) -> None:
    """Let the links at the sources lead to the directories that :func:`prepare` made."""
    for source, destination, package in _packages(moves):
        if _is_ours(trees[source], package):
            stage = trees.work(destination, STAGE)
            stage.make_link(NEW, _there(destination, WORK, STAGE, package))
            stage.rename(NEW, trees[source], package)


def remove_links(moves: Iterable[Move], trees: Trees) -> None:
    """Remove the links that are at the sources now."""
    for source, _, package in _packages(moves):
        if _is_ours(trees[source], package):
            trees[source].remove(package)


def _there(destination: Path, *names: str) -> str:
    """Return the absolute path for a link, which works from the source and the destination."""
    return os.path.join(os.path.realpath(destination), *names)


def _is_ours(tree: Tree, package: str) -> bool:
    """Tell whether there is a link of the kind that packages are exchanged with."""
    if not tree.is_link(package):
        return False
    to = tree.read_link(package)
    return os.path.isabs(to) and os.path.basename(to) == os.path.basename(package)
