"""Whether a distribution can move, and with which files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pysharedir.errors import RecordError
from pysharedir.installed import contents
from pysharedir.moving import move, staging, tree
from trees import Tree, names, plant
from unit.pure.test_contents import INFO, put

if TYPE_CHECKING:
    from pathlib import Path

TREE: Tree = {"a.py": "A", "p": {"b.py": "B", "link": "-> b.py", "c.pyc": "C"}}
LISTED = ("a.py", "p/b.py", "p/link", "p/c.pyc")


@pytest.mark.parametrize(
    ("there", "kept"),
    [
        ({}, ()),
        ({"other.py": "", "p": {"d.py": ""}}, ()),
        ({"a.py": "A"}, ("a.py",)),
        ({"p": {"b.py": "B", "link": "-> b.py"}}, ("p/b.py", "p/link")),
        ({"p": {"c.pyc": "other"}}, ()),
    ],
)
def test_plan(tmp_path: Path, there: Tree, kept: tuple[str, ...]) -> None:
    one = put(tmp_path / "here", TREE, *LISTED)
    destination = plant(tmp_path / "there", there)
    found = move.plan(one, destination, also_listed=lambda path: path.startswith("p/b"))
    assert (found.distribution, found.source, found.destination) == (
        one,
        tmp_path / "here",
        destination,
    )
    assert (found.kept, found.stays) == (kept, ("p/b.py",))


@pytest.mark.parametrize(
    ("there", "reason"),
    [
        ({"a.py": "a"}, "/there/a.py is there already"),
        ({"a.py": "AA"}, "/there/a.py is there already"),
        ({"p": {"b.py": {}}}, "/there/p/b.py is there already"),
        ({"p": {"link": "B"}}, "/there/p/link is there already"),
        ({"p": {"link": "-> a.py"}}, "/there/p/link is there already"),
        ({INFO: {}}, "/there has it already"),
    ],
)
def test_plan_refuses_what_is_there_and_another(tmp_path: Path, there: Tree, reason: str) -> None:
    one = put(tmp_path / "here", TREE, *LISTED)
    with pytest.raises(RecordError, match=re.escape(reason)):
        move.plan(one, plant(tmp_path / "there", there))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("x", "x", True),
        ("x", "y", False),
        ("x", "xx", False),
        ("", "", True),
        ("-> t", "-> t", True),
        ("-> t", "-> u", False),
        ("-> t", "x", False),
        ("x", "-> one", False),
    ],
)
def test_is_same(tmp_path: Path, one: str, other: str, is_same: bool) -> None:
    plant(tmp_path, {"one": one, "other": other, "t": "x"})
    assert move.is_same(tmp_path / "one", tmp_path / "other") == is_same
    assert not move.is_same(tmp_path / "one", tmp_path / "none")


def test_a_file_is_the_same_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "hard").hardlink_to(tmp_path / "file")
    assert move.is_same(tmp_path / "file", tmp_path / "hard")


def test_a_pyc_that_somebody_removes_meanwhile_is_left_out(tmp_path: Path) -> None:
    """Directories are listed once for all that moves together, which may take a while."""
    one = put(tmp_path / "here", TREE, *LISTED)
    scans = contents.Scans()
    assert "p/c.pyc" in contents.read(one, scans).files
    (tmp_path / "here/p/c.pyc").unlink()
    for name in ("there", "other"):
        (tmp_path / name).mkdir()
    here, there, other = (tree.Tree(tmp_path / name) for name in ("here", "there", "other"))
    with here, there, other:
        staging.stage(move.plan(one, there.path), here, there, scans, keep=None)
        assert names(there.path / "p") == ["b.py", "link"]
        (tmp_path / "here/a.py").unlink()
        with pytest.raises(FileNotFoundError):
            staging.stage(move.plan(one, other.path), here, other, scans, keep=None)
