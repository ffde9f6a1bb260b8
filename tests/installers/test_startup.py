"""What startup reports about the startup files of real packages."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from uv import find_uv_bin

from installers.conftest import OLD_VIRTUALENV
from installers.python import Python, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.differs("what site runs, and in which order")


@pytest.fixture(scope="module")
def venv(
    interpreter: Path,
    version: str,
    offline: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Python:
    """A venv with the startup files of virtualenv, setuptools and coverage."""
    root = tmp_path_factory.mktemp("startup")
    old = f"virtualenv=={OLD_VIRTUALENV}"
    virtualenv = (find_uv_bin(), "tool", "run", "--from", old, "virtualenv", "--no-seed")
    run(*virtualenv, "--python", interpreter, root / "venv", env=offline, cwd=root)
    made = Python(root / "venv", version, offline)
    made.uv("install", "--compile-bytecode", "setuptools", "coverage")
    return made


def startup(python: Python) -> Any:
    return json.loads(python.pysharedir("startup", "--json").stdout)


def by_name(report: Any) -> dict[str, Any]:
    return {os.path.basename(file["path"] or file["kind"]): file for file in report["files"]}


def test_each_file_is_named_with_its_distribution(venv: Python) -> None:
    report = startup(venv)
    found = by_name(report)
    owners = {name: (file["owner"] or "").partition(" ") for name, file in found.items()}
    # The last coverage for 3.9 has no such file yet.
    of_coverage = [file.name for file in venv.site_dir.glob("*coverage*.pth")]
    assert len(of_coverage) == (venv.version != "3.9")
    # The base may have one, as Debian's has.
    owners.setdefault("sitecustomize", owners.pop("sitecustomize.py", ("", "", "")))
    assert {name: owner for name, (owner, _, _) in owners.items()} == {
        "_virtualenv.pth": "virtualenv",
        **dict.fromkeys(of_coverage, "coverage"),
        "distutils-precedence.pth": "setuptools",
        "sitecustomize": owners["sitecustomize"][0],
    }
    assert owners["_virtualenv.pth"][2] == OLD_VIRTUALENV
    assert found["distutils-precedence.pth"]["modules"][-1] == "_distutils_hack"
    assert "_virtualenv" in found["_virtualenv.pth"]["modules"]
    assert report["notes"] == [] or report["cost"]["calls"] is None


def test_what_is_shown_is_what_a_plain_start_imports(venv: Python) -> None:
    shown = {name for file in startup(venv)["files"] for name in file["modules"]}
    imported = set(venv.ask("import sys; answer = list(sys.modules)"))
    assert {"_virtualenv", "_distutils_hack"} <= shown <= imported


def test_doctor_has_nothing_to_say_but_notes(venv: Python) -> None:
    report = json.loads(venv.pysharedir("doctor", "--select", "SD5", "--all", "--json").stdout)
    assert {each["code"] for each in report["findings"]} == {"SD503", "SD504"}
    assert report["unchecked"] == []


def test_an_allowlist_finds_an_upgrade(venv: Python, tmp_path: Path) -> None:
    file = str(tmp_path / "allowed.txt")
    venv.pysharedir("startup", "--allow", file, "--update")
    venv.pysharedir("startup", "--allow", file)
    pth = venv.site_dir / "distutils-precedence.pth"
    before = pth.read_bytes()
    pth.write_bytes(before + b"import colorsys\n")
    try:
        done = venv.pysharedir("startup", "--allow", file, check=False)
    finally:
        pth.write_bytes(before)
    assert done.returncode == 1
    (line, _) = done.stdout.splitlines()
    assert line == f"changed: {pth.relative_to(venv.prefix)}"
