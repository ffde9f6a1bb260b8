"""Files that ``sync`` makes in a prefix, made and removed without following links in it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile
from pysharedir.hook import remembered
from pysharedir.installed import records
from pysharedir.interpreter import content as file_content
from pysharedir.moving.tree import Tree
from pysharedir.wording import number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from pysharedir.changes import Step
    from pysharedir.hook.remembered import MadeFile, Remembered

    Undo = Callable[[Tree], object]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


@dataclass(frozen=True)
class Copy:
    """A file to copy.

    :ivar name: Its new path, relative to a prefix.
    :ivar digest: The SHA-256 of its content, in hexadecimal.
    :ivar replaces: The SHA-256 of the file that it replaces, if there is one.
    """

    source: Path
    name: str
    digest: str
    replaces: str | None = None

    @property
    def parents(self) -> list[str]:
        """The directories that it needs in the prefix, the outermost first."""
        return records.lineage(os.path.dirname(self.name))


@dataclass(frozen=True)
class CopyFiles:
    """Copy files into a prefix.

    The copies have the modes of their sources, as far as the umask allows, and are never set-id.

    :ivar directories: The directories that are missing, relative to the prefix, parents first.
    :ivar what: The files in words, for the report.
    """

    root: Path
    files: tuple[Copy, ...]
    directories: tuple[str, ...]
    what: str

    def __str__(self) -> str:
        return f"copy {self.what} to {self.root}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        done: list[Undo] = []
        try:
            with Tree(self.root) as tree:
                for directory in self.directories:
                    done += _make(tree, directory)
                for file in self.files:
                    done.append(
                        _copy(tree, file)
                    )  # now, so that it is undone if the next one fails
        except BaseException:
            _undo(self.root, done)
            raise
        return lambda: _undo(self.root, done)


@dataclass(frozen=True)
class RemoveFiles:
    """Remove unchanged files and empty directories from a prefix.

    :ivar files: The path of each file, relative to the prefix, and its digest.
    :ivar directories: The directories, relative to the prefix, parents first.
    :ivar what: The files or directories in words, for the report.
    """

    root: Path
    files: tuple[tuple[str, str], ...]
    directories: tuple[str, ...]
    what: str

    def __str__(self) -> str:
        return f"remove {self.what} from {self.root}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        done: list[Undo] = []
        try:
            with Tree(self.root) as tree:
                for name, digest in self.files:
                    done += _remove(tree, name, digest)
                for directory in reversed(self.directories):
                    done += _remove_directory(tree, directory)
        except BaseException:
            _undo(self.root, done)
            raise
        return lambda: _undo(self.root, done)


def removal(
    root: Path, site_dir: Path, known: Remembered, keep: Collection[str] = ()
) -> list[Step]:
    """Return the steps that remove the files that ``sync`` made, unless they were changed.

    :param root: The prefix of the files.
    :param site_dir: The site dir with the list of them; the list itself stays.
    :param keep: Normalised names of distributions whose files stay.
    """

    def unchanged(files: Mapping[str, MadeFile]) -> dict[Path, MadeFile]:
        paths = {remembered.path_of(site_dir, name): file for name, file in files.items()}
        return {
            path: file
            for path, file in sorted(paths.items())
            if file.distribution not in keep and file.is_at(path)
        }

    directories = [remembered.path_of(site_dir, name) for name in known.directories]
    steps: list[Step] = [RemoveFile(path) for path in unchanged(known.scripts)]
    return [*steps, *removals(root, unchanged(known.data), directories)]


def removals(
    root: Path, files: Mapping[Path, MadeFile], directories: Collection[Path]
) -> list[Step]:
    """Return the steps that remove data files, one for each distribution, and then directories."""
    by_distribution: dict[str, list[tuple[str, str]]] = {}
    for path, file in files.items():
        name = os.path.relpath(path, root)
        by_distribution.setdefault(file.distribution, []).append((name, file.digest))
    steps: list[Step] = [
        RemoveFiles(root, tuple(own), (), f"{number(len(own), 'data file')} of {distribution}")
        for distribution, own in sorted(by_distribution.items())
    ]
    if directories:
        names = tuple(sorted(os.path.relpath(path, root) for path in directories))
        steps.append(RemoveFiles(root, (), names, "directories that are empty"))
    return steps


def in_the_way(root: Path, name: str) -> Path | None:
    """Return a file or link that is in place of a directory that a new file needs, or None."""
    for parent in records.lineage(os.path.dirname(name)):
        path = root / parent
        if not os.path.lexists(path):
            return None
        if path.is_symlink() or not path.is_dir():
            return path
    return None


def missing_directories(root: Path, copies: Iterable[Copy]) -> list[str]:
    """Return the missing directories that copies need, parents first."""
    needed = dict.fromkeys(parent for copy in copies for parent in copy.parents)
    return [directory for directory in needed if not (root / directory).is_dir()]


def _make(tree: Tree, directory: str) -> list[Undo]:
    """Make a directory if it is missing; others can never write to it."""
    is_new = tree.make(directory, 0o775)
    return [lambda tree: tree.remove_empty(directory)] if is_new else []


def _copy(tree: Tree, file: Copy) -> Undo:
    """Copy one file into a tree, and return a function that undoes it."""
    before = _regular_file(tree, file.name)
    if (before and remembered.digest(before[0])) != file.replaces or (
        before is None and tree.has(file.name)
    ):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(tree.path / file.name))
    content = file_content.read(file.source)
    if remembered.digest(content) != file.digest:
        raise OSError(errno.ESTALE, "it has changed", str(file.source))
    _write(tree, file.name, content, file.source.stat(), before and before[1])
    if before is None:
        return lambda tree: tree.remove(file.name)
    return lambda tree: _write(tree, file.name, *before, before[1])


def _remove(tree: Tree, name: str, digest: str) -> list[Undo]:
    """Remove a file from a tree if it is unchanged, and return what undoes that."""
    before = _regular_file(tree, name)
    if before is None or remembered.digest(before[0]) != digest:
        return []
    tree.remove(name)
    return [lambda tree: _write(tree, name, *before)]


def _remove_directory(tree: Tree, directory: str) -> list[Undo]:
    """Remove a directory from a tree if it is empty, and return what undoes that."""
    if not tree.is_directory(directory):
        return []
    tree.remove_empty(directory)
    return [lambda tree: tree.make(directory, 0o775)]


def _regular_file(tree: Tree, name: str) -> tuple[bytes, os.stat_result] | None:
    """Return the content and the status of a regular file; None for anything else."""
    if not tree.has(name) or not stat.S_ISREG(tree.status(name).st_mode):
        return None
    return tree.read(name), tree.status(name)


def _write(
    tree: Tree,
    name: str,
    content: bytes,
    status: os.stat_result,
    replaced: os.stat_result | None = None,
) -> None:
    """Write a file under a temporary name, then rename it into place.

    :param status: The status of the file that gives the mode.
    :param replaced: The status of the file that gives the owner, if the caller may set it.
    """
    directory, base = os.path.split(name)
    temporary = os.path.join(directory, f".{base}.{os.urandom(4).hex()}~")
    mode = status.st_mode & 0o775  # never set-id, and others can never write to it
    try:
        with os.fdopen(tree.open(temporary, _NEW, mode), "wb") as file:
            file.write(content)
            if replaced:
                with contextlib.suppress(PermissionError):
                    os.fchown(file.fileno(), replaced.st_uid, replaced.st_gid)
            file.flush()
            os.fsync(file.fileno())
        tree.rename(temporary, tree, name)
    except BaseException:
        tree.remove(temporary)
        raise


def _undo(root: Path, done: list[Undo]) -> None:
    with Tree(root) as tree:
        for undo in reversed(done):
            with contextlib.suppress(OSError):
                undo(tree)
