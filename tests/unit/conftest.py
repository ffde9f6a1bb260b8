"""Real venvs of the runner's own Python, and the command as its users run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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

    def __call__(self, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        # Permissions bind root only without these capabilities.
        bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        return subprocess.run(
            [*([] if os.geteuid() else bound), sys.executable, "-m", "pysharedir", *arguments],
            env={**self.environment, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
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
        activate = root / "bin" / "activate"
        activate.write_text(activate.read_text().replace(str(_pristine), str(root)))
        return Venv(root, environment)

    return make


@pytest.fixture
def venv(make_venv: Callable[[str], Venv]) -> Venv:
    return make_venv("venv")


@pytest.fixture
def enabled(venv: Venv, command: Command) -> Venv:
    """A venv with the hook."""
    command.json("--python", venv.root, "enable")
    return venv


@pytest.fixture
def write_protected(venv: Venv) -> Iterator[Venv]:
    """A venv that cannot be written to, not even by root: see :class:`Command`."""
    directories = [venv.root, *(path for path in venv.root.rglob("*") if path.is_dir())]
    for directory in directories:
        directory.chmod(0o555)
    yield venv
    for directory in directories:
        directory.chmod(0o755)
