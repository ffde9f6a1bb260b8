"""Nobody finds a hidden module, but a process that has found it before can still load it."""

from __future__ import annotations

import importlib.util
import os
import py_compile
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.moving import hiding, relocation
from pysharedir.moving.tree import Tree
from trees import names, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.machinery import ModuleSpec
    from pathlib import Path


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Tree]:
    plant(tmp_path, {"one.py": "NAME = 'one'", "trash": {}})
    with Tree(tmp_path) as tree:
        yield tree


def found(source: Tree) -> ModuleSpec | None:
    importlib.invalidate_caches()
    return PathFinder.find_spec("one", [str(source.path)])


def hide(source: Tree) -> None:
    with source.below("trash") as trash:
        hiding.hide(source, trash, "one.py")


def load(spec: ModuleSpec) -> Any:
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hide_and_restore(source: Tree) -> None:
    py_compile.compile(str(source.path / "one.py"))
    before = {path: path.read_bytes() for path in source.path.rglob("*.py*") if path.is_file()}
    spec = found(source)
    assert spec
    hide(source)
    assert found(source) is None
    assert load(spec).NAME == "one"
    with source.below("trash") as trash:
        relocation._restore(trash, source)  # noqa: SLF001
    assert {path: path.read_bytes() for path in before} == before
    assert names(source.path) == ["one.py"]


@pytest.mark.parametrize("stale", [True, False])
def test_only_a_pyc_that_is_good_for_its_source_is_taken(source: Tree, stale: bool) -> None:
    if stale:
        py_compile.compile(str(source.path / "one.py"))
        os.utime(source.path / "one.py", (1, 1))
    spec = found(source)
    assert spec
    hide(source)
    assert found(source) is None
    with pytest.raises(IsADirectoryError):
        load(spec)


def test_what_was_not_renamed_yet_is_not_brought_back(source: Tree) -> None:
    """A crash may leave it."""
    plant(source.path, {"trash": {".new": "-> ."}})
    with source.below("trash") as trash:
        relocation._restore(trash, source)  # noqa: SLF001
    assert names(source.path) == ["one.py", "trash/.new"]
