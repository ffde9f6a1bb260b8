"""How commands say things: lines, tables, JSON, errors, and how far they are."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from pysharedir.cli.escapes import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TextIO

    from rich.console import ConsoleOptions, RenderableType, RenderResult

    from pysharedir.changes import Step
    from pysharedir.interpreter.target import Target

_ENDLESS = 10_000  # a pipe has no width to fold to
_LINES = 3  # a cell of more is worse than a list
_PLATLIB = "PLATLIB"  # for a line that has no room for PREFIX/lib/pythonX.Y/site-packages


@dataclass(frozen=True)
class _Names:
    """Short names for directories, used for paths that do not fit the terminal.

    :ivar names: By the directories.
    :ivar told: The directories of which the user was told already.
    """

    names: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def shorten(self, whole: str, path: str) -> str:
        """Return a text with the name of a directory in place of its path."""
        begin = rf"(?<![\w./~-]){re.escape(escaped(path))}/"
        return re.sub(begin, lambda _: f"{self.names[path]}/", whole)

    def explain(self, paths: Iterable[str], width: int) -> Iterator[Text]:
        """Yield what the names of directories stand for, unless the user was told."""
        for path in [path for path in paths if path not in self.told]:
            self.told.add(path)
            yield from _wrapped(text(f"{self.names[path]} is {path}"), width, names=self)


_names = _Names()  # of this run


def name_directories(target: Target) -> None:
    """Let all that is printed from now on have short names for the directories of a target."""
    if target.base_prefix not in (target.prefix, "/usr"):
        _names.names[target.base_prefix] = "BASE"
    if target.prefix != "/usr":
        _names.names[target.prefix] = "PREFIX"
    _names.names[target.platlib] = _PLATLIB


def name_venv(executable: Path) -> None:
    """Let all that is printed from now on have a short name for the venv of an executable."""
    prefix = executable.parent.parent
    if (prefix / "pyvenv.cfg").is_file():
        _names.names[str(prefix)] = "PREFIX"


class _Console(Console):
    def print(self, *objects: Any, **options: Any) -> None:
        """Print, but cut nothing off: a word that is too long for the terminal stays whole."""
        super().print(*objects, **{"crop": False, **options})


class _Table(Table):
    """A table that has short names for directories, or is a list, if the terminal is narrow."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row; a cell that is a string has no markup in it."""
        made = (text(cell) if isinstance(cell, str) else cell for cell in cells)
        super().add_row(*made, **options)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See :mod:`rich.protocol`."""
        widths = _widths(self, console, options)
        if widths is None:
            yield from self._shorten(options.max_width)
            widths = _widths(self, console, options)
        if widths is None:
            yield from _listed(self, options.max_width)
            return
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        made = super().__rich_console__(console, options)
        for line in Segment.split_lines(each for each in made if isinstance(each, Segment)):
            yield from _stripped(line)
            yield Segment.line()

    def _shorten(self, width: int) -> Iterator[Text]:
        """Call directories by their short names in all cells, and yield what these stand for."""
        used: dict[str, None] = {}
        for column in self.columns:
            for number, cell in enumerate(column.cells):
                for path, name in _names.names.items():
                    if isinstance(cell, Text) and name != _PLATLIB:
                        shorter = _names.shorten(cell.plain, path)
                        if shorter != cell.plain:
                            used[path] = None
                            cell = _restyled(cell, shorter)  # noqa: PLW2901
                            column._cells[number] = cell  # noqa: SLF001  # rich has no other way
        for line in _names.explain(used, width):
            line.no_wrap, line.overflow = True, "ignore"
            yield line


def fail(message: str, hint: str = "") -> None:
    """Print an error and its hint to standard error."""
    for word, style, said in ("error", "bold red", message), ("hint", "cyan", hint):
        if said:
            whole = text((f"{word}:", style), f" {said}")
            say(whole, stderr=True, is_copied=word == "hint")


def text(*parts: str | tuple[str, str]) -> Text:
    """Return a text, with escapes for what a terminal would not show.

    All that is printed goes through here: names and paths are those of strangers.

    :param parts: Its parts, each with the style that it has.
    """
    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((escaped(part), style) for part, style in pairs))


def console(*, stderr: bool = False) -> Console:
    """Return the console for standard output, or for standard error."""
    stream = sys.stderr if stderr else sys.stdout
    return _Console(
        stderr=stderr,
        highlight=False,
        emoji=False,
        markup=False,
        width=None if _is_terminal(stream) else _ENDLESS,
        # rich leaves bold and dim under NO_COLOR; who sets it may not want any such codes.
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )


def say(
    line: str | Text, indent: int = 0, *, stderr: bool = False, is_copied: bool = False
) -> None:
    """Print a line; if it does not fit a terminal, it goes on below, and no path is broken.

    :param indent: The columns to leave free before it.
    :param is_copied: Whether users may copy it, so that it has no short names for directories.
    """
    to = console(stderr=stderr)
    whole = text(line) if isinstance(line, str) else line
    for part in _wrapped(whole, to.width, indent, None if is_copied else _names):
        to.print(part, soft_wrap=True)


def print_line(line: str) -> None:
    """Print a line in one, however narrow the terminal is."""
    console().print(text(line), soft_wrap=True)


def tell_command(title: str, command: str) -> None:
    """Print a command to be copied: after its title, or whole in a line of its own."""
    line = f"{title} {command}"
    if text(line).cell_len <= console().width:
        print_line(line)
        return
    say(title)
    print_line(f"  {command}")


def bar(size: int, begin: int, end: int, width: int) -> RenderableType:
    """Return a bar from *begin* to *end* of *size*, which is *width* columns wide.

    Without its characters, those of ASCII do.
    """
    if not console().options.ascii_only:
        from rich.bar import Bar

        return Bar(size, begin, end, width=width, color="cyan")
    first, last = (round(width * at / size) for at in (begin, end))
    return text(" " * first + "#" * (last - first))


def table(*titles: str) -> Table:
    """Return the one kind of table that there is: columns under these titles, without lines."""
    made = _Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(titles))
    for title in titles:
        made.add_column(title, overflow="fold")
    return made


@contextmanager
def working(what: str) -> Iterator[Callable[[str], object]]:
    """Show on a terminal what is being done, until it is done.

    :return: What shows a detail of it.
    """
    if not _is_terminal(sys.stderr):
        yield bool
        return
    with console(stderr=True).status(text(what)) as status:
        yield lambda detail: status.update(text(f"{what}: {detail}"))


@contextmanager
def progress(what: str, count: int) -> Iterator[Callable[[], object]]:
    """Show on a terminal how much is done of something.

    :param count: The parts that it has.
    :return: What is to be called after each part.
    """
    if not _is_terminal(sys.stderr):
        yield bool
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(escaped(what), markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=count)
        yield lambda: bar.advance(task)


def print_json(facts: Any) -> None:
    """Print the one document that ``--json`` asks for."""
    click.echo(json.dumps(plain(facts), indent=2))


def tell_steps(steps: Iterable[Step], *, dry_run: bool) -> None:
    """Print what was done, or would be."""
    for step in steps:
        say(f"would {step}" if dry_run else str(step))


def tell_notes(notes: Iterable[str]) -> None:
    """Print what is good to know."""
    for note in notes:
        say(text(("note:", "cyan"), f" {note}"))


def plain(value: Any) -> Any:
    """Return *value* as JSON can say it."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def _is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a standard stream, which may be closed, is a terminal."""
    return stream is not None and stream.isatty()


def _wrapped(
    whole: Text, width: int, indent: int = 0, names: _Names | None = None
) -> Iterator[Text]:
    """Yield the lines of a text, those after the first further in.

    Before them go the lines that explain short names of directories.
    """
    words, used = [], dict[str, None]()
    for word in _words(whole):
        room = width - indent - 2
        words.append(word if word.cell_len <= room else _shorter(word, room, names, used))
    if names:
        yield from names.explain(used, width)
    line = Text(" " * indent)
    is_empty = True
    for word in words:
        if not is_empty and line.cell_len + 1 + word.cell_len > width:
            yield line
            # What is too long for the indent may fit without it.
            below = indent + 2 if indent + 2 + word.cell_len <= width else 0
            line, is_empty = Text(" " * below), True
        line.append_text(word if is_empty else Text.assemble(" ", word))
        is_empty = False
    yield line


def _words(whole: Text) -> Iterator[Text]:
    """Yield the words of a text; what is between backticks, to be copied, is one."""
    code: Text | None = None
    for word in whole.split(" "):
        joined = word if code is None else Text.assemble(code, " ", word)
        code = joined if joined.plain.count("`") % 2 else None
        if code is None:
            yield joined
    if code is not None:
        yield from code.split(" ")


def _shorter(word: Text, room: int, names: _Names | None, used: dict[str, None]) -> Text:
    """Return a word with a short name for a directory: the first that fits, else the shortest.

    The names that the user knows come first, so that a report has one name for a directory.

    :param used: Gets the directory, unless it is the user's home.
    """
    home = re.escape(f"{os.path.expanduser('~')}/")
    forms: dict[str, str | None] = {word.plain: None}
    forms.setdefault(re.sub(rf"(?<![^\s`]){home}", "~/", word.plain), None)
    if names and "`" not in word.plain:
        known = {
            names.shorten(word.plain, path): path
            for path in reversed(names.names)
            if path in names.told
        }
        new = {names.shorten(word.plain, path): path for path in names.names}
        known.pop(word.plain, None)
        forms = {**known, **forms, **{form: new[form] for form in new if form not in forms}}
    fitting = [form for form in forms if Text(form).cell_len <= room]
    chosen = fitting[0] if fitting else min(forms, key=len)
    directory = forms[chosen]
    if directory is not None:
        used[directory] = None
    return word if chosen == word.plain else _restyled(word, chosen)


def _restyled(whole: Text, plain: str) -> Text:
    """Return a text in the style of another."""
    return Text(plain, whole.spans[0].style if whole.spans else "")


def _widths(made: Table, console: Console, options: ConsoleOptions) -> list[int] | None:
    """Return widths of columns that break no word, or None when there is no room for such."""
    columns = [[column.header, *column.cells] for column in made.columns]
    needs = [[_need(cell, console, options) for cell in cells] for cells in columns]
    least = [max(word for word, _ in each) for each in needs]
    whole = [max(line for _, line in each) for each in needs]
    spare = options.max_width - sum(least) - 2 * (len(least) - 1)
    if spare < 0:
        return None
    widths = list(least)
    # What some leave of their share is for those that lack more.
    lacks = sorted(
        (line - word, at) for at, (word, line) in enumerate(zip(least, whole, strict=True))
    )
    for left, (lack, at) in zip(range(len(lacks), 0, -1), lacks, strict=True):
        more = min(lack, spare // left)
        widths[at] += more
        spare -= more
    is_cramped = any(line > _LINES * width for line, width in zip(whole, widths, strict=True))
    return None if is_cramped else widths


def _need(cell: RenderableType, console: Console, options: ConsoleOptions) -> Measurement:
    """Return the least and the whole width of a cell."""
    return Measurement.get(console, options.update(max_width=_ENDLESS), cell)


def _listed(made: Table, width: int) -> Iterator[Text]:
    """Yield the rows of a table as lines: the first cell, and below it the others."""
    columns = list(made.columns)
    for first, *others in zip(*(column.cells for column in columns), strict=True):
        cells = [
            Text.assemble(f"{column.header}: " if column.header else "", cell)
            for column, cell in zip(columns[1:], others, strict=True)
            if isinstance(cell, Text) and cell
        ]
        lines = [*_wrapped(first, width), *_packed(cells, width)]
        for line in lines:
            line.no_wrap, line.overflow = True, "ignore"
            yield line


def _packed(cells: Iterable[Text], width: int) -> Iterator[Text]:
    """Yield lines with as many cells as each has room for."""
    line: Text | None = None
    for cell in cells:
        if line is not None and line.cell_len + 2 + cell.cell_len <= width:
            line = Text.assemble(line, "  ", cell)
            continue
        if line is not None:
            yield line
        *before, line = _wrapped(cell, width, 2)
        yield from before
    if line is not None:
        yield line


def _stripped(line: list[Segment]) -> list[Segment]:
    while line and not line[-1].text.strip():
        line.pop()
    if line:
        last, style, control = line.pop()
        line.append(Segment(last.rstrip(), style, control))
    return line
