"""The data files of shared distributions: what there is to do about them in one target."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysharedir.errors import full_reason
from pysharedir.hook import made as making
from pysharedir.hook import remembered
from pysharedir.hook.made import Copy
from pysharedir.hook.remembered import MadeFile
from pysharedir.sync.files import Lack, Todo, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from pysharedir.installed.outside import File


@dataclass(frozen=True)
class _Wanted:
    """A data file that should exist, and what RECORD says about it."""

    file: File

    @property
    def distribution(self) -> str:
        return self.file.distribution.key

    @property
    def digest(self) -> str | None:
        return self.file.digest


def plan(
    files: Iterable[File],
    made: Mapping[Path, MadeFile],
    is_owned: Callable[[Path], bool],
    root: Path,
    modules: Sequence[Path],
) -> tuple[Todo, dict[Path, Copy], list[str]]:
    """Return what there is to do about data files, how to copy the missing ones, and notes.

    :param files: The files that shared distributions have outside the sharedir.
    :param made: The data files that ``sync`` made.
    :param is_owned: Tells whether a file belongs to a distribution that is not shared.
    :param root: The prefix that they should be in.
    :param modules: The directories of modules in that prefix, where ``sync`` puts no data.
    """
    claims, notes, lacks = _claims(files, root, modules)
    wanted = {path: _Wanted(_chosen(claimants)) for path, claimants in claims.items()}
    # A file that an installer has installed here since is the installer's, not sync's.
    made = {path: file for path, file in made.items() if not _is_here(path, wanted)}
    todo = compare(wanted, made, is_owned)
    copies: dict[Path, Copy] = {}
    for path in (*todo.missing, *todo.outdated):
        file = wanted[path].file
        try:
            content = file.read()
            _refuse_obstacle(root, file.name)
        except OSError as error:
            lacks.append(Lack(path, file.distribution, full_reason(error)))
            continue
        replaces = made[path].digest if path in todo.outdated else None
        copies[path] = Copy(file.path, file.name, remembered.digest(content), replaces)
        if _names(content, file.prefix):
            notes.append(f"{path}: contains {file.prefix}, the prefix that it was copied from")
    todo = todo.without(lacks, made)
    digests = {
        path: MadeFile(wanted[path].distribution, copy.digest) for path, copy in copies.items()
    }
    return replace(todo, made={**todo.made, **digests}), copies, notes


def _claims(
    files: Iterable[File], root: Path, modules: Sequence[Path]
) -> tuple[dict[Path, list[File]], list[str], list[Lack]]:
    """Return the data files that belong at each path, notes, and those whose prefix is unknown."""
    claims: dict[Path, list[File]] = {}
    notes: list[str] = []
    lacks: list[Lack] = []
    for file in files:
        path, owner = root / file.name, file.distribution
        if file.script is not None:
            continue  # see scripts.py
        if not file.prefix:
            lacks.append(Lack(file.path, owner, "the prefix that it is in is not known"))
        elif any(path.is_relative_to(directory) for directory in modules):
            notes.append(f"{owner.name}: {path}: left out, since it would be among modules")
        else:
            claims.setdefault(path, []).append(file)
    return claims, notes, lacks


def _refuse_obstacle(root: Path, name: str) -> None:
    """Refuse a file if something else is in place of one of its directories.

    :raises OSError: if it is.
    """
    path = making.in_the_way(root, name)
    if path is not None:
        raise OSError(errno.ENOTDIR, "not a directory, or a link to one", str(path))


def _is_here(path: Path, wanted: Mapping[Path, _Wanted]) -> bool:
    """Tell whether RECORD names a file in this prefix."""
    return path in wanted and wanted[path].file.path == path


def _chosen(claimants: Sequence[File]) -> File:
    """Return the one of several distributions' files whose content is on the disk.

    In the prefix that they share, that is the file of the distribution installed last.
    """
    if len({file.hash for file in claimants}) > 1:
        for file in claimants:
            try:
                file.read()
            except OSError:
                continue
            return file
    return claimants[0]


def _names(content: bytes, prefix: str) -> bool:
    """Tell whether a text contains the path of a directory; a binary file does not count."""
    return os.fsencode(prefix) in content and b"\0" not in content
