"""The command ``startup``."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.bar import Bar
from rich.text import Text

from pysharedir import changes, wording
from pysharedir.cli import options, output
from pysharedir.interpreter.finding import locate
from pysharedir.startup import allowlist
from pysharedir.startup import run as startup
from pysharedir.startup.spans import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from pysharedir.startup.costs import Cost
    from pysharedir.startup.spans import File, Startup

_BAR = 16
_NARROW = 60  # columns of a terminal that has no room for bars
_NAMED = 3  # modules in the table; all are in the JSON


@click.command(
    "startup",
    epilog="""\b
Examples:
  pysharedir --python .venv startup
  pysharedir --python /usr/bin/python3 startup --json
  pysharedir --python .venv startup --allow list.txt --update
  pysharedir --python .venv startup --allow list.txt   exits 1 on anything new
""",
)
@options.python
@click.option(
    "--allow",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Compare what runs with an allowlist, and exit with 1 when anything is new or changed.",
)
@click.option("--update", is_flag=True, help="Write that allowlist, from what runs now.")
@options.dry_run
@options.json
@click.pass_obj
def command(
    python: str | None, *, allow: Path | None, update: bool, dry_run: bool, as_json: bool
) -> None:
    """Show what runs before user code starts, and its cost.

    These are the .pth and .start files, sitecustomize and usercustomize, in order, with the
    distribution each belongs to and the modules it imports.  The interpreter is started as you
    start it, with the environment as it is now.  The time of each is its least in five starts;
    system calls are counted in one more, where strace is there.

    Exits with 1 when a start ends before user code, by an error.

    An allowlist has the hashes of the startup files, and of the files of all modules imported at
    a start from outside the standard library.  It does not cover pycs that have their source
    beside them, nor what code reads and executes by other means than an import.
    """
    if update and allow is None:
        raise click.UsageError("--update needs --allow FILE.")
    if dry_run and not update:
        raise click.UsageError("--dry-run needs --update.")
    executable = locate(python)
    if allow is None:
        with output.working("starting"):
            found = startup.start(executable)
        if as_json:
            click.echo(json.dumps(_facts(found), indent=2))
        else:
            _tell(found)
        if found.ends_early:
            click.get_current_context().exit(1)
    elif update:
        _update(startup.start(executable, runs=0), allow, dry_run=dry_run, as_json=as_json)
    else:
        allowed = allowlist.read(allow)
        _compare(startup.start(executable, runs=0), allow, allowed, as_json=as_json)


def _update(found: Startup, file: Path, *, dry_run: bool, as_json: bool) -> None:
    if os.path.lexists(file):
        allowlist.read(file)  # what is no allowlist is not overwritten
    hashes = allowlist.hashes(found)
    content = allowlist.render(hashes)
    is_same = file.is_file() and file.read_bytes() == content
    steps = [] if is_same else [changes.WriteFile(file, content)]
    if not dry_run:
        changes.apply(steps)
    if as_json:
        report = {
            "target": str(found.executable),
            "dry_run": dry_run,
            "changed": bool(steps) and not dry_run,
            "steps": [str(step) for step in steps],
            "files": hashes,
        }
        click.echo(json.dumps(report, indent=2))
        return
    for step in steps:
        output.say(f"would {step}" if dry_run else str(step))
    state = "allowed" if steps else "allowed already, nothing to do"
    output.say(f"{found.executable}: {wording.number(len(hashes), 'file')}, {state}")


def _compare(found: Startup, file: Path, allowed: dict[str, str], *, as_json: bool) -> None:
    hashes = allowlist.hashes(found)
    result = allowlist.compare(hashes, allowed)
    faults = len(result.new) + len(result.changed)
    if as_json:
        report = {"target": str(found.executable), "files": hashes, **asdict(result)}
        click.echo(json.dumps(report, indent=2))
    else:
        for state, names in ("new", result.new), ("changed", result.changed):
            for name in names:
                why = ", cannot be read" if hashes[name] == allowlist.UNREADABLE else ""
                said = f" {allowlist.escaped(name)}{why}"
                output.say(Text.assemble((f"{state}:", "bold red"), said))
        output.tell_notes([f"gone: {allowlist.escaped(name)}" for name in result.gone])
        said = f"{faults} not allowed by {file}" if faults else f"all allowed by {file}"
        output.say(f"{found.executable}: {wording.number(len(hashes), 'file')}, {said}")
    if faults:
        click.get_current_context().exit(1)


def _facts(found: Startup) -> dict[str, Any]:
    facts: dict[str, Any] = output.plain(asdict(found))
    for file, each in zip(found.files, facts["files"], strict=True):
        each["cost"] = asdict(file.cost)
        each["times"] = file.times
        each["modules"] = list(file.modules)
    return {
        "target": facts.pop("executable"),
        "time": f"of each part the least in {wording.number(found.runs, 'start')}",
        "cost": asdict(found.cost),
        **facts,
    }


def _tell(found: Startup) -> None:
    console = output.console()
    is_narrow = console.width < _NARROW
    made = output.table("startup file", "ms", "calls", *([] if is_narrow else [""]))
    for column in made.columns[1:3]:
        column.justify = "right"
    names = _names(found.files, "x" if console.options.ascii_only else "\N{MULTIPLICATION SIGN}")
    rows = [
        (Text("the interpreter", "bold"), found.core),
        (Text("site", "bold"), found.site),
        *(
            (_described(name, file), file.cost)
            for name, file in zip(names, found.files, strict=True)
        ),
    ]
    begin = 0
    for text, cost in rows:
        end = begin + cost.ns
        bar = _bar(found.cost.ns, begin, end, ascii_only=console.options.ascii_only)
        calls = "" if cost.calls is None else str(cost.calls)
        made.add_row(text, _ms(cost), calls, *([] if is_narrow else [bar]))
        begin = end
    console.print(made)
    for file in found.files:
        _tell_errors(file)
    output.tell_notes(found.notes)
    calls = "" if found.cost.calls is None else f", {found.cost.calls} system calls"
    output.say(
        f"{found.executable}: {_ms(found.cost)} ms, of each part the least in"
        f" {wording.number(found.runs, 'start')}{calls}"
    )


def _names(files: Sequence[File], times: str) -> list[str]:
    """Return what to call each file: its name, or its path if others have that name.

    :param times: What stands before the number of times that it runs.
    """
    names = Counter(os.path.basename(file.path or "") for file in files)
    found = []
    for file in files:
        name = os.path.basename(file.path or "")
        if file.kind is Kind.HOOK:
            name = "pysharedir completes sys.path"
        elif file.path is None:
            name = f"{file.kind}: none"
        elif names[name] > 1:
            name = f"{name} in {os.path.dirname(file.path)}"
        found.append(f"{name} {times}{file.times}" if file.times > 1 else name)
    return found


def _described(name: str, file: File) -> Text:
    text = Text.assemble((name, "bold"))
    if file.owner and file.kind is not Kind.HOOK:
        text.append(f" of {file.owner}")
    if file.silenced:
        text.append(", silenced by its .start")
    entries = sum(len(item.path) for item in file.items)
    if entries and file.kind is Kind.PTH:
        text.append(f", adds {wording.number(entries, 'path')}")
    modules = [module for module in file.modules if module != file.kind]
    if modules:
        text.append(f", imports {wording.some(modules, _NAMED)}")
    return text


def _bar(size: int, begin: int, end: int, *, ascii_only: bool) -> RenderableType:
    if not ascii_only:
        return Bar(size, begin, end, width=_BAR, color="cyan")
    first, last = (round(_BAR * at / size) for at in (begin, end))
    return Text(" " * first + "#" * (last - first))


def _tell_errors(file: File) -> None:
    for item in file.items:
        if item.error:
            where = f"{file.path}:{item.line}" if item.line else str(file.path)
            ends = "; a start ends here" if item.fatal else ""
            output.say(Text.assemble(("fails:", "bold red"), f" {where}: {item.error}{ends}"))


def _ms(cost: Cost) -> str:
    return f"{cost.ns / 1e6:.2f}"
