"""What ``demo`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.cli import output

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        output.say("")
