"""Faults of what uv remembers."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from unit.doctor.faults.fault import Fault
from unit.doctor.faults.native import NO_SHAREDIR

if TYPE_CHECKING:
    from unit.conftest import Venv


def run_uv(venv: Venv, *arguments: str, executable: str = "python", **env: str) -> None:
    """Run ``uv pip`` on a venv."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("no uv on this machine")
    name, *rest = arguments
    subprocess.run(
        [uv, "pip", name, "--python", venv.root / "bin" / executable, *rest],
        env={**venv.environment, **env},
        check=True,
        capture_output=True,
    )


def ask_before(venv: Venv, executable: str = "python") -> None:
    """Let uv ask the venv as it was before it had the hook."""
    path = venv.site_dir / "_pysharedir.pth"
    away = path.rename(f"{path}.away")
    run_uv(venv, "list", executable=executable)
    away.rename(path)


FAULTS = {"SD801": Fault(ask_before, (".msgpack",), fixed=True, excludes=NO_SHAREDIR)}
