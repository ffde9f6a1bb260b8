"""What ``demo`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.cli import output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pysharedir.demo import Section


def tell(sections: Iterable[Section], *, as_json: bool) -> None:
    """Print what was shown."""
    if as_json:
        output.print_json(list(sections))
        return
    for number, section in enumerate(sections, 1):
        output.say(output.text((f"{number}. {section.title}", "bold")))
        for line in section.lines:
            output.say(line, 3)
        if section.table:
            _tell_table(*section.table)
        for command in section.commands:
            output.print_line(f"   {command}")
        output.say("")


def _tell_table(titles: Sequence[str], *rows: Sequence[str]) -> None:
    table = output.table(*titles)
    for row in rows:
        table.add_row(*row)
    output.console().print(table)
