"""The lock of a directory, which keeps two runs apart on any file system, from any host.

Not every file system has ``flock``: Lustre has it only when mounted with ``-o flock``, and one
mount may have it while another has not.  So the lock is a *claim*: a directory with a file that
names the process which holds the lock.  A process makes the claim under a unique name and then
renames it to ``holder``, which fails while another claim with a file is there: of several processes
one succeeds.  ``flock`` only tells whether the holder still runs; without ``flock``, its host,
boot, PID and start time tell.

The claim of a process that is killed stays.  Nobody may remove it, as the claim found dead may have
been replaced by another one.  A process that finds the holder dead renames its own claim to
``next`` inside that claim, by descriptor: again one process succeeds.  So the last claim of the
chain holds the lock.  To release the lock, the holder removes the file of its claim, and then the
chain from its end, up to a claim that another process has added.
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
_MOST = 4096  # bytes that are read of the file
_TRIES = 40
# The errors when a claim is not a directory, but a file or a link, for example.
_NO_CLAIM = (errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EINVAL)
# The errors when another process has made, taken or released a claim at the same time.
_OVERTAKEN = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST)
# Mount options of Lustre and NFS that limit flock to each host.
_OF_THIS_HOST = ("localflock", "local_lock=flock", "local_lock=all")


@dataclass(frozen=True)
class _Claim:
    """A claim to a lock.

    :ivar own: Its directory.
    :ivar descriptor: The descriptor of its file, which holds ``flock`` if there is one.
    :ivar parent: The directory that it is in.
    :ivar path: Its path, relative to the home.
    """

    own: Tree
    descriptor: int
    parent: Tree
    path: str

    def is_in_place(self, home: Tree) -> bool:
        """Tell whether it is at its path, which is opened again from the home down."""
        home.directory("")
        try:
            status = home.status(f"{self.path}/{_PROCESS}")
        except OSError:
            return False
        return os.path.samestat(os.fstat(self.descriptor), status)


@contextlib.contextmanager
def locked(home: Path) -> Iterator[Tree]:
    """Hold the lock of *home*, and yield its tree.

    :raises BusyError: when another process holds the lock, or may hold it.
    :raises JournalError: when there is something in place of a claim.
    :raises UntrustedError: when the work directory belongs to another user.
    """
    with Tree(home) as tree, contextlib.ExitStack() as stack:
        claim = _take(tree, stack)
        try:
            yield tree
        finally:
            _release(tree, claim)


def check_free(home: Tree) -> None:
    """Check that no process holds the lock of *home*, and change nothing.

    :raises BusyError: when a process holds it, or may hold it.
    :raises JournalError: when there is something in place of a claim.
    """
    with _named(home), contextlib.suppress(FileNotFoundError), _last(home):
        pass


def _take(home: Tree, stack: contextlib.ExitStack) -> _Claim:
    """Return a claim that holds the lock.

    :param stack: Closes the descriptors of the claim.
    """
    for _ in range(_TRIES):
        is_new = home.make(WORK)  # raises an error when the home is gone
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
    """Report what is in place of a claim.

    :raises JournalError: when a path that should be a claim is not a directory.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_CLAIM:
            raise JournalError(home.path / _HOLDER, reason(error)) from error
        raise


def _claim(home: Tree, stack: contextlib.ExitStack) -> _Claim | None:
    """Return a claim that holds the lock, or None if its place was removed meanwhile."""
    # On the way out, first what was made is removed, then the descriptors are closed.
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
    """Write the file of a claim that is not in place yet, and return its descriptor."""
    descriptor = own.open(_PROCESS, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        flocks = _flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, Holder.this(flocks=flocks).content)
        os.fsync(descriptor)  # without it, the file could be empty after a power failure
    except OSError as error:
        os.close(descriptor)
        error.filename = str(own.path / _PROCESS)
        raise
    return descriptor


def _place(home: Tree, work: Tree, name: str, stack: contextlib.ExitStack, claim: _Claim) -> _Claim:
    """Rename a claim to ``holder``, or to ``next`` in the last claim, whose holder is dead.

    :return: The claim with its new path.
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
    """Return the tree of the last claim, if its holder is dead.

    :raises BusyError: when the holder runs, or may run.
    :raises FileNotFoundError: when there is no claim.
    """
    with contextlib.ExitStack() as stack:
        last = stack.enter_context(home.below(_HOLDER))
        while last.has(f"{_NEXT}/{_PROCESS}") or last.has(f"{_NEXT}/{_NEXT}"):
            last = stack.enter_context(last.below(_NEXT))
        _check_dead(home, last)
        return last.below("")


def _check_dead(home: Tree, claim: Tree) -> None:
    """Check that the holder of a claim is dead.

    :raises BusyError: when it runs, or may run.
    """
    try:
        descriptor = claim.open(_PROCESS)
    except FileNotFoundError:
        return  # it has released the lock
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
    """Return the error for a holder that may still run."""
    if holder and holder.is_seen:
        return BusyError(home, f"process {holder.pid}")
    who = f"process {holder.pid} on {holder.host}" if holder else "an unknown process"
    claim = shlex.quote(str(home / _HOLDER))
    return BusyError(
        home,
        f"{who}, for {duration(since)}",
        "no lock here is seen by all hosts, so check whether that process runs: if not, "
        f"`rm -r {claim}`, then run `pysharedir sort`",
    )


def _flock(descriptor: int, operation: int) -> bool:
    """Take the ``flock`` of a file; tell whether it holds for every host.

    :raises BlockingIOError: when another process holds it.
    """
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # such as ENOSYS, EOPNOTSUPP or ENOLCK: do without
        return False
    device = os.fstat(descriptor).st_dev
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace")
    except OSError:
        return True
    return is_seen_by_all(mounts, f"{os.major(device)}:{os.minor(device)}")


def is_seen_by_all(mounts: str, device: str) -> bool:
    """Tell whether other hosts see a ``flock`` on a file system, by its mount options.

    :param mounts: The content of ``/proc/self/mountinfo``.
    :param device: The number of the file system, as written there.
    """
    return not any(
        option in fields[-1].split(",")
        for fields in map(str.split, mounts.splitlines())
        if fields[2:3] == [device]
        for option in _OF_THIS_HOST
    )


def _release(home: Tree, claim: _Claim) -> None:
    """Release the lock, and remove the work directory unless it holds a journal."""
    is_ours = claim.is_in_place(home)  # else a user has removed it, or it cannot be read
    if is_ours and not journal.is_there(home):
        with contextlib.suppress(OSError):
            for name in home.list(WORK):  # what a crash has left there
                if f"{WORK}/{name}" != _HOLDER:
                    home.remove_all(f"{WORK}/{name}")
    with contextlib.suppress(OSError):
        # From here on another process may take the lock, and make a claim at this path.
        claim.own.remove(_PROCESS)
        claim.parent.remove_empty(os.path.basename(claim.path))
        path = claim.path
        while is_ours and path != _HOLDER and not home.has(path):
            path = os.path.dirname(path)
            home.remove(f"{path}/{_PROCESS}")
            home.remove_empty(path)
    home.remove_empty(WORK)
