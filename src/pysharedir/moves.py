"""Moving whole distributions between directories of modules, so that a crash loses nothing.

A move passes four states, which the journal and what is on disk tell apart:

1. *staged*: copies (hard links where they can be) grow in ``.pysharedir/stage`` of the destination;
2. *placed*: they are renamed into place, the metadata last;
3. *hidden*: at the source the metadata, and then the doors of the import system, are renamed to
   ``.pysharedir/trash``; what was found there before can still be read;
4. *committed*: the journal says so; what is left at the source is removed.

Up to the commit a move can be undone, after it only finished: the next command does what is due.
"""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir import distributions, journal, records
from pysharedir.distributions import Distribution
from pysharedir.errors import ChangeError, InterruptedMoveError, RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

# Seconds in which an interpreter that found a module at the source is done with importing it.
GRACE = 0.5


@dataclass(frozen=True)
class Move:
    """One distribution, and where it goes.

    :ivar kept: Files of it that are at the destination already, the same, and stay there.
    :ivar stays: Files of it that stay at the source, since another distribution lists them.
    """

    distribution: Distribution
    destination: Path
    kept: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()

    @property
    def source(self) -> Path:
        """The directory it is in."""
        return self.distribution.info.parent

    @property
    def trash(self) -> Path:
        """Where it is hidden at the source."""
        return self.source / journal.ROOM / "trash"

    @property
    def stage(self) -> Path:
        """Where it is made at the destination."""
        return self.destination / journal.ROOM / "stage"


@dataclass(frozen=True)
class Relocation:
    """A step that moves distributions: all, or none.

    :ivar home: The directory of its journal and lock; see :mod:`pysharedir.journal`.
    :ivar keep: Leave them where they are, too; RECORD of the copies then lists only files below
        this prefix.
    :ivar progress: Called behind each distribution that was staged, and each that was removed.
    """

    moves: tuple[Move, ...]
    home: Path
    keep: str | None = None
    progress: Callable[[], object] = field(default=bool, compare=False, repr=False)

    def __str__(self) -> str:
        verb = "move" if self.keep is None else "copy"
        return "; ".join(
            f"{verb} "
            + ", ".join(
                f"{move.distribution.name} {move.distribution.version}"
                for move in self.moves
                if move.destination == destination
            )
            + f" to {destination}"
            for destination in _unique(move.destination for move in self.moves)
        )

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`.

        :raises BusyError: when another process moves distributions.
        :raises ChangeError: when one cannot be moved; then none was.
        :raises InterruptedMoveError: when it could be neither finished nor undone.
        """
        try:
            return self._apply()
        except OSError as error:
            raise ChangeError(f"move to {error.filename or self.home}", error) from error

    def _apply(self) -> Callable[[], object]:
        with journal.locked(self.home) as room:
            _refuse_pending(self.home, room)
            journal.begin(room, _to_json(self.moves, self.home))
            try:
                self._put()
                if self.keep is None:
                    _hide(self.moves)
                    time.sleep(GRACE)
                    journal.commit(room)
            except BaseException:
                _settle(self.home, lambda: _undo(self.moves))
                journal.end(room)
                raise
            if self.keep is None:
                _settle(self.home, lambda: _finish(self.moves, self.progress))
            else:
                _tidy(self.moves)
            journal.end(room)
        return self._back

    def _put(self) -> None:
        """Stage all, then place them: the metadata last."""
        copied = False
        for move in self.moves:
            copied |= _stage(move, self.keep)
            self.progress()
        if copied:
            os.sync()  # before the only other copy goes
        changed = [
            directory
            for stage in _unique(move.stage for move in self.moves)
            for directory in _place(stage)
        ]
        time.sleep(GRACE)
        for directory in changed:
            # Finders that listed it within the same tick of the clock as a rename list it anew.
            os.utime(directory)

    def _back(self) -> None:
        if self.keep is None:
            reverse = tuple(
                Move(_at(move.distribution, move.destination), move.source, move.stays, move.kept)
                for move in self.moves
            )
            Relocation(reverse, self.home).apply()
        else:
            with journal.locked(self.home):
                _undo(self.moves)


def recover(home: Path) -> str:
    """Finish or undo a move that was interrupted.

    :param home: As in :class:`Relocation`.
    :return: What was done, in words; empty when there was nothing to do.
    :raises BusyError: when a move is under way.
    :raises InterruptedMoveError: when it could be neither finished nor undone.
    """
    if not (home / journal.ROOM).is_dir():
        return ""
    with journal.locked(home) as room:
        found = journal.pending(room)
        if found is None:
            return ""
        phase, content = found
        moves = _from_json(content, home)
        undo = phase is journal.Phase.PLACING
        _settle(home, lambda: _undo(moves) if undo else _finish(moves))
        journal.end(room)
    names = ", ".join(move.distribution.name for move in moves)
    return f"{'undid' if undo else 'finished'} an interrupted move of {names}"


def is_interrupted(home: Path) -> bool:
    """Tell whether a move was interrupted, or is under way."""
    return journal.pending(home / journal.ROOM) is not None


def move(
    distribution: Distribution, destination: Path, others: Iterable[Distribution] = ()
) -> Move:
    """Return the move of *distribution* to *destination*.

    :param others: Distributions that stay in its directory and may list the same files.
    :raises RecordError: when it cannot be moved.
    """
    found = distributions.contents(distribution)
    kept = []
    for path in _there_already(found.files, destination):
        if not _same(distribution.info.parent / path, destination / path):
            raise RecordError(distribution.name, f"{destination / path} is there already")
        kept.append(path)
    files = set(found.files)
    stays: set[str] = set()
    for other in others:
        with contextlib.suppress(RecordError):
            stays |= files.intersection(records.read(other).files())
    return Move(distribution, destination, tuple(kept), tuple(sorted(stays)))


def _there_already(files: Iterable[str], directory: Path) -> Iterable[str]:
    """Yield which of *files* are in *directory*, but for pycs: those are made anew at will."""
    parents: dict[str, bool] = {"": True}

    def is_there(parent: str) -> bool:
        if parent not in parents:
            parents[parent] = is_there(os.path.dirname(parent)) and os.path.lexists(
                directory / parent
            )
        return parents[parent]

    for path in files:
        if not path.endswith(".pyc") and is_there(path):
            yield path


def _stage(move: Move, keep: str | None) -> bool:
    """Make a copy of a distribution in the stage; tell whether that needed space."""
    source, stage = str(move.source), str(move.stage)
    record = f"{move.distribution.info.name}/RECORD"
    copied = False
    made = {""}
    os.makedirs(stage, exist_ok=True)
    for path in distributions.contents(move.distribution).files:
        if path in move.kept:
            continue
        _make_parents(source, stage, os.path.dirname(path), made)
        if path == record and _write_record(move, f"{stage}/{path}", keep):
            continue
        copied |= _put(f"{source}/{path}", f"{stage}/{path}", link=keep is None)
    return copied


def _make_parents(source: str, stage: str, directory: str, made: set[str]) -> None:
    if directory in made:
        return
    _make_parents(source, stage, os.path.dirname(directory), made)
    made.add(directory)
    status = os.stat(f"{source}/{directory}")
    target = f"{stage}/{directory}"
    with contextlib.suppress(FileExistsError):  # another distribution has files there too
        os.mkdir(target)
        os.chmod(target, status.st_mode & 0o7777)
        _give(target, status)


def _write_record(move: Move, path: str, keep: str | None) -> bool:
    """Write RECORD if it has to be another one at the destination."""

    def rewrite(listed: str) -> str | None:
        there = os.path.normpath(move.source / listed)
        if keep is not None and not there.startswith(f"{keep}/"):
            return None
        return os.path.relpath(there, move.destination)

    before = move.distribution.info / "RECORD"
    content = records.rewritten(move.distribution, rewrite)
    if content == before.read_bytes():
        return False
    Path(path).write_bytes(content)
    shutil.copystat(before, path)
    _give(path, before.stat())
    return True


def _put(source: str, target: str, *, link: bool) -> bool:
    """Put a file here too, as a hard link if that can be; tell whether it was copied."""
    if link:
        try:
            os.link(source, target, follow_symlinks=False)
        except FileExistsError:
            return False  # another distribution lists it too
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOSPC):
                raise
        else:
            return False
    if not os.path.lexists(target):
        shutil.copy2(source, target, follow_symlinks=False)
        _give(target, os.lstat(source))
    return True


def _give(path: str, status: os.stat_result) -> None:
    """Give a file to the owner that the other has, as only root can."""
    if os.geteuid() == 0:
        os.chown(path, status.st_uid, status.st_gid, follow_symlinks=False)


def _place(stage: Path) -> list[str]:
    """Rename what is in a stage into place; return the directories that were there before."""
    destination = str(stage.parent.parent)
    changed = [destination]
    names = os.listdir(stage)
    # Metadata comes last; pycs first, so that nobody need make them.
    for name in sorted(
        names, key=lambda name: (name.endswith(".dist-info"), name != "__pycache__")
    ):
        _merge(f"{stage}/{name}", f"{destination}/{name}", changed)
    return changed


def _merge(staged: str, target: str, changed: list[str]) -> None:
    if not os.path.lexists(target) or target.endswith(".pyc"):
        os.replace(staged, target)
    elif all(os.path.isdir(path) and not os.path.islink(path) for path in (staged, target)):
        for name in sorted(os.listdir(staged), key=lambda name: name != "__pycache__"):
            _merge(f"{staged}/{name}", f"{target}/{name}", changed)
        changed.append(target)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)


def _hide(moves: Iterable[Move]) -> None:
    """Take the source of each from those who do not have it open."""
    for each in moves:
        doors = [path for path in records.read(each.distribution).doors() if path not in each.stays]
        os.makedirs(each.trash, exist_ok=True)
        each.distribution.info.rename(each.trash / each.distribution.info.name)
        for path in doors:
            os.makedirs(os.path.dirname(each.trash / path), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.rename(each.source / path, each.trash / path)


def _finish(moves: Sequence[Move], progress: Callable[[], object] = bool) -> None:
    """Remove what is left at the sources."""
    for each in moves:
        hidden = _at(each.distribution, each.trash)
        # Without RECORD all else is gone already.
        if (hidden.info / "RECORD").exists():
            files = distributions.contents(hidden, each.source).files
            _remove(each.source, files, each.stays)
            shutil.rmtree(hidden.info)
        progress()
    _tidy(moves)


def _undo(moves: Sequence[Move]) -> None:
    """Give the sources back what was hidden, and remove what was placed."""
    for trash, source in _unique((each.trash, each.source) for each in moves):
        found = sorted(distributions.walk(str(trash)), key=lambda path: ".dist-info/" in path)
        for path in found:
            top = path.partition("/")[0]
            whole = top if top.endswith(".dist-info") else path
            with contextlib.suppress(FileNotFoundError):
                os.rename(trash / whole, source / whole)
    for each in moves:
        if not each.distribution.info.exists():
            continue  # taken away by somebody else since
        name = each.distribution.info.name
        placed = each.destination / name
        if placed.exists():
            shutil.rmtree(each.stage / name, ignore_errors=True)
            os.makedirs(each.stage, exist_ok=True)
            placed.rename(each.stage / name)
        files = distributions.contents(each.distribution, each.destination).files
        ours = [
            path
            for path in files
            if path.endswith(".pyc") or _same(each.source / path, each.destination / path)
        ]
        _remove(each.destination, ours, each.kept)
    _tidy(moves)


def _remove(base: Path, files: Collection[str], but: Collection[str]) -> None:
    """Remove *files*, and the directories that are empty then."""
    root = str(base)
    parents = set()
    for path in files:
        parent = os.path.dirname(path)
        while parent and parent not in parents:
            parents.add(parent)
            parent = os.path.dirname(parent)
        if path not in but:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{root}/{path}")
    for parent in sorted(parents, key=len, reverse=True):
        with contextlib.suppress(OSError):
            os.rmdir(f"{root}/{parent}")


def _tidy(moves: Iterable[Move]) -> None:
    """Remove what a move needed, but for the journal and the lock."""
    for directory in _unique(path for each in moves for path in (each.stage, each.trash)):
        if directory.exists():
            shutil.rmtree(directory)
        with contextlib.suppress(OSError):
            directory.parent.rmdir()


def _same(one: Path, other: Path) -> bool:
    """Tell whether two files are one, or have the same content."""
    try:
        status = os.lstat(one), os.lstat(other)
        if os.path.samestat(*status):
            return True
        if one.is_symlink() or other.is_symlink():
            return os.readlink(one) == os.readlink(other)
        return status[0].st_size == status[1].st_size and filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def _settle(home: Path, action: Callable[[], object]) -> None:
    """Do what a crash would leave to the next command."""
    try:
        action()
    except (OSError, RecordError) as error:
        raise InterruptedMoveError(home, str(error)) from error


def _refuse_pending(home: Path, room: Path) -> None:
    if journal.pending(room) is not None:
        raise InterruptedMoveError(home, "by something that happened just now")


def _at(distribution: Distribution, directory: Path) -> Distribution:
    info = directory / distribution.info.name
    return Distribution(distribution.name, distribution.version, info)


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _to_json(moves: Iterable[Move], home: Path) -> dict[str, Any]:
    """Return what the journal says, relative to its directory: trees are renamed at times."""
    return {
        "moves": [
            {
                "name": each.distribution.name,
                "version": each.distribution.version,
                "info": os.path.relpath(each.distribution.info, home),
                "destination": os.path.relpath(each.destination, home),
                "kept": each.kept,
                "stays": each.stays,
            }
            for each in moves
        ]
    }


def _from_json(content: dict[str, Any], home: Path) -> list[Move]:
    def path(name: str) -> Path:
        return Path(os.path.normpath(home / name))

    return [
        Move(
            Distribution(each["name"], each["version"], path(each["info"])),
            path(each["destination"]),
            tuple(each["kept"]),
            tuple(each["stays"]),
        )
        for each in content["moves"]
    ]
