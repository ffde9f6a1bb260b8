"""The hook with SOURCE_DATE_EPOCH: the same bytes in each build, and pycs that stay valid."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.interpreter import bytecode
from pysharedir.interpreter.bytecode import Pyc, RemoveUnchecked
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trees import Tree
    from unit.conftest import Command, Venv

EPOCH = "1000000000"
UNCHECKED, TIMED = 1, 0
# For each unchecked pyc below a directory: whether it has the hash of its source.
FITS = """\
import importlib.util, json, pathlib, sys
found = {}
for pyc in pathlib.Path(sys.argv[1]).rglob("*.pyc"):
    head = pyc.read_bytes()[:16]
    if head[4] == 1:
        source = pyc.parent.parent / (pyc.name.split(".")[0] + ".py")
        known = source.exists() and importlib.util.source_hash(source.read_bytes())
        found[source.name] = known == head[8:]
print(json.dumps(found))
"""


def enable(command: Command, venv: Venv, *options: str, epoch: str = EPOCH) -> Any:
    return command.json("--python", venv.root, "enable", *options, SOURCE_DATE_EPOCH=epoch)


def contents(venv: Venv) -> dict[str, bytes]:
    """Return the hook's files and their pycs."""
    return {
        str(path.relative_to(venv.site_dir)): path.read_bytes()
        for path in venv.site_dir.rglob("*")
        if path.is_file()
    }


def kinds(venv: Venv) -> dict[str, int]:
    """Return how the pycs are validated."""
    return {pyc.name.split(".")[0]: pyc.read_bytes()[4] for pyc in venv.site_dir.rglob("*.pyc")}


def fits(venv: Venv) -> Any:
    """Return the modules with an unchecked pyc, each with whether that fits."""
    done = venv.run("-c", FITS, str(venv.site_dir))
    return json.loads(done.stdout)


def compiled(venv: Venv) -> list[str]:
    """Return the modules of the hook that a start compiles."""
    said = venv.run("-v", "-B", "-c", "import sysconfig; sysconfig.get_path('purelib')").stderr
    codes = [line.rpartition(" ")[2].strip("'") for line in said.splitlines() if "# code" in line]
    of_hook = [code for code in codes if "_pysharedir" in code or "sitecustomize" in code]
    assert len(of_hook) >= 3, said
    return [code for code in of_hook if code.endswith(".py")]


def test_two_builds_are_the_same(
    venv: Venv, command: Command, make_venv: Callable[[str], Venv]
) -> None:
    enable(command, venv)
    other = make_venv("other")
    first = contents(venv)
    venv.root.rename(venv.root.with_name("first"))
    other.root.rename(venv.root)  # pycs contain the path of their source
    enable(command, venv, epoch="0")
    assert contents(venv) == first
    assert set(kinds(venv).values()) == {UNCHECKED}


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_no_start_compiles_whatever_the_times(venv: Venv, command: Command, style: str) -> None:
    enable(command, venv, "--style", style)
    for path in venv.site_dir.rglob("*.py"):
        os.utime(path, (int(EPOCH), int(EPOCH)))
    assert compiled(venv) == []
    assert str(venv.sharedir) in venv.says("sys.path")


@pytest.mark.slow
def test_times_spoil_the_pycs_of_an_ordinary_hook(enabled: Venv) -> None:
    for path in enabled.site_dir.rglob("*.py"):
        os.utime(path, (int(EPOCH), int(EPOCH)))
    assert len(compiled(enabled)) >= 3


@pytest.mark.slow
def test_an_empty_value_counts_as_none(venv: Venv, command: Command) -> None:
    enable(command, venv, epoch="")
    assert set(kinds(venv).values()) == {TIMED}


@pytest.mark.slow
def test_no_time_is_taken_from_it(venv: Venv, command: Command) -> None:
    enable(command, venv, epoch="yesterday")
    assert set(kinds(venv).values()) == {UNCHECKED}


@pytest.mark.slow
def test_a_hook_that_is_there_gets_such_pycs(enabled: Venv, command: Command) -> None:
    before = contents(enabled)
    (step,) = enable(command, enabled)["steps"]
    parts = "path.py, local.py, adjust.py, flat.py, more.py, metadata.py"
    assert step == f"byte-compile {parts}, _pysharedir.py"
    assert set(kinds(enabled).values()) == {UNCHECKED}
    assert {n: c for n, c in contents(enabled).items() if not n.endswith("c")} == {
        name: content for name, content in before.items() if not name.endswith("c")
    }
    assert enable(command, enabled)["steps"] == []


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [EPOCH, ""])
def test_a_changed_setting_is_never_hidden(venv: Venv, command: Command, epoch: str) -> None:
    enable(command, venv)
    steps = enable(command, venv, "--opt-in", "--allow-world-writable", epoch=epoch)["steps"]
    for name in "path", "_pysharedir":
        removed, written, made = (
            next(i for i, step in enumerate(steps) if re.fullmatch(pattern, step))
            for pattern in (
                rf"remove .*/{name}\..*\.pyc",
                rf"write .*/{name}\.py",
                rf"byte-compile .*{name}\.py.*",
            )
        )
        assert removed < written < made
    assert str(venv.sharedir) not in venv.says("sys.path")
    assert str(venv.sharedir) in venv.says("sys.path", PYSHAREDIR="1")
    assert set(fits(venv).values()) == {True}


@pytest.mark.slow
def test_what_cannot_be_compiled_is_not_hidden(venv: Venv, command: Command) -> None:
    """As when a crash comes between a source and its pyc."""
    enable(command, venv)
    sources = [venv.site_dir / "_pysharedir.py"]
    for pyc in bytecode.unchecked(sources):
        RemoveUnchecked(pyc).apply()
    assert bytecode.unchecked(sources) == []
    sources[0].write_text(sources[0].read_text().replace("ON = True", "ON = 0 == 1"))
    assert str(venv.sharedir) not in venv.says("sys.path")


@pytest.mark.slow
def test_every_interpreters_pycs_go(venv: Venv, command: Command) -> None:
    enable(command, venv)
    own = next(venv.site_dir.glob("__pycache__/_pysharedir.*.pyc"))
    others = [own.with_name(f"_pysharedir.{tag}.pyc") for tag in ("cpython-399", "pypy311.opt-1")]
    for path in others:
        path.write_bytes(own.read_bytes())
    enable(command, venv, "--opt-in")
    assert own.exists()
    assert not any(path.exists() for path in others)


@pytest.mark.slow
def test_a_pyc_without_a_source_is_not_taken_for_that_of_the_next(
    venv: Venv, command: Command
) -> None:
    enable(command, venv)
    pyc = next(venv.site_dir.glob("__pycache__/_pysharedir.*.pyc"))
    left = pyc.read_bytes()
    command.json("--python", venv.root, "disable")
    assert venv.has_no_hook()
    pyc.parent.mkdir(exist_ok=True)
    pyc.write_bytes(left)
    enable(command, venv, "--opt-in", epoch="")
    assert kinds(venv)["_pysharedir"] == TIMED
    assert str(venv.sharedir) not in venv.says("sys.path")


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [EPOCH, ""])
def test_again_replaces_a_pyc_that_hides_its_source(
    venv: Venv, command: Command, epoch: str
) -> None:
    """As where a package has replaced the hook's sources, and brought no pycs."""
    enable(command, venv, "--opt-in")
    pyc = next(venv.site_dir.glob("__pycache__/_pysharedir.*.pyc"))
    stale = pyc.read_bytes()
    enable(command, venv, "--no-opt-in")
    pyc.write_bytes(stale)
    assert str(venv.sharedir) not in venv.says("sys.path")
    assert command.json("--python", venv.root, "status")["hook"]["state"] == "enabled"
    enable(command, venv, epoch=epoch)
    assert str(venv.sharedir) in venv.says("sys.path")
    assert set(fits(venv).values()) == {True}


@pytest.mark.slow
def test_undone_it_is_what_it_was(venv: Venv, command: Command) -> None:
    enable(command, venv)
    before = contents(venv)
    venv.sharedir.chmod(0o777)
    done = command("--python", venv.root, "enable", "--opt-in", SOURCE_DATE_EPOCH=EPOCH)
    assert "others can write to it" in done.stderr
    assert contents(venv) == before


def test_undone_without_its_source_it_stays_away(tmp_path: Path) -> None:
    tree: Tree = {
        "a.py": "A = 1\n",
        "__pycache__": {"a.cpython-399.pyc": "\0\0\0\0\1\0\0\0 of A = 1"},
    }
    root = plant(tmp_path / "tree", tree)
    (pyc,) = bytecode.unchecked([root / "a.py"])
    assert pyc == Pyc(str(root / "__pycache__/a.cpython-399.pyc"), str(root / "a.py"), pyc.hashed)
    undo = RemoveUnchecked(pyc).apply()
    (root / "a.py").write_text("A = 2\n")
    undo()
    assert bytecode.unchecked([root / "a.py"]) == []
    (root / "a.py").write_text("A = 1\n")
    undo()
    assert bytecode.unchecked([root / "a.py"]) == [pyc]


@pytest.mark.slow
def test_disable_leaves_nothing(venv: Venv, command: Command) -> None:
    enable(command, venv)
    steps = command.json("--python", venv.root, "disable")["steps"]
    assert venv.has_no_hook()
    for name in "path", "more", "adjust", "_pysharedir":
        order = [s for s in steps if re.fullmatch(rf"remove .*/{name}\.[^/]*pyc?", s)]
        assert [s.endswith(".pyc") for s in order] == [True, False], order
