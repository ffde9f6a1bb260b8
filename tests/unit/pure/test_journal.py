"""A journal that no move has written is refused, with a remedy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pysharedir.errors import JournalError
from pysharedir.moving import journal
from pysharedir.moving.move import WORK
from pysharedir.moving.tree import Tree

if TYPE_CHECKING:
    from pathlib import Path


def _move(info: str, kept: str = "") -> str:
    move = {"name": "a", "version": "1", "info": info, "destination": ".", "stays": []}
    return json.dumps({"moves": [{**move, "kept": [kept] if kept else []}]})


def _exchange(package: str) -> str:
    (move,) = json.loads(_move("a.dist-info"))["moves"]
    return json.dumps({"format": 2, "exchanging": [{**move, "exchanged": [package]}]})


UNREADABLE = {
    "empty": "",
    "list": "[]",
    "number": '{"moves": 5}',
    "number in it": '{"moves": [5]}',
    "no name": '{"moves": [{"name": 1, "version": "1", "info": "a.dist-info"}]}',
    "dots": _move(".."),
    "root": _move("/"),
    "nul": _move("a\0.dist-info"),
    "surrogate": _move("a\ud800.dist-info"),
    "climbing": _move("a.dist-info", "../../x"),
    "climbing package": _exchange("../../x"),
    "the directory itself": _exchange("."),
    "later release": '{"format": 3, "exchanging": []}',
    "deep": "[" * 200_000,
    "latin": '{"moves": "\xff',
}


@pytest.mark.parametrize("phase", list(journal.Phase), ids=lambda phase: phase.name)
@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable(tmp_path: Path, kind: str, phase: journal.Phase) -> None:
    work = tmp_path / WORK
    work.mkdir()
    (work / phase.value).write_text(UNREADABLE[kind], "latin-1")
    with Tree(tmp_path) as home, pytest.raises(JournalError) as raised:
        journal.pending(home)
    assert f"remove {work}, then run `pysharedir sort`" in raised.value.hint


def test_what_a_move_writes(tmp_path: Path) -> None:
    (tmp_path / WORK).mkdir()
    (tmp_path / WORK / "placing.json").write_text(_move("../x/a-1.dist-info", "a/b.py"))
    with Tree(tmp_path) as home:
        pending = journal.pending(home)
    assert pending is not None
    assert pending.names == "a"
    assert pending.moves[0].source == tmp_path.parent / "x"
    assert pending.moves[0].destination == tmp_path
    assert pending.moves[0].kept == ("a/b.py",)
