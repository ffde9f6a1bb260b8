"""The place of a view: a link to its current generation, which a rename replaces.

``DIR`` is a link to ``.DIR.view/N`` next to it.  A generation is complete before the link leads to
it, and the previous one stays until the next change, for processes that still read it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shlex
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.errors import (
    BusyViewError,
    ForeignFileError,
    UntrustedViewError,
    UsageError,
    ViewError,
)
from pysharedir.ownership import is_own, only_owner_writes
from pysharedir.view import manifest, names
from pysharedir.wording import user

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_WORK = re.compile(r"\..+\.view", re.DOTALL)
_NEXT = "next"


@dataclass(frozen=True)
class Place:
    """The place of a view.

    :ivar directory: The link, by which users name the view.
    """

    directory: Path

    @classmethod
    def of(cls, directory: str) -> Place:
        """Return the place at a directory, whose parent is resolved.

        :raises UsageError: if it is in another view, whose next generation would not have it.
        """
        path = os.path.abspath(directory)
        parent = Path(os.path.realpath(os.path.dirname(path)))
        if any(map(_is_generation, (parent, *parent.parents))):
            raise UsageError(f"{directory!r}: it is in a view", "name a directory outside of it")
        return cls(parent / os.path.basename(path))

    @property
    def work(self) -> Path:
        """The directory of the generations."""
        return self.directory.with_name(f".{self.directory.name}.view")

    def generation(self, number: int) -> Path:
        """Return the path of a generation."""
        return self.work / str(number)

    def current(self) -> int | None:
        """Return the number of the generation that is in use, None if there is no view yet.

        :raises ForeignFileError: if something else is there, other than an empty directory.
        """
        hint = "name a directory that does not exist yet"
        try:
            parent, _, name = os.readlink(self.directory).rpartition("/")
        except FileNotFoundError:
            return None
        except OSError as error:  # it is not a link
            if self.directory.is_dir() and not any(self.directory.iterdir()):
                return None
            raise ForeignFileError(self.directory, hint) from error
        if parent != self.work.name or not _NUMBER.fullmatch(name):
            raise ForeignFileError(self.directory, hint)
        return int(name)

    def check_trust(self, current: int | None) -> None:
        """Check that only the caller and root have made the view, and can write to it.

        This does not check the owner and the group of the parent directory, who can replace the
        view anyway.

        :raises UntrustedViewError: if others made the view or can write to it.
        """
        parent = os.stat(self.directory.parent)
        if parent.st_mode & stat.S_IWOTH and not parent.st_mode & stat.S_ISVTX:
            raise _open_to_others(self.directory.parent, "o")
        generation = [] if current is None else [self.generation(current)]
        for path in (self.directory, self.work, *generation):
            with contextlib.suppress(FileNotFoundError):
                _check(path, os.lstat(path))


@contextlib.contextmanager
def locked(place: Place) -> Iterator[None]:
    """Keep other processes from making the same view, if the file system has locks.

    :raises BusyViewError: if another process makes it.
    """
    try:
        with contextlib.suppress(FileExistsError):
            place.work.mkdir(mode=0o755)
        descriptor = os.open(place.work, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise ViewError(place.directory, error) from error
    try:
        with contextlib.suppress(OSError):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyViewError(place.directory) from None
        yield
    finally:
        os.close(descriptor)
        with contextlib.suppress(OSError):  # not empty unless the run failed: it has generations
            place.work.rmdir()


def make(
    place: Place, directories: Iterable[str], links: Mapping[str, str], *, is_relative: bool
) -> int:
    """Make a generation that is not in use yet, and return its number.

    :raises OSError: if it cannot be made; then nothing of it stays.
    """
    number = max([0, *_numbers(place)]) + 1
    root = place.generation(number)
    os.mkdir(root, 0o755)
    with _removed_on_failure(root):
        for directory in directories:
            os.mkdir(f"{root}/{directory}", 0o755)
        _link(str(root), links, is_relative=is_relative)
    return number


def describe(place: Place, number: int, described: manifest.Manifest) -> None:
    """Write the manifest of a generation, which replaces the previous one in one step."""
    path = place.generation(number) / manifest.NAME
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(described.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def switch(place: Place, number: int) -> None:
    """Make the link lead to a generation, in one step."""
    temporary = place.work / _NEXT
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(f"{place.work.name}/{number}")
    if not place.directory.is_symlink():
        with contextlib.suppress(FileNotFoundError):
            place.directory.rmdir()
    os.replace(temporary, place.directory)


def clean(place: Place, *keep: int | None) -> None:
    """Remove all generations but some, and what a crash has left; ignore what cannot be removed."""
    with contextlib.suppress(FileNotFoundError):
        (place.work / _NEXT).unlink()
    for number in _numbers(place):
        if number not in keep:
            shutil.rmtree(place.generation(number), ignore_errors=True)


def before(place: Place, number: int | None) -> int | None:
    """Return the generation that was in use before *number*, if it still exists."""
    return max((other for other in _numbers(place) if number and other < number), default=None)


def times(place: Place, number: int, directories: Iterable[str]) -> dict[str, int]:
    """Return when directories of a generation changed, without those of pycs, which always may."""
    root = str(place.generation(number))
    return {
        path: os.stat(f"{root}/{path}").st_mtime_ns
        for path in directories
        if not path.endswith("__pycache__")
    }


def changed(place: Place, number: int, described: manifest.Manifest) -> list[str]:
    """Return the directories of a generation in which something was added, replaced or removed.

    Their times are not enough, since a copy or an archive of the view changes them too: where they
    differ, the names are compared.
    """
    root = str(place.generation(number))
    suspect = [path for path, at in described.own.items() if _time(f"{root}/{path}") != at]
    if not suspect:
        return []
    made: dict[str, set[tuple[str, bool]]] = {path: set() for path in described.own}
    for paths, is_link in (described.own, False), (described.links, True):
        for path in paths:
            directory, name = os.path.split(path)
            made.setdefault(directory, set()).add((name, is_link))
    return [path for path in suspect if _entries(f"{root}/{path}") != made[path]]


def _time(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def _entries(path: str) -> set[tuple[str, bool]] | None:
    """Return the names in a directory, each with whether it is a link."""
    try:
        with os.scandir(path) as entries:
            return {
                (entry.name, entry.is_symlink()) for entry in entries if entry.name != names.PYCS
            }
    except OSError:
        return None


def _is_generation(path: Path) -> bool:
    return bool(_NUMBER.fullmatch(path.name) and _WORK.fullmatch(path.parent.name))


def _numbers(place: Place) -> list[int]:
    return [int(name) for name in os.listdir(place.work) if _NUMBER.fullmatch(name)]


def _link(root: str, links: Mapping[str, str], *, is_relative: bool) -> None:
    relative: dict[tuple[str, str], str] = {}  # most links share their two directories
    for path, to in links.items():
        if is_relative:
            here, (directory, name) = os.path.dirname(path), os.path.split(to)
            if (here, directory) not in relative:
                relative[here, directory] = os.path.relpath(directory, f"{root}/{here}")
            os.symlink(f"{relative[here, directory]}/{name}", f"{root}/{path}")
        else:
            os.symlink(to, f"{root}/{path}")


@contextlib.contextmanager
def _removed_on_failure(root: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise


def _check(path: Path, status: os.stat_result) -> None:
    removal = f"`rm -r {shlex.quote(str(path))}`, then run `view` again"
    is_link = stat.S_ISLNK(status.st_mode)
    if not is_own(status):
        owner = user(status.st_uid)
        reason = f"belongs to {owner}, not to you or root"
        raise UntrustedViewError(path, reason, f"run `view` as {owner}, or {removal}")
    if is_link and path.name.endswith(".view"):
        raise UntrustedViewError(path, "a link", removal)
    if not (is_link or only_owner_writes(status)):
        raise _open_to_others(path, "go")


def _open_to_others(path: Path, classes: str) -> UntrustedViewError:
    remedy = f"`chmod {classes}-w {shlex.quote(str(path))}`, then run `view` again"
    return UntrustedViewError(path, "others can write to it", remedy)
