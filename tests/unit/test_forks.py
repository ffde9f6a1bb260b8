"""Forks behave like processes, and copies of venvs like fresh venvs."""

from __future__ import annotations

import marshal
import os
import stat
from typing import TYPE_CHECKING

import pytest

from forks import acts_at_a_start
from unit.conftest import copied
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import CodeType

    from unit.conftest import Command, Venv

COMMANDS = [
    ["--help"],
    ["enabel"],
    ["status"],
    ["sort", "--dry-run", "--all"],
    ["sync", "--check", "--json"],
    ["why", "one"],
    ["doctor", "--all"],
    ["disable"],
    ["enable", "--sharedir", "/nowhere"],
    ["startup", "--allow", "/nowhere"],
    ["completion", "bash"],
]


@pytest.fixture
def inhabited(enabled: Venv) -> Venv:
    """A venv about which every command has something to say."""
    put(enabled.sharedir, "one", {"one.py": ""}, entry_points="[console_scripts]\none = one:main\n")
    put(enabled.site_dir, "two", {"two.py": ""})
    put(enabled.site_dir, "three", {"three.so": "\x7fELF"})
    return enabled


@pytest.mark.slow
def test_a_fork_says_what_a_process_says(
    inhabited: Venv, command: Command, process: Command
) -> None:
    tried = [*((each, {}) for each in COMMANDS), (["doctor", "--list"], {"FORCE_COLOR": "1"})]
    for arguments, env in tried:
        said = [
            (done.returncode, done.stdout, done.stderr)
            for done in (
                run("--python", inhabited.root, *arguments, **env) for run in (command, process)
            )
        ]
        assert said[0] == said[1], arguments
        assert any(said[0][1:]), arguments
    assert "\x1b[" in said[0][1]


TELL = """
import json, os
KEPT = "Cap", "Groups", "SigBlk", "SigCgt", "SigIgn", "Umask"
with open("/proc/self/status") as file:
    status = [line for line in file if line.startswith(KEPT)]
seen = [dict(os.environ), os.getcwd(), os.readlink("/proc/self/fd/0"), os.listdir("/proc/self/fd")]
with open({file!r}, "a") as file:
    print(json.dumps([seen, status]), file=file)
"""


def test_what_a_fork_starts_gets_what_a_process_would_give_it(
    venv: Venv, command: Command, process: Command, tmp_path: Path
) -> None:
    """A startup file of the target records what it sees there."""
    (venv.site_dir / "tell.pth").write_text("import tell\n")
    (venv.site_dir / "tell.py").write_text(TELL.format(file=str(tmp_path / "seen")))
    before = os.umask(0o027)
    try:
        for run in command, process:
            run("--python", venv.root, "status", VIRTUAL_ENV="/x", NO_COLOR="1")
    finally:
        os.umask(before)
    seen = (tmp_path / "seen").read_text().splitlines()
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :] != []


@pytest.mark.parametrize(
    ("name", "value", "acts"),
    [
        ("PYTHONPATH", "/x", True),
        ("PYTHONIOENCODING", "ascii", True),
        ("LC_ALL", "C", True),
        ("LANG", "C", True),
        ("PYSHAREDIR", "1", False),
        ("COLUMNS", "40", False),
    ],
)
def test_what_acts_at_a_start_is_not_left_to_a_fork(name: str, value: str, acts: bool) -> None:
    assert acts_at_a_start({}, {name: value}) == acts_at_a_start({name: value}, {}) == acts
    assert not acts_at_a_start({name: value}, {name: value})


def described(root: Path) -> dict[str, tuple[object, ...]]:
    """Return what each file below *root* is, without the path of *root* and without times."""
    return {str(path.relative_to(root)): _describe(path, root) for path in root.rglob("*")}


def _describe(path: Path, root: Path) -> tuple[object, ...]:
    status = path.lstat()
    mode = stat.filemode(status.st_mode)
    if path.is_symlink():
        return mode, os.readlink(path)
    if path.is_dir():
        return (mode,)
    content = path.read_bytes()
    if path.suffix == ".pyc":
        source = path.parents[1] / f"{path.name.partition('.')[0]}.py"
        assert int.from_bytes(content[8:12], "little") == int(source.stat().st_mtime)
        return mode, content[:8], content[12:16], _without_file(content[16:])
    return mode, content.replace(os.fsencode(root), b"ROOT")


def _without_file(code: bytes) -> CodeType:
    """Return the code of a pyc, without the path of its source."""
    return _strip(marshal.loads(code))  # noqa: S302  # this test's own


def _strip(code: CodeType) -> CodeType:
    constants = tuple(
        _strip(each) if isinstance(each, type(code)) else each for each in code.co_consts
    )
    return code.replace(co_filename="", co_consts=constants)


def test_the_template_is_what_enable_makes(
    venv: Venv, process: Command, hooked: Path, tmp_path: Path
) -> None:
    process.json("--python", venv.root, "enable")
    copy = copied(hooked, tmp_path / "copy")
    assert described(copy) == described(venv.root)


@pytest.mark.slow
def test_a_process_changes_what_a_fork_changes(
    make_venv: Callable[[str], Venv], command: Command, process: Command
) -> None:
    """Each command that changes a target, in a process and with its real pauses."""
    venvs = [(make_venv("fork"), command), (make_venv("process"), process)]
    scripts = "[console_scripts]\none = one:main\n"
    site_dir = venvs[0][0].site_dir.relative_to(venvs[0][0].root)
    for arguments in ["enable"], ["sort"], ["sync"], ["doctor", "--fix"], ["disable", "--restore"]:
        for venv, run in venvs:
            if arguments == ["sort"]:
                put(venv.site_dir, "one", {"one.py": ""}, entry_points=scripts)
            if arguments == ["sync"]:
                (venv.root / "bin" / "one").unlink()
            done = run("--python", venv.root, *arguments)
            assert not done.returncode, done.stdout + done.stderr
        forked, processed = (described(venv.root) for venv, _ in venvs)
        for files in forked, processed:  # both have the hash of a script that names its venv
            files.pop(f"{site_dir}/_pysharedir.d/remembered.json", None)
            files.pop(f"{site_dir}/one-1.0.dist-info/RECORD", None)
        assert forked == processed, arguments
    assert all(venv.has_no_hook() for venv, _ in venvs)


def test_no_file_of_a_template_names_its_place(enabled: Venv, hooked: Path) -> None:
    """Except for pycs, in which an import corrects it."""
    place = os.fsencode(hooked)
    files = [path for path in enabled.root.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert not [path for path in files if place in path.read_bytes()]
    loader = "__import__('_pysharedir').__spec__.loader"
    file = enabled.says(f"{loader}.get_code('_pysharedir').co_filename")
    assert file == str(enabled.site_dir / "_pysharedir.py")


def test_a_start_in_a_copy_takes_its_pycs(enabled: Venv) -> None:
    before = {path: path.stat().st_mtime_ns for path in enabled.root.rglob("*")}
    assert any(path.suffix == ".pyc" for path in before)
    assert enabled.says("sys.path")[-1] == str(enabled.sharedir)
    assert {path: path.stat().st_mtime_ns for path in enabled.root.rglob("*")} == before
