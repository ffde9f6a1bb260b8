"""Observed starts, plain or under strace, and how they differ from an unobserved start."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pysharedir.errors import TargetError
from pysharedir.interpreter import processes
from pysharedir.interpreter.finding import of_age
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pysharedir.interpreter.answers import Plain, Span, Trace

CORE = "core"
_MARK = "pysharedir-mark"  # a file to look up where a span begins: the number of that is added
# A line of strace begins a call, ends an interrupted one, or is no call.
_CALL = re.compile(rf'^(?:\d+ +)?\w+\((?:.*"/{_MARK}/(\d*)")?')


class SpanKind(Label):
    """What runs, in the words of the program ``trace``."""

    SITE = "site"
    FILE = "file"  # reading a .pth or .start; up to Python 3.14 its path lines too
    PATH_LINE = "path line"
    IMPORT_LINE = "import line"
    ENTRY = "entry"
    SITECUSTOMIZE = "sitecustomize"
    USERCUSTOMIZE = "usercustomize"
    HOOK = "hook"  # pysharedir completes ``sys.path``
    IMPORT = "import"  # of a module; only with Look.IMPORTS


class Look(Label):
    """What to observe besides spans; each takes time itself."""

    NOTHING = ""
    FILES = "files"  # that a start executes
    IMPORTS = "imports"  # which then are spans too


class Key(NamedTuple):
    """What identifies a span in several starts.

    :ivar turn: Its number among those that are otherwise the same, from 1 on.
    """

    kind: SpanKind
    file: str | None
    text: str | None
    turn: int


@dataclass(frozen=True)
class Traced:
    """One observed start.

    :ivar facts: What the program ``trace`` answered.
    :ivar core: Nanoseconds from the call that starts the process to the import of site.
    :ivar calls: The system calls of each span by its number, and of what comes before site by
        CORE; None if nothing counted them.
    """

    facts: Trace
    core: int
    calls: Mapping[str, int] | None = None

    @cached_property
    def spans(self) -> dict[Key, Span]:
        """What ran, in order."""
        turns: Counter[tuple[SpanKind, str | None, str | None]] = Counter()
        spans = {}
        for span in self.facts["spans"]:
            alike = SpanKind(span["kind"]), span["file"], span["text"]
            turns[alike] += 1
            spans[Key(*alike, turns[alike])] = span
        return spans


def trace(executable: Path, *, look: Look = Look.NOTHING, within: Sequence[str] = ()) -> Traced:
    """Observe a start of *executable*.

    :param within: A command that runs it; then each span has a mark for that command.
    :raises TargetError: when it does not start.
    :raises OldTargetError: when it is too old.
    """
    mark = _MARK if within else ""
    arguments = (mark, str(look), processes.text_of("trace"))
    before = time.perf_counter_ns()
    facts: Trace = processes.ask(executable, "watch", *arguments, flags=["-S"], within=within)
    return Traced(of_age(executable, facts), core=facts["began"] - before)


def count(executable: Path, *, look: Look = Look.NOTHING) -> tuple[Traced | None, str]:
    """Observe a start under strace, for the system calls of each span.

    :return: The start; or None, and the reason.
    """
    strace = shutil.which("strace")
    if strace is None:
        return None, "no system calls counted: there is no strace on PATH"
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory, "calls")
        try:
            command = [strace, "-f", "-qq", "-o", str(output)]
            traced = trace(executable, look=look, within=command)
        except TargetError as error:  # a container may forbid it
            return None, f"no system calls counted: strace: {error.hint}"
        with output.open(encoding="utf-8", errors="replace") as lines:
            return replace(traced, calls=_counted(lines)), ""


def _counted(lines: Iterable[str]) -> Counter[str]:
    """Count the calls between the marks of spans."""
    calls: Counter[str] = Counter()
    current = CORE
    for line in lines:
        call = _CALL.match(line)
        if call is None:
            continue
        if call[1] is not None:
            current = call[1]
        else:
            calls[current] += 1
    return calls


def differences(executable: Path, traced: Trace) -> list[str]:
    """Say how an unobserved start differs at its end from an observed one."""
    if any(span["fatal"] for span in traced["spans"]):
        return ["without pysharedir, the start ends at the first fatal error"]
    plain: Plain = processes.ask(executable, "plain")
    notes = []
    if plain["path"] != traced["path"]:
        notes.append("an unobserved start has another sys.path than the observed one")
    names = set(plain["modules"]) ^ set(traced["modules"])
    if any(span["error"] for span in traced["spans"]):
        # site prints a traceback, and what that imports depends on the frames in it.
        stdlib = plain["stdlib"] or sys.stdlib_module_names
        names = {name for name in names if name.partition(".")[0] not in stdlib}
    if names:
        notes.append(
            "an unobserved start imports other modules than the observed one:"
            f" they differ in {', '.join(sorted(names))}"
        )
    return notes
