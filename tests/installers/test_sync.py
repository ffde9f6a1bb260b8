"""What pip installed through one prefix is completed in another by the commands that sync names."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from uv import find_uv_bin

from installers.python import Python, run

if TYPE_CHECKING:
    from installers.conftest import MakeVenv

REQUIREMENTS = ("jsonschema", "pydantic", "jsonpointer", "jupyterlab_pygments")
MODULES = "jsonschema, pydantic, pydantic_core, referencing, rpds"
NATIVE = {"pydantic-core", "rpds-py"}
EXTENSION = "share/jupyter/labextensions/jupyterlab_pygments"

Sharing = Callable[..., Python]


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

    def make(name: str, pip: str | None, share: str = "share") -> Python:
        venv = replace(make_venv(root / name, pip), env=env)
        if pip is None:  # so that uv remembers it as it is without the hook
            uv(venv, "list")
        venv.pysharedir("enable", "--sharedir", str(root / share))
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


def files(python: Python) -> list[str]:
    """Return the data files of the extension."""
    there = (path for path in (python.prefix / EXTENSION).rglob("*") if path.is_file())
    return sorted(str(path.relative_to(python.prefix)) for path in there)


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
    scripts, data = (report[kind]["missing"] for kind in ("scripts", "data"))
    assert {str(second.prefix / "bin" / each) for each in ("jsonschema", "jsonpointer")} <= {
        *scripts
    }
    assert files(second) == files(filled)
    assert sorted(data) == [str(second.prefix / each) for each in files(filled)]

    second.run("-c", f"import {MODULES}")
    assert second.script("jsonschema", "--version").strip() == there["jsonschema"]
    assert second.script("jsonpointer", "--version").split()[-1] == there["jsonpointer"]
    assert versions(second)["pydantic-core"] == there["pydantic-core"]
    here = {name for name, at in second.distributions().items() if at == second.site_dir}
    assert {name.replace("_", "-") for name in here} - {"pip"} == NATIVE
    assert {path.name for path in second.prefix.with_name("share").iterdir()} == shared
    assert not sync(second, "--check")["steps"]
    filled.run("-c", f"import {MODULES}")
    assert not sync(filled, "--check")["steps"]


def test_installs_again_what_cannot_be_copied(sharing: Sharing) -> None:
    """The prefix that the data was installed into has been made again."""
    first = sharing("gone", None, "other-share")
    uv(first, "install", "jupyterlab_pygments", "jsonpointer")
    wanted = files(first)
    shutil.rmtree(first.prefix)
    first = sharing("gone", None, "other-share")
    report = sync(first, code=1)
    assert [each["path"] for each in report["data"]["lacking"]] == [
        str(first.prefix / each) for each in wanted
    ]
    run(*shlex.split(report["reinstall"]["uv"]), env=first.env, cwd=first.prefix)
    assert not sync(first)["steps"]
    assert files(first) == wanted
    assert first.script("jsonpointer", "--version").startswith("jsonpointer ")
