"""A separate machine for each page: a home, interpreters, pysharedir and uv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from installers.conftest import online  # noqa: F401
from installers.python import downloaded, only_from, own_requirements, run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docs.pages import Command

VERSION = "3.13"  # the Python that the pages show
_ROOTS = re.compile(r"(?<![\w./}-])/(?=(apps|home/ada|srv|tmp)\b)")
CHECKOUT = Path(__file__).parents[2]
WHEELS = ["requests", "markupsafe", "pip", "pyyaml", "setuptools"]
_END = "--- end of command ---"


@dataclass(frozen=True)
class Said:
    """The result of a command of a page."""

    text: str
    returncode: int


@dataclass(frozen=True)
class Machine:
    """A directory that stands for the root of a machine."""

    root: Path
    env: Mapping[str, str]

    @property
    def home(self) -> Path:
        return self.root / "home" / "ada"

    def run(self, commands: Sequence[Command]) -> list[Said]:
        """Run commands one after another in one shell; one without shown output may not fail."""
        script = ["set +e"]
        for command in commands:
            text = _ROOTS.sub(f"{self.root}/", command.text).rstrip("\n")
            if command.shown is None:
                text = f"set -e\n{text}\nset +e"
            # The next command may use the status of this one.
            end = f"code=$?; printf '%s\\n' \"{_END} $code\"; (exit $code)"
            script.append(f"{{\n{text}\n}} 2>&1\n{end}")
        done = subprocess.run(
            ["bash", "--norc", "-c", "\n".join(script)],
            cwd=self.home,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        parts = re.split(rf"{_END} (\d+)\n", done.stdout.replace(str(self.root), ""))
        found = [Said(said, int(code)) for said, code in zip(parts[::2], parts[1::2], strict=False)]
        if len(found) < len(commands):
            found.append(Said(parts[-1] + done.stderr, done.returncode))
        return found


@pytest.fixture(scope="session")
def house(
    request: pytest.FixtureRequest,
    find_interpreter: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Return an environment that has the wheels that the pages install, and no others."""
    env: dict[str, str] = request.getfixturevalue("online")
    wheels = downloaded("docs", find_interpreter(VERSION), [WHEELS, own_requirements()], env)
    house = tmp_path_factory.mktemp("wheels")
    for wheel in wheels.iterdir():
        (house / wheel.name).symlink_to(wheel)
    build = (find_uv_bin(), "build", "--wheel", "--find-links", wheels, "--no-index")
    run(*build, "--out-dir", house, CHECKOUT, env=env, cwd=CHECKOUT)
    return {**only_from(house, env), "UV_NO_INDEX": "1"}


@pytest.fixture
def machine(
    house: dict[str, str],
    find_interpreter: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Machine:
    root = tmp_path_factory.mktemp("machine").resolve()
    made = Machine(
        root,
        {
            **house,
            "HOME": str(root / "home" / "ada"),
            "PATH": f"{root / 'usr' / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "COLUMNS": "80",
            "LC_ALL": "C.UTF-8",
            "PIP_CACHE_DIR": str(root / "cache"),
            "PYENV_ROOT": str(root / "pyenv"),
            "TMPDIR": str(root / "tmp"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_PYTHON": VERSION,
        },
    )
    for path in made.home, root / "tmp", root / "apps", root / "srv":
        path.mkdir(parents=True)
    python = find_interpreter(VERSION)
    commands = {
        "python3": f'"{python}"',
        f"python{VERSION}": f'"{python}"',
        "pysharedir": f'"{sys.executable}" -m pysharedir',
        "uv": f'"{find_uv_bin()}"',
    }
    for name, command in commands.items():
        # Not links: an interpreter resolves a link to itself to find its installation.
        script = root / "usr" / "bin" / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    return made


@pytest.fixture
def checkout(machine: Machine) -> Machine:
    """A machine that has a checkout of pysharedir in its home directory."""
    listed = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=CHECKOUT, text=True
    )
    for name in listed.splitlines():
        target = machine.home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(CHECKOUT / name):
            shutil.copy2(CHECKOUT / name, target, follow_symlinks=False)
    return machine
