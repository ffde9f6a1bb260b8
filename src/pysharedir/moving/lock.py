"""The lock of a directory, which keeps two runs apart on any file system, from any host.

Not every file system has ``flock``: Lustre has it only when mounted with ``-o flock``, and one
mount may have it and another one not.  So the lock is a *claim*: a directory with a file that says
which process holds the lock.  It is made under a name of its own and then renamed to ``holder``,
which fails when there is one with a file in it: of several processes one succeeds.  ``flock`` only
tells whether a holder still lives; where there is none, its host, boot, number and start do.

A claim outlives a process that is killed.  Nobody removes it, since by then there may be another.
Who finds its holder dead renames a claim of its own to ``next`` in it, by its descriptor: again one
process succeeds.  So the last claim of the chain counts.  Whoever holds the lock removes the file
of its claim to let it go, and then the chain from its end, unless another claim is in it by then.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shlex
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.errors import BusyError, JournalError, reason
from pysharedir.moving import journal, trust
from pysharedir.moving.holder import Holder
from pysharedir.moving.move import WORK
from pysharedir.moving.tree import Tree
from pysharedir.wording import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOLDER = f"{WORK}/holder"
_NEXT = "next"
_PROCESS = "process"
_MOST = 4096  # bytes that are read of what it says
_TRIES = 40
# What is said of a claim that is a file, a link, or anything else but a directory.
_NO_CLAIM = (errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EINVAL)
# What is said when another process has made, taken or let go a claim meanwhile.
_OVERTAKEN = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST)
# Mount options of Lustre and NFS with which each host has its own flock.
_OF_THIS_HOST = ("localflock", "local_lock=flock", "local_lock=all")


@dataclass(frozen=True)
class _Claim:
    """A claim to a lock.

    :ivar own: Its directory.
    :ivar descriptor: That of its file, with ``flock`` held if there is one.
    :ivar parent: The directory that it is in.
    :ivar path: Where that leads to from the home, with its own name.
    """

    own: Tree
    descriptor: int
    parent: Tree
    path: str

    def is_in_place(self, home: Tree) -> bool:
        """Tell whether it is where it should be, by looking at each directory anew."""
        home.directory("")
        try:
            status = home.status(f"{self.path}/{_PROCESS}")
        except OSError:
            return False
        return os.path.samestat(os.fstat(self.descriptor), status)


@contextlib.contextmanager
def locked(home: Path) -> Iterator[Tree]:
    """Hold the lock of *home*, and give its tree.

    :raises BusyError: when another process holds it, or may hold it.
    :raises JournalError: when what is there for it cannot be one.
    :raises UntrustedError: when what is there for it is somebody else's.
    """
    with Tree(home) as tree, contextlib.ExitStack() as stack:
        claim = _take(tree, stack)
        try:
            yield tree
        finally:
            _let_go(tree, claim)


def check_free(home: Tree) -> None:
    """See that no process holds the lock of *home*, and change nothing.

    :raises BusyError: when one does, or may.
    :raises JournalError: when what is there for it cannot be a lock.
    """
    with _named(home), contextlib.suppress(FileNotFoundError), _last(home):
        pass


def _take(home: Tree, stack: contextlib.ExitStack) -> _Claim:
    """Return a claim that holds the lock.

    :param stack: What closes its descriptors.
    """
    for _ in range(_TRIES):
        is_new = home.make(WORK)  # fails when the home is gone
        try:
            if not is_new:
                trust.check_owner(home.path / WORK, home.status(WORK))
            with _named(home):
                claim = _claim(home, stack)
        except OSError as error:
            if error.errno not in _OVERTAKEN:
                raise
        else:
            if claim:
                return claim
    raise BusyError(home.path)


@contextlib.contextmanager
def _named(home: Tree) -> Iterator[None]:
    """Tell of a claim that is none.

    :raises JournalError: when it is so.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_CLAIM:
            raise JournalError(home.path / _HOLDER, reason(error)) from error
        raise


def _claim(home: Tree, stack: contextlib.ExitStack) -> _Claim | None:
    """Return a claim of this process that holds the lock, None if it came too late to do so."""
    name = os.urandom(8).hex()
    with contextlib.ExitStack() as closing:
        with contextlib.ExitStack() as unless_it_holds:
            unless_it_holds.callback(home.remove_empty, WORK)
            work = closing.enter_context(home.below(WORK))
            work.make(name)
            unless_it_holds.callback(work.remove_empty, name)
            own = closing.enter_context(work.below(name))
            unless_it_holds.callback(own.remove, _PROCESS)
            descriptor = _write(own)
            closing.callback(os.close, descriptor)
            claim = _place(home, work, name, closing, _Claim(own, descriptor, work, _HOLDER))
            if not claim.is_in_place(home):
                return None
            unless_it_holds.pop_all()
        stack.push(closing.pop_all())
        return claim


def _write(own: Tree) -> int:
    """Write the file of a claim that is not in place yet; return a descriptor of it."""
    descriptor = own.open(_PROCESS, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        flocks = _flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, Holder.this(flocks=flocks).content)
        os.fsync(descriptor)  # else it is empty after a power failure
    except OSError as error:
        os.close(descriptor)
        error.filename = str(own.path / _PROCESS)
        raise
    return descriptor


def _place(home: Tree, work: Tree, name: str, stack: contextlib.ExitStack, claim: _Claim) -> _Claim:
    """Rename a claim to its place: the first, or the next to that of one who died.

    :return: It, with that place.
    """
    try:
        work.rename(name, work, os.path.basename(_HOLDER))
    except OSError:
        if not work.has(os.path.basename(_HOLDER)):
            raise
    else:
        return claim
    last = stack.enter_context(_last(home))
    work.rename(name, last, _NEXT)
    return replace(claim, parent=last, path=f"{last.path.relative_to(home.path)}/{_NEXT}")


def _last(home: Tree) -> Tree:
    """Return the tree of the last claim, whose holder is dead.

    :raises BusyError: when it is not, or may not be.
    :raises FileNotFoundError: when there is no claim.
    """
    with contextlib.ExitStack() as stack:
        last = stack.enter_context(home.below(_HOLDER))
        while last.has(f"{_NEXT}/{_PROCESS}") or last.has(f"{_NEXT}/{_NEXT}"):
            last = stack.enter_context(last.below(_NEXT))
        _check_dead(home, last)
        return last.below("")


def _check_dead(home: Tree, claim: Tree) -> None:
    """See that the holder of a claim lives no more.

    :raises BusyError: when it may live.
    """
    try:
        descriptor = claim.open(_PROCESS)
    except FileNotFoundError:
        return  # it has let the lock go
    try:
        holder = Holder.read(os.read(descriptor, _MOST))
        since = time.time() - os.fstat(descriptor).st_mtime
        if holder is not None and holder.flocks:
            try:
                if _flock(descriptor, fcntl.LOCK_SH):
                    return
            except BlockingIOError:
                raise BusyError(home.path) from None
    finally:
        os.close(descriptor)
    if holder is None or not holder.is_dead:
        raise _busy(home.path, holder, since)


def _busy(home: Path, holder: Holder | None, since: float) -> BusyError:
    """Return what is said of a holder that may live."""
    if holder and holder.is_seen:
        return BusyError(home, f"process {holder.pid}")
    who = f"process {holder.pid} on {holder.host}" if holder else "its process cannot be read"
    claim = shlex.quote(str(home / _HOLDER))
    return BusyError(
        home,
        f"{who}, for {duration(since)}",
        "without locks that all hosts see, nobody here can tell whether it lives: if it does not, "
        f"`rm -r {claim}`, then run `pysharedir sort`",
    )


def _flock(descriptor: int, operation: int) -> bool:
    """Take the ``flock`` of a file; tell whether that is so for every host.

    :raises BlockingIOError: when another process has it.
    """
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # such as ENOSYS, EOPNOTSUPP or ENOLCK: it is not needed
        return False
    device = os.fstat(descriptor).st_dev
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace")
    except OSError:
        return True
    return is_seen_by_all(mounts, f"{os.major(device)}:{os.minor(device)}")


def is_seen_by_all(mounts: str, device: str) -> bool:
    """Tell whether other hosts see a ``flock`` on a file system, as far as its mount tells.

    :param mounts: What ``/proc/self/mountinfo`` has.
    :param device: The number of the file system, as it is there.
    """
    return not any(
        option in fields[-1].split(",")
        for fields in map(str.split, mounts.splitlines())
        if fields[2:3] == [device]
        for option in _OF_THIS_HOST
    )


def _let_go(home: Tree, claim: _Claim) -> None:
    """Let go of the lock, and remove the work directory, unless there is a journal in it."""
    is_ours = claim.is_in_place(home)  # else somebody has removed it by hand, or cannot look at it
    if is_ours and not journal.is_there(home):
        with contextlib.suppress(OSError):
            for name in home.list(WORK):  # what a crash left in it
                if f"{WORK}/{name}" != _HOLDER:
                    home.remove_all(f"{WORK}/{name}")
    with contextlib.suppress(OSError):
        # From here on another process may take the lock, and put a claim where this one was.
        claim.own.remove(_PROCESS)
        claim.parent.remove_empty(os.path.basename(claim.path))
        path = claim.path
        while is_ours and path != _HOLDER and not home.has(path):
            path = os.path.dirname(path)
            home.remove(f"{path}/{_PROCESS}")
            home.remove_empty(path)
    home.remove_empty(WORK)
