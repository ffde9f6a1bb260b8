"""Environments made from a hooked system Python are clean ones."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from installers import projects
from installers.python import Python, run, tree
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TOX = """
[tox]
env_list = py
[testenv]
package = wheel
deps = idna
commands =
    tiny
    python -c "import tiny, idna, sys; print('<<', tiny.__file__, idna.__file__, '>>')"
"""


@pytest.fixture(scope="module")
def base(copy_system: Callable[[Path], Python], tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Return a hooked copy of the target's installation, with virtualenv and tox."""
    system = copy_system(tmp_path_factory.mktemp("base") / "system").enable()
    system.uv("install", "virtualenv", "tox", "pytest-timeout")
    where = system.distributions()
    assert {where["virtualenv"], where["tox"]} == {system.sharedir}
    assert where["pip"] == system.site_dir
    return system


def by_venv(python: Python, prefix: Path) -> None:
    python.run("-m", "venv", prefix)


def by_virtualenv(python: Python, prefix: Path) -> None:
    python.run("-m", "virtualenv", prefix)


def by_virtualenv_of_another(python: Python, prefix: Path) -> None:
    command = (sys.executable, "-m", "virtualenv", "--python", python.executable, prefix)
    run(*command, env=python.env, cwd=python.prefix)


def by_uv(python: Python, prefix: Path) -> None:
    command = (find_uv_bin(), "venv", "--seed", "--no-index", "--python", python.executable, prefix)
    run(*command, env=python.env, cwd=python.prefix)


# The newest with CPython's own layout in CI.
NEWEST = pytest.mark.differs("what venv and ensurepip do", only="3.13")
MAKERS = [by_venv, by_virtualenv, by_uv]


def assert_clean(venv: Python, base: Python, before: set[str]) -> None:
    """See that *venv* has a working pip, and neither it nor *base* more than it should."""
    assert venv.run("-m", "pip", "--version").stdout.startswith("pip ")
    assert venv.distributions()["pip"] == venv.site_dir
    venv.pip("install", "idna")
    assert venv.distributions()["idna"] == venv.site_dir
    assert not (venv.prefix / "share" / "python").exists()
    assert not [entry for entry in venv.ask("import sys; answer = sys.path") if "share/" in entry]
    assert tree(base.prefix) == before


@NEWEST
@pytest.mark.parametrize("make", [*MAKERS, by_virtualenv_of_another])
def test_environment(base: Python, tmp_path: Path, make: Callable[[Python, Path], None]) -> None:
    before = tree(base.prefix)
    make(base, tmp_path / "venv")
    assert_clean(Python(tmp_path / "venv", base.version, base.env), base, before)


@pytest.mark.parametrize(
    ("make", "hooked"),
    [
        pytest.param(by_venv, True, marks=NEWEST),
        (by_virtualenv, True),
        (by_uv, True),
        (by_virtualenv, False),
    ],
)
def test_nested(
    base: Python, tmp_path: Path, make: Callable[[Python, Path], None], hooked: bool
) -> None:
    """Made by a venv's python, which may have a hook of its own."""
    before = tree(base.prefix)
    run(base.executable, "-m", "venv", "--without-pip", "outer", env=base.env, cwd=tmp_path)
    outer = Python(tmp_path / "outer", base.version, base.env)
    if hooked:
        outer.enable()
    if make is by_virtualenv:
        outer.uv("install", "virtualenv")
        where = outer.distributions()["virtualenv"]
        assert where == (outer.sharedir if hooked else outer.site_dir)
    own = tree(outer.prefix)
    make(outer, tmp_path / "inner")
    assert_clean(Python(tmp_path / "inner", base.version, base.env), base, before)
    assert tree(outer.prefix) == own


def test_tox(base: Python, tmp_path: Path) -> None:
    before = tree(base.prefix)
    project = projects.tiny(tmp_path / "project", "hatchling")
    plant(project, {"tox.ini": _TOX})
    done = run(base.executable, "-m", "tox", "run", env=base.env, cwd=project)
    venv = Python(project / ".tox" / "py", base.version, base.env)
    assert "tiny runs\n" in done.stdout
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("<< "))
    assert line.split()[1:3] == [
        str(venv.site_dir / "tiny" / "__init__.py"),
        str(venv.site_dir / "idna" / "__init__.py"),
    ]
    assert not list(project.glob(".tox/*/share/python"))
    assert tree(base.prefix) == before


def test_venv_with_system_site_packages(base: Python, tmp_path: Path) -> None:
    """With a lib64 link, every distribution is found once."""
    if base.version == "3.15":
        pytest.skip("venvs have no lib64 link from 3.15 on")
    lib64 = base.prefix / "lib64"
    lib64.symlink_to("lib")
    try:
        python = base.with_env(PYTHONPLATLIBDIR="lib64")
        python.run("-m", "venv", "--system-site-packages", "--without-pip", tmp_path / "venv")
        venv = Python(tmp_path / "venv", base.version, python.env)
        if not (venv.prefix / "lib64").exists():
            (venv.prefix / "lib64").symlink_to("lib")
        code = (
            "from importlib.metadata import distributions\n"
            "answer = sorted(each.metadata['Name'] for each in distributions())"
        )
        off = venv.with_env(PYSHAREDIR="0").ask(code)
        assert off.count("pip") == 2, "the trouble that there is without the hook"
        on = venv.ask(code)
        assert len(on) == len(set(on))
        assert {"pip", "virtualenv", "tox"} <= set(on)
        listed = json.loads(venv.pip("list", "--format", "json"))
        names = [each["name"] for each in listed]
        assert sorted(names) == on
    finally:
        lib64.unlink()


def test_venv_with_system_site_packages_takes_its_own_first(base: Python, tmp_path: Path) -> None:
    base.run("-m", "venv", "--system-site-packages", "--without-pip", tmp_path / "venv")
    venv = Python(tmp_path / "venv", base.version, base.env)
    assert venv.ask("import tox; answer = tox.__file__").startswith(str(base.sharedir))
    venv.pip("install", "-I", "--no-deps", "packaging")
    where = venv.ask("import packaging; answer = packaging.__file__")
    assert where.startswith(str(venv.site_dir))
    venv.pip("uninstall", "packaging")
    where = venv.ask("import packaging; answer = packaging.__file__")
    assert where.startswith(str(base.sharedir))
