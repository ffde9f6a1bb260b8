"""The command in an environment that a tool made for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unit.test_uv import wheel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unit.conftest import Venv

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Inside:
    """A tool's environment, and the command as it runs in there.

    What is installed there is another program, since it takes too long to install pysharedir.
    """

    python: Path
    directory: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "-m", "pysharedir", *arguments],
            env={**self.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(params=["uv tool install", "uvx"])
def inside(request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]) -> Inside:
    """The environment of a program that uv has installed, or only runs."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("no uv on this machine")
    env = {
        **environment,
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_PYTHON": sys.executable,
        "UV_OFFLINE": "1",
    }
    tool = wheel(tmp_path, "tool")
    if request.param == "uvx":
        program = ["python", "-c", "import sys; print(sys.prefix)"]
        command = [uv, "tool", "run", "--from", tool, *program]
        prefix = subprocess.check_output(command, env=env, text=True, cwd="/").strip()
    else:
        prefix = str(tmp_path / "tools" / "tool")
        subprocess.run([uv, "tool", "install", tool], env=env, check=True, cwd="/")
    directory = tmp_path / "empty"
    directory.mkdir()
    return Inside(Path(prefix, "bin", "python"), directory, env)


def test_it_is_changed_only_when_it_is_named(inside: Inside, venv: Venv) -> None:
    for arguments in ("enable", "--dry-run"), ("doctor", "--fix"):
        done = inside(*arguments)
        assert done.returncode == 2, done.stdout
        assert "uv made this environment for pysharedir alone" in done.stderr
        assert "--python TARGET" in done.stderr
    for target in inside.python.parents[1], venv.root:
        assert not inside("enable", "--python", target).returncode


def test_reports_tell_of_it(inside: Inside, venv: Venv) -> None:
    for arguments in ("status",), ("why", "sys"), ("doctor",):
        said = inside(*arguments).stdout
        assert "note: " in said
        assert "uv made this environment" in said
    assert "uv made this environment" not in inside("--python", venv.root, "status").stdout


def test_staging_does_not_change_it(inside: Inside, tmp_path: Path) -> None:
    done = inside("enable", "--root", tmp_path / "dest", "--prefix", "/usr")
    assert not done.returncode, done.stderr
