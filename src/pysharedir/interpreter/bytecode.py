"""Byte-compiling modules with the interpreter that will run them, as steps."""

from __future__ import annotations

import contextlib
import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.errors import TargetError
from pysharedir.interpreter import processes
from pysharedir.wording import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pysharedir.interpreter.answers import Compiled


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
    """

    executable: Path
    sources: tuple[Path, ...]

    def __str__(self) -> str:
        return f"byte-compile {', '.join(source.name for source in self.sources)}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        with contextlib.suppress(TargetError):
            _compile(self.executable, [(str(source), None, -1, False) for source in self.sources])
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
