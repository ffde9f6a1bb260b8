"""Changes of a file system as data: steps that can be printed, applied and undone."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pysharedir.errors import ChangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)


class Step(Protocol):
    """One change."""

    def __str__(self) -> str:
        """Return what the step does, in the imperative."""

    def apply(self) -> Callable[[], object]:
        """Make the change.

        :return: A function that undoes the change.
        :raises OSError: when the change failed; then nothing was changed.
        """


@dataclass(frozen=True)
class MakeDirectory:
    """Make one directory, whose parent exists.

    If another process has made it since this was planned, it stays when the step is undone.
    """

    path: Path

    def __str__(self) -> str:
        return f"make {self.path}/"

    def apply(self) -> Callable[[], object]:
        """See :meth:`Step.apply`."""
        try:
            self.path.mkdir(mode=0o775)  # others can never write to it, whatever the umask
        except FileExistsError:
            if not self.path.is_dir():
                raise
            return bool
        return self.path.rmdir


@dataclass(frozen=True)
class MakeLink:
    """Make a symbolic link.

    :ivar optional: Ignore the error of a file system without links (python/cpython#133951).
    """

    path: Path
    to: str
    optional: bool = False

    def __str__(self) -> str:
        return f"link {self.path} -> {self.to}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`Step.apply`."""
        try:
            self.path.symlink_to(self.to)
        except OSError as error:
            if self.optional and error.errno in _NO_LINKS:
                return bool
            raise
        return self.path.unlink


@dataclass(frozen=True)
class WriteFile:
    """Write a file under a temporary name, then rename it into place.

    :ivar executable: Let everyone who can read the file execute it.
    """

    path: Path
    content: bytes
    executable: bool = False

    def __str__(self) -> str:
        return f"write {self.path}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`Step.apply`."""
        before = self.path.read_bytes() if self.path.exists() else None
        self._write(self.content)
        if before is None:
            return self.path.unlink
        return lambda: self._write(before)

    def _set_mode(self, descriptor: int) -> None:
        """Copy the mode, and if possible the owner, of the file that this one replaces."""
        mode = os.fstat(descriptor).st_mode
        if self.path.exists():
            old = self.path.stat()
            mode = old.st_mode
            with contextlib.suppress(PermissionError):
                os.fchown(descriptor, old.st_uid, old.st_gid)
        if self.executable:
            mode |= (mode & 0o444) >> 2
        os.fchmod(descriptor, stat.S_IMODE(mode))

    def _write(self, content: bytes) -> None:
        temporary = self.path.with_name(f".{self.path.name}.{os.urandom(4).hex()}~")
        try:
            with temporary.open("xb") as file:
                file.write(content)
                with contextlib.suppress(PermissionError):  # on a file system without modes
                    self._set_mode(file.fileno())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@dataclass(frozen=True)
class ChangeMode:
    """Change the permissions of a file or a directory.

    :ivar mode: The permission bits.
    """

    path: Path
    mode: int

    def __str__(self) -> str:
        return f"chmod {self.mode:o} {self.path}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`Step.apply`."""
        before = stat.S_IMODE(self.path.stat().st_mode)
        self.path.chmod(self.mode)
        return lambda: self.path.chmod(before)


@dataclass(frozen=True)
class RemoveFile:
    """Remove a small file, or a link."""

    path: Path

    def __str__(self) -> str:
        return f"remove {self.path}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`Step.apply`."""
        if self.path.is_symlink():
            undo = MakeLink(self.path, str(self.path.readlink())).apply
        else:
            undo = WriteFile(self.path, self.path.read_bytes()).apply
        self.path.unlink()
        return undo


@dataclass(frozen=True)
class RemoveDirectory:
    """Remove a directory if it is empty when the step is applied."""

    path: Path

    def __str__(self) -> str:
        return f"remove {self.path}/ if empty"

    def apply(self) -> Callable[[], object]:
        """See :meth:`Step.apply`."""
        try:
            self.path.rmdir()
        except OSError:
            return bool
        return self.path.mkdir


@dataclass(frozen=True)
class RemoveTree:
    """Remove a directory and everything in it.

    This cannot be undone, so it is only for directories that nobody needs any longer.
    """

    path: Path

    def __str__(self) -> str:
        return f"remove {self.path}/ and what is in it"

    def apply(self) -> Callable[[], object]:
        """See :meth:`Step.apply`."""
        shutil.rmtree(self.path)
        return bool


def directories(*paths: Path) -> list[MakeDirectory]:
    """Return the steps that make *paths* and those of their parents that are missing."""
    missing: dict[Path, None] = {}
    for path in paths:
        lineage = [path, *path.parents]
        missing |= dict.fromkeys(parent for parent in reversed(lineage) if not parent.is_dir())
    return [MakeDirectory(path) for path in missing]


def apply(steps: Sequence[Step], check: Callable[[], object] = bool) -> None:
    """Apply *steps* in order; when one fails, undo the steps before it.

    :param check: Called after the last step; when it raises an error, all steps are undone.
    :raises ChangeError: when a step failed.
    """
    done: list[Callable[[], object]] = []
    try:
        for step in steps:
            try:
                done.append(step.apply())
            except OSError as error:
                raise ChangeError(str(step), error) from error
        check()
    except BaseException:
        for undo in reversed(done):
            with contextlib.suppress(OSError):
                undo()
        raise
