"""Steps that copy files into a prefix or remove them: applied, undone, and refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pysharedir import changes
from pysharedir.changes import MakeDirectory
from pysharedir.errors import ChangeError
from pysharedir.hook import made
from pysharedir.hook.made import Copy, CopyFiles, RemoveFiles
from pysharedir.hook.remembered import MadeFile, digest
from trees import names, plant

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "old", "new"
DIRECTORIES = ("share", "share/deep")


def copy(tmp_path: Path, name: str, replaces: str | None = None) -> Copy:
    plant(tmp_path, {"source": NEW})
    old = replaces and digest(replaces.encode())
    return Copy(tmp_path / "source", name, digest(NEW.encode()), old)


def state(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text() if path.is_file() else "/"
        for path in root.rglob("*")
    }


def test_copies_are_undone(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"etc": {"x": OLD}})
    before = state(root)
    files = copy(tmp_path, "etc/x", OLD), copy(tmp_path, "share/deep/x")
    step = CopyFiles(root, files, DIRECTORIES, "2 files")
    undo = step.apply()
    assert state(root) == {
        **dict.fromkeys(("etc", *DIRECTORIES), "/"),
        **dict.fromkeys(("etc/x", "share/deep/x"), NEW),
    }
    undo()
    assert state(root) == before
    assert str(step) == f"copy 2 files to {root}"


@pytest.mark.parametrize("fault", ["appeared", "changed", "link", "another source"])
def test_a_copy_that_would_do_harm_is_refused(tmp_path: Path, fault: str) -> None:
    root = plant(tmp_path / "root", {"etc": {"x": OLD}})
    files = [copy(tmp_path, "share/deep/x"), copy(tmp_path, "etc/x", OLD)]
    if fault == "appeared":
        plant(root, {"share/deep/x": "mine"})
    elif fault == "changed":
        plant(root, {"etc/x": "mine"})
    elif fault == "link":
        plant(tmp_path, {"elsewhere/deep": {}})
        plant(root, {"share": f"-> {tmp_path}/elsewhere"})
    else:
        plant(tmp_path, {"source": "evil"})
    before, elsewhere = state(root), names(tmp_path)
    with pytest.raises(ChangeError):
        changes.apply([CopyFiles(root, tuple(files), DIRECTORIES, "files")])
    assert state(root) == before
    assert names(tmp_path) == elsewhere


def test_removals_are_undone(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"share": {"deep": {"x": OLD, "y": "mine"}, "empty": {}}})
    plant(root, {"share/link": "-> deep"})
    (root / "share/deep/x").chmod(0o640)
    files = [
        ("share/deep/x", OLD),
        ("share/deep/y", OLD),
        ("share/gone", OLD),
        ("share/link/x", OLD),
    ]
    step = RemoveFiles(
        root,
        tuple((name, digest(text.encode())) for name, text in files),
        ("share", "share/deep", "share/empty", "share/gone"),
        "files",
    )
    before = state(root)
    undo = step.apply()
    assert state(root) == {
        "share": "/",
        "share/deep": "/",
        "share/deep/y": "mine",
        "share/link": "/",
    }
    undo()
    assert state(root) == before
    assert (root / "share/deep/x").stat().st_mode & 0o777 == 0o640
    assert str(step) == f"remove files from {root}"


def test_a_removal_that_fails_is_undone(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"share": {"x": OLD}})
    before = state(root)
    gone = RemoveFiles(root, (("share/x", digest(OLD.encode())),), ("share",), "files")
    with pytest.raises(ChangeError):
        changes.apply([gone, MakeDirectory(root / "no" / "parent")])
    assert state(root) == before


def test_removals_are_told_by_distribution(tmp_path: Path) -> None:
    files = {tmp_path / f"share/{name}": MadeFile(name[0], "") for name in ("b", "a1", "a2")}
    steps = made.removals(tmp_path, files, [tmp_path / "share"])
    assert list(map(str, steps)) == [
        f"remove 2 data files of a from {tmp_path}",
        f"remove 1 data file of b from {tmp_path}",
        f"remove directories that are empty from {tmp_path}",
    ]
    assert made.removals(tmp_path, {}, []) == []


def test_what_is_in_the_way(tmp_path: Path) -> None:
    plant(tmp_path, {"share": {"file": "", "dir": {}}})
    plant(tmp_path, {"link": "-> share"})
    found = {
        name: made.in_the_way(tmp_path, name)
        for name in ("x", "share/x", "share/new/x", "share/file/x", "link/x", "link/dir/x")
    }
    assert {name: os.path.relpath(path, tmp_path) for name, path in found.items() if path} == {
        "share/file/x": "share/file",
        "link/x": "link",
        "link/dir/x": "link",
    }
