"""Starting an interpreter as its user does, and looking on: the order of the steps."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import changes
from pysharedir.errors import OldTargetError
from pysharedir.interpreter.target import FLOOR
from pysharedir.snapshot import Reader
from pysharedir.startup import allowlist, costs, traces
from pysharedir.startup.spans import Startup, files_of, sources_of
from pysharedir.startup.traces import Key, SpanKind

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.changes import Step

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


@dataclass(frozen=True)
class Allowed:
    """What an allowlist has, or with ``dry_run`` would have.

    :ivar hashes: See :func:`pysharedir.startup.allowlist.hashes`.
    :ivar steps: What writes it, if it has to be written.
    """

    executable: Path
    hashes: dict[str, str]
    steps: tuple[Step, ...]
    dry_run: bool


@dataclass(frozen=True)
class Compared:
    """What a start runs, compared with an allowlist.

    :ivar hashes: See :func:`pysharedir.startup.allowlist.hashes`.
    """

    executable: Path
    hashes: dict[str, str]
    comparison: allowlist.Comparison


def allow(executable: Path, file: Path, *, dry_run: bool) -> Allowed:
    """Write an allowlist of what a start runs.

    :raises AllowlistError: when there is a file that is none.
    :raises ChangeError: when it cannot be written.
    """
    hashes = allowlist.hashes(start(executable, runs=0))
    if os.path.lexists(file):
        allowlist.read(file)  # what is no allowlist is not overwritten
    content = allowlist.render(hashes)
    is_same = file.is_file() and file.read_bytes() == content
    steps = () if is_same else (changes.WriteFile(file, content),)
    if not dry_run:
        changes.apply(steps)
    return Allowed(executable, hashes, steps, dry_run)


def compare(executable: Path, file: Path) -> Compared:
    """Compare what a start runs with an allowlist.

    :raises AllowlistError: when it cannot be read.
    """
    allowed = allowlist.read(file)
    hashes = allowlist.hashes(start(executable, runs=0))
    return Compared(executable, hashes, allowlist.compare(hashes, allowed))
