"""``sort`` of what pip and uv installed before the hook, and what they do with it afterwards."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from installers.conftest import OLD_IDNA, WORLD
from installers.python import recorded, tree

if TYPE_CHECKING:
    from installers.conftest import Installer, MakeVenv
    from installers.python import Python

REQUIREMENTS = ("requests", "tabulate", "markupsafe", f"idna=={OLD_IDNA}")
PURE = ("requests", "tabulate", "idna", "certifi", "urllib3")
CHECKOUT = Path(__file__).parents[2]
IMPORTS = """
import setuptools  # first, as it replaces distutils
import azure.core, google.api_core.page_iterator, google.auth, google.cloud.client, google.protobuf
import google.rpc, jsonschema, markupsafe, numpy, nvidia.nvtx, pip, playwright.sync_api, pydantic
import requests, sphinx.application, sphinxcontrib.htmlhelp
answer = True
"""


def snapshot(root: Path) -> dict[str, tuple[object, ...]]:
    """Return all of each file and link: content, mode, time; without uv's lock."""
    found: dict[str, tuple[object, ...]] = {}
    for path in root.rglob("*"):
        status = path.lstat()
        if path.is_symlink():
            found[str(path.relative_to(root))] = (os.readlink(path),)
        elif path.is_file() and path.name != ".lock":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(root))] = (digest, status.st_mode, status.st_mtime_ns)
    return found


def check(python: Python) -> int:
    return python.pysharedir("sort", "--check", check=False).returncode


def listed(installer: Installer, python: Python) -> str:
    found = json.loads(installer(python, "list", "--format", "json"))
    return json.dumps(sorted((each["name"], each["version"]) for each in found))


@pytest.fixture
def stocked(installer: Installer, make_venv: MakeVenv, tmp_path: Path) -> Python:
    """A venv with packages and pycs, not hooked."""
    # uv would remember what the interpreter says before it is.
    venv = make_venv(tmp_path / "venv", installer.pip).with_env(UV_NO_CACHE="1")
    installer(venv, "install", *REQUIREMENTS)
    venv.run("-c", "import requests, tabulate, markupsafe")
    return venv


def test_there_and_back(stocked: Python, installer: Installer) -> None:
    before, names = snapshot(stocked.prefix), listed(installer, stocked)
    stocked.enable()
    assert check(stocked) == 1
    stocked.pysharedir("sort")
    assert check(stocked) == 0
    where = stocked.distributions()
    assert {where[name] for name in PURE} == {stocked.sharedir}
    assert where["markupsafe"] == stocked.site_dir
    for directory in stocked.sharedir, stocked.site_dir:
        for info in directory.glob("*.dist-info"):
            # The fixture has edited the scripts of pip.
            assert info.name.startswith("pip-") or recorded(info)
    assert listed(installer, stocked) == names
    installer(stocked, "check")
    stocked.run("-c", "import requests, tabulate, markupsafe")
    stocked.pysharedir("disable", "--restore")
    after = snapshot(stocked.prefix)
    if "lib64" not in before:
        after.pop("lib64", None)
    assert after == before


def test_installers_go_on(stocked: Python, installer: Installer) -> None:
    stocked.enable().pysharedir("sort")
    shown = installer(stocked, "show", "--files", "tabulate")
    files = [line.strip() for line in shown.partition("Files:")[2].splitlines() if line.strip()]
    assert files
    assert all((stocked.sharedir / name).exists() for name in files if not name.endswith(".pyc"))
    installer(stocked, "install", "--upgrade", "idna")
    assert stocked.distributions()["idna"] == stocked.sharedir
    assert stocked.ask("import idna; answer = idna.__version__") != OLD_IDNA
    assert not list(stocked.prefix.rglob(f"idna-{OLD_IDNA}*"))
    installer(stocked, "uninstall", "tabulate", "requests", "markupsafe")
    left = [name for name in tree(stocked.prefix) if "tabulate" in name or "requests" in name]
    assert [name for name in left if "/pip/_vendor/" not in name] == []
    installer(stocked, "install", "tabulate", "markupsafe")
    assert check(stocked) == 0


@pytest.mark.differs("how a package that moved is found and byte-compiled")
def test_pip_goes_with_the_others(make_venv: MakeVenv, tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv", "pip", hook=True)
    before = venv.pip("--version").split()[:2]
    venv.pysharedir("sort")
    assert venv.distributions() == {"pip": venv.sharedir}
    assert venv.pip("--version").split()[:2] == before
    venv.pip("install", "--force-reinstall", "--no-deps", "pip")
    assert venv.distributions() == {"pip": venv.sharedir}
    assert check(venv) == 0


@pytest.mark.parametrize("backend", ["setuptools", "hatchling"])
def test_an_editable_install_is_left_alone(venv: Python, tmp_path: Path, backend: str) -> None:
    project = tmp_path / "project"
    (project / "src" / "mine").mkdir(parents=True)
    (project / "src" / "mine" / "__init__.py").touch()
    module = {"setuptools": "setuptools.build_meta", "hatchling": "hatchling.build"}[backend]
    (project / "pyproject.toml").write_text(
        f"[build-system]\nrequires = ['{backend}']\nbuild-backend = '{module}'\n"
        "[project]\nname = 'mine'\nversion = '1'\n"
    )
    venv.uv("install", "--no-deps", "-e", project)
    done = json.loads(venv.pysharedir("sort", "--json").stdout)
    (mine,) = [each for each in done["distributions"] if each["name"] == "mine"]
    assert (mine["verdict"], mine["reason"]) == ("left alone", "editable")
    venv.run("-c", "import mine")


def test_the_world(world: Python) -> None:
    """Much used packages in one venv: sorted, used, uninstalled and restored."""
    venv = world
    venv.pip("install", "--quiet", *WORLD.split())
    venv.ask(IMPORTS)
    before = snapshot(venv.prefix)
    venv.enable().pysharedir("sort")
    assert check(venv) == 0
    where = venv.distributions()
    native = ("markupsafe", "numpy", "nvidia-nvtx-cu12", "playwright", "protobuf", "pydantic_core")
    assert {where[name] for name in native} == {venv.site_dir}
    pure = ("azure-core", "google-api-core", "google-cloud-core", "jsonschema", "pydantic", "pip")
    assert {where[name] for name in (*pure, "setuptools", "sphinx")} == {venv.sharedir}
    assert venv.ask(IMPORTS)
    venv.pip("check")
    venv.pysharedir("disable", "--restore")
    after = snapshot(venv.prefix)
    assert {name for name in before if after.get(name) != before[name]} == set()
    assert {name for name in after if name not in before and not name.endswith(".pyc")} == set()
    venv.enable().pysharedir("sort")
    venv.pip("uninstall", *WORLD.split())
    assert not {"numpy", "sphinx", "azure-core"} & set(venv.distributions())


def test_the_command_moves_itself(world: Python) -> None:
    """It goes on importing its modules and its dependencies from their new places."""
    venv = world
    venv.pip("install", "--quiet", str(CHECKOUT))
    venv.script("pysharedir", "--python", venv.prefix, "enable")
    said = venv.script("pysharedir", "--python", venv.prefix, "sort")
    assert "rich" in said
    assert venv.distributions()["pysharedir"] == venv.sharedir
    venv.script("pysharedir", "--python", venv.prefix, "sort", "--check")
    venv.script("pysharedir", "--python", venv.prefix, "disable", "--restore")
    assert set(venv.distributions().values()) == {venv.site_dir}
    assert not (venv.site_dir / "_pysharedir.pth").exists()
