"""The life of a package in a hooked venv, by pip and by uv."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from installers.conftest import OLD_IDNA
from installers.python import tree

if TYPE_CHECKING:
    from pathlib import Path

    from installers.conftest import Installer, MakeVenv
    from installers.python import Python

PURE = ("requests", "urllib3", "idna", "certifi")
ALL = {*PURE, "charset-normalizer", "markupsafe"}


@pytest.fixture(scope="module")
def stocked(
    installer: Installer, make_venv: MakeVenv, tmp_path_factory: pytest.TempPathFactory
) -> Python:
    """Return a hooked venv with some packages, which tests only look at."""
    venv = make_venv(tmp_path_factory.mktemp("stocked") / "venv", installer.pip, hook=True)
    installer(venv, "install", "requests", "markupsafe")
    return venv


@pytest.mark.differs("whom an installer asks for a scheme, and which one it is")
def test_lands_where_it_belongs(stocked: Python) -> None:
    where = stocked.distributions()
    assert {name: where[name] for name in PURE} == dict.fromkeys(PURE, stocked.sharedir)
    assert where["markupsafe"] == stocked.site_dir
    compiled = any(stocked.prefix.rglob("charset_normalizer/**/*.so"))
    expected = stocked.site_dir if compiled else stocked.sharedir
    assert where["charset-normalizer"] == expected


@pytest.mark.differs("what importlib asks of an entry")
def test_is_imported(stocked: Python) -> None:
    code = "import requests, markupsafe; answer = [requests.__file__, markupsafe.__file__]"
    assert stocked.ask(code) == [
        str(stocked.sharedir / "requests" / "__init__.py"),
        str(stocked.site_dir / "markupsafe" / "__init__.py"),
    ]


@pytest.mark.differs("what site puts on the path")
def test_no_directory_twice(stocked: Python) -> None:
    stats = stocked.ask(
        "import os, sys; answer = [os.stat(p)[1:3] for p in sys.path if os.path.isdir(p)]"
    )
    assert len(stats) == len({tuple(each) for each in stats})


def test_switched_off_for_one_start(stocked: Python) -> None:
    off = stocked.with_env(PYSHAREDIR="0").run("-c", "import requests", check=False)
    assert off.returncode == 1
    assert off.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'requests'"
    stocked.run("-c", "import requests")


def test_list(stocked: Python, installer: Installer) -> None:
    listed = json.loads(installer(stocked, "list", "--format", "json"))
    names = [each["name"].lower() for each in listed]
    assert sorted(names) == sorted(ALL | ({"pip"} if installer.pip else set()))


def test_show(stocked: Python, installer: Installer) -> None:
    blocks = installer(stocked, "show", "requests", "markupsafe", "idna").split("---\n")
    shown = [dict(line.partition(":")[::2] for line in block.splitlines()) for block in blocks]
    facts = {each["Name"].strip().lower(): each for each in shown}
    assert {name: each["Location"].strip() for name, each in facts.items()} == {
        "requests": str(stocked.sharedir),
        "markupsafe": str(stocked.site_dir),
        "idna": str(stocked.sharedir),
    }
    assert facts["idna"]["Required-by"].strip() == "requests"


def test_check(stocked: Python, installer: Installer) -> None:
    installer(stocked, "check")


def test_freeze(stocked: Python, installer: Installer) -> None:
    frozen = installer(stocked, "freeze").splitlines()
    names = {line.partition("==")[0].lower() for line in frozen} - {"pip"}
    assert names == ALL
    assert len(frozen) == len(set(frozen))


def test_upgrade_and_uninstall(installer: Installer, make_venv: MakeVenv, tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv", installer.pip, hook=True)
    before = tree(venv.prefix)
    installer(venv, "install", f"idna=={OLD_IDNA}", "requests", "markupsafe")
    assert venv.ask("import idna; answer = idna.__version__") == OLD_IDNA
    installer(venv, "install", "-U", "idna")
    assert venv.ask("import idna; answer = idna.__version__") != OLD_IDNA
    assert len(list(venv.prefix.rglob("idna-*.dist-info"))) == 1
    assert (venv.prefix / "bin" / "normalizer").exists()  # of charset-normalizer
    installer(venv, "uninstall", *ALL)
    assert tree(venv.prefix) == before
    assert {each.name for each in venv.sharedir.iterdir()} <= {"README.txt", "__pycache__"}


def test_upgrade_from_platlib(installer: Installer, make_venv: MakeVenv, tmp_path: Path) -> None:
    """What was installed before `enable` moves when it is upgraded."""
    venv = make_venv(tmp_path / "venv", installer.pip)
    installer(venv, "install", f"idna=={OLD_IDNA}")
    assert venv.distributions()["idna"] == venv.site_dir
    venv.enable()
    installer(venv, "install", "-U", "idna")
    assert venv.distributions()["idna"] == venv.sharedir
    assert not list(venv.site_dir.glob("idna*"))
    installer(venv, "uninstall", "idna")
    assert not [*venv.site_dir.glob("idna*"), *venv.sharedir.glob("idna*")]


def test_from_the_registry(venv: Python, online: dict[str, str]) -> None:
    """As a user types it, without a wheelhouse."""
    python = type(venv)(venv.prefix, venv.version, online)
    python.pip("install", "requests", "markupsafe")
    where = python.distributions()
    assert where["requests"] == python.sharedir
    assert where["markupsafe"] == python.site_dir


def test_uv_sync(make_venv: MakeVenv, tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv", hook=True)
    venv.uv("install", "requests", "markupsafe")
    (tmp_path / "wanted.txt").write_text("idna\n")
    venv.uv("sync", tmp_path / "wanted.txt")
    assert venv.distributions() == {"idna": venv.sharedir}
