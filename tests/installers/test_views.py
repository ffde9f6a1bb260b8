"""pip and uv take a view for one environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from uv import find_uv_bin

from installers.python import run

if TYPE_CHECKING:
    from pathlib import Path

    from installers.conftest import MakeVenv

PARTS = ("requests", "idna"), ("markupsafe", "idna", "urllib3", "certifi", "charset-normalizer")
NAMES = sorted({name for names in PARTS for name in names})


def test_pip_and_uv_see_one_environment(make_venv: MakeVenv, tmp_path: Path) -> None:
    python = make_venv(tmp_path / "venv", "pip")
    prefixes = tmp_path / "a", tmp_path / "b"
    for prefix, names in zip(prefixes, PARTS, strict=True):
        python.uv("install", "--no-deps", "--prefix", prefix, *names)
    view = tmp_path / "all"
    report = json.loads(python.pysharedir("view", str(view), *map(str, prefixes), "--json").stdout)
    site_dir = report["site_dir"]
    assert {each["name"] for each in report["hidden"]} >= {"idna"}

    listed = json.loads(python.pip("list", "--path", site_dir, "--format", "json"))
    assert sorted(each["name"].lower().replace("_", "-") for each in listed) == NAMES
    words = find_uv_bin(), "pip", "list", "--target", site_dir, "--format", "json"
    by_uv = json.loads(run(*words, env=python.env, cwd=tmp_path).stdout)
    assert {each["name"].lower(): each["version"] for each in by_uv} == {
        each["name"].lower(): each["version"] for each in listed
    }

    with_view = python.with_env(PYTHONPATH=site_dir)
    assert with_view.pip("check") == "No broken requirements found.\n"
    shown = with_view.pip("show", "--files", "markupsafe")
    files = shown.partition("Files:\n")[2].split()
    assert "markupsafe/__init__.py" in files
    assert not [file for file in files if not (view / report["site_dir"] / file).exists()]
    assert with_view.distributions().keys() >= {"requests", "markupsafe", "idna", "pip"}
    assert all(with_view.which("requests", "markupsafe", "idna").values())
    assert "already satisfied" in with_view.pip("install", "requests")
