"""One start as trace events, which Perfetto, speedscope and Chrome draw."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pysharedir import __version__
from pysharedir.interpreter import pth
from pysharedir.snapshot import Reader
from pysharedir.startup import owners, spans, traces
from pysharedir.startup.traces import Look, SpanKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pysharedir.interpreter.answers import Span
    from pysharedir.startup.traces import Key, Traced

_THREAD = "startup"
_CORE = "interpreter"
_CATEGORIES = {
    SpanKind.SITE: "site",
    SpanKind.IMPORT: "import",
    SpanKind.FILE: "startup file",
    SpanKind.SITECUSTOMIZE: "startup file",
    SpanKind.USERCUSTOMIZE: "startup file",
    SpanKind.HOOK: "hook",
}


@dataclass(frozen=True)
class Timeline:
    """One start, with the time at which each part of it began and ended.

    :ivar calls: The system calls of each span without those within it, and of what is before site
        by None; counted in another start, None when they could not be counted.
    :ivar files: The file of each span that has one.
    :ivar lines: The number of the line that a span runs.
    :ivar owners: Whose a file is.
    """

    executable: Path
    traced: Traced
    calls: Mapping[Key | None, int] | None
    files: Mapping[Key, str]
    lines: Mapping[Key, int]
    owners: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def ends_early(self) -> bool:
        """Whether an error ends such a start, before user code."""
        return any(span["fatal"] for span in self.traced.facts["spans"])


def take(executable: Path) -> Timeline:
    """Start an interpreter as its user does, and return when each part of it ran.

    System calls are counted in a second start.

    :raises TargetError: when it does not start.
    :raises OldTargetError: when it is too old.
    """
    traced = traces.trace(executable, look=Look.IMPORTS)
    version = tuple(traced.facts["version"])
    counted, note = traces.count(executable, look=Look.IMPORTS)
    by_file = spans.by_file(traced)
    files = {key: path for (_, path), keys in by_file.items() if path for key in keys}
    files |= {
        key: key.file
        for key in traced.spans
        if key.kind is SpanKind.IMPORT and key.file is not None
    }
    lines = {
        key: number
        for (_, path), keys in by_file.items()
        if path and path.endswith((".pth", ".start"))
        for key, number in spans.numbered(keys, pth.read(path, version)).items()
        if number is not None
    }
    return Timeline(
        executable=executable,
        traced=traced,
        calls=_calls(counted),
        files=files,
        lines=lines,
        owners=_owners(traced, files),
        notes=(note,) if note else (),
    )


def _calls(counted: Traced | None) -> dict[Key | None, int] | None:
    if counted is None or counted.calls is None:
        return None
    numbers: dict[Key | None, str] = {
        key: str(span["number"]) for key, span in counted.spans.items()
    }
    numbers[None] = traces.CORE
    return {key: counted.calls.get(number, 0) for key, number in numbers.items()}


def _owners(traced: Traced, files: Mapping[Key, str]) -> dict[str, str]:
    facts = traced.facts
    paths = [path for path in set(files.values()) if not owners.is_stdlib(facts["stdlib"], path)]
    venv = facts["prefix"] if facts["prefix"] != facts["base_prefix"] else None
    return owners.of_files(sorted(paths), facts["path"], venv, Reader())


def events(timeline: Timeline) -> dict[str, Any]:
    """Return a start in the trace event format: one process, one thread, complete events.

    An event lies within another when it happened within it.  Times are microseconds from the call
    that starts the process.
    """
    facts = timeline.traced.facts
    core = timeline.traced.core
    calls = _nested(timeline)
    end = core + max(span["end"] for span in facts["spans"])
    made = [
        _event(timeline, f"start of {timeline.executable}", "start", (0, end), _known(calls, ...)),
        _event(timeline, _CORE, _CORE, (0, core), _known(calls, None)),
    ]
    for key, span in timeline.traced.spans.items():
        name, category = _named(key, timeline)
        arguments = {**_arguments(key, span, timeline), **_known(calls, key)}
        times = core + span["begin"], core + span["end"]
        made.append(_event(timeline, name, category, times, arguments))
    version = ".".join(map(str, facts["version"]))
    return {
        "traceEvents": [
            _label(timeline, "process_name", f"Python {version}: {timeline.executable}"),
            _label(timeline, "thread_name", _THREAD),
            *made,
        ],
        "displayTimeUnit": "ms",
        "otherData": {
            "generator": f"pysharedir {__version__}",
            "target": str(timeline.executable),
            "version": version,
            "ends_early": timeline.ends_early,
            "notes": list(timeline.notes),
        },
    }


def _nested(timeline: Timeline) -> dict[object, int] | None:
    """Return the system calls of each span with those within it, and of the whole start."""
    if timeline.calls is None:
        return None
    parts = list(timeline.traced.spans.items())
    keys = {span["number"]: key for key, span in parts}
    total: Counter[object] = Counter(timeline.calls)
    for key, span in reversed(parts):
        if span["parent"] is not None:
            total[keys[span["parent"]]] += total[key]
    total[...] = sum(timeline.calls.values())
    return total


def _known(calls: Mapping[object, int] | None, key: object) -> dict[str, int]:
    return {} if calls is None or key not in calls else {"system_calls": calls[key]}


def _named(key: Key, timeline: Timeline) -> tuple[str, str]:
    """Return what an event is called, and its category."""
    if key.kind is SpanKind.IMPORT:
        name = f"import {key.text}"
    elif key.kind is SpanKind.FILE:
        name = os.path.basename(str(key.file))
    elif key.kind is SpanKind.HOOK:
        name = "pysharedir completes sys.path"
    elif key.text is None:
        name = str(key.kind)
    else:
        number = timeline.lines.get(key)  # none if the file is no longer as it ran
        name = f"line {number}: {key.text.strip()}" if number else key.text.strip()
    return name, _CATEGORIES.get(key.kind, "line")


def _arguments(key: Key, span: Span, timeline: Timeline) -> dict[str, Any]:
    """Return what is known of a span, without what does not apply to it."""
    path = timeline.files.get(key)
    known = {
        "file": path,
        "line": timeline.lines.get(key),
        "owner": timeline.owners.get(path or ""),
        "path": span["path"],
        "error": span["error"],
    }
    return {name: value for name, value in known.items() if value}


def _event(
    timeline: Timeline, name: str, category: str, times: tuple[int, int], arguments: dict[str, Any]
) -> dict[str, Any]:
    begin, end = times
    pid = timeline.traced.facts["pid"]
    return {
        "name": name,
        "cat": category,
        "ph": "X",
        "ts": _microseconds(begin),
        "dur": _microseconds(end) - _microseconds(begin),
        "pid": pid,
        "tid": pid,
        "args": arguments,
    }


def _microseconds(ns: int) -> float:
    """Return a time as a binary fraction, of which a sum of begin and duration is exact.

    Otherwise an event may end after the one that it lies within, by a rounding error.
    """
    return ns * 64 // 1000 / 64


def _label(timeline: Timeline, what: str, name: str) -> dict[str, Any]:
    pid = timeline.traced.facts["pid"]
    return {"name": what, "ph": "M", "pid": pid, "tid": pid, "args": {"name": name}}
