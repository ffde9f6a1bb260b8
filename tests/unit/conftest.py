"""Fixtures: real venvs of the runner's Python, and the command as users run it."""

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

from forks import BOUND, Forks, acts_at_a_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
        """Return the value of *expression* in this interpreter."""
        code = f"import json, site, sys, sysconfig; print(json.dumps({expression}))"
        done = self.run("-c", code, **env)
        assert not done.returncode, done.stderr
        return json.loads(done.stdout)

    def has_no_hook(self) -> bool:
        return not list(self.root.rglob("*_pysharedir*"))


@dataclass(frozen=True)
class Command:
    """The command: in a process of its own, or in a fork (see :mod:`forks`).

    :ivar server: Who makes the forks; None for processes.
    """

    environment: dict[str, str]
    server: Forks | None = None

    def __call__(self, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, **env}
        if self.server and not acts_at_a_start(self.environment, environment):
            return self.server(arguments, environment)
        return subprocess.run(
            [*BOUND, sys.executable, "-m", "pysharedir", *arguments],
            env=environment,
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


@pytest.fixture(scope="session")
def forks(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    server = Forks(environment, tmp_path_factory.mktemp("forks"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def command(environment: dict[str, str], forks: Forks) -> Command:
    """The command in a fork, or in a process if a variable acts only at a start."""
    return Command(environment, forks)


@pytest.fixture(scope="session")
def process(environment: dict[str, str]) -> Command:
    """The command in a process of its own, for what a fork cannot show."""
    return Command(environment)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's Python, or a copy of it without the sitecustomize that Debian's Python has."""
    base = Path(sys._base_executable)  # type: ignore[attr-defined]  # noqa: SLF001
    library = Path(os.__file__).parent
    if not os.path.lexists(library / "sitecustomize.py"):
        return base
    copy = tmp_path_factory.mktemp("base")
    (copy / "bin").mkdir()
    (copy / "lib" / library.name).mkdir(parents=True)
    shutil.copy(base, copy / "bin")
    for path in library.iterdir():
        if path.stem != "sitecustomize":
            (copy / "lib" / library.name / path.name).symlink_to(path)
    return copy / "bin" / base.name


@pytest.fixture(scope="session")
def _pristine(
    tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str], base: Path
) -> Path:
    root = tmp_path_factory.mktemp("pristine") / "venv"
    subprocess.run([base, "-m", "venv", "--without-pip", root], check=True, env=environment)
    return root


def site_dir_of(python: Path, root: Path, environment: dict[str, str], *options: str) -> Path:
    """Make a venv of any Python, without pip, and return its site dir."""
    subprocess.run(
        [python, "-m", "venv", "--without-pip", *options, root], check=True, env=environment
    )
    return next(root.glob("lib/python*/site-packages"))


def copied(template: Path, root: Path) -> Path:
    """Copy a venv: Python finds it by its pyvenv.cfg, so a copy works."""
    shutil.copytree(template, root, symlinks=True)
    for file in (root / "pyvenv.cfg", *(root / "bin").glob("[aA]ctivate*")):
        file.write_text(file.read_text().replace(str(template), str(root)))
    return root


@pytest.fixture
def make_venv(
    tmp_path: Path, _pristine: Path, environment: dict[str, str]
) -> Callable[[str], Venv]:
    """Return a function that makes a venv."""
    return lambda name: Venv(copied(_pristine, tmp_path / name), environment)


@pytest.fixture
def venv(make_venv: Callable[[str], Venv]) -> Venv:
    return make_venv("venv")


@pytest.fixture(scope="session")
def hooked(tmp_path_factory: pytest.TempPathFactory, _pristine: Path, command: Command) -> Path:
    """A venv after ``enable``, which writes no path, so that a copy of the venv works."""
    root = copied(_pristine, tmp_path_factory.mktemp("hooked") / "venv")
    command.json("--python", root, "enable")
    return root


@pytest.fixture
def enabled(tmp_path: Path, hooked: Path, environment: dict[str, str]) -> Venv:
    """A venv with the hook."""
    return Venv(copied(hooked, tmp_path / "venv"), environment)


@pytest.fixture
def write_protected(venv: Venv) -> Iterator[Venv]:
    """A venv that cannot be written to, not even by root: see :class:`Command`."""
    directories = [venv.root, *(path for path in venv.root.rglob("*") if path.is_dir())]
    for directory in directories:
        directory.chmod(0o555)
    yield venv
    for directory in directories:
        directory.chmod(0o755)
