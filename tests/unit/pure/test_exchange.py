"""Moves exchange whole packages with links, if the result is the same as from copies."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.installed.contents import Scans
from pysharedir.moving import exchange, journal, move, relocation, tree
from pysharedir.moving.relocation import Relocation
from pysharedir.moving.trees import Trees
from trees import Tree, names, plant
from unit.pure.test_contents import put

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.moving.move import Move

P: Tree = {"p": {"__init__.py": "", "a.py": "A", "data": {"d": ""}, "link": "-> a.py"}}
LISTED = ("p/__init__.py", "p/a.py", "p/data/d", "p/link")
NOBODY = 65534


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relocation, "GRACE", 0)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    return plant(tmp_path / "there", {})


def planned(*moves: Move) -> list[tuple[str, ...]]:
    with Trees() as trees:
        return [each.exchanged for each in exchange.planned(moves, Scans(), trees)]


@pytest.mark.parametrize(
    ("more", "listed", "exchanged"),
    [
        ({}, (), ("p",)),
        ({"p": {"__pycache__": {"a.cpython-311.pyc": ""}}}, (), ("p",)),
        ({"p": {"own.txt": ""}}, (), ()),
        ({"p": {"data": {"own.txt": ""}}}, (), ()),
        ({"p": {"empty": {}}}, (), ()),
        ({"q.py": "", "n": {"q.py": ""}}, ("q.py", "n/q.py"), ("p",)),
        (
            {"n": {"q": {"__init__.py": "", "r": {"__init__.py": ""}}}},
            ("n/q/__init__.py", "n/q/r/__init__.py"),
            ("n/q", "p"),
        ),
    ],
)
def test_planned(
    tmp_path: Path, there: Path, more: Tree, listed: tuple[str, ...], exchanged: tuple[str, ...]
) -> None:
    plant(tmp_path / "here", more)
    one = put(tmp_path / "here", P, *LISTED, *listed)
    assert planned(move.plan(one, there)) == [exchanged]


def test_distributions_that_move_together_have_a_package_together(
    tmp_path: Path, there: Path
) -> None:
    one = put(tmp_path / "here", P, *LISTED)
    two = put(tmp_path / "here", {"p": {"two.py": ""}}, "p/two.py", name="two")
    moves = move.plan(one, there), move.plan(two, there)
    assert planned(*moves) == [("p",), ("p",)]
    assert planned(moves[0]) == [()]


def test_a_package_that_comes_together_from_two_directories_is_not_exchanged(
    tmp_path: Path, there: Path
) -> None:
    one = put(tmp_path / "here", P, *LISTED)
    two = put(tmp_path / "elsewhere", {"p": {"two.py": ""}}, "p/two.py", name="two")
    moves = move.plan(one, there), move.plan(two, there)
    assert planned(*moves) == [(), ()]
    Relocation(moves, there).apply()
    assert {*names(there / "p")} >= {"a.py", "two.py"}


def test_what_stays_or_is_there_is_not_exchanged(tmp_path: Path, there: Path) -> None:
    one = put(tmp_path / "here", P, *LISTED)
    assert planned(move.plan(one, there, also_listed=lambda path: path == "p/a.py")) == [()]
    plant(there, {"p": {"a.py": "A"}})
    assert planned(move.plan(one, there)) == [()]


def test_directories_that_would_be_made_otherwise_are_not_exchanged(
    tmp_path: Path, there: Path
) -> None:
    """Where the sharedir is a group's, what is made in it is that group's too."""
    one = put(tmp_path / "here", P, *LISTED)
    there.chmod(0o2755)
    assert planned(move.plan(one, there)) == [()]
    for path in (tmp_path / "here/p", tmp_path / "here/p/data"):
        path.chmod(0o2755)
    assert planned(move.plan(one, there)) == [("p",)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("path", ["p", "p/data", "p/a.py"])
def test_only_root_exchanges_what_is_of_others(
    tmp_path: Path, there: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    one = put(tmp_path / "here", P, *LISTED)
    os.chown(tmp_path / "here" / path, NOBODY, NOBODY)
    assert planned(move.plan(one, there)) == [("p",)]
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    assert planned(move.plan(one, there)) == [()]


def refuse_from(number: int, monkeypatch: pytest.MonkeyPatch, *, for_good: bool = True) -> None:
    """Make the system exchange only the first times, or only one time."""
    really: Any = tree._exchange()  # noqa: SLF001
    calls = iter(range(1000))

    def fake(*arguments: Any) -> None:
        call = next(calls)
        if call == number or (for_good and call > number):
            raise OSError(errno.EINVAL, "refused")
        really(*arguments)

    monkeypatch.setattr(tree, "_exchange", lambda: fake)


def two(directory: Path, there: Path) -> tuple[Move, ...]:
    """Return moves of two distributions, each with a package."""
    q: Tree = {"q": {"__init__.py": "", "a.py": "A"}}
    found = put(directory, P, *LISTED), put(directory, q, "q/__init__.py", "q/a.py", name="two")
    return tuple(move.plan(each, there) for each in found)


@pytest.mark.parametrize("refused", [None, 0, 1, "always"])
def test_there_and_back(
    tmp_path: Path, there: Path, monkeypatch: pytest.MonkeyPatch, refused: int | str | None
) -> None:
    """Packages that the system cannot exchange are linked file by file, with the same result."""
    here = tmp_path / "here"
    moves = two(here, there)
    before, inode = names(here), (here / "p").stat().st_ino
    if isinstance(refused, int):
        refuse_from(refused, monkeypatch)
    elif refused:
        monkeypatch.setattr(tree, "_exchange", lambda: None)
    undo = Relocation(moves, there).apply()
    assert (names(there), names(here)) == (before, [])
    assert ((there / "p").stat().st_ino == inode) == (refused is None)
    assert os.readlink(there / "p/link") == "a.py"
    undo()
    assert (names(here), names(there)) == (before, [])


def test_what_was_found_before_can_still_be_read(
    tmp_path: Path, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    moves = two(here, there)
    seen: list[bool] = []
    hide, commit = relocation._hide, journal.commit  # noqa: SLF001

    def look(*paths: Path) -> None:
        seen.extend(path.is_file() for path in paths)

    def hiding(*arguments: Any) -> None:
        look(here / "p/__init__.py", here / "p/a.py", there / "p/__init__.py")
        hide(*arguments)

    def committing(*arguments: Any) -> None:
        look(here / "p/__init__.py", here / "p/a.py", here / "p/data/d", there / "p/__init__.py")
        commit(*arguments)

    monkeypatch.setattr(relocation, "_hide", hiding)
    monkeypatch.setattr(journal, "commit", committing)
    Relocation(moves, there).apply()
    assert seen == [True, True, True, False, True, True, True]


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("step", ["_place", "_hide", "time.sleep"])
def test_an_error_brings_all_back(
    tmp_path: Path, there: Path, monkeypatch: pytest.MonkeyPatch, step: str, refused: bool
) -> None:
    """Even if the system can no longer exchange what it exchanged before."""
    here = tmp_path / "here"
    moves = two(here, there)
    before = names(here)
    action: Any = time.sleep if step == "time.sleep" else getattr(relocation, step)
    calls = iter(range(10))

    def fail(*arguments: Any, **options: Any) -> Any:
        found = action(*arguments, **options)
        if step == "_hide" or next(calls) == 1:
            if refused:
                monkeypatch.setattr(tree, "_exchange", lambda: None)
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(f"pysharedir.moving.relocation.{step}", fail)
    with pytest.raises(KeyboardInterrupt):
        Relocation(moves, there).apply()
    assert (names(here), names(there)) == (before, [])


def test_a_link_of_somebody_else_is_left(tmp_path: Path, there: Path) -> None:
    here = plant(tmp_path / "here", {"p": "-> elsewhere", "q": "-> /else/where", "r": "-> /x/r"})
    one = put(tmp_path / "one", P, *LISTED)
    moved = move.Move(one.at(here), there, exchanged=("p", "q", "r"))
    with Trees() as trees:
        exchange.restore([moved], trees)
        exchange.remove_links([moved], trees)
    assert names(here) == ["p", "q"]


def test_the_journal_has_it(tmp_path: Path, there: Path) -> None:
    """In a format that older releases refuse: they would take a package for a copy."""
    with tree.Tree(plant(there, {move.WORK: {}})) as home:
        moves = two(tmp_path / "here", there)
        with Trees() as trees:
            moves = exchange.planned(moves, Scans(), trees)
        journal.begin(home, moves, "mark-0")
        assert b'"moves"' not in home.read(journal.Phase.PLACING.path)
        pending = journal.pending(home)
    assert pending
    assert [each.exchanged for each in pending.moves] == [("p",), ("q",)]
