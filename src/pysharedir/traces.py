"""Runs _trace.py in an interpreter, plainly or under strace, and compares with a plain start."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir import processes
from pysharedir.errors import TargetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TRACE = Path(__file__).with_name("_trace.py")
CORE = "core"
_MARK = "/pysharedir-mark/"
# A line of strace begins a call, ends one that was interrupted, or is no call.
_CALL = re.compile(rf'^(?:\d+ +)?\w+\((?:.*"{_MARK}(\d*)")?')
_PLAIN = """\
import sys
names = list(sys.modules)
if sys.path[:1] == [""]:
    del sys.path[0]
path = sys.path[:]
import json, os
facts = {"modules": [name for name in names if isinstance(name, str)]}
facts["path"] = [entry for entry in path if isinstance(entry, str)]
facts["stdlib"] = list(getattr(sys, "stdlib_module_names", ()))
os.write(1, b"\\n<pysharedir>%s</pysharedir>\\n" % json.dumps(facts).encode("ascii"))
"""


def trace(executable: Path, *, watch: bool = False, within: Sequence[str] = ()) -> dict[str, Any]:
    """Run _trace.py in *executable*.

    :param within: A command that runs it.
    """
    mark = f"lambda name: access({_MARK!r} + name, 0)" if within else "None"
    code = (
        "import sys\n"
        "names = set(sys.modules)\n"
        "from time import perf_counter_ns as clock\n"
        f"{'from posix import access' if within else ''}\n"
        f"mark, watch, began = {mark}, {watch}, clock()\n"
        "mark and mark('')\n"
        f"exec(compile({_TRACE.read_text('utf-8')!r}, {_TRACE.name!r}, 'exec'))\n"
    )
    before = time.perf_counter_ns()
    facts = processes.ask(executable, "-S", "-c", code, within=within)
    facts["core"] = facts["began"] - before
    return facts


def count(executable: Path) -> tuple[dict[str, Any] | None, str]:
    """Run it under strace, for the system calls of each span.

    :return: What it told, with ``calls`` by the numbers of spans, and of what is before site by
        CORE; or None, and the reason.
    """
    strace = shutil.which("strace")
    if strace is None:
        return None, "system calls are not counted: no strace on PATH"
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory, "calls")
        try:
            facts = trace(executable, within=[strace, "-f", "-qq", "-o", str(output)])
        except TargetError as error:  # a container may forbid it
            return None, f"system calls are not counted: strace: {error.hint}"
        with output.open(encoding="utf-8", errors="replace") as lines:
            facts["calls"] = _counted(lines)
    return facts, ""


def _counted(lines: Iterable[str]) -> Counter[str]:
    """Count the calls between the marks that _trace.py makes."""
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


def differences(executable: Path, traced: dict[str, Any]) -> list[str]:
    """Say where a plain start ends otherwise than one that was looked at."""
    if any(span["fatal"] for span in traced["spans"]):
        return ["a plain start ends at the first fatal error"]
    plain = processes.ask(executable, "-c", _PLAIN)
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
