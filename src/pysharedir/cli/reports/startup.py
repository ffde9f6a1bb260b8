"""What ``startup`` prints."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pysharedir import wording
from pysharedir.cli import documents, output
from pysharedir.startup import allowlist
from pysharedir.startup.digests import UNREADABLE
from pysharedir.startup.spans import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.text import Text

    from pysharedir.startup.costs import Cost
    from pysharedir.startup.run import Allowed, Compared
    from pysharedir.startup.spans import File, Startup
    from pysharedir.startup.static import Static
    from pysharedir.startup.timeline import Timeline

_BAR = 16
_NARROW = 60  # a terminal of fewer columns has no room for bars
_NAMED = 3  # modules in the table; JSON has all


def tell_allowed(allowed: Allowed, *, as_json: bool) -> None:
    """Report what an allowlist now has."""
    if as_json:
        output.print_json(
            {
                "target": allowed.executable,
                "dry_run": allowed.dry_run,
                "changed": bool(allowed.steps) and not allowed.dry_run,
                "steps": list(map(str, allowed.steps)),
                "files": allowed.hashes,
            }
        )
        return
    output.tell_steps(allowed.steps, dry_run=allowed.dry_run)
    state = "allowed" if allowed.steps else "already allowed, nothing to do"
    count = wording.number(len(allowed.hashes), "file")
    output.say(f"{allowed.executable}: {count}, {state}")


def tell_compared(compared: Compared, file: Path, *, as_json: bool) -> None:
    """Report what a start runs that is not in an allowlist.

    :param file: The allowlist.
    """
    comparison, hashes = compared.comparison, compared.hashes
    if as_json:
        facts = {"target": compared.executable, "started": compared.started, "files": hashes}
        output.print_json({**facts, **asdict(comparison)})
        return
    for state, names in ("new", comparison.new), ("changed", comparison.changed):
        for name in names:
            why = ", cannot be read" if hashes[name] == UNREADABLE else ""
            said = f" {allowlist.escaped(name)}{why}"
            output.say(output.text((f"{state}:", "bold red"), said))
    output.tell_notes([f"gone: {allowlist.escaped(name)}" for name in comparison.gone])
    faults = comparison.faults
    said = f"{faults} not allowed by {file}" if faults else f"all allowed by {file}"
    ran = "" if compared.started else "; nothing ran"
    output.say(f"{compared.executable}: {wording.number(len(hashes), 'file')}, {said}{ran}")


def tell_static(static: Static, *, as_json: bool) -> None:
    """Report what a start would run."""
    if as_json:
        facts: dict[str, Any] = output.plain(asdict(static))
        output.print_json({"target": facts.pop("executable"), **facts})
        return
    for file in static.files:
        said = f" of {file.owner}" if file.owner else ", of no distribution"
        said += f", a link to {file.link}" if file.link else ""
        said += ", silenced by its .start" if file.silenced else ""
        output.say(output.text((file.path, "bold"), said))
        output.say(f"cannot be read: {file.error}" if file.error else f"sha256 {file.digest}", 6)
        for item in file.items:
            if item.text is not None:
                ignored = "" if item.number is not None else "not run: "
                output.say(output.text((f"{item.line}: {ignored}", "dim"), item.text), 6)
    output.tell_notes(static.notes)
    count = wording.number(len(static.files), "startup file")
    output.say(f"{static.executable}: {count}, none ran")


def tell_trace(taken: Timeline, file: Path, *, as_json: bool) -> None:
    """Write a start as trace events."""
    from pysharedir.startup import timeline

    steps = documents.write(file, timeline.events(taken))
    if not as_json:
        output.tell_steps(steps, dry_run=False)


def tell(startup: Startup, *, as_json: bool) -> None:
    """Report what a start runs, and what that costs."""
    if as_json:
        output.print_json(_facts(startup))
        return
    console = output.console()
    is_narrow = console.width < _NARROW
    made = output.table("startup file", "ms", "calls", *([] if is_narrow else [""]))
    for column in made.columns[1:3]:
        column.justify = "right"
    names = _names(startup.files, "x" if console.options.ascii_only else "\N{MULTIPLICATION SIGN}")
    rows = [
        (output.text(("the interpreter", "bold")), startup.core),
        (output.text(("site", "bold")), startup.site),
        *(
            (_described(name, file), file.cost)
            for name, file in zip(names, startup.files, strict=True)
        ),
    ]
    begin = 0
    for text, cost in rows:
        end = begin + cost.ns
        bar = output.bar(startup.cost.ns, begin, end, _BAR)
        calls = "" if cost.calls is None else str(cost.calls)
        made.add_row(text, _ms(cost), calls, *([] if is_narrow else [bar]))
        begin = end
    console.print(made)
    for file in startup.files:
        _tell_errors(file)
    output.tell_notes(startup.notes)
    calls = "" if startup.cost.calls is None else f", {startup.cost.calls} system calls"
    output.say(
        f"{startup.executable}: {_ms(startup.cost)} ms, the sum of the least times in"
        f" {wording.number(startup.runs, 'start')}{calls}"
    )


def _facts(startup: Startup) -> dict[str, Any]:
    facts: dict[str, Any] = output.plain(asdict(startup))
    for file, each in zip(startup.files, facts["files"], strict=True):
        each["cost"] = asdict(file.cost)
        each["times"] = file.times
        each["modules"] = list(file.modules)
    return {
        "target": facts.pop("executable"),
        "time": f"of each part the least in {wording.number(startup.runs, 'start')}",
        "cost": asdict(startup.cost),
        **facts,
    }


def _names(files: Sequence[File], times: str) -> list[str]:
    """Return the name of each file, with its directory if others have that name.

    :param times: The sign before the number of times that it runs.
    """
    names = Counter(os.path.basename(file.path or "") for file in files)
    told = []
    for file in files:
        name = os.path.basename(file.path or "")
        if file.kind is Kind.HOOK:
            name = "pysharedir completes sys.path"
        elif file.path is None:
            name = f"{file.kind}: none"
        elif names[name] > 1:
            name = f"{name} in {os.path.dirname(file.path)}"
        told.append(f"{name} {times}{file.times}" if file.times > 1 else name)
    return told


def _described(name: str, file: File) -> Text:
    said = ""
    if file.owner and file.kind is not Kind.HOOK:
        said += f" of {file.owner}"
    if file.silenced:
        said += ", silenced by its .start"
    entries = sum(len(item.path) for item in file.items)
    if entries and file.kind is Kind.PTH:
        said += f", adds {wording.number(entries, 'path')}"
    modules = [module for module in file.modules if module != file.kind]
    if modules:
        said += f", imports {wording.some(modules, _NAMED)}"
    return output.text((name, "bold"), said)


def _tell_errors(file: File) -> None:
    for item in file.items:
        if item.error:
            where = f"{file.path}:{item.line}" if item.line else str(file.path)
            ends = "; the start ends here" if item.fatal else ""
            output.say(output.text(("fails:", "bold red"), f" {where}: {item.error}{ends}"))


def _ms(cost: Cost) -> str:
    return f"{cost.ns / 1e6:.2f}"
