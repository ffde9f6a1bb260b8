"""Which tool has made an environment for one program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir.interpreter.tools import maker
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

    from trees import Tree

VENV: Tree = {"pyvenv.cfg": ""}
TAG = {"CACHEDIR.TAG": ""}


@pytest.mark.parametrize(
    ("tree", "prefix", "tool"),
    [
        ({"tools": {"x": {**VENV, "uv-receipt.toml": ""}}}, "tools/x", "uv"),
        ({"cache": {**TAG, "archive-v0": {"Kf8_": VENV}}}, "cache/archive-v0/Kf8_", "uv"),
        ({"cache": {**TAG, "builds-v0": {".tmp": VENV}}}, "cache/builds-v0/.tmp", "uv"),
        ({"venvs": {"x": {**VENV, "pipx_metadata.json": ""}}}, "venvs/x", "pipx"),
        ({".cache": {**TAG, "0f3": {**VENV, "pipx_metadata.json": ""}}}, ".cache/0f3", "pipx"),
        ({".venv": {**VENV, **TAG}}, ".venv", None),
        ({".tox": {**TAG, "py311": VENV}}, ".tox/py311", None),
        ({"archive-v0": {"x": VENV}}, "archive-v0/x", None),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" in value else "",
)
def test_the_maker(tmp_path: Path, tree: Tree, prefix: str, tool: str | None) -> None:
    assert maker(str(plant(tmp_path, tree) / prefix)) == tool
