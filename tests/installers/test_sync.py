"""What pip installed through one prefix is completed in another by the commands that sync names."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from uv import find_uv_bin

from installers.python import Python, run

if TYPE_CHECKING:
    from installers.conftest import MakeVenv

REQUIREMENTS = ("jsonschema", "pydantic")
MODULES = "jsonschema, pydantic, pydantic_core, referencing, rpds"
NATIVE = {"pydantic-core", "rpds-py"}

Sharing = Callable[[str, str | None], Python]


@pytest.fixture(scope="module")
def sharing(
    make_venv: MakeVenv, offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Sharing:
    """Return what makes a hooked venv, whose sharedir is that of all."""
    root = tmp_path_factory.mktemp("sharing")
    env = {
        **offline,
        "PATH": f"{Path(find_uv_bin()).parent}:{os.environ['PATH']}",
        "PIP_ONLY_BINARY": ":all:",
        "UV_NO_BUILD": "1",
        "UV_NO_INDEX": "1",
    }

    def make(name: str, pip: str | None) -> Python:
        venv = replace(make_venv(root / name, pip), env=env)
        if pip is None:  # so that uv remembers it as it is without the hook
            uv(venv, "list")
        venv.pysharedir("enable", "--sharedir", str(root / "share"))
        return venv

    return make


@pytest.fixture(scope="module")
def filled(sharing: Sharing) -> Python:
    first = sharing("first", "pip")
    first.pip("install", *REQUIREMENTS)
    assert not sync(first, "--check")["changed"]
    return first


def uv(python: Python, *args: str) -> str:
    options = ("--python", python.executable)
    return run(find_uv_bin(), "pip", *args, *options, env=python.env, cwd=python.prefix).stdout


def sync(python: Python, *options: str, code: int = 0) -> Any:
    done = python.pysharedir("sync", "--json", *options, check=False)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def versions(python: Python) -> dict[str, str]:
    return dict(
        python.ask(
            "from importlib.metadata import distributions\n"
            "answer = [(each.metadata['Name'].lower().replace('_', '-'), each.version)"
            " for each in distributions()]"
        )
    )


@pytest.mark.parametrize("way", ["--install with pip", "--install with uv", "pip", "uv"])
def test_completes_another_prefix(filled: Python, sharing: Sharing, way: str) -> None:
    second = sharing(way.replace(" ", ""), "pip" if way.endswith("pip") else None)
    shared = {path.name for path in second.prefix.with_name("share").iterdir()}
    there = versions(filled)

    report = sync(second, "--check", code=1)
    assert {each["name"] for each in report["dependencies"]} == NATIVE
    required = {each["name"]: each["requirement"] for each in report["dependencies"]}
    assert required["pydantic-core"] == f"pydantic-core=={there['pydantic-core']}"
    assert required["rpds-py"].startswith("rpds-py>=")

    if way.startswith("--install"):
        report = sync(second, "--install")
        assert set(report["installed"]) == set(required.values())
    else:
        report = sync(second, code=1)
        run(*shlex.split(report["commands"][way]), env=second.env, cwd=second.prefix)
    assert str(second.prefix / "bin" / "jsonschema") in report["scripts"]["missing"]

    second.run("-c", f"import {MODULES}")
    assert second.script("jsonschema", "--version").strip() == there["jsonschema"]
    assert versions(second)["pydantic-core"] == there["pydantic-core"]
    here = {name for name, at in second.distributions().items() if at == second.site_dir}
    assert {name.replace("_", "-") for name in here} - {"pip"} == NATIVE
    assert {path.name for path in second.prefix.with_name("share").iterdir()} == shared
    assert not sync(second, "--check")["steps"]
    filled.run("-c", f"import {MODULES}")
    assert not sync(filled, "--check")["steps"]
