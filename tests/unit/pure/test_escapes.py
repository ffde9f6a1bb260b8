"""The characters that reach a terminal unescaped."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from rich.text import Text

from pysharedir.cli import output
from pysharedir.cli.escapes import escaped

SHOWN = [
    "",
    "a path/with spaces",
    r"C:\x1b",
    "[bold]markup[/bold] :smile:",
    "na\u00efve \u4e2d\u6587 \U0001f40d",
    "e\u0301",  # a combining accent
]
ESCAPED = {
    "\0": r"\x00",
    "\a": r"\x07",
    "\b": r"\x08",
    "\t": r"\t",
    "\n": r"\n",
    "\v\f": r"\x0b\x0c",
    "\r": r"\r",
    "\x1b[2J": r"\x1b[2J",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\x7f": r"\x7f",
    "\x85": r"\x85",  # C1: next line
    "\x9b31m": r"\x9b31m",  # C1: the introducer of a control sequence
    "\xa0": r"\xa0",  # a space that does not break lines
    "\xad": r"\xad",  # a soft hyphen
    "\u061c": r"\u061c",
    "\u200b\u200d\u200e": r"\u200b\u200d\u200e",
    "\u2028\u2029": r"\u2028\u2029",
    "\u202etxt.exe": r"\u202etxt.exe",
    "\u2066x\u2069": r"\u2066x\u2069",
    "\ufeff": r"\ufeff",
    "\u3164": r"\u3164",  # an invisible letter
    "\ufe0f\U000e0101": r"\ufe0f\U000e0101",  # variation selectors, which can hide a program
    "\U000e0041": r"\U000e0041",  # a tag
    "\ue000": r"\ue000",  # private
    "\uffff": r"\uffff",
    "\udcff": r"\udcff",  # a byte of a name that is not UTF-8
}


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_shown_as_it_is(text: str) -> None:
    assert escaped(text) == text
    assert output.text(text).plain == text


@pytest.mark.parametrize("text", ESCAPED)
def test_what_is_escaped(text: str) -> None:
    assert escaped(text) == ESCAPED[text]
    assert output.text("a ", (text, "bold")).plain == f"a {ESCAPED[text]}"
    assert escaped(ESCAPED[text]) == ESCAPED[text]


def test_no_control_format_or_line_separator_is_left() -> None:
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    wrong = [
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) in kinds and escaped(char) == char
    ]
    assert wrong == []


def test_a_text_keeps_its_styles_and_has_no_markup() -> None:
    text = output.text(("\x1b", "red"), "[bold]", ("x", "dim"))
    assert text.plain == r"\x1b[bold]x"
    assert [(span.start, span.end, span.style) for span in text.spans] == [
        (0, 4, "red"),
        (10, 11, "dim"),
    ]
    table = output.table("")
    table.add_row("[bold]\r")
    (cell,) = table.columns[0].cells
    assert isinstance(cell, Text)
    assert (cell.plain, cell.spans) == (r"[bold]\r", [])
