"""Counts, lists and labels in words."""

from __future__ import annotations

import json

import pytest

from pysharedir import wording


class Sort(wording.Label):
    """A label for a test."""

    LEFT_ALONE = "left alone"


def test_a_label_is_shown_as_its_text() -> None:
    assert f"{Sort.LEFT_ALONE}" == str(Sort.LEFT_ALONE) == "left alone"
    assert json.dumps([Sort.LEFT_ALONE]) == '["left alone"]'
    assert Sort("left alone") is Sort.LEFT_ALONE


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 modules"), (1, "1 module"), (12, "12 modules")],
)
def test_number(count: int, words: str) -> None:
    assert wording.number(count, "module") == words


@pytest.mark.parametrize(
    ("names", "most", "words"),
    [
        ("", 1, ""),
        ("a", 1, "a"),
        ("ab", 1, "a and 1 more"),
        ("abc", 1, "a and 2 more"),
        ("abc", 2, "a, b and 1 more"),
        ("abc", 3, "a, b, c"),
        ("abc", 9, "a, b, c"),
    ],
)
def test_some(names: str, most: int, words: str) -> None:
    assert wording.some([*names], most) == words
