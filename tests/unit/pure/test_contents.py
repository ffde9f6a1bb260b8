"""The files of distributions on disk, and their owners."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from pysharedir.errors import RecordError
from pysharedir.installed import contents
from pysharedir.installed.distribution import installed
from pysharedir.installed.owners import Owners
from trees import Tree, plant

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.installed.distribution import Distribution

INFO = "one-1.0.dist-info"


def put(directory: Path, tree: Tree, *listed: str, name: str = "one") -> Distribution:
    """Write a tree with a distribution and its RECORD, and return the distribution."""
    info = f"{name}-1.0.dist-info"
    record = "".join(f"{path},,\n" for path in (*listed, f"{info}/RECORD"))
    plant(directory, {**tree, info: {"RECORD": record}})
    return next(each for each in installed(directory) if each.name == name)


A = ["a.py"]
PYC, OPT_PYC = "__pycache__/a.cpython-311.pyc", "__pycache__/a.cpython-39.opt-1.pyc"


@pytest.mark.parametrize(
    ("tree", "listed", "files"),
    [
        ({"a.py": ""}, A, A),
        ({"a.py": "", "b.py": ""}, A, A),
        ({"a.py": "", "p": {"b": ""}}, ["a.py", "p/b"], ["a.py", "p/b"]),
        # A link is a file of its own; a directory is none.
        ({"a.py": "", "b.py": "-> a.py"}, ["a.py", "b.py"], ["a.py", "b.py"]),
        ({"a.py": "", "b": {"c": ""}}, ["a.py", "b/c"], ["a.py", "b/c"]),
        # Pycs go with their modules, whether they are listed or not.
        ({"a.py": "", PYC: "", OPT_PYC: "", "__pycache__/b.x.pyc": ""}, A, [*A, PYC, OPT_PYC]),
        ({"a.py": "", PYC: ""}, [*A, PYC], [*A, PYC]),
        ({"a.py": ""}, [*A, PYC], A),
        ({PYC: ""}, [PYC], [PYC]),
        ({PYC: ""}, [], []),
    ],
)
def test_read_files(tmp_path: Path, tree: Tree, listed: list[str], files: list[str]) -> None:
    found = contents.read(put(tmp_path, tree, *listed))
    assert found.files.pop() == f"{INFO}/RECORD", "comes last"
    assert (found.files, found.missing, found.others) == (files, [], {})


@pytest.mark.parametrize(
    "listed",
    [
        ("p/__init__.py", "p/__pycache__", "p/gone/__pycache__"),
        ("p/__init__.py", "p/__pycache__/__init__.cpython-311.pyc", "p/__init__.cpython-39.pyc"),
        ("p/__init__.py", "p"),
    ],
)
def test_read_takes_rows_for_directories_of_pycs(tmp_path: Path, listed: tuple[str, ...]) -> None:
    """As virtualenv writes them, whether they are there or not."""
    pyc = "p/__pycache__/__init__.cpython-311.pyc"
    trees: list[Tree] = [{"p/__init__.py": ""}, {"p/__init__.py": "", pyc: ""}]
    for tree in trees:
        found = contents.read(put(tmp_path / str(len(tree)), tree, *listed))
        assert found.files == [*sorted(tree), f"{INFO}/RECORD"]
        assert (found.missing, set().union(*found.others.values())) == ([], set())


@pytest.mark.parametrize("directory", ["p", "n", "d"])
def test_read_misses_the_files_of_a_directory_that_is_listed(
    tmp_path: Path, directory: str
) -> None:
    """They would stay behind."""
    tree: Tree = {"p": {"__init__.py": "", "data": {"x": ""}}, "n": {"data": {"x": ""}}, "d": {}}
    listed = "d" if directory == "d" else f"{directory}/data"
    assert contents.read(put(tmp_path, tree, "p/__init__.py", listed)).missing == [listed]


def test_read_missing(tmp_path: Path) -> None:
    found = contents.read(put(tmp_path, {"c.py": ""}, "a.py", "p/b.py", "c.py", "d.py", "d.x.pyc"))
    assert (found.files, found.missing) == (["c.py", f"{INFO}/RECORD"], ["a.py", "d.py", "p/b.py"])


def test_read_others_in_regular_packages(tmp_path: Path) -> None:
    regular: Tree = {"__init__.py": "", "new.py": "", "sub": {"x": ""}, "__pycache__": {}}
    tree: Tree = {"p": regular, "n": {"a.py": "", "b.py": ""}, "c.py": ""}
    found = contents.read(put(tmp_path, tree, "p/__init__.py", "n/a.py"))
    assert found.others == {"p": {"new.py", "sub"}}


def test_read_looks_in_another_directory(tmp_path: Path) -> None:
    one = put(tmp_path / "site", {}, "a.py")
    plant(tmp_path / "other", {"a.py": "", INFO: {"NEW": ""}})
    assert contents.read(one).missing == ["a.py"]
    assert contents.read(one, base=tmp_path / "other").files == ["a.py", f"{INFO}/NEW"]


@pytest.mark.parametrize(
    ("tree", "listed", "reason"),
    [
        ({"real": {"a.py": ""}, "p": "-> real"}, "p/a.py", "p is a link to a directory"),
        ({"real": {"q": {"a": ""}}, "p": "-> real"}, "p/q/a", "p is a link to a directory"),
        ({"p": ""}, "p/__pycache__/a.x.pyc", "p is not a directory"),
        (
            {"a.py": "-> ../elsewhere"},
            "a.py",
            "a.py is a link to ../elsewhere, which would not move",
        ),
        ({"p": {"a": "-> ../../x"}}, "p/a", "p/a is a link to ../../x, which would not move"),
        ({"a.py": "-> {directory}/b.py"}, "a.py", "a.py is a link to {directory}/b.py"),
    ],
)
def test_read_refuses_links(tmp_path: Path, tree: Tree, listed: str, reason: str) -> None:
    made = {
        name: inside.format(directory=tmp_path) if isinstance(inside, str) else inside
        for name, inside in tree.items()
    }
    one = put(tmp_path, made, listed)
    with pytest.raises(RecordError, match=re.escape(reason.format(directory=tmp_path))):
        contents.read(one)


@pytest.mark.parametrize(
    ("link", "to", "reason"),
    [
        ("METADATA", "/store/METADATA", "METADATA is a link to /store/METADATA"),
        ("METADATA", "../../store/METADATA", "METADATA is a link to ../../store/METADATA, which"),
        ("METADATA", "../b.py", "METADATA is a link to ../b.py"),
        ("licenses", "/store/licenses", "licenses is a link to /store/licenses"),
        ("METADATA", "PKG-INFO", None),
    ],
)
def test_read_refuses_metadata_that_another_tree_keeps(
    tmp_path: Path, link: str, to: str, reason: str | None
) -> None:
    one = put(tmp_path, {"b.py": ""}, "b.py")
    (tmp_path / INFO / link).symlink_to(to)
    if reason is None:
        assert f"{INFO}/{link}" in contents.read(one).files
    else:
        with pytest.raises(RecordError, match=re.escape(f"{INFO}/{reason}")):
            contents.read(one)


def test_read_refuses_a_link_to_metadata(tmp_path: Path) -> None:
    put(tmp_path / "store", {"a.py": ""}, "a.py")
    (one,) = installed(plant(tmp_path / "view", {"a.py": "", INFO: f"-> ../store/{INFO}"}))
    with pytest.raises(RecordError, match=f"{INFO} is a link to a directory"):
        contents.read(one)


@pytest.mark.parametrize("path", ["pipe", f"{INFO}/pipe"])
def test_read_refuses_what_is_no_file(tmp_path: Path, path: str) -> None:
    """It cannot be copied to another file system."""
    one = put(tmp_path, {}, path)
    os.mkfifo(tmp_path / path)
    with pytest.raises(RecordError, match=f"{path} is not a file"):
        contents.read(one)


@pytest.mark.parametrize("to", ["b.py", "../site/b.py", "/usr/bin/env"])
def test_read_takes_links_that_lead_to_the_same_from_anywhere(tmp_path: Path, to: str) -> None:
    one = put(tmp_path / "site", {"a.py": f"-> {to}", "b.py": ""}, "a.py", "b.py")
    assert contents.read(one).files == ["a.py", "b.py", f"{INFO}/RECORD"]


@pytest.mark.parametrize(
    ("tree", "left"),
    [
        ({}, []),
        ({"mine.py": "", "own": {"a": "", "b": {"c": ""}}}, ["mine.py", "own"]),
        ({"p": {"new.py": "", "sub": {"x": ""}}}, ["p/new.py", "p/sub/x"]),
        ({"__pycache__": {"a.x.pyc": ""}, "p": {"__pycache__": {"a.x.pyc": ""}}}, []),
        ({"link": "-> p", "p": {"link": "-> ."}}, ["link", "p/link"]),
    ],
)
def test_loose(tmp_path: Path, tree: Tree, left: list[str]) -> None:
    one = put(tmp_path, {"a.py": "", "p": {"__init__.py": ""}}, "a.py", "p/__init__.py")
    plant(tmp_path, {name: inside for name, inside in tree.items() if name != "p"})
    plant(tmp_path / "p", tree.get("p") or {})  # type: ignore[arg-type]
    assert contents.loose(tmp_path, [one]) == left


def test_loose_goes_by_top_level_names_where_there_is_no_record(tmp_path: Path) -> None:
    info: Tree = {"PKG-INFO": "Name: old\nVersion: 1\n", "top_level.txt": "old\nother\n"}
    tree: Tree = {"old": {"a.py": ""}, "other.py": "", "third.py": ""}
    plant(tmp_path, {"old-1.egg-info": info, **tree})
    assert contents.loose(tmp_path, installed(tmp_path)) == ["third.py"]


def test_owners(tmp_path: Path) -> None:
    site_dir = tmp_path / "lib" / "site"
    one = put(site_dir, {}, "a.py", "p/b.py", "../../bin/one")
    two = put(site_dir, {}, "p/b.py", "p/c.py", name="two")
    (site_dir / "three-1.0.dist-info").mkdir()
    owners = Owners(installed(site_dir))
    for path, owner in {
        site_dir / "a.py": one,
        site_dir / "p" / "b.py": one,  # the first by name
        site_dir / "p" / "c.py": two,
        site_dir / "p" / ".." / "a.py": one,
        tmp_path / "bin" / "one": one,
        site_dir / "d.py": None,
        site_dir / "p": None,
    }.items():
        assert owners.of(path) == owner, path
