"""Byte-compiling modules with the interpreter that will run them, as steps."""

from __future__ import annotations

import contextlib
import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.changes import RemoveFile
from pysharedir.errors import TargetError
from pysharedir.interpreter import processes
from pysharedir.wording import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pysharedir.interpreter.answers import Compiled, Pycs

_HEADER = 16
_UNCHECKED = 1  # the flags of a pyc whose source is not looked at (PEP 552)


@dataclass(frozen=True)
class Pyc:
    """One byte-compiled module.

    :ivar hashed: The hash in it, when it is by this alone that it fits its source (PEP 552).
    """

    path: str
    source: str
    hashed: str = ""

    @property
    def level(self) -> int:
        """The level of optimisation (PEP 488)."""
        tag = self.path.rsplit(".", 2)[1]
        return int(tag[4:]) if tag[:4] == "opt-" and tag[4:].isdigit() else 0


@dataclass(frozen=True)
class Compile:
    """Byte-compile modules.

    It is no error when that fails: the interpreter does without.

    :ivar unchecked: Make pycs that hold a hash of their source, which no start compares: they are
        the same in each build and fit whatever the times of files, at no cost (PEP 552).
    """

    executable: Path
    sources: tuple[Path, ...]
    unchecked: bool = False

    def __str__(self) -> str:
        return f"byte-compile {', '.join(source.name for source in self.sources)}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        with contextlib.suppress(TargetError):
            wanted = [(str(source), None, -1, self.unchecked) for source in self.sources]
            _compile(self.executable, wanted)
        return self._remove

    def _remove(self) -> None:
        for pyc in pycs(self.sources):
            pyc.unlink()
        for directory in {source.parent / "__pycache__" for source in self.sources}:
            with contextlib.suppress(OSError):
                directory.rmdir()


@dataclass(frozen=True)
class Recompile:
    """Make pycs anew, each of the kind that it was.

    To undo it is not needed: a pyc that fits its source does no harm.  It is an error when none
    can be made.
    """

    executable: Path
    directory: Path
    pycs: tuple[Pyc, ...]

    def __str__(self) -> str:
        return f"byte-compile {number(len(self.pycs), 'module')} in {self.directory}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        wanted = [(each.source, each.path, each.level, bool(each.hashed)) for each in self.pycs]
        if not _compile(self.executable, wanted):
            raise OSError(errno.EINVAL, f"cannot be compiled, such as {self.pycs[0].source}")
        return bool


@dataclass(frozen=True)
class RemoveUnchecked:
    """Remove a pyc that hides what its source is, before that changes.

    To undo it is to put it back if the source is what it was.
    """

    pyc: Pyc

    def __str__(self) -> str:
        return f"remove {self.pyc.path}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        path, source = Path(self.pyc.path), self._source()
        restore = RemoveFile(path).apply()

        def undo() -> None:
            if self._source() == source:
                path.parent.mkdir(exist_ok=True)  # an undone Compile takes it away
                restore()

        return undo

    def _source(self) -> bytes | None:
        path = Path(self.pyc.source)
        return path.read_bytes() if path.exists() else None


def is_reproducible() -> bool:
    """Tell whether what is made is to be the same in each build.

    As for :mod:`py_compile`, SOURCE_DATE_EPOCH in the environment says so, whatever its value: no
    time is taken from it.
    """
    return bool(os.environ.get("SOURCE_DATE_EPOCH"))


def header(path: str) -> bytes:
    """Return the first 16 bytes of a pyc, see PEP 552.

    :raises OSError: when it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _HEADER)
    finally:
        os.close(descriptor)


def unchecked(sources: Iterable[Path], magic: str = "") -> list[Pyc]:
    """Return those pycs of modules that an interpreter takes without a look at the source.

    :param magic: Of the interpreter, in hexadecimal; without it of any.
    """
    made = []
    for source in sources:
        for path in pycs([source]):
            with contextlib.suppress(OSError):
                head = header(str(path))
                if head[4:8] == _UNCHECKED.to_bytes(4, "little") and head.hex().startswith(magic):
                    made.append(Pyc(str(path), str(source), head[8:].hex()))
    return made


def misfits(executable: Path, hashed: Sequence[Pyc]) -> list[Pyc]:
    """Return those pycs whose hash is not that of their source.

    :param executable: Their interpreter, which alone knows the function.
    """
    if not hashed:
        return []
    question = [[pyc.source for pyc in hashed], []]
    try:
        answer: Pycs = processes.ask(executable, "pycs", flags=processes.ISOLATED, given=question)
    except TargetError:
        return []
    return [
        pyc
        for pyc, digest in zip(hashed, answer["digests"], strict=True)
        if digest not in (None, pyc.hashed)
    ]


def pycs(sources: Iterable[Path]) -> list[Path]:
    """Return the byte-compiled files of modules, of every interpreter (PEP 3147)."""
    return sorted(
        pyc
        for source in sources
        if source.suffix == ".py"
        for pyc in source.parent.glob(f"__pycache__/{source.stem}.*.pyc")
    )


def _compile(executable: Path, wanted: Sequence[tuple[str, str | None, int, bool]]) -> int:
    """Byte-compile modules, and return how many that was.

    :param wanted: As the program ``compile`` reads it.
    """
    answer: Compiled = processes.ask(
        executable,
        "compile",
        flags=processes.ISOLATED,
        given=wanted,
        patience=processes.HOUR,
    )
    return answer["made"]
