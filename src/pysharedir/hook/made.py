"""Files that ``sync`` makes in a prefix: put there and removed without following links in it."""

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
    """A file that is to be copied.

    :ivar name: Where it goes, relative to a prefix.
    :ivar digest: The SHA-256 of its content, in hexadecimal.
    :ivar replaces: That of the one which it takes the place of, if there is one.
    """

    source: Path
    name: str
    digest: str
    replaces: str | None = None

    @property
    def parents(self) -> list[str]:
        """The directories in the prefix that it needs, the outermost first."""
        return records.lineage(os.path.dirname(self.name))


@dataclass(frozen=True)
class CopyFiles:
    """Copy files into a prefix.

    They get the modes of their sources, as far as the umask allows, and are never set-id.

    :ivar directories: Those that are missing there, relative to it, parents first.
    :ivar what: What they are, in words.
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
                    done.append(_copy(tree, file))  # each, if the next one fails
        except BaseException:
            _undo(self.root, done)
            raise
        return lambda: _undo(self.root, done)


@dataclass(frozen=True)
class RemoveFiles:
    """Remove files from a prefix, those that are as they were made, and directories if empty.

    :ivar files: The digest of each, by its path relative to the prefix.
    :ivar directories: Relative to it, parents first.
    :ivar what: What they are, in words.
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
    """Return what removes the files that ``sync`` made, unless they were changed since.

    :param root: The prefix that they are in.
    :param site_dir: Where they are listed; the list itself stays.
    :param keep: Normalised names of distributions whose files stay.
    """

    def gone(files: Mapping[str, MadeFile]) -> dict[Path, MadeFile]:
        paths = {remembered.path_of(site_dir, name): file for name, file in files.items()}
        return {
            path: file
            for path, file in sorted(paths.items())
            if file.distribution not in keep and file.is_at(path)
        }

    directories = [remembered.path_of(site_dir, name) for name in known.directories]
    steps: list[Step] = [RemoveFile(path) for path in gone(known.scripts)]
    return [*steps, *removals(root, gone(known.data), directories)]


def removals(
    root: Path, files: Mapping[Path, MadeFile], directories: Collection[Path]
) -> list[Step]:
    """Return what removes data files, one step for each distribution, and then directories."""
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
    """Return what is in place of a directory that a file needs; a link is followed by nobody."""
    for parent in records.lineage(os.path.dirname(name)):
        path = root / parent
        if not os.path.lexists(path):
            return None
        if path.is_symlink() or not path.is_dir():
            return path
    return None


def missing_directories(root: Path, copies: Iterable[Copy]) -> list[str]:
    """Return the directories that copies need and that are missing, parents first."""
    needed = dict.fromkeys(parent for copy in copies for parent in copy.parents)
    return [each for each in needed if not (root / each).is_dir()]


def _make(tree: Tree, directory: str) -> list[Undo]:
    """Make a directory, which is never writable for others, if it is not there."""
    is_new = tree.make(directory, 0o775)
    return [lambda tree: tree.remove_empty(directory)] if is_new else []


def _copy(tree: Tree, file: Copy) -> Undo:
    """Put one file into a tree, and return what takes it away."""
    before = _there(tree, file.name)
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
    """Remove a file from a tree, if it is as it was made, and return what puts it back."""
    before = _there(tree, name)
    if before is None or remembered.digest(before[0]) != digest:
        return []
    tree.remove(name)
    return [lambda tree: _write(tree, name, *before)]


def _remove_directory(tree: Tree, directory: str) -> list[Undo]:
    """Remove a directory from a tree, if it is empty, and return what makes it anew."""
    if not tree.is_directory(directory):
        return []
    tree.remove_empty(directory)
    return [lambda tree: tree.make(directory, 0o775)]


def _there(tree: Tree, name: str) -> tuple[bytes, os.stat_result] | None:
    """Return what a file has and is; None when there is none, but a link, say."""
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

    :param status: That of the file whose mode it gets.
    :param replaced: That of the file whose owner it gets, if that can be.
    """
    directory, base = os.path.split(name)
    temporary = os.path.join(directory, f".{base}.{os.urandom(4).hex()}~")
    mode = status.st_mode & 0o775  # never set-id, nor writable for others
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
