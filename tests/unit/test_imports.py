"""The order of the rooms: which part of the package may import which."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import pysharedir

PACKAGE = Path(pysharedir.__file__).parent
# A room imports only from lines above its own, not from its own line.
ORDER = (
    ("errors", "wording", "layout", "ownership"),
    ("changes",),
    ("interpreter",),
    ("installed",),
    ("moving",),
    ("hook",),
    ("snapshot",),
    ("sort",),
    ("activation",),
    ("sync", "startup", "status", "demo"),
    ("doctor", "why", "view"),
    ("cli",),
    ("__main__",),
)
RANKS = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}


def _modules() -> dict[str, Path]:
    """Return the modules of the package.

    Without the version, which a build writes, and what runs in a target: they import none of it.
    """
    paths = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
        if not {"_version.py", "inside", "sitecustomize_templates"} & set(path.parts)
    }


MODULES = _modules()


def _imported(path: Path) -> set[str]:
    """Return the modules that a module imports, also those only for annotations."""
    imported = set()
    for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pysharedir":
            base = str(node.module).partition(".")[2]
            names = {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
            imported |= {name if name in MODULES else base for name in names}
    return imported & MODULES.keys()


IMPORTS = {name: _imported(path) - {name, "__init__"} for name, path in MODULES.items()}


def test_every_room_has_its_place() -> None:
    assert {name.partition(".")[0] for name in MODULES} - {"__init__"} == RANKS.keys()


@pytest.mark.parametrize("name", sorted(IMPORTS))
def test_imports_point_one_way(name: str) -> None:
    room = name.partition(".")[0]
    others = {each for each in IMPORTS[name] if each.partition(".")[0] != room}
    assert {each for each in others if RANKS[each.partition(".")[0]] >= RANKS[room]} == set()


def test_there_are_no_circles() -> None:
    assert len(list(TopologicalSorter(IMPORTS).static_order())) >= len(MODULES) - 1
