"""Hosts that share a sharedir, and have site dirs of their own at one path."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.errors import JournalError
from pysharedir.moving import journal, move, recovery, relocation
from pysharedir.moving.mark import Mark
from pysharedir.moving.move import WORK
from pysharedir.moving.relocation import Relocation
from pysharedir.moving.tree import Tree
from pysharedir.moving.trust import Scope
from trees import Tree as Files
from trees import names, plant
from unit.pure.test_contents import put

if TYPE_CHECKING:
    from pathlib import Path

MODULES: Files = {"a.py": "A", "p": {"__init__.py": "", "b.py": "B"}}
LISTED = ("a.py", "p/__init__.py", "p/b.py")
# What is about to be done when the host goes down, and what its own recovery does.
DEATHS = {
    "to hide": (relocation, "_hide", "undid"),
    "to commit": (journal, "commit", "undid"),
    "to remove": (relocation, "finish", "finished"),
}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relocation, "GRACE", 0)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    """An empty sharedir, and a site dir with a distribution."""
    site, sharedir = tmp_path / "site", plant(tmp_path / "share", {})
    put(site, MODULES, *LISTED)
    return Scope(tmp_path, sharedir, site, (site,))


def moving(scope: Scope, *, back: bool = False) -> Relocation:
    """Return the move of the distribution to the sharedir, or back."""
    here, there = scope.site_dir, scope.sharedir
    if back:
        here, there = there, here
    one = put(here, {}, *LISTED)
    return Relocation((move.plan(one, there),), scope.sharedir)


def die(step: Relocation, place: Any, name: str) -> None:
    """Make a process die when it calls a function."""
    child = os.fork()
    if not child:
        setattr(place, name, lambda *_, **__: os._exit(9))
        step.apply()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return all below a directory, except for the lock."""
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in root.rglob("*")
        if "holder" not in path.parts
    }


def is_settled(scope: Scope) -> bool:
    """Tell whether the distribution is there once, and nothing else."""
    here, there = names(scope.site_dir), names(scope.sharedir)
    works = [*scope.root.rglob(WORK)]
    return not works and sorted([*here, *there]) == sorted([*LISTED, "one-1.0.dist-info/RECORD"])


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("own", ["the image of the other", "empty"])
@pytest.mark.parametrize("death", DEATHS)
def test_another_host_leaves_a_move_alone(scope: Scope, death: str, own: str, back: bool) -> None:
    site, other = scope.site_dir, scope.root / "node2"
    if back:
        site.rename(site.with_name("x"))
        scope.sharedir.rmdir()
        site.with_name("x").rename(scope.sharedir)
        plant(site, {})
    plant(other, {})
    if own != "empty":
        shutil.copytree(site, other, dirs_exist_ok=True)
    place, name, done = DEATHS[death]
    die(moving(scope, back=back), place, name)

    left = site.rename(scope.root / "node1")
    other.rename(site)
    before = state(scope.root)
    for dry_run in (True, False):
        (note,) = recovery.recover(scope, dry_run=dry_run)
        assert "a move of one was interrupted on " in note
        assert f"to or from {site}, which is another directory here" in note
        assert f"remove {scope.sharedir / WORK}" in note
        assert state(scope.root) == before

    shutil.rmtree(site)
    left.rename(site)
    assert recovery.recover(scope) == [f"{done} an interrupted move of one"]
    assert is_settled(scope)


@pytest.mark.parametrize("death", DEATHS)
def test_its_own_host_knows_it_by_another_name_and_mount(
    scope: Scope, death: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is copied has new inodes, as on a file system that numbers them again at each mount."""
    place, name, done = DEATHS[death]
    die(moving(scope), place, name)
    root = tmp_path_factory.mktemp("mounted") / "elsewhere"
    shutil.copytree(scope.root, root, symlinks=True)
    shutil.rmtree(scope.root)
    site = root / "site"
    scope = Scope(root, root / "share", site, (site,))
    assert recovery.recover(scope) == [f"{done} an interrupted move of one"]
    assert is_settled(scope)


@pytest.mark.parametrize(
    ("place", "name"),
    [(os, "fsync"), (journal, "begin"), (Mark, "remove")],
    ids=["before the mark is complete", "before the journal", "after the journal"],
)
def test_a_mark_without_a_journal_is_removed(scope: Scope, place: Any, name: str) -> None:
    die(moving(scope), place, name)
    assert recovery.recover(scope) == []
    assert is_settled(scope)


def test_a_mark_whose_move_goes_on_stays(scope: Scope) -> None:
    die(moving(scope), journal, "commit")
    marks = [*(scope.site_dir / WORK).glob("mark-*")]
    shutil.rmtree(scope.sharedir / WORK / "holder")
    foreign = replace(scope, site_dirs=(scope.root / "other",))
    plant(scope.root / "other", {WORK: {}})
    (note,) = recovery.recover(foreign)
    assert "this interpreter does not use" in note
    assert [path.is_dir() for path in marks] == [True]


@pytest.mark.parametrize("death", [None, "to copy"])
def test_a_copy_leaves_alone_what_another_move_has_hidden(scope: Scope, death: str | None) -> None:
    """A copy holds the lock of the site dir, not that of the sharedir."""
    here, there = scope.sharedir, scope.site_dir
    scope.site_dir.rename(scope.root / "x")
    here.rmdir()
    (scope.root / "x").rename(here)
    hidden = f"{WORK}/trash/hidden.py"
    plant(here, {hidden: "hidden"})
    plant(there, {})
    one = put(here, {}, *LISTED)
    step = Relocation((move.plan(one, there),), there, keep=str(scope.root))
    if death:
        die(step, relocation, "_remove_work")
        only_there = Scope(scope.root, scope.root / "none", there, (here, there))
        assert recovery.recover(only_there) == ["undid an interrupted move of one"]
        assert names(there) == []
    else:
        undo = step.apply()
        assert (here / hidden).read_text() == "hidden"
        undo()
    assert hidden in names(here)
    assert "hidden.py" not in names(here)


@pytest.mark.parametrize("name", ["x", "../mark-0", "mark-", "mark-0/..", 5])
def test_a_name_that_is_not_of_a_mark_is_refused(tmp_path: Path, name: object) -> None:
    content = {"format": 2, "host": "node1", "mark": name, "exchanging": []}
    plant(tmp_path, {f"{WORK}/placing.json": json.dumps(content)})
    with Tree(tmp_path) as home, pytest.raises(JournalError):
        journal.pending(home)
