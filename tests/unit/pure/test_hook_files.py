"""The hook's files: those that should exist, and those that do."""

from __future__ import annotations

import hashlib
import json
import py_compile
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir import layout
from pysharedir.hook import files
from pysharedir.hook.files import Settings, State
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

    from trees import Tree

SETTINGS = [
    Settings(),
    Settings(style="sitecustomize"),
    Settings(sharedir="/pure/{version}", opt_in=True, allow_world_writable=True),
    Settings(path_line="../../../share/python/3.11"),
    Settings(path_line="\x1c#/../../../../share/python/3.13"),
    Settings(prefixes_from=("EBPYTHONPREFIXES", "GUIX_PYTHONPATH:site-dirs")),
    Settings(prefix_startup_files=True, user_first=True),
    Settings(start_file=True),
]


def write(site_dir: Path, settings: Settings, **created: tuple[str, ...]) -> Path:
    for name, content in files.render(settings, **created).items():
        (site_dir / name).parent.mkdir(exist_ok=True, parents=True)
        (site_dir / name).write_bytes(content)
    return site_dir


@pytest.mark.parametrize("settings", SETTINGS)
def test_what_is_rendered_is_read(tmp_path: Path, settings: Settings) -> None:
    assert files.read(tmp_path) == files.Installed(tmp_path)
    write(tmp_path, settings, created=("lib64",))
    found = files.read(tmp_path)
    assert (found.settings, found.created, found.state) == (settings, ("lib64",), State.ENABLED)
    assert set(found.files) == set(files.render(settings))


def test_who_reads_no_other_variable_pays_for_none() -> None:
    """Each kB that a start loads costs 0.06 M instructions."""
    adjust = "_pysharedir.d/adjust.py"
    for settings in (each for each in SETTINGS if not each.extends_prefixes):
        rendered = files.render(settings)
        assert rendered[adjust] == (layout.templates() / adjust).read_bytes()
    for settings in (each for each in SETTINGS if each.extends_prefixes):
        rendered = files.render(settings)
        assert rendered[adjust] != (layout.templates() / adjust).read_bytes()
        for name in settings.variables:
            assert rendered[files.PARTS[0]].count(f'        and b"{name}" not in'.encode()) == 1


@pytest.mark.parametrize("settings", SETTINGS)
def test_modules_come_before_what_imports_them(settings: Settings) -> None:
    rendered = list(files.render(settings))
    starters = [name for name in files.STARTERS[settings.style] if name in rendered]
    assert rendered == [*files.PARTS, files.COPY, files.GATE, *starters]
    assert (files.START in starters) is settings.start_file


@pytest.mark.parametrize(
    ("name", "change", "state"),
    [
        ("_pysharedir.pth", None, State.INCOMPLETE),
        ("_pysharedir.d/more.py", None, State.INCOMPLETE),
        ("_pysharedir.py", None, State.INCOMPLETE),
        ("_pysharedir.d/more.py", b"# pysharedir: other\n", State.ALTERED),
        ("_pysharedir.d/more.py", b"# mine\n", State.ALTERED),
        ("_pysharedir.pth", b"import mine\n", State.ALTERED),
    ],
)
def test_states(tmp_path: Path, name: str, change: bytes | None, state: State) -> None:
    path = write(tmp_path, Settings()) / name
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change)
    assert files.read(tmp_path).state is state


def compile_all(site_dir: Path) -> Path:
    """Replace all sources by pycs, as `compileall -b` makes them."""
    for path in site_dir.rglob("*.py"):
        py_compile.compile(str(path), str(path) + "c", doraise=True)
        path.unlink()
    return site_dir


@pytest.mark.parametrize("settings", SETTINGS)
def test_without_sources(tmp_path: Path, settings: Settings) -> None:
    site_dir = compile_all(write(tmp_path, settings, created=("lib64",)))
    hook = files.read(site_dir)
    assert (hook.settings, hook.created, hook.state) == (settings, ("lib64",), State.ENABLED)
    assert hook.names == set(files.render(settings))
    assert f"{files.GATE}c" in hook.files
    (site_dir / "_pysharedir.d/more.pyc").unlink()
    assert files.read(site_dir).state is State.INCOMPLETE
    (site_dir / "_pysharedir.d/more.pyc").write_bytes(b"mine")
    assert files.read(site_dir).state is State.INCOMPLETE


def test_without_sources_of_another_release(tmp_path: Path) -> None:
    site_dir = write(tmp_path, Settings())
    copy = site_dir / files.COPY
    digest = hashlib.sha256((site_dir / files.PARTS[0]).read_bytes()).hexdigest()
    copy.write_text(copy.read_text().replace(digest, "0" * 64))
    assert files.read(site_dir).state is State.ENABLED, "the gate counts"
    assert files.read(compile_all(site_dir)).state is State.OUTDATED


def test_a_copy_of_the_record_alone_is_no_hook(tmp_path: Path) -> None:
    site_dir = write(tmp_path, Settings())
    (site_dir / files.GATE).unlink()
    assert files.read(site_dir).version is None
    for name in {*files.names(Settings())} - {files.COPY, files.GATE}:
        (site_dir / name).unlink()
    assert files.read(site_dir).state is State.ABSENT


def test_an_altered_gate_tells_its_settings_still(tmp_path: Path) -> None:
    settings = Settings(sharedir="/pure/{version}", opt_in=True)
    gate = write(tmp_path, settings, created=("lib64",)) / files.GATE
    gate.write_bytes(gate.read_bytes().replace(b"# pysharedir: ", b"# altered: ", 1))
    hook = files.read(tmp_path)
    assert (hook.state, hook.settings, hook.created) == (State.ALTERED, settings, ("lib64",))
    assert files.GATE not in hook.files


def test_what_follows_the_record_would_be_run(tmp_path: Path) -> None:
    gate = write(tmp_path, Settings()) / files.GATE
    gate.write_text(gate.read_text() + "import evil\n")
    assert files.read(tmp_path).state is State.ALTERED


@pytest.mark.parametrize(
    ("tree", "is_ours"),
    [
        ({"a.py": "# pysharedir: the gate"}, True),
        ({"a.py": "# pysharedir"}, False),
        ({"a.py": "import pysharedir"}, False),
        ({"_pysharedir.pth": "import _pysharedir\n"}, True),
        ({"_pysharedir.pth": "import _pysharedir; import mine\n"}, False),
        ({"_pysharedir.pth": "# pysharedir: no\n"}, False),
        ({"_pysharedir.pth": "import _pysharedir; f.read()\n../a\n"}, True),
        ({"_pysharedir.pth": "import _pysharedir; f.read()\nimport mine\n"}, False),
        ({"_pysharedir.pth": "import _pysharedir; f.read()\n../a\nimport mine\n"}, False),
        ({"_pysharedir.pth": "import _pysharedir; f.read()\n../a\x1cimport mine\n"}, False),
        ({"_pysharedir.pth": "import _pysharedir\n../a\n"}, False),
        ({"_pysharedir.pth": "import _pysharedir\n\x1c#/../../a\n"}, True),
        ({"_pysharedir.pth": "import _pysharedir\n\x1c#/../../a\rimport mine\n"}, False),
        ({"_pysharedir.pth": "import _pysharedir\n\x1c#/../../a\x85import mine\n"}, False),
        ({"_pysharedir.start": "_pysharedir:start\n"}, True),
        ({"a.py": {}}, False),
    ],
)
def test_is_ours(tmp_path: Path, tree: Tree, is_ours: bool) -> None:
    (name,) = tree
    assert files.is_ours(plant(tmp_path, tree) / name) == is_ours
    assert not files.is_ours(tmp_path / "none")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"created": "x"},
        {"created": [5]},
        {"created": ["a\0b"]},
        {"created": ["\ud800"]},
        {"files": []},
        {"files": {"_pysharedir.py": []}},
        {"style": []},
        {"style": "other"},
        {"sharedir": 5},
        {"sharedir": "a\0b"},
        {"path_line": True},
        {"opt_in": []},
        {"allow_world_writable": {}},
        {"prefixes_from": "EB"},
        {"prefixes_from": ["EB", 1]},
        {"prefixes_from": ["EB' or exit() #"]},
        {"prefix_startup_files": 1},
        {"user_first": None},
        {"start_file": "yes"},
    ],
    ids=str,
)
def test_a_record_that_enable_cannot_have_written(tmp_path: Path, change: dict[str, Any]) -> None:
    write(tmp_path, Settings(sharedir="/pure"), created=("lib64",))
    gate, mark, record = (tmp_path / files.GATE).read_text().partition("# pysharedir-record: ")
    facts = json.dumps({**json.loads(record), **change})
    (tmp_path / files.GATE).write_text(f"{gate}{mark}{facts}\n")
    found = files.read(tmp_path)
    assert (found.settings, found.created, found.state) == (Settings(), (), State.INCOMPLETE)
