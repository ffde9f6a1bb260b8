"""One tree of real packages for the interpreters of all architectures."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from lab.conftest import fill
from lab.machines import AMD64, I386, NEWER, PYPY, S390X, Machine
from lab.stations import answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from subprocess import CompletedProcess

    from lab.stations import Station

_IMPORTED = {
    "charset-normalizer": "charset_normalizer",
    "markupsafe": "markupsafe",
    "rpds-py": "rpds",
}
_COMPILED = {
    "charset-normalizer": "charset_normalizer.md",
    "markupsafe": "markupsafe._speedups",
    "rpds-py": "rpds.rpds",
}
_PATH = re.compile(r" \(/.*\)|\n.*", re.DOTALL)
_SCRIPT = "/usr/local/bin/pygmentize"


@pytest.fixture(scope="session")
def reference(
    tmp_path_factory: pytest.TempPathFactory,
    unhooked: Callable[[Machine, Path], Station],
) -> Callable[[str], Any]:
    """Return what tells of a version which modules cannot be imported without any sharedir."""

    def failures(version: str) -> Any:
        if version not in known:
            (machine,) = (each for each in (AMD64, *NEWER) if each.version == version)
            plain = unhooked(machine, tmp_path_factory.mktemp("plain") / "root")
            fill(plain)
            plain.run("-m", "pip", "install", "--quiet", *machine.native)
            site_dir = f"/usr/local/lib/python{version}/dist-packages"
            known[version] = _failures(answer(plain.run("/lab/sweep.py", site_dir)))
        return known[version]

    known: dict[str, Any] = {}
    return failures


@pytest.fixture(scope="session")
def complete() -> Callable[[Station], CompletedProcess[str]]:
    """Return what completes a machine for the tree, once."""
    done: dict[str, CompletedProcess[str]] = {}

    def complete(station: Station) -> CompletedProcess[str]:
        machine = station.machine
        if machine.prefix and machine.name not in done:
            options = ("--ignore-installed", "--no-deps", "--quiet", "--prefix", machine.prefix)
            station.run("-m", "pip", "install", *options, *machine.native)
        if machine.name not in done:
            install = () if machine.lacks else ("--install",)
            done[machine.name] = station.pysharedir("sync", "--json", *install, check=False)
        return done[machine.name]

    return complete


@pytest.fixture
def completed(complete: Callable[[Station], CompletedProcess[str]], station: Station) -> Station:
    """A machine that has what the tree needs beside it."""
    complete(station)
    return station


def test_hook(station: Station) -> None:
    report = json.loads(station.pysharedir("status", "--json").stdout)
    assert report["hook"]["state"] == "enabled"
    listed = station.ask("import sys; answer = sys.path")
    assert listed.count(station.machine.sharedir) == 1
    off = station.ask("import sys; answer = sys.path", PYSHAREDIR="0")
    assert [each for each in listed if each != station.machine.sharedir] == off


def test_sync(complete: Callable[[Station], CompletedProcess[str]], station: Station) -> None:
    machine = station.machine
    done = complete(station)
    report = json.loads(done.stdout)
    missing = {_IMPORTED[each["name"]] for each in report["dependencies"]}
    assert missing == set(machine.lacks), done.stderr
    lacking = {each["distribution"] for each in report["scripts"]["lacking"]}
    assert lacking == (set() if has_other_script(station) else {"jmespath"})
    assert bool(done.returncode) == bool(missing or lacking)
    assert station.box.run(_SCRIPT, "-V", env=station.env).stdout.startswith("Pygments version")


def test_compiled_parts(completed: Station) -> None:
    names = [_COMPILED[each.partition("==")[0]] for each in completed.machine.native]
    code = f"import importlib; answer = [importlib.import_module(n).__file__ for n in {names}]"
    prefix = completed.machine.prefix or "/usr/local"
    for path in completed.ask(code):
        assert path.startswith(f"{prefix}/lib/python{completed.machine.version}/"), path
        assert path.endswith(".so")


def test_modules(completed: Station, reference: Callable[[str], Any]) -> None:
    machine = completed.machine
    found = answer(completed.run("/lab/sweep.py", machine.sharedir))
    lacking = tuple(f"ModuleNotFoundError: No module named '{each}'" for each in machine.lacks)
    failed = _failures(found)
    wanting = {name for name, why in failed.items() if why in lacking}
    assert bool(wanting) == bool(lacking)
    expected = reference(machine.version)
    for name in wanting:
        del failed[name]
    assert failed == {name: why for name, why in expected.items() if name not in wanting}
    assert found["imported"] > 1000
    assert not found["elsewhere"]
    assert machine is PYPY or not found["compiled"]


def test_pycs_for_others(
    station: Station, stations: Callable[[Machine], Station], tree: Path, tmp_path: Path
) -> None:
    machine = station.machine
    sharedir = tmp_path / machine.version
    sharedir.mkdir()
    for each in (tree / machine.version).glob("click*"):
        shutil.copytree(each, sharedir / each.name, ignore=shutil.ignore_patterns("__pycache__"))
    wrote = answer(station.on(tmp_path, writable=True).run("/lab/sweep.py", machine.sharedir))
    assert len(wrote["compiled"]) == wrote["imported"] + len(wrote["failed"])
    alike = (AMD64, I386, S390X) if machine.version == "3.11" and machine is not PYPY else ()
    for reader in alike or (machine,):
        read = answer(stations(reader).on(tmp_path).run("/lab/sweep.py", machine.sharedir))
        assert read["imported"] == wrote["imported"]
        assert not read["compiled"]


@pytest.mark.parametrize("station", [I386], ids=lambda machine: machine.name, indirect=True)
def test_same_bytes(station: Station, tree: Path, tmp_path: Path) -> None:
    (tmp_path / station.machine.version).mkdir()
    fill(station.on(tmp_path, writable=True))
    one, other = (each / station.machine.version for each in (tree, tmp_path))
    done = subprocess.run(["diff", "-r", one, other], capture_output=True, text=True, check=False)
    assert not done.stdout + done.stderr
    assert len(list(other.rglob("*.pyc"))) > 1000


def test_doctor(completed: Station) -> None:
    done = completed.pysharedir("doctor", "--json", check=False)
    findings = json.loads(done.stdout)["findings"]
    # PyPy has no pycs in this tree, and may not write any.
    known = {"SD401", "SD701"} if completed.machine is PYPY else set()
    if not has_other_script(completed):
        known.add("SD411")
    assert {each["code"] for each in findings if each["level"] == "fault"} == known


def has_other_script(station: Station) -> bool:
    """Tell whether there is the script that is no entry point: only where pip ran, it is."""
    return (station.box.root / "usr" / "local" / "bin" / "jp.py").exists()


def _failures(found: Any) -> dict[str, str]:
    """Return why modules were not imported, without what depends on the place."""
    return {name: _PATH.sub("", why) for name, why in found["failed"].items()}
