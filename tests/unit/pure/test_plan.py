"""What moves, on the disk of an interpreter that is on none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.hook.place import Place
from pysharedir.snapshot import Snapshot
from pysharedir.sort import plan as sorting
from trees import Tree, plant
from unit.pure.made import target

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.sort.plan import Plan

PURELIB, PLATLIB = "lib/python3.13/site-packages", "lib64/python3.13/site-packages"
SHAREDIR = "share/python/3.13"


@pytest.fixture(autouse=True)
def _no_package_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)


def noarch(name: str, files: dict[str, str]) -> Tree:
    """Return a distribution with these files."""
    info = {
        "METADATA": f"Name: {name}\nVersion: 1.0\n",
        "WHEEL": "Root-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "".join(f"{file},,\n" for file in files),
    }
    return {**files, f"{name}-1.0.dist-info": {**info}}


def plan(root: Path, purelib: str, platlib: str, **facts: Any) -> Plan:
    """Return what moves in the tree of an interpreter."""
    found = target(
        prefix=str(root),
        purelib=str(root / purelib),
        platlib=str(root / platlib),
        scripts=str(root / "bin"),
        sys_executable=sys.executable,
        **facts,
    )
    return sorting.plan(Snapshot(found, Place.of(found)), {})


def moved(found: Plan) -> list[str]:
    return [move.distribution.name for move in found.moves]


@pytest.mark.parametrize(("other", "names"), [("x = 1", ["one", "two"]), ("x = 2", ["one"])])
def test_files_from_two_directories_do_not_meet(
    tmp_path: Path, other: str, names: list[str]
) -> None:
    """Where platlib is a directory of its own: of two that go to one place only one would be."""
    plant(tmp_path / PURELIB, noarch("one", {"same.py": "x = 1"}))
    plant(tmp_path / PLATLIB, noarch("two", {"same.py": other}))
    plant(tmp_path / SHAREDIR, {})
    found = plan(tmp_path, PURELIB, PLATLIB, platlibdir="lib64")
    assert moved(found) == names
    reasons = {each.distribution.name: each.reason for each in found.verdicts}
    meets = f"{tmp_path / PURELIB}/same.py goes there too (it is noarch)"
    assert (reasons["two"] == meets) == (other == "x = 2")


@pytest.mark.parametrize(
    ("version", "names"), [((3, 9, 1), []), ((3, 14, 9), []), ((3, 15, 0), ["one"])]
)
def test_empty_metadata_keeps_its_copy_where_importers_are_told_of_it(
    tmp_path: Path, version: tuple[int, int, int], names: list[str]
) -> None:
    site_dir = f"lib/python3.{version[1]}/site-packages"
    plant(tmp_path / site_dir, {**noarch("one", {"one.py": ""}), "one-0.9.dist-info": {}})
    assert moved(plan(tmp_path, site_dir, site_dir, version_info=version)) == names


def test_a_file_that_one_comes_for_stays_when_another_leaves(tmp_path: Path) -> None:
    """They pass each other, and both list it."""
    plant(tmp_path / PURELIB, noarch("comes", {"comes.py": "", "NOTICE": ""}))
    leaves = noarch("leaves", {"leaves.py": "", "NOTICE": ""})
    plant(tmp_path / SHAREDIR, leaves)
    (tmp_path / SHAREDIR / "leaves-1.0.dist-info/WHEEL").write_text("Tag: py3-none-linux_x86_64\n")
    found = plan(tmp_path, PURELIB, PURELIB)
    assert moved(found) == ["comes", "leaves"]
    assert {move.kept for move in found.moves} == {move.stays for move in found.moves}
    assert {move.stays for move in found.moves} == {("NOTICE",)}


def test_a_directory_in_place_of_a_pyc_stops_no_other(tmp_path: Path) -> None:
    pyc = "__pycache__/one.cpython-313.pyc"
    plant(tmp_path / PURELIB, {**noarch("one", {"one.py": ""}), pyc: ""})
    plant(tmp_path / PURELIB, noarch("two", {"two.py": ""}))
    plant(tmp_path / SHAREDIR / pyc, {})
    assert moved(plan(tmp_path, PURELIB, PURELIB)) == ["two"]
