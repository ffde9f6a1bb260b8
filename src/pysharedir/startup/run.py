"""Start an interpreter as its user does, and observe the start: the order of the steps."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import changes
from pysharedir.moving import recovery
from pysharedir.snapshot import Reader
from pysharedir.startup import allowlist, costs, owners, static, traces
from pysharedir.startup.spans import Startup, files_of, sources_of
from pysharedir.startup.traces import Key, Look, SpanKind

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.changes import Step

RUNS = 5
_SITE = Key(SpanKind.SITE, None, None, 1)


def start(executable: Path, *, runs: int = RUNS, reader: Reader | None = None) -> Startup:
    """Start an interpreter as its user does, and return what it runs.

    If an error would end the start, it goes on to its end here.

    :param runs: The number of starts to time; with 0 there is only one start, which takes longer
        than others, and nothing counts system calls.
    :param reader: What has already read directories.
    :raises TargetError: when it does not start.
    :raises OldTargetError: when it is too old.
    """
    watched = traces.trace(executable, look=Look.FILES)
    version = tuple(watched.facts["version"])
    notes: list[str] = []
    timed = [traces.trace(executable) for _ in range(runs)] or [watched]
    counted = None
    if runs:
        counted, note = traces.count(executable)
        notes += [note] if note else []
        notes += traces.differences(executable, watched.facts)
    keys = list(watched.spans)
    if any(keys != list(traced.spans) for traced in [*timed, counted or watched]):
        notes.append("starts differ: not every start runs the same")
    measured = costs.of_starts(timed, counted)
    facts = watched.facts
    reader = reader or Reader()
    files = files_of(watched, measured.spans, reader)
    return Startup(
        executable=executable,
        version=(version[0], version[1], version[2]),
        path=tuple(facts["path"]),
        core=measured.core,
        site=measured.spans[_SITE],
        sources=sources_of(watched),
        files=files,
        hook_parts=owners.hook_parts((file.path for file in files if file.path), reader),
        ends_early=any(span["fatal"] for span in facts["spans"]),
        runs=max(runs, 1),
        notes=(*notes, *recovery.seen(facts["path"])),
        prefix=facts["prefix"],
        base_prefix=facts["base_prefix"],
        stdlib=facts["stdlib"],
        user_site=facts["user_site"],
    )


@dataclass(frozen=True)
class Allowed:
    """What an allowlist has, or with ``dry_run`` would have.

    :ivar hashes: See :func:`pysharedir.startup.allowlist.hashes`.
    :ivar steps: The steps that write it, if it has changed.
    """

    executable: Path
    hashes: dict[str, str]
    steps: tuple[Step, ...]
    dry_run: bool


@dataclass(frozen=True)
class Compared:
    """What a start runs, compared with an allowlist.

    :ivar hashes: See :func:`pysharedir.startup.allowlist.hashes`.
    :ivar started: Whether the comparison needed a start.
    """

    executable: Path
    hashes: dict[str, str]
    comparison: allowlist.Comparison
    started: bool


def allow(executable: Path, file: Path, *, dry_run: bool, starts: bool = True) -> Allowed:
    """Write an allowlist of what a start runs.

    :param starts: Whether to start the interpreter; otherwise the list has only startup files.
    :raises AllowlistError: when the file is there and is not an allowlist.
    :raises ChangeError: when the file cannot be written.
    """
    if starts:
        hashes = allowlist.hashes(start(executable, runs=0))
    else:
        hashes = allowlist.static_hashes(static.read(executable, owned=False))
    if os.path.lexists(file):
        allowlist.read(file)  # overwrites nothing but an allowlist
    content = allowlist.render(hashes)
    is_same = file.is_file() and file.read_bytes() == content
    steps = () if is_same else (changes.WriteFile(file, content),)
    if not dry_run:
        changes.apply(steps)
    return Allowed(executable, hashes, steps, dry_run)


def compare(executable: Path, file: Path, *, starts: bool = True) -> Compared:
    """Compare what a start runs with an allowlist.

    Startup files, and all that the list allows, are compared before a start; if one is new or
    changed, there is no start.

    :param starts: Whether to start the interpreter at all.
    :raises AllowlistError: when it cannot be read.
    """
    allowed = allowlist.read(file)
    reader = Reader()
    read = static.read(executable, reader=reader, owned=False)
    hashes, comparison = allowlist.compare_static(read, allowed)
    if comparison.faults or not starts:
        return Compared(executable, hashes, comparison, started=False)
    hashes = allowlist.hashes(start(executable, runs=0, reader=reader))
    return Compared(executable, hashes, allowlist.compare(hashes, allowed), started=True)
