"""Faults of .pth and .start files, sitecustomize and usercustomize."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.interpreter import pth
from pysharedir.startup import spans
from pysharedir.startup.spans import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination
    from pysharedir.startup.spans import File

_LONGEST = 80  # characters to show of a line


def failing(examination: Examination) -> Iterator[Finding]:
    """Find startup code that raises an exception."""
    for file in examination.startup.files:
        for item in file.items:
            if item.error:
                line = f"line {item.line} fails" if item.line else "fails"
                ends = ", and ends the start" if item.fatal else ""
                yield Finding(
                    about=str(file.path),
                    reason=f"{line}{ends}: {item.error}",
                    remedy=_remedy(examination, file),
                    line=item.line,
                )


def missing(examination: Examination) -> Iterator[Finding]:
    """Find path lines that name nothing; from Python 3.15 on, each start prints a message."""
    for file in _read(examination):
        for line in file.lines:
            if line.entry and not os.path.exists(line.entry):
                reason = f"line {line.number}: {line.entry} is missing"
                yield Finding(str(file.path), reason, _remedy(examination, file), line=line.number)


def ignored(examination: Examination) -> Iterator[Finding]:
    """Find import lines for which there is no .start file (PEP 829)."""
    for file in _read(examination):
        if file.path and examination.is_of_hook(file.path):
            continue  # `enable` writes its .start file if one is needed
        numbers = [str(line.number) for line in file.lines if line.kind is pth.Kind.IMPORT_LINE]
        start = Path(str(file.path)).with_suffix(".start")
        if numbers and not start.exists():
            lines = f"{'line' if len(numbers) == 1 else 'lines'} {', '.join(numbers)}"
            yield Finding(
                str(file.path),
                f"of {_owner(file)}; Python 3.18 will not run {lines}",
                f"add {start.name} next to it, with entries for Python 3.15 and newer (PEP 829)",
            )


def read(examination: Examination) -> Iterator[Finding]:
    """Report each .pth and .start file with its owner and what it runs."""
    for file in _read(examination):
        yield Finding(str(file.path), f"of {_owner(file)}; {_doing(file)}", "")


def shadowed(examination: Examination) -> Iterator[Finding]:
    """Find modules that Python never imports, since one of the same name comes first."""
    for file in examination.startup.files:
        if file.kind not in (Kind.SITECUSTOMIZE, Kind.USERCUSTOMIZE):
            continue
        paths: list[str] = []
        for path in spans.customizations(file.kind, file.search):
            if not any(os.path.samefile(path, other) for other in paths):
                paths.append(path)
        while paths and examination.is_of_hook(paths[0]):  # the hook runs the one that it hides
            del paths[0]
        for path in paths[1:]:
            yield Finding(
                path,
                f"never runs, since {paths[0]} comes first on sys.path",
                examination.command("enable", "--style", "pth")
                if examination.is_of_hook(path)
                else f"move its code to {paths[0]}",
            )


def _read(examination: Examination) -> Iterator[File]:
    """Return the files that site reads line by line."""
    return (file for file in examination.startup.files if file.kind in (Kind.PTH, Kind.START))


def _owner(file: File) -> str:
    return file.owner or "no distribution"


def _remedy(examination: Examination, file: File) -> str:
    if file.path and examination.is_of_hook(file.path):
        return f"{examination.command('enable')} writes it again"
    if file.owner:
        return f"reinstall or uninstall {file.owner}"
    return "no distribution owns it: correct it, or move it away"


def _doing(file: File) -> str:
    """Say what a .pth or .start file does."""
    if not file.lines:
        return "does nothing"
    parts = []
    entries = [line.entry for line in file.lines if line.entry]
    if entries:
        parts.append(f"names {', '.join(entries)}")
    texts = [line.text for line in file.lines if line.entry is None]
    if texts:
        verb = "would run, if there were no .start," if file.silenced else "runs"
        parts.append(f"{verb} `{'; '.join(map(_short, texts))}`")
    if file.modules:
        parts.append(f"imports {', '.join(file.modules)}")
    return ", ".join(parts)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
