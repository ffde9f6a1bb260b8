"""Real venvs of the runner's own Python, and the command as its users run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "{}.{}".format(*sys.version_info[:2])


@dataclass(frozen=True)
class Venv:
    """A throwaway venv without pip."""

    root: Path
    environment: dict[str, str]

    @property
    def site_dir(self) -> Path:
        return self.root / "lib" / f"python{VERSION}" / "site-packages"

    @property
    def sharedir(self) -> Path:
        return self.root / "share" / "python" / VERSION

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments],
            env={**self.environment, **env},
            capture_output=True,
            text=True,
            check=False,
        )

    def says(self, expression: str, **env: str) -> Any:
        """Return what *expression* is in this interpreter."""
        code = f"import json, site, sys, sysconfig; print(json.dumps({expression}))"
        done = self.run("-c", code, **env)
        assert not done.returncode, done.stderr
        return json.loads(done.stdout)

    def has_no_hook(self) -> bool:
        return not list(self.root.rglob("*_pysharedir*"))


@dataclass(frozen=True)
class Command:
    """The command in a process of its own."""

    environment: dict[str, str]

    def __call__(
        self, *arguments: str | Path, user: int | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pysharedir", *arguments],
            env={**self.environment, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=user,
            cwd="/",
        )

    def json(self, *arguments: str | Path, **env: str) -> Any:
        done = self(*arguments, "--json", **env)
        assert not done.returncode, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def command(environment: dict[str, str]) -> Command:
    return Command(environment)


@pytest.fixture(scope="session")
def _pristine(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    root = tmp_path_factory.mktemp("pristine") / "venv"
    subprocess.run(
        [sys._base_executable, "-m", "venv", "--without-pip", root],  # type: ignore[attr-defined]  # noqa: SLF001
        check=True,
        env=environment,
    )
    return root


@pytest.fixture
def make_venv(
    tmp_path: Path, _pristine: Path, environment: dict[str, str]
) -> Callable[[str], Venv]:
    """Return what makes a venv: it is found by its pyvenv.cfg, so a copy is one."""

    def make(name: str) -> Venv:
        root = tmp_path / name
        shutil.copytree(_pristine, root, symlinks=True)
        return Venv(root, environment)

    return make


@pytest.fixture
def venv(make_venv: Callable[[str], Venv]) -> Venv:
    return make_venv("venv")


@pytest.fixture
def unprivileged(tmp_path: Path) -> int:
    """The user id of somebody who may read all that a test makes, and write none of it."""
    if os.geteuid():
        return os.geteuid()
    for directory in (tmp_path, *tmp_path.parents):
        if directory.stat().st_uid == 0 and directory.stat().st_mode & 0o005 != 0o005:
            directory.chmod(directory.stat().st_mode | 0o055)
        if directory.name.startswith("pytest-of-"):
            break
    return 65534
