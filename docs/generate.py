"""Writes what the command says of itself as pages: ``python docs/generate.py [--check]``.

The reference of the commands and the man page come from the parser, the table of the checks from
the registry, that of the errors from their classes.
One man page holds all commands: ``man pysharedir`` finds each, and they share most options.
(click-man leaves out examples, and does not escape what is markup for roff.)
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pysharedir import errors
from pysharedir.cli import cli
from pysharedir.doctor.registry import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCS = Path(__file__).parent
_NOTE = "<!-- Written by docs/generate.py, from what the command says of itself. -->"
_ERRORS = """
What goes wrong is one line and a hint on standard error: `error: ...`, `hint: ...`.
With `--json` it is this, on standard output in place of the report; the exit status is the same:

```json
{"error": {"code": "target-missing", "message": "...", "hint": "...", "target": "3.99"}}
```

A code never changes its meaning.
Messages and hints are for people, and may change.
Beside them are the facts of the code: strings, numbers, null, or lists of these.
"""
_ROFF = str.maketrans(
    {
        "\\": r"\e",
        "-": r"\-",
        "'": r"\(aq",
        "`": r"\(ga",
        "~": r"\(ti",
        "^": r"\(ha",
    }
)


@dataclass(frozen=True)
class Block:
    """Lines under a title, such as examples, that are to stay as they are."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """What a command says of itself.

    :ivar path: Its name, with those before it.
    :ivar options: Each as it is written, with what it does.
    """

    path: str
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]


def pages() -> list[Page]:
    """Return the page of the command, then those of its commands."""
    root = click.Context(cli, info_name="pysharedir", **cli.context_settings)
    found = [_page(root)]
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        if command is not None and not command.hidden:
            found.append(_page(click.Context(command, info_name=name, parent=root)))
    return found


def _page(ctx: click.Context) -> Page:
    command = ctx.command
    options = [each for each in command.get_params(ctx) if isinstance(each, click.Option)]
    records = [each.get_help_record(ctx) for each in options]
    paragraphs = [_joined(each) for each in (command.help or "").split("\n\n")]
    return Page(
        path=ctx.command_path,
        usage=" ".join([ctx.command_path, *command.collect_usage_pieces(ctx)]),
        summary=paragraphs[0],
        paragraphs=tuple(paragraphs[1:]),
        options=tuple((name, _joined(text)) for name, text in filter(None, records)),
        blocks=tuple(map(_block, filter(None, (command.epilog or "").split("\b\n")))),
    )


def _joined(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _block(text: str) -> Block:
    title, *lines = text.strip("\n").split("\n")
    return Block(title.rstrip(":"), tuple(line.removeprefix("  ") for line in lines))


def commands() -> str:
    """Return the reference of the commands."""
    lines = ["# Commands", "", _NOTE]
    for page in pages():
        lines += ["", f"## {page.path}", "", page.summary, "", "```text", page.usage, "```"]
        for paragraph in page.paragraphs:
            lines += ["", *_sentences(paragraph)]
        lines += ["", "| option | |", "|---|---|"]
        lines += [f"| `{_cell(name)}` | {_cell(text)} |" for name, text in page.options]
        for block in page.blocks:
            lines += ["", f"{block.title}:", "", "```text", *block.lines, "```"]
    return "\n".join(lines) + "\n"


def _sentences(paragraph: str) -> list[str]:
    return re.split(r"(?<=[.:]) (?=[A-Z-])", paragraph)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def checks() -> str:
    """Return the table of the checks."""
    lines = ["# Checks", "", _NOTE, "", "What `pysharedir doctor` looks for.", ""]
    lines += ["| code | name | finds that |", "|---|---|---|"]
    for check in CHECKS:
        note = f" ({check.remark})" if check.remark else ""
        link = f"[{check.code}]({check.code}.md)"
        lines.append(f"| {link} | {check.name} | {check.title}{note} |")
    return "\n".join(lines) + "\n"


def failures() -> str:
    """Return the table of the errors."""
    lines = ["# Errors", "", _NOTE, *_ERRORS.splitlines(), ""]
    lines += ["| code | exit status | what it is | facts |", "|---|---|---|---|"]
    for kind in sorted(_kinds(errors.PysharedirError), key=lambda kind: kind.code):
        meaning = (inspect.getdoc(kind) or "").split("\n")[0].replace("``", "`")
        facts = ", ".join(f"`{name}`" for name in _facts(kind))
        lines.append(f"| `{kind.code}` | {kind.exit_code} | {_cell(meaning)} | {facts} |")
    return "\n".join(lines) + "\n"


def _kinds(root: type[errors.PysharedirError]) -> Iterator[type[errors.PysharedirError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _facts(kind: type) -> list[str]:
    """Return the names of what an error keeps besides its message and hint."""
    if kind is errors.PysharedirError:
        return []
    own = vars(kind).get("__init__")
    return [
        *_facts(kind.__mro__[1]),
        *(re.findall(r"self\.(\w+) = ", inspect.getsource(own)) if own else ()),
    ]


def manual(date: str) -> str:
    """Return the man page.

    :param date: When its text last changed.
    """
    root, *others = pages()
    lines = [f'.TH PYSHAREDIR 1 "{date}" pysharedir']
    lines += [".SH NAME", rf"pysharedir \- {_roff(root.summary[0].lower() + root.summary[1:-1])}"]
    lines += [".SH SYNOPSIS", *_filled(root.usage)]
    lines += [".SH DESCRIPTION", *_paragraphs(root.paragraphs)]
    lines += [".SH OPTIONS", *_options(root)]
    lines += [".SH COMMANDS"]
    for page in others:
        lines += [f'.SS "{_roff(page.usage)}"', *_paragraphs((page.summary, *page.paragraphs))]
        lines += _options(page, root)
        for block in page.blocks:
            lines += [".PP", f"{_roff(block.title)}:", *_literal(block)]
    for block in root.blocks:
        lines += [f'.SH "{_roff(block.title.upper())}"', *_literal(block)]
    return "\n".join(lines) + "\n"


def _paragraphs(paragraphs: tuple[str, ...]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ".PP"
        yield from _filled(paragraph)


def _options(page: Page, parent: Page | None = None) -> Iterator[str]:
    for name, text in page.options:
        if parent is None or (name, text) not in parent.options:
            yield from (".TP", rf"\fB{_roff(name)}\fP", *_filled(text))


def _literal(block: Block) -> list[str]:
    return [".nf", *map(_roff, block.lines), ".fi"]


def _filled(text: str) -> list[str]:
    lines = textwrap.wrap(text.translate(_ROFF), 78, break_long_words=False, break_on_hyphens=False)
    return [_guarded(line) for line in lines]


def _roff(text: str) -> str:
    return _guarded(text.translate(_ROFF))


def _guarded(line: str) -> str:
    return rf"\&{line}" if line.startswith(".") else line


def _manual_as_it_is() -> str:
    """Return the man page with the date that it has, or that of today when its text changed."""
    path = DOCS / "man" / "pysharedir.1"
    there = path.read_text("utf-8") if path.exists() else ""
    date = re.match(r'\.TH \S+ 1 "([\d-]+)"', there)
    if date and manual(date[1]) == there:
        return there
    return manual(datetime.now(timezone.utc).date().isoformat())


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/checks/index.md": checks,
    "reference/errors.md": failures,
    "man/pysharedir.1": _manual_as_it_is,
}


def main() -> None:
    """Write the pages, or with ``--check`` name those that are not as they should be."""
    outdated = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if path.exists() and path.read_text("utf-8") == text:
            continue
        outdated.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in outdated:
        print(f"docs/{name}")
    if outdated and "--check" in sys.argv:
        sys.exit("run `python docs/generate.py`")


if __name__ == "__main__":
    main()
