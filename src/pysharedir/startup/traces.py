"""Starts that are looked on, plainly or under strace, and compared with a plain start."""

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
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pysharedir.interpreter.answers import Plain, Span, Trace

CORE = "core"
_MARK = "pysharedir-mark"  # what is looked up in vain where a span begins: its number is added
# A line of strace begins a call, ends one that was interrupted, or is no call.
_CALL = re.compile(rf'^(?:\d+ +)?\w+\((?:.*"/{_MARK}/(\d*)")?')


class SpanKind(Label):
    """What it is that runs, by the words of the program ``trace``."""

    SITE = "site"
    FILE = "file"  # reading a .pth or .start; up to Python 3.14 its path lines too
    PATH_LINE = "path line"
    IMPORT_LINE = "import line"
    ENTRY = "entry"
    SITECUSTOMIZE = "sitecustomize"
    USERCUSTOMIZE = "usercustomize"
    HOOK = "hook"  # pysharedir completes ``sys.path``
    IMPORT = "import"  # of a module; only where imports are looked at


class Look(Label):
    """What a start is looked on for besides its spans; each takes time of its own."""

    NOTHING = ""
    FILES = "files"  # that are executed
    IMPORTS = "imports"  # which then are spans


class Key(NamedTuple):
    """What a span is found again by in another start.

    :ivar turn: Which it is of those that are alike, from 1 on.
    """

    kind: SpanKind
    file: str | None
    text: str | None
    turn: int


@dataclass(frozen=True)
class Traced:
    """One start that was looked on.

    :ivar facts: What the program ``trace`` told.
    :ivar core: Nanoseconds from the call that starts the process to the import of site.
    :ivar calls: System calls by the numbers of spans, and of what is before site by CORE; None
        when they were not counted.
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
    """Have a start of *executable* looked on.

    :param within: A command that runs it; then spans are marked for it.
    """
    mark = _MARK if within else ""
    arguments = (mark, str(look), processes.text_of("trace"))
    before = time.perf_counter_ns()
    facts: Trace = processes.ask(executable, "watch", *arguments, flags=["-S"], within=within)
    return Traced(facts, core=facts["began"] - before)


def count(executable: Path, *, look: Look = Look.NOTHING) -> tuple[Traced | None, str]:
    """Have a start looked on under strace, for the system calls of each span.

    :return: What it told; or None, and the reason.
    """
    strace = shutil.which("strace")
    if strace is None:
        return None, "system calls are not counted: no strace on PATH"
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory, "calls")
        try:
            command = [strace, "-f", "-qq", "-o", str(output)]
            traced = trace(executable, look=look, within=command)
        except TargetError as error:  # a container may forbid it
            return None, f"system calls are not counted: strace: {error.hint}"
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
    """Say where a plain start ends otherwise than one that was looked at."""
    if any(span["fatal"] for span in traced["spans"]):
        return ["a plain start ends at the first fatal error"]
    plain: Plain = processes.ask(executable, "plain")
    notes = []
    if plain["path"] != traced["path"]:
        notes.append("a plain start has another sys.path than the one that was looked at")
    names = set(plain["modules"]) ^ set(traced["modules"])
    if any(span["error"] for span in traced["spans"]):
        # site shows a traceback, and what that takes depends on the frames in it.
        stdlib = plain["stdlib"] or sys.stdlib_module_names
        names = {name for name in names if name.partition(".")[0] not in stdlib}
    if names:
        notes.append(
            "a plain start imports other modules than the one that was looked at:"
            f" they differ in {', '.join(sorted(names))}"
        )
    return notes
