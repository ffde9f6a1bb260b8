"""The errors that users see: each has a message of one line, and most have a hint."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def reason(error: OSError) -> str:
    """Return the message of the operating system."""
    return (error.strerror or str(error)).lower()


def full_reason(error: OSError) -> str:
    """Return the message of the operating system, after the name of the file."""
    return f"{error.filename}: {reason(error)}" if error.filename else reason(error)


def _plain(fact: object) -> object:
    if isinstance(fact, OSError):
        return reason(fact)
    if isinstance(fact, list | tuple):
        return [_plain(item) for item in fact]
    return fact if isinstance(fact, str | int | float | None) else str(fact)


class PysharedirError(Exception):
    """Root of all errors that users are meant to see.

    The attributes that a subclass adds are its facts; ``--json`` prints them.

    :param message: One line that names the file, the distribution or the argument at fault.
    :param hint: One line that says what to do.
    :cvar code: The name of the error for programs; after a release it never changes.
    :cvar exit_code: The exit status of a command that ends with the error.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_json(self) -> dict[str, Any]:
        """Return code, message, hint and facts, all of types that JSON has."""
        return {"code": self.code, **{name: _plain(fact) for name, fact in vars(self).items()}}


class UsageError(PysharedirError):
    """The command line is not valid."""

    code = "usage"
    exit_code = 2


class SystemCallError(PysharedirError):
    """The operating system reported an error.

    :ivar errno: The name of the error number, such as ``EACCES``.
    :ivar path: The file that the error is about, if there is one.
    """

    code = "system"

    def __init__(self, error: OSError) -> None:
        super().__init__(f"{error.filename or 'system'}: {reason(error)}")
        self.errno = errno.errorcode.get(error.errno or 0)
        self.path = error.filename


class ProcessError(PysharedirError):
    """A process could not be started, or did not end."""

    code = "process-failed"

    def __init__(self, program: str, cause: str, hint: str = "") -> None:
        super().__init__(f"{program}: {cause}", hint)
        self.program = program
        self.cause = cause


class TargetError(PysharedirError):
    """The target cannot be used."""

    code = "target-unusable"
    exit_code = 2

    def __init__(self, target: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.target = target


class NoTargetError(TargetError):
    """The target does not exist."""

    code = "target-missing"


class NoAnswerError(TargetError):
    """The target starts, but the program that pysharedir runs in it gives no answer.

    :param printed: What the target printed instead.
    """

    code = "target-silent"

    def __init__(self, target: str, printed: str) -> None:
        last = (printed.strip().splitlines() or ["nothing"])[-1]
        super().__init__(
            target,
            f"{target}: does not start as a Python interpreter should",
            f"it printed: {last}; `pysharedir startup` shows what runs when it starts",
        )


class OldTargetError(TargetError):
    """The target is older than the Pythons that pysharedir supports."""

    code = "target-too-old"

    def __init__(self, target: str, version: Sequence[int], floor: Sequence[int]) -> None:
        super().__init__(
            target,
            "{}: Python {}.{} is too old".format(target, *version),
            "pysharedir supports Python {}.{} and later".format(*floor),
        )
        self.version = "{}.{}".format(*version)


class ToolEnvironmentError(TargetError):
    """The target is the environment that a tool made for pysharedir, and the user did not name it.

    :param tool: The name of the tool.
    """

    code = "target-of-tool"

    def __init__(self, prefix: str, tool: str) -> None:
        super().__init__(
            prefix,
            f"{prefix}: {tool} made this environment for pysharedir alone, so it stays unchanged",
            "name the interpreter to change: --python TARGET",
        )
        self.tool = tool


class PrefixError(PysharedirError):
    """The prefix does not exist."""

    code = "prefix-missing"
    exit_code = 2

    def __init__(self, prefix: str) -> None:
        super().__init__(f"{prefix!r}: no such directory", "give a prefix that exists")
        self.prefix = prefix


class LayoutError(PysharedirError):
    """The layout of the target has no place for a sharedir."""

    code = "layout-unknown"

    def __init__(self, site_dir: str) -> None:
        super().__init__(
            f"{site_dir}: not a site dir of the form ROOT/lib/pythonX.Y/site-packages",
            "pysharedir supports the POSIX layouts only",
        )
        self.site_dir = site_dir


class ForeignFileError(PysharedirError):
    """A file is in the way, and pysharedir did not write it."""

    code = "foreign-file"

    def __init__(self, path: Path, hint: str) -> None:
        super().__init__(f"{path}: not written by pysharedir, so it stays unchanged", hint)
        self.path = path


class ShadowedError(PysharedirError):
    """The sitecustomize of pysharedir would never run, since another one comes first."""

    code = "sitecustomize-shadowed"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}: this sitecustomize comes first, so pysharedir's would never run",
            "use --style pth",
        )
        self.path = path


class PathLineError(PysharedirError):
    """The hook's ``.pth`` file cannot have a path line for tools."""

    code = "path-line-impossible"

    def __init__(self, site_dir: str, cause: str, hint: str) -> None:
        super().__init__(f"{site_dir}: a .pth file here cannot name the sharedir: {cause}", hint)
        self.site_dir = site_dir
        self.cause = cause


class SharedirError(PysharedirError):
    """The directory given as sharedir is on ``sys.path`` without the hook."""

    code = "sharedir-on-path"

    def __init__(self, sharedir: str) -> None:
        super().__init__(
            f"{sharedir}: already on sys.path, so it cannot be a sharedir",
            "give a directory that nothing else uses",
        )
        self.sharedir = sharedir


class OccupiedError(PysharedirError):
    """The sharedir holds distributions or modules that would become unimportable.

    :param sharedir: The sharedir.
    :param names: The distributions and loose modules in it.
    """

    code = "sharedir-occupied"

    def __init__(self, sharedir: Path, names: Sequence[str], hint: str) -> None:
        super().__init__(f"{sharedir}: would become unimportable: {', '.join(names)}", hint)
        self.sharedir = sharedir
        self.names = list(names)


class RecordError(PysharedirError):
    """A distribution cannot be moved."""

    code = "distribution-unmovable"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name}: {reason}",
            "move it by hand, or uninstall it now and install it again afterwards",
        )
        self.name = name
        self.reason = reason


class NotInstalledError(PysharedirError):
    """No distribution of this name is installed."""

    code = "not-installed"
    exit_code = 2

    def __init__(self, name: str, directories: Sequence[Path]) -> None:
        super().__init__(
            f"{name}: not installed in {', '.join(map(str, directories))}",
            "`pysharedir sort --check --all` lists what is installed",
        )
        self.name = name


class UnknownCodeError(PysharedirError):
    """No check has this code."""

    code = "check-unknown"
    exit_code = 2

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code!r}: no check has this code", "`pysharedir doctor --list` lists all codes"
        )
        self.check = code


class InvalidNameError(PysharedirError):
    """No module, distribution or script can have this name."""

    code = "name-invalid"
    exit_code = 2

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r}: not the name of a module, a distribution or a script",
            "give one name, such as requests, google.cloud.storage, PyYAML or sphinx-build",
        )
        self.name = name


class AllowlistError(PysharedirError):
    """The file is not an allowlist, or cannot be read."""

    code = "allowlist-unusable"
    exit_code = 2

    def __init__(self, path: Path, reason: str, hint: str) -> None:
        super().__init__(f"{path}: not an allowlist: {reason}", hint)
        self.path = path
        self.reason = reason


class BusyError(PysharedirError):
    """Another process is moving distributions to or from the same directory.

    :param who: That process, in words, if it is known.
    :param more: What to do if this host cannot tell whether that process still runs.
    """

    code = "busy"

    def __init__(self, directory: Path, who: str = "", more: str = "") -> None:
        super().__init__(
            f"{directory}: another pysharedir is moving distributions here{who and f': {who}'}",
            f"wait until it has finished{more and f'; {more}'}",
        )
        self.directory = directory
        self.holder = who


class OvertakenError(PysharedirError):
    """A file changed after a move was planned."""

    code = "overtaken"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: changed after the move was planned",
            "nothing was changed; run the command again",
        )
        self.path = path


class NotNoarchError(PysharedirError):
    """A noarch package must not hold these distributions.

    :param reasons: Each distribution, and why it is not noarch.
    """

    code = "not-noarch"

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(
            f"not noarch: {'; '.join(reasons)}",
            "nothing was changed; build a package for one architecture, or use --noarch NAME",
        )
        self.reasons = reasons


class NothingStagedError(PysharedirError):
    """The tree of a package build holds no distribution.

    :param directories: Where pysharedir looked for one, as an interpreter will see them.
    """

    code = "nothing-staged"

    def __init__(self, destdir: str, directories: Iterable[str]) -> None:
        super().__init__(
            f"{destdir}: no distribution is staged in it",
            f"pysharedir looked in {', '.join(directories)}: if it is elsewhere, give --prefix",
        )
        self.destdir = destdir


class DestdirError(PysharedirError):
    """A link leads out of the tree in which a package is being built.

    :param real: The path with its links resolved.
    """

    code = "destdir-left"

    def __init__(self, destdir: str, path: str, real: str) -> None:
        super().__init__(
            f"{path}: a link in this path leads to {real}, out of {destdir}",
            "nothing was changed; make the link relative, to a place in the package",
        )
        self.destdir = destdir
        self.path = path
        self.real = real


class JournalError(PysharedirError):
    """The journal of a move cannot be read."""

    code = "journal-unreadable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: cannot be read: {reason}",
            "no distribution is lost, each is complete in at least one directory: "
            f"remove {path.parent}, then run `pysharedir sort`",
        )
        self.path = path


class UntrustedError(PysharedirError):
    """Another user could have written what pysharedir would act on.

    :param reason: What is wrong with the file, in words that follow its owner.
    :param remedy: What to do about it.
    """

    code = "untrusted"

    def __init__(self, path: Path, owner: str, reason: str, remedy: str) -> None:
        super().__init__(
            f"{path}: belongs to {owner}{reason}: no move here is started or recovered",
            remedy,
        )
        self.path = path
        self.owner = owner
        self.reason = reason


class UntrustedHookError(PysharedirError):
    """The hook of another user's prefix names a sharedir outside that prefix."""

    code = "hook-untrusted"

    def __init__(self, path: Path, owner: str, sharedir: Path) -> None:
        super().__init__(
            f"{path}: belongs to {owner}, not to you or root, so {sharedir} is not used",
            f"nothing was changed; let {owner} run the command",
        )
        self.path = path
        self.owner = owner
        self.sharedir = sharedir


class ForeignMoveError(PysharedirError):
    """A move of another interpreter or another host was interrupted.

    :param home: The directory of its journal.
    :param directory: A directory that it changes.
    :param name: The names of the distributions.
    :param host: The host that began it, if that is known.
    :param is_used: Whether the target uses a directory at the path of *directory*, which is not
        the one that the move changes.
    """

    code = "move-foreign"

    def __init__(
        self, home: Path, directory: Path, name: str, host: str = "", *, is_used: bool = False
    ) -> None:
        on_host = f" on {host}" if host else ""
        why = "is another directory here" if is_used else "this interpreter does not use"
        super().__init__(
            f"{home}: a move of {name} was interrupted{on_host}, to or from {directory}, "
            f"which {why}",
            f"run `pysharedir sort`{on_host}, for the interpreter that uses it; if that directory "
            f"is gone for good, remove {home / '.pysharedir'}",
        )
        self.home = home
        self.directory = directory
        self.name = name
        self.host = host


class InterruptedMoveError(PysharedirError):
    """A move was interrupted: it waits to be settled, or could be neither finished nor undone.

    :param reason: What is in the way, or the names of the distributions.
    """

    code = "move-interrupted"

    def __init__(
        self,
        directory: Path,
        reason: str,
        hint: str = "nothing is lost; fix that, then run `pysharedir sort` again",
    ) -> None:
        super().__init__(f"{directory}: a move of distributions was interrupted: {reason}", hint)
        self.directory = directory
        self.reason = reason


class RememberedError(PysharedirError):
    """The file in which pysharedir remembers facts is not one that pysharedir wrote."""

    code = "remembered-unreadable"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: not written by pysharedir", "move it elsewhere")
        self.path = path


class ChangeError(PysharedirError):
    """A change of the file system failed; pysharedir has undone the changes before it.

    :param step: The step that failed, in words.
    :param error: The error of the operating system.
    """

    code = "change-failed"

    def __init__(self, step: str, error: OSError) -> None:
        super().__init__(
            f"{step}: {reason(error)}",
            "nothing was changed; run the command as the owner of that directory, or use a venv"
            if isinstance(error, PermissionError) or error.errno == errno.EROFS
            else "nothing was changed",
        )
        self.step = step
        self.error = error


class StartError(PysharedirError):
    """The target does not use its sharedir although the hook is in place."""

    code = "start-refused"

    def __init__(self, name: str, reason: str, hint: str) -> None:
        super().__init__(f"{name}: {reason}", f"nothing was changed; {hint}")
        self.name = name
        self.reason = reason


class UnusedSharedirError(PysharedirError):
    """The target does not use the sharedir."""

    code = "sharedir-unused"

    def __init__(self, sharedir: Path, reason: str, hint: str) -> None:
        super().__init__(f"{sharedir}: {reason}", hint)
        self.sharedir = sharedir
        self.reason = reason


class InstallError(PysharedirError):
    """Dependencies could not be installed.

    :param target: The interpreter that needs them.
    """

    code = "install-failed"

    def __init__(self, target: str, reason: str, hint: str) -> None:
        super().__init__(f"{target}: {reason}", hint)
        self.target = target
        self.reason = reason


class NoViewError(PysharedirError):
    """The directory has no view to compare or to make again."""

    code = "view-missing"
    exit_code = 2

    def __init__(self, directory: Path, reason: str = "no view is there") -> None:
        super().__init__(
            f"{directory}: {reason}",
            "name the prefixes to merge: `pysharedir view DIR PREFIX...`",
        )
        self.directory = directory
        self.reason = reason


class OtherPythonError(PysharedirError):
    """The view was made for another Python.

    :param python: Its site dir, and the suffix of its extension modules.
    """

    code = "view-of-other-python"
    exit_code = 2

    def __init__(self, directory: Path, python: str, target: str) -> None:
        super().__init__(
            f"{directory}: a view for {python}, which {target} does not use",
            "name the Python that uses it with --python, or give another directory",
        )
        self.directory = directory
        self.python = python
        self.target = target


class UntrustedViewError(PysharedirError):
    """The view stays unchanged, since others made it or can write to it.

    :param reason: What is wrong, in words that follow the path.
    """

    code = "view-untrusted"

    def __init__(self, path: Path, reason: str, hint: str) -> None:
        super().__init__(f"{path}: {reason}, so the view stays unchanged", hint)
        self.path = path
        self.reason = reason


class BusyViewError(PysharedirError):
    """Another process is making the same view."""

    code = "view-busy"

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"{directory}: another pysharedir is making this view", "wait until it has finished"
        )
        self.directory = directory


class ViewSourceError(PysharedirError):
    """A prefix cannot be part of a view.

    :param path: The prefix, or the path in it that is at fault.
    """

    code = "view-prefix-refused"

    def __init__(self, path: str, reason: str, hint: str) -> None:
        super().__init__(f"{path}: {reason}", f"nothing was changed; {hint}")
        self.path = path
        self.reason = reason


class ViewError(PysharedirError):
    """The view could not be made; an earlier view is still there."""

    code = "view-failed"

    def __init__(self, directory: Path, error: OSError) -> None:
        super().__init__(
            f"{directory}: the view cannot be made: {full_reason(error)}",
            "nothing was changed; give a directory whose parent you can write to, on a file system"
            " with symbolic links",
        )
        self.directory = directory
        self.error = error
