"""Steps that byte-compile modules with the interpreter that will run them."""

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
_UNCHECKED = 1  # the flags of a pyc that is not compared with its source (PEP 552)


@dataclass(frozen=True)
class Pyc:
    """One byte-compiled module.

    :ivar hashed: The hash of its source that it holds, in an unchecked hash-based pyc (PEP 552).
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

    Failing is not an error: the interpreter works without pycs.

    :ivar unchecked: Make unchecked hash-based pycs (PEP 552): they are the same in each build,
        valid whatever the times of files, and cost a start nothing.
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
    """Make pycs again, each of the kind that it was.

    This needs no undo, since a pyc that matches its source does no harm.  It is an error when no
    pyc can be made.
    """

    executable: Path
    directory: Path
    pycs: tuple[Pyc, ...]

    def __str__(self) -> str:
        return f"byte-compile {number(len(self.pycs), 'module')} in {self.directory}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        wanted = [(pyc.source, pyc.path, pyc.level, bool(pyc.hashed)) for pyc in self.pycs]
        if not _compile(self.executable, wanted):
            raise OSError(errno.EINVAL, f"cannot be compiled, such as {self.pycs[0].source}")
        return bool


@dataclass(frozen=True)
class RemoveUnchecked:
    """Remove an unchecked pyc before its source changes, as it would hide the change.

    Undoing puts the pyc back if the source is still the same.
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
                path.parent.mkdir(exist_ok=True)  # undoing Compile removes it
                restore()

        return undo

    def _source(self) -> bytes | None:
        path = Path(self.pyc.source)
        return path.read_bytes() if path.exists() else None


def is_reproducible() -> bool:
    """Tell whether files must be the same in each build.

    As for :mod:`py_compile`, they must if SOURCE_DATE_EPOCH is set, whatever its value: no time is
    taken from it.
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
    """Return the unchecked pycs of modules, which an interpreter does not compare with the source.

    :param magic: The magic number of the interpreter, in hexadecimal; by default, of any.
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
    """Return the pycs whose hash does not match their source.

    :param executable: Their interpreter, the only one that has their hash function.
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
    """Byte-compile modules, and return how many could be compiled.

    :param wanted: The modules, in the form that the program ``compile`` reads.
    """
    answer: Compiled = processes.ask(
        executable,
        "compile",
        flags=processes.ISOLATED,
        given=wanted,
        patience=processes.HOUR,
    )
    return answer["made"]
