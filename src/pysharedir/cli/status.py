"""The command ``status``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.text import Text

from pysharedir import status as reporting
from pysharedir.cli import options, output
from pysharedir.hook.files import State
from pysharedir.hook.place import Place
from pysharedir.interpreter.finding import find
from pysharedir.moving.recovery import try_to_recover
from pysharedir.snapshot import Snapshot


@click.command(
    epilog="""\b
Examples:
  pysharedir --python .venv status
  PYSHAREDIR=0 pysharedir --python .venv status    as it is without the hook
  pysharedir --python /usr/bin/python3 status --prefix /usr
"""
)
@options.python
@options.prefix
@options.json
@click.pass_obj
def status(python: str | None, *, prefix: str | None, as_json: bool) -> None:
    """Show layout, hook, counts, and sys.path entry by entry.

    The interpreter is started as you start it, with the environment as it is now.
    """
    target = find(python)
    snapshot = Snapshot(target, Place.of(target, prefix))
    notes = try_to_recover(snapshot.homes)
    report = reporting.status(snapshot)
    if as_json:
        facts = {**asdict(report), "notes": notes}
        click.echo(json.dumps(output.plain(facts), indent=2))
        return
    console = output.console()
    table = output.table("", "")
    for name, value in _summary(report):
        table.add_row(Text(name, "bold"), Text(value))
    console.print(table)
    console.print()
    entries = output.table("sys.path", "role", "put by")
    for entry in report.path:
        entries.add_row(Text(entry.path, "" if entry.exists else "dim"), entry.role, Text(entry.by))
    for path in report.dropped:
        entries.add_row(Text(path, "dim strike"), "dropped: on it already", "pysharedir")
    console.print(entries)
    output.tell_notes(notes)


def _summary(report: reporting.Status) -> list[tuple[str, str]]:
    target, where, found = report.target, report.layout, report.hook
    version = ".".join(map(str, target.version_info))
    bits = f"{target.bits}-bit {target.platform}"
    state = str(found.state)
    if found.state is not State.ABSENT:
        toggled = " (opt-in)" if found.settings.opt_in else ""
        state = f"{state}{toggled}, style {found.settings.style}, in {found.site_dir}"
        state += "; active" if report.active else "; not active in this environment"
    same = "one directory" if where.same else "different directories"
    return [
        ("interpreter", f"{target.executable}: {target.implementation} {version}, {bits}"),
        ("prefix", target.prefix + (f" (venv of {target.base_prefix})" if target.is_venv else "")),
        ("purelib", where.purelib),
        ("platlib", where.platlib),
        ("lib64", f"{where.lib64}; lib, platlib and lib64 are {same}"),
        ("sharedir", report.sharedir + ("" if Path(report.sharedir).is_dir() else " (missing)")),
        ("hook", state),
        *(("distributions", f"{count} in {path}") for path, count in report.counts.items()),
        *(("overruled", f"{name}: {kind}") for name, kind in report.overrules.items()),
    ]
