"""Tools that look for packages find those in the sharedir."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import required
from cache import CACHE, daily
from installers.python import run
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from installers.conftest import MakeVenv
    from installers.python import Python

# Both have inline types: idna is in the sharedir, markupsafe in platlib.
_TYPED = """
import idna
import markupsafe

def shout(text: str) -> bytes:
    return idna.encode(text)

def wrong(text: str) -> int:
    return idna.encode(text)

def wrong_too() -> int:
    return markupsafe.escape("x")
"""
_PLUGINS = """
import json
import pathlib

def pytest_sessionfinish(session):
    found = session.config.pluginmanager.list_plugin_distinfo()
    pathlib.Path("plugins.json").write_text(json.dumps([d.metadata["Name"] for _, d in found]))
"""
_PARENT = """
import subprocess, sys
import idna
idna.encode("x")
subprocess.run([sys.executable, "child.py"], check=True)
"""
_CHILD = """
import certifi
certifi.where()
"""


@pytest.fixture(scope="module")
def stocked(make_venv: MakeVenv, tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Return a hooked venv with what the tools are to find, and those that run in it."""
    venv = make_venv(tmp_path_factory.mktemp("consumers") / "venv", hook=True)
    venv.uv("install", "requests", "markupsafe", "pytest", "pytest-timeout", "coverage")
    where = venv.distributions()
    assert where["idna"] == where["pytest"] == where["pytest-timeout"] == venv.sharedir
    return venv


def test_mypy(stocked: Python, tools: Path, online: dict[str, str], tmp_path: Path) -> None:
    plant(tmp_path, {"typed.py": _TYPED})
    options = ("--strict", "--python-executable", stocked.executable, "--output", "json")
    kept = ("--cache-dir", CACHE / "mypy")  # what it knows of the standard library
    done = run(tools / "mypy", *options, *kept, "typed.py", env=online, cwd=tmp_path, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(each["line"], each["code"]) for each in found] == [
        (9, "return-value"),
        (12, "return-value"),
    ], done.stdout + done.stderr


# What a start is like, and a site dir that is added once more, by the hook's switch.
_STARTS = """
import os, subprocess, sys
code = "import site, sys; site.addsitedir(sys.argv[1], set()); print(sys.path)"
answer = []
for value, flag in ("", "-I"), ("0", "-s"), ("1", "-s"):
    command = [sys.executable, flag, "-c", code, SITE_DIR]
    env = {**os.environ, "PYSHAREDIR": value}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    answer.append([done.stdout, done.stderr])
"""
# They do not start the interpreter that they are told of.
_CHECKERS: tuple[tuple[str, ...], ...] = (
    ("ty", "check", "--output-format", "concise", "--python"),
    ("zuban", "check", "--python-executable"),
)


def test_what_reads_path_lines(
    stocked: Python, tools: Path, online: dict[str, str], tmp_path: Path
) -> None:
    """The path line is for them, and no start is other than without it."""
    plant(tmp_path, {"typed.py": _TYPED})
    starts = []
    for option, lines in ("--no-path-line", [2, 12]), ("--path-line", [9, 12]):
        stocked.pysharedir("enable", option)
        for name, *options in _CHECKERS:
            options += [str(stocked.executable), "typed.py"]
            said = run(tools / name, *options, env=online, cwd=tmp_path, check=False).stdout
            found = re.findall(r"^typed\.py:(\d+):.* error", said, re.MULTILINE)
            assert [int(line) for line in found] == lines, said
        starts.append(stocked.ask(f"SITE_DIR = {str(stocked.site_dir)!r}\n{_STARTS}"))
    assert starts[0] == starts[1]
    assert {said for _, said in starts[0]} == {""}
    away = stocked.sharedir.rename(stocked.prefix / "away")
    done = stocked.run("-c", "pass")
    away.rename(stocked.sharedir)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.fixture(scope="session")
def pyright(online: dict[str, str]) -> Path:
    """Return pyright from the npm registry."""
    npm = shutil.which("npm")
    if npm is None:
        required.skip("no npm here, which installs pyright", in_ci=True)

    def make(directory: Path) -> None:
        directory.mkdir()
        options = ("--no-audit", "--no-fund", "--prefix", directory)
        run(npm, "install", *options, "pyright", env=online, cwd=directory)

    return daily("pyright", "", make) / "node_modules" / ".bin" / "pyright"


def test_pyright(stocked: Python, pyright: Path, online: dict[str, str], tmp_path: Path) -> None:
    """It asks the interpreter, but not where venvPath is set: one way on each, since it is slow."""
    plant(tmp_path, {"typed.py": _TYPED})
    options: tuple[str | Path, ...] = ("--outputjson", "--pythonpath", stocked.executable)
    if stocked.version in ("3.9", "3.15"):
        stocked.pysharedir("enable", "--path-line")
        settings = {"venvPath": str(stocked.prefix.parent), "venv": stocked.prefix.name}
        plant(tmp_path, {"pyrightconfig.json": json.dumps(settings)})
        options = ("--outputjson",)
    done = run(pyright, *options, "typed.py", env=online, cwd=tmp_path, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert [(each["range"]["start"]["line"] + 1, each["rule"]) for each in found] == [
        (9, "reportReturnType"),
        (12, "reportReturnType"),
    ], found


def test_jedi(stocked: Python, tools: Path, online: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import jedi, json, sys\n"
        "environment = jedi.create_environment(sys.argv[1], safe=False)\n"
        "script = jedi.Script('import idna\\nidna.encode', environment=environment)\n"
        "print(json.dumps([str(each.module_path) for each in script.goto(2, 6, "
        "follow_imports=True)]))\n"
    )
    done = run(tools / "python", "-c", code, stocked.executable, env=online, cwd=tmp_path)
    (found,) = json.loads(done.stdout)
    assert found == str(stocked.sharedir / "idna" / "core.py")


def test_pytest_plugin(stocked: Python, tmp_path: Path) -> None:
    """A plugin in the sharedir is loaded, once."""
    plant(tmp_path, {"conftest.py": _PLUGINS, "test_it.py": "def test_it(): pass"})
    done = stocked.run("-m", "pytest", "-q", "--timeout", "60", cwd=tmp_path)
    assert "1 passed" in done.stdout
    assert json.loads((tmp_path / "plugins.json").read_text()) == ["pytest-timeout"]


@pytest.fixture
def covered(stocked: Python, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return what runs a script under coverage and reports its files."""
    settings = "[run]\nparallel = true\npatch = subprocess\n"
    plant(tmp_path, {"parent.py": _PARENT, "child.py": _CHILD, ".coveragerc": settings})

    def cover(*options: str) -> dict[str, Any]:
        stocked.run("-m", "coverage", "run", *options, "parent.py", cwd=tmp_path)
        stocked.run("-m", "coverage", "combine", cwd=tmp_path)
        stocked.run("-m", "coverage", "json", "-o", "report.json", cwd=tmp_path)
        files: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())["files"]
        return files

    return cover


def test_coverage(stocked: Python, covered: Callable[..., dict[str, Any]]) -> None:
    """The child is measured too; the sharedir is third-party code, as site-packages is."""
    # Debian's Python has a sitecustomize, in /etc.
    files = {name for name in covered() if not name.startswith("/etc/")}
    assert files >= {"parent.py", "child.py"}
    assert not [name for name in files if "idna" in name]
    # A child's coverage starts from a .pth, before the sharedir is in use.  That of 3.9 (7.10)
    # has sysconfig only to tell third-party code by, and that does not name the sharedir yet.
    if stocked.version != "3.9":
        assert files == {"parent.py", "child.py"}


def test_coverage_of_the_sharedir(stocked: Python, covered: Callable[..., dict[str, Any]]) -> None:
    files = covered("--source", "idna")
    assert str(stocked.sharedir / "idna" / "core.py") in {
        str((stocked.prefix / name).resolve()) if not name.startswith("/") else name
        for name in files
    }
