"""What can go wrong, each as one line and a hint."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def reason(error: OSError) -> str:
    """Return what the operating system said."""
    return (error.strerror or str(error)).lower()


def said(error: OSError) -> str:
    """Return what the operating system said, with the name of the file."""
    return f"{error.filename}: {reason(error)}" if error.filename else reason(error)


def _plain(fact: object) -> object:
    if isinstance(fact, OSError):
        return reason(fact)
    if isinstance(fact, list | tuple):
        return [_plain(each) for each in fact]
    return fact if isinstance(fact, str | int | float | None) else str(fact)


class PysharedirError(Exception):
    """Root of all errors that users are meant to see.

    What a subclass keeps as attributes are its facts; ``--json`` prints them.

    :param message: One line that names the thing.
    :param hint: One line on what to do about it.
    :cvar code: Its name for programs; it never changes once it was released.
    :cvar exit_code: The exit status of the command that ends with it.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_json(self) -> dict[str, Any]:
        """Return code, message, hint and facts as JSON can say them."""
        return {"code": self.code, **{name: _plain(fact) for name, fact in vars(self).items()}}


class UsageError(PysharedirError):
    """The command line cannot be understood."""

    code = "usage"
    exit_code = 2


class SystemCallError(PysharedirError):
    """The operating system refused something.

    :ivar errno: The name of its reason, such as ``EACCES``.
    :ivar path: The file that it is about, if it is about one.
    """

    code = "system"

    def __init__(self, error: OSError) -> None:
        super().__init__(f"{error.filename or 'system'}: {reason(error)}")
        self.errno = errno.errorcode.get(error.errno or 0)
        self.path = error.filename


class ProcessError(PysharedirError):
    """A process that cannot be started, or does not end."""

    code = "process-failed"

    def __init__(self, program: str, cause: str, hint: str = "") -> None:
        super().__init__(f"{program}: {cause}", hint)
        self.program = program
        self.cause = cause


class TargetError(PysharedirError):
    """The interpreter to work on cannot be used."""

    code = "target-unusable"
    exit_code = 2

    def __init__(self, target: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.target = target


class NoTargetError(TargetError):
    """There is no such interpreter."""

    code = "target-missing"


class NoAnswerError(TargetError):
    """The interpreter starts, but a program in it gives no answer.

    :param printed: What it printed instead.
    """

    code = "target-silent"

    def __init__(self, target: str, printed: str) -> None:
        last = (printed.strip().splitlines() or ["nothing"])[-1]
        super().__init__(
            target,
            f"{target}: does not start as a Python should",
            f"it said: {last}; `pysharedir startup` shows what a start runs",
        )


class OldTargetError(TargetError):
    """The interpreter is older than pysharedir supports."""

    code = "target-too-old"

    def __init__(self, target: str, version: Sequence[int], floor: Sequence[int]) -> None:
        super().__init__(
            target,
            "{}: Python {}.{} is too old".format(target, *version),
            "pysharedir supports Python {}.{} and later".format(*floor),
        )
        self.version = "{}.{}".format(*version)


class ToolEnvironmentError(TargetError):
    """The environment that a tool has made for this command, which nobody has named.

    :param tool: The name of the tool.
    """

    code = "target-of-tool"

    def __init__(self, prefix: str, tool: str) -> None:
        super().__init__(
            prefix,
            f"{prefix}: made by {tool} for this command alone, so it is not changed",
            "name the interpreter to work on: --python TARGET",
        )
        self.tool = tool


class PrefixError(PysharedirError):
    """A prefix that does not exist."""

    code = "prefix-missing"
    exit_code = 2

    def __init__(self, prefix: str) -> None:
        super().__init__(f"{prefix!r}: no such directory", "give a prefix that is there")
        self.prefix = prefix


class LayoutError(PysharedirError):
    """A site dir that has no place for a sharedir next to it."""

    code = "layout-unknown"

    def __init__(self, site_dir: str) -> None:
        super().__init__(
            f"{site_dir}: not a site dir of the form ROOT/lib/pythonX.Y/site-packages",
            "pysharedir supports the POSIX layouts only",
        )
        self.site_dir = site_dir


class ForeignFileError(PysharedirError):
    """A file that would have to be overwritten, and that pysharedir did not write."""

    code = "foreign-file"

    def __init__(self, path: Path, hint: str) -> None:
        super().__init__(f"{path}: not written by pysharedir, so left alone", hint)
        self.path = path


class ShadowedError(PysharedirError):
    """A sitecustomize that would never run."""

    code = "sitecustomize-shadowed"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}: this sitecustomize comes first, so that pysharedir's would never run",
            "use --style pth",
        )
        self.path = path


class PathLineError(PysharedirError):
    """A path line for tools that read .pth files, where there can be none."""

    code = "path-line-impossible"

    def __init__(self, site_dir: str, cause: str, hint: str) -> None:
        super().__init__(f"{site_dir}: no path line there can lead to the sharedir: {cause}", hint)
        self.site_dir = site_dir
        self.cause = cause


class SharedirError(PysharedirError):
    """A sharedir that is on ``sys.path`` without the hook."""

    code = "sharedir-on-path"

    def __init__(self, sharedir: str) -> None:
        super().__init__(
            f"{sharedir}: on sys.path already, so it cannot be a sharedir",
            "give a directory of its own",
        )
        self.sharedir = sharedir


class OccupiedError(PysharedirError):
    """A sharedir that holds what would become unimportable.

    :param sharedir: The sharedir.
    :param names: The distributions and loose modules in it.
    """

    code = "sharedir-occupied"

    def __init__(self, sharedir: Path, names: Sequence[str], hint: str) -> None:
        super().__init__(f"{sharedir}: would become unimportable: {', '.join(names)}", hint)
        self.sharedir = sharedir
        self.names = list(names)


class RecordError(PysharedirError):
    """A distribution that cannot be moved."""

    code = "distribution-unmovable"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}", "move it by hand, or reinstall it after disabling")
        self.name = name
        self.reason = reason


class NotInstalledError(PysharedirError):
    """A name of a distribution that is not installed."""

    code = "not-installed"
    exit_code = 2

    def __init__(self, name: str, directories: Sequence[Path]) -> None:
        super().__init__(
            f"{name}: not installed in {', '.join(map(str, directories))}",
            "`pysharedir sort --check --all` names what is",
        )
        self.name = name


class UnknownCodeError(PysharedirError):
    """A code of a check that does not exist."""

    code = "check-unknown"
    exit_code = 2

    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r}: no check has this code", "`pysharedir doctor --list` has all")
        self.check = code


class InvalidNameError(PysharedirError):
    """A name that no module, distribution or script can have."""

    code = "name-invalid"
    exit_code = 2

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r}: not the name of a module, a distribution or a script",
            "give one name, such as requests, google.cloud.storage, PyYAML or sphinx-build",
        )
        self.name = name


class AllowlistError(PysharedirError):
    """A file that is no allowlist, or that cannot be read."""

    code = "allowlist-unusable"
    exit_code = 2

    def __init__(self, path: Path, reason: str, hint: str) -> None:
        super().__init__(f"{path}: no allowlist: {reason}", hint)
        self.path = path
        self.reason = reason


class BusyError(PysharedirError):
    """Another process moves distributions to or from the same directory.

    :param who: That process, in words, if it is known.
    :param more: What to do if nobody here can see whether it still lives.
    """

    code = "busy"

    def __init__(self, directory: Path, who: str = "", more: str = "") -> None:
        super().__init__(
            f"{directory}: another pysharedir moves distributions here{who and f': {who}'}",
            f"wait until it is done{more and f'; {more}'}",
        )
        self.directory = directory
        self.holder = who


class OvertakenError(PysharedirError):
    """Something that is not as it was when a move was planned."""

    code = "overtaken"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: changed in the meantime", "nothing was changed; run it again")
        self.path = path


class NotNoarchError(PysharedirError):
    """Distributions that a noarch package must not hold.

    :param reasons: What each is, and why.
    """

    code = "not-noarch"

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(
            f"not noarch: {'; '.join(reasons)}",
            "nothing was changed; make it a package of the architecture, or use --noarch NAME",
        )
        self.reasons = reasons


class NothingStagedError(PysharedirError):
    """A package build in which no distribution is.

    :param directories: Where one was looked for, as an interpreter will see it.
    """

    code = "nothing-staged"

    def __init__(self, destdir: str, directories: Iterable[str]) -> None:
        super().__init__(
            f"{destdir}: no distribution is staged in it",
            f"looked into {', '.join(directories)}; give another --prefix?",
        )
        self.destdir = destdir


class DestdirError(PysharedirError):
    """A place for a package that is outside the tree in which the package is being built.

    :param real: What links make of the path.
    """

    code = "destdir-left"

    def __init__(self, destdir: str, path: str, real: str) -> None:
        super().__init__(
            f"{path}: a link in it leads to {real}, out of {destdir}",
            "nothing was changed; make the link relative, to a place in the package",
        )
        self.destdir = destdir
        self.path = path
        self.real = real


class JournalError(PysharedirError):
    """A journal that cannot be read."""

    code = "journal-unreadable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: cannot be read: {reason}",
            "each distribution is whole in one directory at least: "
            f"remove {path.parent}, then run `pysharedir sort`",
        )
        self.path = path


class UntrustedError(PysharedirError):
    """What is not obeyed, since somebody else could have written it.

    :param reason: What is wrong with it, in words that follow those on its owner.
    :param remedy: What makes it right.
    """

    code = "untrusted"

    def __init__(self, path: Path, owner: str, reason: str, remedy: str) -> None:
        super().__init__(
            f"{path}: belongs to {owner}{reason}: no move of distributions begins or is recovered",
            remedy,
        )
        self.path = path
        self.owner = owner
        self.reason = reason


class UntrustedHookError(PysharedirError):
    """A hook of somebody else's prefix that names a sharedir outside of it."""

    code = "hook-untrusted"

    def __init__(self, path: Path, owner: str, sharedir: Path) -> None:
        super().__init__(
            f"{path}: belongs to {owner}, not to you or root: {sharedir} is not used for it",
            f"nothing was changed; let {owner} run it",
        )
        self.path = path
        self.owner = owner
        self.sharedir = sharedir


class ForeignMoveError(PysharedirError):
    """An interrupted move to or from a directory that the target does not have.

    :param home: Where its journal is.
    :param name: The name of the distribution.
    """

    code = "move-foreign"

    def __init__(self, home: Path, directory: Path, name: str) -> None:
        super().__init__(
            f"{home}: a move of {name} was interrupted, to or from {directory}, "
            "which this interpreter does not have",
            "run `pysharedir sort` where it is mounted, for the interpreter that has it",
        )
        self.home = home
        self.directory = directory
        self.name = name


class InterruptedMoveError(PysharedirError):
    """A move that is not finished, or could be neither finished nor undone.

    :param reason: What is in the way, or which distributions it is of.
    """

    code = "move-interrupted"

    def __init__(
        self,
        directory: Path,
        reason: str,
        hint: str = "nothing is lost; fix that, and run `pysharedir sort` again",
    ) -> None:
        super().__init__(f"{directory}: a move of distributions was interrupted: {reason}", hint)
        self.directory = directory
        self.reason = reason


class RememberedError(PysharedirError):
    """A file of what pysharedir remembers that pysharedir did not write."""

    code = "remembered-unreadable"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: not written by pysharedir", "move it away")
        self.path = path


class ChangeError(PysharedirError):
    """A change of the file system that failed; what came before it has been undone.

    :param step: The step that failed, in words.
    :param error: What the operating system said.
    """

    code = "change-failed"

    def __init__(self, step: str, error: OSError) -> None:
        super().__init__(
            f"{step}: {reason(error)}",
            "nothing was changed; run it as the owner of that directory, or work on a venv"
            if isinstance(error, PermissionError) or error.errno == errno.EROFS
            else "nothing was changed",
        )
        self.step = step
        self.error = error


class StartError(PysharedirError):
    """An interpreter that does not use its sharedir although the hook is in place."""

    code = "start-refused"

    def __init__(self, name: str, reason: str, hint: str) -> None:
        super().__init__(f"{name}: {reason}", f"nothing was changed; {hint}")
        self.name = name
        self.reason = reason


class UnusedSharedirError(PysharedirError):
    """A sharedir that the target does not use."""

    code = "sharedir-unused"

    def __init__(self, sharedir: Path, reason: str, hint: str) -> None:
        super().__init__(f"{sharedir}: {reason}", hint)
        self.sharedir = sharedir
        self.reason = reason


class InstallError(PysharedirError):
    """Dependencies that could not be installed.

    :param target: The interpreter that they are for.
    """

    code = "install-failed"

    def __init__(self, target: str, reason: str, hint: str) -> None:
        super().__init__(f"{target}: {reason}", hint)
        self.target = target
        self.reason = reason


class NoViewError(PysharedirError):
    """There is no view where one is to be compared or made again."""

    code = "view-missing"
    exit_code = 2

    def __init__(self, directory: Path, reason: str = "no view is there") -> None:
        super().__init__(
            f"{directory}: {reason}",
            "name the prefixes to make it of: `pysharedir view DIR PREFIX`",
        )
        self.directory = directory
        self.reason = reason


class OtherPythonError(PysharedirError):
    """A view that was made for another Python.

    :param python: Where modules are in it, as ``lib/python3.13/site-packages``.
    """

    code = "view-of-other-python"
    exit_code = 2

    def __init__(self, directory: Path, python: str, target: str) -> None:
        super().__init__(
            f"{directory}: made for {python}, which is not that of {target}",
            "name that Python with --python, or another directory",
        )
        self.directory = directory
        self.python = python
        self.target = target


class UntrustedViewError(PysharedirError):
    """A view that is not changed, since others have made it or can write to it.

    :param reason: What is wrong, in words that follow its path.
    """

    code = "view-untrusted"

    def __init__(self, path: Path, reason: str, hint: str) -> None:
        super().__init__(f"{path}: {reason}, so the view is not changed", hint)
        self.path = path
        self.reason = reason


class BusyViewError(PysharedirError):
    """Another process makes the same view."""

    code = "view-busy"

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"{directory}: another pysharedir makes this view", "wait until it is done"
        )
        self.directory = directory


class ViewSourceError(PysharedirError):
    """A prefix that cannot be in a view.

    :param path: The prefix, or what is wrong in it.
    """

    code = "view-prefix-refused"

    def __init__(self, path: str, reason: str, hint: str) -> None:
        super().__init__(f"{path}: {reason}", f"nothing was changed; {hint}")
        self.path = path
        self.reason = reason


class ViewError(PysharedirError):
    """A view that could not be made; the one that was there still is."""

    code = "view-failed"

    def __init__(self, directory: Path, error: OSError) -> None:
        super().__init__(
            f"{directory}: cannot be made: {said(error)}",
            "nothing was changed; a view needs a parent directory that you can write to, on a file"
            " system with links",
        )
        self.directory = directory
        self.error = error
