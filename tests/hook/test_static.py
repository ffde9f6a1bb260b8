"""What the hook's files may be made of, read from their syntax trees."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from hook.conftest import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = sorted(TEMPLATES.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def test_every_file_is_looked_at() -> None:
    names = {str(path.relative_to(TEMPLATES)) for path in FILES}
    assert names == {
        "_pysharedir.d/adjust.py",
        "_pysharedir.d/flat.py",
        "_pysharedir.d/local.py",
        "_pysharedir.d/more.py",
        "_pysharedir.d/path.py",
        "_pysharedir.d/prefixes.py",
        "_pysharedir.py",
        "sitecustomize.py",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_syntax_floor(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 9))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_imports_are_few(path: Path) -> None:
    allowed = {"sys", "os", "site"}
    if path.name == "sitecustomize.py":
        allowed.add("_pysharedir")
    if path.name == "flat.py":
        allowed.add("time")  # built in
    assert set(imported(ast.parse(path.read_text()))) <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_imported_by_other_means(path: Path) -> None:
    names = {
        node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)
    }
    assert names.isdisjoint({"__import__", "eval", "compile", "open"})


def test_pth_is_one_plain_import() -> None:
    assert (TEMPLATES / "_pysharedir.pth").read_text() == "import _pysharedir\n"
