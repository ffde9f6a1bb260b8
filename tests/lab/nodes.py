"""Nodes of a cluster: systems of two architectures with environment modules."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.machines import AMD64, ARM64
from lab.roots import Recipe

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from lab.stations import Station

_PYTHON = ("python3.11-minimal", "libpython3.11-stdlib", "python3.11-venv")
_SHELL = ("bash", "coreutils", "dash", "grep", "sed")
# On an emulated node too the command is run by a Python of the machine, which is quicker.
_NATIVE = "x86_64-linux-gnu-python3.11"
LMOD = "/usr/share/lmod/lmod/init/bash"
MODULES = "/usr/share/modules/init/bash"


def _with_modules(architecture: str) -> Recipe:
    """Return the recipe of a node with both kinds of modules, of which apt installs either."""
    return Recipe(
        layers=(
            ("bookworm", "amd64", _PYTHON),
            ("bookworm", architecture, (*_PYTHON, *_SHELL, "lmod")),
            ("bookworm", architecture, ("environment-modules",)),
        ),
        renamed=(("python3.11", _NATIVE),),
        alike=AMD64.recipe,
    )


X86_64 = replace(AMD64, name="x86_64", recipe=_with_modules("amd64"))
AARCH64 = replace(ARM64, name="aarch64", recipe=_with_modules("arm64"))


def add_command(root: Path, pysharedir: Path) -> None:
    """Put a ``pysharedir`` on the PATH of a root."""
    shutil.copytree(pysharedir, root / "opt/command")
    script = root / "usr/local/bin/pysharedir"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(f'#!/bin/sh\nexec /usr/bin/{_NATIVE} /opt/command "$@"\n')
    script.chmod(0o755)


def shell(
    station: Station, option: str, script: str, *, check: bool = True, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of a node."""
    command = ("bash", "--norc", option, script)
    return station.box.run(*command, env={**station.env, **env}, check=check)
