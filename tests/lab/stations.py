"""Interpreters of the lab at work: each in a copy of its root, with the hook."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.boxes import ENV, Box

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.machines import Machine

_FENCED = re.compile(r"^<lab>(.*)</lab>$", re.MULTILINE)
_SHARE = "/usr/local/share/python"


@dataclass(frozen=True)
class Station:
    """A machine of the lab.

    :ivar wheels: Directories of wheels: what its pip may install.
    """

    machine: Machine
    box: Box
    wheels: tuple[Path, ...]

    @property
    def env(self) -> dict[str, str]:
        """The environment of what it runs."""
        env = {
            "PIP_BREAK_SYSTEM_PACKAGES": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_FIND_LINKS": " ".join(f"/wheels/{each.name}" for each in self.wheels),
            "PIP_NO_INDEX": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        }
        if self.machine.prefix:
            env["PYSHAREDIR_PREFIXES"] = self.machine.prefix
        return env

    def on(self, tree: Path, *, writable: bool = False) -> Station:
        """Return it with *tree* for the directory of its sharedirs."""
        if writable:
            return replace(self, box=replace(self.box, lent={**self.box.lent, _SHARE: tree}))
        return replace(self, box=replace(self.box, shown={**self.box.shown, _SHARE: tree}))

    def with_pip(self, pip: Path) -> Station:
        """Return it with a directory that has pip in it, where Debian's package has it."""
        shown = {**self.box.shown, "/usr/lib/python3/dist-packages": pip}
        return replace(self, box=replace(self.box, shown=shown))

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run its Python."""
        command = (self.machine.python, *arguments)
        return self.box.run(*command, env={**self.env, **(env or {})}, check=check)

    def install(self, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        """Let the pip of the wheels install, run from its wheel."""
        (pip,) = self.wheels[0].glob("pip-*.whl")
        wheel = f"/wheels/{self.wheels[0].name}/{pip.name}/pip"
        self.run(wheel, "install", "--quiet", *arguments, env=env)

    def ask(self, code: str, **env: str) -> Any:
        """Return what *code* leaves in ``answer``."""
        end = "import json; print('\\n<lab>' + json.dumps(answer) + '</lab>')"
        return answer(self.run("-c", f"{code}\n{end}", env=env))

    def pysharedir(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command on it and, by it, inside."""
        return self.run("/opt/pysharedir", *arguments, check=check)


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON between fences."""
    found = _FENCED.search(done.stdout)
    assert found, f"{done.stdout}\n{done.stderr}"
    return json.loads(found[1])


def open_station(machine: Machine, root: Path, wheels: tuple[Path, ...], command: Path) -> Station:
    """Return the station of a machine, in a new copy of its root.

    :param command: The directory of the command and what it needs.
    """
    if not root.exists():
        machine.recipe.copy(root)
        (root / _SHARE[1:]).mkdir(parents=True)
    shown = {"/lab": Path(__file__).parent}
    shown |= {f"/wheels/{each.name}": each for each in wheels}
    # Lent, so that all find the pycs of the first.
    box = Box(root, machine.personality, machine.emulator, shown, {"/opt/pysharedir": command})
    return Station(machine, box, wheels)


def enable(station: Station, starter: Path) -> None:
    """Put the hook into its root, from outside.

    :param starter: Where to write the script of the machine that starts its Python.
    """
    target = station.box.starter(starter, station.machine.python)
    command = [sys.executable, "-m", "pysharedir", "--python", str(target), "enable"]
    options = ["--root", str(station.box.root)]
    subprocess.run([*command, *options], env=ENV, check=True, capture_output=True)
