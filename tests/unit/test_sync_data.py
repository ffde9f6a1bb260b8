"""Two prefixes, one sharedir: `sync` copies the data files and undeclared scripts of the first."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shlex
import stat
from typing import TYPE_CHECKING, Any

import pytest

from trees import names, plant
from unit.test_sync import Sync, remove
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from unit.conftest import Command, Venv

    Install = Callable[..., None]

DATA = "hello-1.0.data/data"
FILES: dict[str, str | bytes] = {
    "hello.py": "def main():\n    print('hello')\n",
    f"{DATA}/share/hello/one.txt": "one",
    f"{DATA}/share/hello/deep/two.bin": b"\0\xff",
    f"{DATA}/etc/hello.conf": "",
    "hello-1.0.data/headers/hello.h": "#define HELLO\n",
}
COPIED = ["etc/hello.conf", "include/hello.h", "share/hello/deep/two.bin", "share/hello/one.txt"]
ENTRY = "[console_scripts]\nhello = hello:main\n"


@pytest.fixture
def second(enabled: Venv) -> Venv:
    """A venv with a sharedir that the first prefix fills too."""
    return enabled


@pytest.fixture
def sharedir(second: Venv) -> Path:
    return second.sharedir


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The prefix that distributions are installed from."""
    return plant(tmp_path / "first", {"pyvenv.cfg": "", "bin": {}})


@pytest.fixture
def sync(command: Command, second: Venv) -> Sync:
    return Sync(command, second)


@pytest.fixture
def install(sharedir: Path, first: Path) -> Install:
    """Return a function that reinstalls a distribution from the first prefix."""

    def install(
        files: Mapping[str, str | bytes] = FILES, name: str = "hello", **facts: Any
    ) -> None:
        remove(sharedir, name)
        put(sharedir, name, {f"{name}.py": "", **files}, **{"prefix": first, **facts})

    return install


def own(venv: Venv) -> list[str]:
    """Return the files in a venv, without modules and what pysharedir remembers."""
    directories = venv.sharedir, venv.site_dir
    own = (each for each in sorted(venv.root.rglob("*")) if each not in venv.sharedir.parents)
    return [
        str(each.relative_to(venv.root))
        for each in own
        if not any(each.is_relative_to(directory) for directory in directories)
    ]


def new(before: list[str], venv: Venv) -> list[str]:
    """Return the files that were added to it."""
    return [each for each in own(venv) if each not in before and not (venv.root / each).is_dir()]


def memory(venv: Venv) -> Path:
    return venv.site_dir / "_pysharedir.d" / "remembered.json"


def test_copies_what_is_missing(
    second: Venv, first: Path, sync: Sync, install: Install, command: Command
) -> None:
    install()
    one, two = first / "share/hello/one.txt", first / "share/hello/deep/two.bin"
    one.chmod(0o6754)
    two.chmod(0o400)
    before, mask = own(second), os.umask(0o027)
    try:
        said = command("--python", second.root, "sync").stdout
    finally:
        os.umask(mask)
    assert f"copy 4 data files of hello from {first} to {second.root}\n" in said
    assert new(before, second) == COPIED
    modes = {each: stat.S_IMODE((second.root / each).stat().st_mode) for each in COPIED}
    assert list(modes.values()) == [0o640, 0o640, 0o400, 0o750]
    for each in COPIED:
        assert (second.root / each).read_bytes() == (first / each).read_bytes()
    made = json.loads(memory(second).read_text())
    assert list(made["data"]) == [f"../../../{each}" for each in COPIED]
    assert {each["distribution"] for each in made["data"].values()} == {"hello"}
    assert made["directories"] == [
        "../../../etc",
        "../../../share/hello",
        "../../../share/hello/deep",
    ]
    report = sync("--check")
    assert (report["steps"], report["notes"]) == ([], [])


def test_reports_as_json(second: Venv, sync: Sync, install: Install) -> None:
    install()
    report = sync("--check", code=1)
    assert report["data"]["missing"] == [str(second.root / each) for each in COPIED]
    assert not (second.root / "share/hello").exists()
    install({f"{DATA}/share/hello/one.txt": "one"})
    sync()
    install({f"{DATA}/share/hello/one.txt": "changed"})
    assert sync("--check", code=1)["data"]["outdated"] == [str(second.root / "share/hello/one.txt")]
    sync()
    assert (second.root / "share/hello/one.txt").read_text() == "changed"
    assert not sync("--check")["steps"]


def test_removes_what_it_made_when_the_distribution_is_gone(
    second: Venv, sharedir: Path, sync: Sync, install: Install
) -> None:
    plant(second.root, {"share/hello/deep": {}, "share/hello/mine": "mine"})
    before = own(second)
    install()
    sync()
    install({f"{DATA}/share/hello/one.txt": "one"})  # a release without the others
    sync()
    assert not (second.root / "etc").exists()
    remove(sharedir, "hello")
    report = sync("--check", code=1)
    assert report["data"]["obsolete"] == [str(second.root / "share/hello/one.txt")]
    sync()
    assert own(second) == before


def test_never_touches_what_others_made(
    second: Venv, sharedir: Path, sync: Sync, install: Install
) -> None:
    mine: Any = {"file": "mine", "link": "-> nowhere", "directory": {}}
    plant(second.root / "share", mine)
    before = own(second)
    install({f"{DATA}/share/{name}": "one" for name in mine})
    assert not sync()["changed"]
    remove(sharedir, "hello")
    assert not sync()["changed"]
    assert own(second) == before
    assert (second.root / "share/file").read_text() == "mine"


def test_leaves_alone_what_was_changed_since(
    second: Venv, sharedir: Path, sync: Sync, install: Install
) -> None:
    install()
    sync()
    changed = second.root / "etc/hello.conf"
    changed.write_text("mine")
    assert sync()["notes"] == [f"{changed}: changed after `sync` made it, so left alone"]
    remove(sharedir, "hello")
    sync()
    assert changed.read_text() == "mine"
    assert not (second.root / "share/hello").exists()


def test_what_a_distribution_here_has_taken_over_stays(
    second: Venv, sharedir: Path, sync: Sync, install: Install
) -> None:
    install()
    sync()
    put(second.site_dir, "hello", FILES)
    remove(sharedir, "hello")
    sync()
    assert set(COPIED) <= {*own(second)}
    assert not memory(second).exists()


def test_what_cannot_be_had_is_said(
    second: Venv, first: Path, sync: Sync, install: Install, command: Command
) -> None:
    """The first prefix is gone, and with it the files to copy."""
    install({f"{DATA}/share/hello/one.txt": "one", "hello-1.0.data/scripts/tool": "#!/bin/sh\n"})
    first.rename(first.with_name("moved"))
    report = sync(code=1)
    for kind, name in (("data", "share/hello/one.txt"), ("scripts", "bin/tool")):
        assert report[kind]["missing"] == []
        assert report[kind]["lacking"] == [
            {
                "path": str(second.root / name),
                "distribution": "hello",
                "reason": f"{first / name}: no such file or directory",
            }
        ]
    again = ["--force-reinstall", "--no-deps", "hello==1.0"]
    assert {name: shlex.split(line) for name, line in report["reinstall"].items()} == {
        "pip": [str(second.python), "-m", "pip", "install", *again],
        "uv": ["uv", "pip", "install", "--python", str(second.python), *again],
    }
    assert not report["changed"]
    done = command("--python", second.root, "sync", "--check")
    assert done.returncode == 1
    assert "nothing to do" not in done.stdout
    assert f"uv pip install --python {second.python} {' '.join(again)}\n" in done.stdout
    install(prefix=second.root)
    assert not sync()["changed"]


def test_what_is_in_no_prefix_that_is_known_is_said(
    second: Venv, first: Path, sync: Sync, install: Install
) -> None:
    install({f"{DATA}/odd": "one", f"{DATA}/share/x": "one"})
    sync()
    (second.root / "odd").unlink()
    first.rename(first.with_name("moved"))
    report = sync(code=1)
    (lacking, _) = report["data"]["lacking"]
    assert report["data"]["obsolete"] == []
    assert (second.root / "share/x").exists()
    assert lacking == {
        "path": str(first / "odd"),
        "distribution": "hello",
        "reason": "the prefix that it is in is not known",
    }
    install({f"{DATA}/odd": "one"}, prefix=second.root)
    assert not sync()["data"]["lacking"]


def test_what_was_installed_here_since_is_the_installers(
    second: Venv, sync: Sync, install: Install, command: Command
) -> None:
    install()
    sync()
    install(prefix=second.root)
    sync()
    assert not memory(second).exists()
    command.json("--python", second.root, "disable", "--force")
    assert set(COPIED) <= {*own(second)}


def record(info: Path, change: Callable[[str], str]) -> None:
    path = info / "RECORD"
    path.write_text("".join(change(line) for line in path.read_text().splitlines(keepends=True)))


def test_only_what_record_says_is_copied(
    second: Venv, first: Path, sync: Sync, install: Install
) -> None:
    install()
    (first / "etc/hello.conf").write_text("evil")
    report = sync(code=1)
    assert [each["reason"] for each in report["data"]["lacking"]] == [
        f"{first}/etc/hello.conf: not what was installed"
    ]
    assert not (second.root / "etc").exists()
    assert (second.root / "share/hello/one.txt").exists()


@pytest.mark.parametrize("is_open", [False, True])
def test_without_a_hash_it_must_be_nobody_elses(
    second: Venv,
    first: Path,
    sharedir: Path,
    sync: Sync,
    install: Install,
    *,
    is_open: bool,
) -> None:
    install()
    record(sharedir / "hello-1.0.dist-info", lambda line: f"{line.partition(',')[0]},,\n")
    (first / "share").chmod(0o777 if is_open else 0o755)
    report = sync(code=int(is_open))
    assert (second.root / "etc/hello.conf").exists()
    assert (second.root / "share/hello/one.txt").exists() is not is_open
    assert [each["reason"] for each in report["data"]["lacking"]] == [
        f"{first}/share: others can write to it, and no hash says what was installed"
        for _ in COPIED[2:]
        if is_open
    ]
    assert bool(sync("--check", code=int(is_open))["steps"]) is False


@pytest.mark.parametrize("way", ["link", "file"])
def test_follows_no_link_in_the_prefix(
    second: Venv, tmp_path: Path, sync: Sync, install: Install, way: str
) -> None:
    plant(tmp_path, {"elsewhere": {}})
    plant(second.root, {"etc": f"-> {tmp_path / 'elsewhere'}" if way == "link" else "mine"})
    install()
    (lacking,) = sync(code=1)["data"]["lacking"]
    assert lacking["reason"] == f"{second.root}/etc: not a directory, or a link to one"
    assert not names(tmp_path / "elsewhere")


def test_a_list_may_name_only_what_is_in_the_prefix(
    second: Venv, sync: Sync, install: Install, command: Command, tmp_path: Path
) -> None:
    install()
    sync()
    precious = plant(tmp_path, {"file": "important"}) / "file"
    digest = hashlib.sha256(precious.read_bytes()).hexdigest()
    made = json.loads(memory(second).read_text())
    for path in (precious, second.site_dir / "file"):
        name = os.path.relpath(path, second.site_dir)
        planted = {**made, "data": {name: {"distribution": "x", "digest": digest}}}
        memory(second).write_text(json.dumps(planted))
        done = command("--python", second.root, "disable", "--force")
        assert "remembered.json: not written by pysharedir" in done.stderr
    plant(second.root, {"share/link": f"-> {tmp_path}"})
    name = "../../../share/link/file"
    planted = {**made, "data": {name: {"distribution": "x", "digest": digest}}}
    memory(second).write_text(json.dumps(planted))
    command("--python", second.root, "disable", "--force")
    assert precious.read_text() == "important"


def test_scripts_that_are_no_entry_points(
    second: Venv, first: Path, sharedir: Path, sync: Sync, install: Install
) -> None:
    before = own(second)
    scripts = {
        "hello-1.0.data/scripts/tool": "#!python\nimport sys\nprint('from', sys.prefix)\n",
        "hello-1.0.data/scripts/shell": "#!/bin/sh\necho shell\n",
    }
    install(scripts)
    assert (first / "bin/tool").read_text().startswith(f"#!{first}/bin/python3")
    sync()
    assert new(before, second) == ["bin/shell", "bin/tool"]
    tool = second.root / "bin/tool"
    assert tool.read_text().startswith(f"#!{second.python}\n")
    assert os.access(tool, os.X_OK)
    assert (second.root / "bin/shell").read_text() == "#!/bin/sh\necho shell\n"
    assert not sync("--check")["steps"]
    first.rename(first.with_name("gone"))  # files that exist need no source
    assert not sync("--check")["steps"]
    remove(sharedir, "hello")
    sync()
    assert own(second) == before


def test_names_of_the_first_prefix_are_noted(
    second: Venv, first: Path, sync: Sync, install: Install
) -> None:
    install({f"{DATA}/share/app.desktop": f"Exec={first}/bin/app\n"})
    assert sync()["notes"] == [
        f"{second.root}/share/app.desktop: contains {first}, the prefix that it was copied from"
    ]
    assert sync()["notes"] == []


def test_of_several_that_list_a_file_the_last_that_was_installed_has_it(
    second: Venv, sync: Sync, install: Install
) -> None:
    for name in "alpha", "omega":
        install({f"{name}-1.0.data/data/share/LICENSE": name}, name)
    assert not sync()["data"]["lacking"]
    assert (second.root / "share/LICENSE").read_text() == "omega"
    assert not sync("--check")["steps"]


def test_a_failure_is_undone(second: Venv, first: Path, install: Install, command: Command) -> None:
    before = own(second)
    install()
    (second.root / "share").chmod(0o555)
    done = command("--python", second.root, "sync")
    (second.root / "share").chmod(0o755)
    assert done.returncode == 1
    assert f"copy 4 data files of hello from {first}" in done.stderr
    assert own(second) == before


def test_disable_takes_it_away(
    second: Venv, sync: Sync, install: Install, command: Command
) -> None:
    before = own(second)
    install()
    sync()
    command.json("--python", second.root, "disable", "--force")
    assert own(second) == before


def test_what_is_restored_owns_the_files_of_its_own_prefix(
    venv: Venv, first: Path, tmp_path: Path, command: Command
) -> None:
    sharedir = tmp_path / "apps" / "share"
    command.json("--python", venv.root, "enable", "--sharedir", sharedir)
    tool = {"hello-1.0.data/scripts/tool": "#!python\n"}
    record = put(sharedir, "hello", {**FILES, **tool}, prefix=first, entry_points=ENTRY) / "RECORD"
    before = record.read_text()
    Sync(command, venv)()
    (venv.root / "etc/hello.conf").write_text("mine")
    command.json("--python", venv.root, "disable", "--restore")
    with (venv.site_dir / "hello-1.0.dist-info/RECORD").open(newline="") as file:
        rows = {path: (said, size) for path, said, size in csv.reader(file) if path[:2] == ".."}
    wanted = ["bin/hello", "bin/tool", *COPIED[1:]]
    assert sorted(rows) == [f"../../../{each}" for each in wanted]
    for path, (said, size) in rows.items():
        content = (venv.site_dir / path).read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
        assert (said, size) == (f"sha256={digest.rstrip('=')}", str(len(content)))
    assert record.read_text() == before


def test_what_moves_away_is_taken_away_elsewhere(
    make_venv: Callable[[str], Venv], second: Venv, sync: Sync, command: Command
) -> None:
    venv = make_venv("one")
    before = own(second)
    put(venv.site_dir, "hello", FILES, prefix=venv.root)
    command.json("--python", venv.root, "enable", "--sharedir", second.sharedir)
    command.json("--python", venv.root, "sort")
    record = (second.sharedir / "hello-1.0.dist-info/RECORD").read_text()
    assert f"{os.path.relpath(venv.root, second.sharedir)}/share/hello/one.txt," in record
    sync()
    assert new(before, second) == COPIED
    command.json("--python", venv.root, "sort", "--platform", "hello")
    sync()
    assert own(second) == before
    assert set(COPIED) <= {*own(venv)}
