"""Small projects to build and install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trees import Tree, plant

if TYPE_CHECKING:
    from pathlib import Path

_METADATA = """
[project]
name = "tiny"
version = "1.0"
requires-python = ">=3.9"
[project.scripts]
tiny = "tiny:main"
"""
_PACKAGE: Tree = {"tiny": {"__init__.py": "def main():\n    print('tiny runs')\n"}}
BACKENDS = {
    "setuptools": ("setuptools", "setuptools.build_meta", "[tool.setuptools.packages.find]"),
    "hatchling": ("hatchling", "hatchling.build", "[tool.hatch.build.targets.wheel]"),
}
# Tells what it can import, then builds as little of a wheel as can be.
_SPY = """
import json, os, zipfile
from importlib.util import find_spec

def build_wheel(directory, config_settings=None, metadata_directory=None):
    with open(os.environ["SPY"], "w") as file:
        names = os.environ["SPY_MODULES"].split()
        json.dump({name: bool(find_spec(name)) for name in names}, file)
    name = "spied-1.0-py3-none-any.whl"
    info = "spied-1.0.dist-info/"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        wheel.writestr("spied.py", "")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: spied\\nVersion: 1.0\\n")
        tags = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(info + "WHEEL", tags)
        wheel.writestr(info + "RECORD", "".join(each + ",,\\n" for each in [
            "spied.py", info + "METADATA", info + "WHEEL", info + "RECORD"
        ]))
    return name

def build_sdist(directory, config_settings=None):
    raise NotImplementedError
"""


def tiny(root: Path, backend: str) -> Path:
    """Write a project with a package and a console script."""
    requirement, name, options = BACKENDS[backend]
    system = f'[build-system]\nrequires = ["{requirement}"]\nbuild-backend = "{name}"\n'
    if backend == "hatchling":
        options += '\npackages = ["src/tiny"]'
    else:
        options += '\nwhere = ["src"]'
    return plant(root, {"pyproject.toml": f"{system}{_METADATA}{options}\n", "src": _PACKAGE})


def spied(root: Path) -> Path:
    """Write a project whose backend writes what it can import of SPY_MODULES to SPY."""
    system = '[build-system]\nrequires = []\nbuild-backend = "spy"\nbackend-path = ["backend"]\n'
    metadata = '[project]\nname = "spied"\nversion = "1.0"\n'
    return plant(root, {"pyproject.toml": system + metadata, "backend": {"spy.py": _SPY}})
