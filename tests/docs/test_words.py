"""The list of words that this project does not use is one that codespell can follow."""

from __future__ import annotations

import re

import pytest

from docs.pages import CHECKOUT

tomllib = pytest.importorskip("tomllib", reason="Python 3.11 reads pyproject.toml")
WORDS = (CHECKOUT / ".ci" / "words.txt").read_text("utf-8").splitlines()
SETTINGS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]["codespell"]


@pytest.mark.parametrize("line", WORDS)
def test_codespell_sees_each_word(line: str) -> None:
    word, _, better = line.partition("->")
    text = f"Text with {word.upper()}, {word} and more."
    found = [each.lower() for each in re.findall(SETTINGS["regex"], text)]
    assert found.count(word) == 2
    assert better


@pytest.mark.parametrize(
    "text",
    ["pip left it behind", "it leaves a file behind", "no more than three", "this and no more"],
)
def test_fine_words_pass(text: str) -> None:
    words = {line.partition("->")[0] for line in WORDS}
    assert words.isdisjoint(re.findall(SETTINGS["regex"], text))
