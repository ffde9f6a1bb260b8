"""Starting an interpreter as its user does, and looking on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.errors import OldTargetError
from pysharedir.interpreter.target import FLOOR
from pysharedir.snapshot import Reader
from pysharedir.startup import costs, traces
from pysharedir.startup.spans import Startup, files_of, sources_of
from pysharedir.startup.traces import Key, SpanKind

if TYPE_CHECKING:
    from pathlib import Path

RUNS = 5
_SITE = Key(SpanKind.SITE, None, None, 1)


def start(executable: Path, *, runs: int = RUNS, reader: Reader | None = None) -> Startup:
    """Start an interpreter as its user does, and return what it runs.

    A start that would end early is followed to its end.

    :param runs: How often, to take the time; with 0 there is but one start, which takes longer
        than others, and system calls are not counted.
    :param reader: What has read directories before.
    :raises TargetError: when it does not start.
    :raises OldTargetError: when it is too old.
    """
    watched = traces.trace(executable, watch=True)
    version = tuple(watched.facts["version"])
    if version < FLOOR:
        raise OldTargetError(str(executable), version, FLOOR)
    notes: list[str] = []
    timed = [traces.trace(executable) for _ in range(runs)] or [watched]
    counted = None
    if runs:
        counted, note = traces.count(executable)
        notes += [note] if note else []
        notes += traces.differences(executable, watched.facts)
    keys = list(watched.spans)
    if any(keys != list(traced.spans) for traced in [*timed, counted or watched]):
        notes.append("starts differ: what one runs, another does not")
    measured = costs.of_starts(timed, counted)
    facts = watched.facts
    return Startup(
        executable=executable,
        version=(version[0], version[1], version[2]),
        path=tuple(facts["path"]),
        core=measured.core,
        site=measured.spans[_SITE],
        sources=sources_of(watched),
        files=files_of(watched, measured.spans, reader or Reader()),
        ends_early=any(span["fatal"] for span in facts["spans"]),
        runs=max(runs, 1),
        notes=tuple(notes),
        prefix=facts["prefix"],
        base_prefix=facts["base_prefix"],
        stdlib=facts["stdlib"],
        user_site=facts["user_site"],
    )
