"""An interpreter in a tree that tests may write to, and what they do with it."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from uv import find_uv_bin

from cache import daily
from command import pysharedir

_DISTRIBUTIONS = """
from importlib.metadata import distributions
answer = [[each.metadata["Name"].lower(), str(each.locate_file(""))] for each in distributions()]
"""


@dataclass(frozen=True)
class Python:
    """A venv or a copied installation.

    :ivar env: The environment of all that it starts: no index, only the wheelhouse.
    """

    prefix: Path
    version: str
    env: dict[str, str]

    @property
    def executable(self) -> Path:
        return self.prefix / "bin" / f"python{self.version}"

    @property
    def site_dir(self) -> Path:
        return self.prefix / "lib" / f"python{self.version}" / "site-packages"

    @property
    def sharedir(self) -> Path:
        return self.prefix / "share" / "python" / self.version

    def with_env(self, **env: str) -> Python:
        return replace(self, env={**self.env, **env})

    def run(
        self, *args: str | Path, cwd: Path | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run the interpreter with *args*."""
        return run(self.executable, *args, env=self.env, cwd=cwd or self.prefix, check=check)

    def ask(self, code: str, *flags: str) -> Any:
        """Run *code* and return what it left in ``answer``."""
        done = self.run(*flags, "-c", f"{code}\nimport json; print(json.dumps(answer))")
        return json.loads(done.stdout)

    def script(self, name: str, *args: str | Path) -> str:
        """Run a console script and return what it prints."""
        return run(self.prefix / "bin" / name, *args, env=self.env, cwd=self.prefix).stdout

    def pip(self, *args: str | Path, cwd: Path | None = None) -> str:
        yes = ["-y"] if args[0] == "uninstall" else []
        return self.run("-m", "pip", *args, *yes, cwd=cwd).stdout

    def uv(self, command: str, *args: str | Path) -> str:
        options: list[str | Path] = ["--python", self.executable]
        if command in ("install", "sync"):
            # uv caches what an interpreter says by the time of its executable.
            options += ["--no-index"]
        if command in ("install", "sync", "uninstall"):
            options.append("--break-system-packages")
        uv = find_uv_bin()
        return run(uv, "pip", command, *options, *args, env=self.env, cwd=self.prefix).stdout

    def pysharedir(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command on this interpreter."""
        return pysharedir("--python", self.executable, *args, env=self.env, check=check)

    def enable(self) -> Python:
        self.pysharedir("enable")
        assert self.sharedir.is_dir()
        return self

    def distributions(self) -> dict[str, Path]:
        """Return where each distribution is, each of which must be found once."""
        found = self.ask(_DISTRIBUTIONS)
        assert len(found) == len({name for name, _ in found}), found
        return {name: Path(directory) for name, directory in found}

    def which(self, *modules: str) -> dict[str, bool]:
        """Tell for each module whether it can be imported."""
        code = "from importlib.util import find_spec; answer = {n: bool(find_spec(n)) for n in %r}"
        found: dict[str, bool] = self.ask(code % (modules,))
        return found


def run(
    *command: str | Path, env: dict[str, str], cwd: Path, check: bool = True
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )
    if check:
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def own_requirements() -> list[str]:
    """Return what a build of pysharedir needs, and what the command does."""
    build = ("hatch-fancy-pypi-readme", "hatch-vcs", "hatchling")
    return [*build, *(metadata.requires("pysharedir") or ())]


def downloaded(
    name: str, interpreter: Path, requirements: list[list[str]], env: dict[str, str]
) -> Path:
    """Return a directory of wheels for an interpreter, which its pip downloads once a day."""

    def make(directory: Path) -> None:
        directory.mkdir()
        run(interpreter, "-m", "venv", "--without-pip", "venv", env=env, cwd=directory)
        python = directory / "venv" / "bin" / "python"
        run(find_uv_bin(), "pip", "install", "--python", python, "pip", env=env, cwd=directory)
        options = ("--only-binary", ":all:", "--dest", "house")
        for each in requirements:
            run(python, "-m", "pip", "download", *options, *each, env=env, cwd=directory)
        shutil.rmtree(directory / "venv")

    return daily(name, f"{interpreter} {requirements}", make) / "house"


def only_from(wheels: Path, env: dict[str, str]) -> dict[str, str]:
    """Return *env* for installers that are to know a directory of wheels only."""
    kept = {name: each for name, each in env.items() if not name.startswith(("PIP_", "UV_INDEX"))}
    return {
        **kept,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
        "UV_NO_CONFIG": "1",
    }


def tree(root: Path) -> set[str]:
    """Return the names of all files and links below *root*, except pycs and uv's lock."""
    names = {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_symlink() or not (path.is_dir() or path.suffix == ".pyc")
    }
    return names - {".lock"}


def recorded(info: Path) -> set[str]:
    """Return the paths in RECORD, and see that each is there with the hash it should have."""
    paths = set()
    with (info / "RECORD").open(newline="") as file:
        for path, digest, _ in csv.reader(file):
            content = (info.parent / path).read_bytes()
            if digest:
                name, _, value = digest.partition("=")
                found = base64.urlsafe_b64encode(hashlib.new(name, content).digest())
                assert found.rstrip(b"=").decode() == value, f"{info.parent / path}"
            paths.add(path)
    assert paths
    return paths
