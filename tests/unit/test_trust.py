"""pysharedir obeys files in a directory only if only the caller and root can have written them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.errors import ChangeError, PysharedirError, UntrustedError
from pysharedir.moving import journal, recovery, relocation, staging
from pysharedir.moving.move import WORK
from pysharedir.moving.relocation import Relocation
from pysharedir.moving.tree import Tree
from pysharedir.snapshot import Snapshot
from pysharedir.sort import plan as sorting
from trees import names, plant
from unit.test_disable import HELLO, SCRIPT
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from pysharedir.moving.trust import Scope
    from unit.conftest import Command, Venv

NOBODY = 65534
REPORTS = (
    ("status",),
    ("why", "hello"),
    ("doctor",),
    ("doctor", "--fix", "--dry-run"),
    ("sort", "--check"),
    ("sort", "--dry-run"),
    ("sync", "--check"),
    ("sync", "--dry-run"),
    ("enable", "--dry-run"),
    ("disable", "--dry-run"),
    ("startup",),
    ("startup", "--static"),
)
CHANGES = (("sort",), ("sync",), ("enable",), ("disable",), ("doctor", "--fix"))

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
def moving(enabled: Venv) -> Relocation:
    """A plan that moves two distributions to the sharedir."""
    put(enabled.site_dir, "hello", HELLO, entry_points=SCRIPT)
    put(enabled.site_dir, "other", {"other/__init__.py": "", "other/data.txt": "data"})
    plan = sorting.plan(Snapshot.of(str(enabled.root)), {})
    return Relocation(plan.moves, plan.layout.sharedir)


def interrupt(moving: Relocation, step: str = "commit") -> None:
    """Make a process die in the middle: before it commits, or after that."""
    child = os.fork()
    if not child:
        module = journal if step == "commit" else relocation
        setattr(module, step, lambda *_: os._exit(9))
        moving.apply()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def state(*roots: Path, times: bool = True) -> dict[str, str]:
    """Return all files, with modes, owners, times and contents.

    :param times: Whether the times of directories count: who takes a lock changes one.
    """
    there = {}
    for root in roots:
        for path in (root, *root.rglob("*")):
            if path.name in ("holder", "process"):
                continue
            status = path.lstat()
            facts = [f"{status.st_mode:o}", status.st_uid]
            if path.is_symlink():
                facts.append(os.readlink(path))
            elif path.is_file():
                facts += [status.st_mtime_ns, path.read_bytes()]
            elif times:
                facts.append(status.st_mtime_ns)
            there[str(path)] = repr(facts)
    return there


def say(command: Command, venv: Venv, *arguments: str) -> str:
    """Return all output of a command, on one line."""
    done = command("--python", venv.root, *arguments, COLUMNS="5000")
    assert "Traceback" not in done.stderr, done.stderr
    return f"{done.stdout} {done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("step", ["commit", "finish"])
def test_who_only_reports_tells_of_it_and_changes_nothing(
    enabled: Venv, command: Command, moving: Relocation, step: str
) -> None:
    interrupt(moving, step)
    before = state(enabled.root)
    for arguments in REPORTS:
        said = say(command, enabled, *arguments)
        told = "was interrupted, or is running" if arguments[0] == "startup" else "hello, other"
        assert told in said, arguments
        assert state(enabled.root) == before, arguments


@pytest.mark.parametrize("arguments", CHANGES, ids=" ".join)
def test_who_changes_something_brings_it_to_its_end(
    enabled: Venv, command: Command, moving: Relocation, arguments: tuple[str, ...]
) -> None:
    interrupt(moving)
    said = say(command, enabled, *arguments)
    assert "undid an interrupted move of hello, other" in said
    assert not (enabled.sharedir / WORK).exists()
    assert enabled.run("-c", "import hello, other").returncode == 0


# --- who could have written it ---


def hostile(venv: Venv, precious: Path) -> None:
    """Write journals that would replace and remove what is not theirs."""
    sharedir = venv.sharedir
    plant(
        sharedir,
        {
            f"x/{WORK}/trash/e/file": "evil",
            "data/RECORD": "",
            f"x/{WORK}/trash/data.dist-info/RECORD": "../precious/file,,\n",
        },
    )
    (sharedir / "x/e").symlink_to(precious)
    move = {"name": "evil", "version": "1", "kept": [], "stays": []}
    content = {
        "moves": [
            {**move, "info": "x/none.dist-info", "destination": "x"},
            {**move, "info": "data.dist-info", "destination": str(precious.parent)},
        ]
    }
    plant(sharedir, {f"{WORK}/placing.json": json.dumps(content)})


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    return plant(tmp_path / "precious", {"file": "important", "data/file": "important"})


@only_root
@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "phase"),
    [
        (0o1777, journal.Phase.PLACING),
        (0o777, journal.Phase.PLACING),
        (0o755, journal.Phase.REMOVING),
    ],
)
def test_a_journal_of_somebody_else_is_told_of_and_left_alone(
    enabled: Venv, command: Command, precious: Path, mode: int, phase: journal.Phase
) -> None:
    hostile(enabled, precious)
    work = enabled.sharedir / WORK
    (work / "placing.json").rename(work / phase.value)
    give_to_nobody(work)
    enabled.sharedir.chmod(mode)
    before = state(precious, work)
    for arguments in (*REPORTS, *CHANGES, ("disable", "--restore")):
        said = say(command, enabled, *arguments)
        if arguments[0] in ("status", "sort", "doctor", "enable"):
            assert f"{work}: belongs to nobody, not to you or root" in said, arguments
            assert f"has not moved anything, remove {work}" in said
        assert state(precious, work) == before, arguments


@only_root
@pytest.mark.parametrize("name", ["", "trash"])
def test_a_work_directory_of_somebody_else_at_the_source(
    enabled: Venv, command: Command, moving: Relocation, name: str
) -> None:
    """It is refused before anything is placed."""
    plant(enabled.site_dir, {WORK: {"trash": {}}})
    os.chown(enabled.site_dir / WORK / name, NOBODY, NOBODY)
    before = state(enabled.root, times=False)
    with pytest.raises(UntrustedError):
        moving.apply()
    assert state(enabled.root, times=False) == before
    # What a crash left in the caller's own directory is removed.
    told = "2 moved" if name else f"{enabled.site_dir / WORK}: belongs to nobody"
    assert told in say(command, enabled, "sort")


@only_root
def test_a_prefix_of_somebody_else(
    enabled: Venv, make_venv: Callable[[str], Venv], command: Command, precious: Path
) -> None:
    """Root asks with an interpreter of its own, and runs nothing of that prefix."""
    own = make_venv("own")
    hostile(enabled, precious)
    give_to_nobody(enabled.root)
    before = state(precious, enabled.root)
    for arguments in (("status",), ("sort",), ("doctor",), ("sort", "--check"), ("enable",)):
        said = say(command, own, *arguments, "--prefix", str(enabled.root))
        assert f"{enabled.sharedir / WORK}: belongs to nobody" in said, said
        assert state(precious, enabled.root) == before


def give_to_nobody(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@only_root
def test_a_hook_of_somebody_else_names_no_sharedir_outside(
    enabled: Venv, make_venv: Callable[[str], Venv], command: Command
) -> None:
    """Else root would move what is theirs into a directory of its own interpreter."""
    venv = make_venv("own")
    command.json("--python", enabled.root, "enable", "--sharedir", venv.site_dir)
    put(enabled.site_dir, "hello", HELLO)
    give_to_nobody(enabled.root)
    before = state(enabled.root, venv.root)
    for arguments in (("sort",), ("enable",), ("disable", "--restore")):
        said = say(command, venv, *arguments, "--prefix", str(enabled.root))
        assert f"belongs to nobody, not to you or root, so {venv.site_dir} is not used" in said
    assert state(enabled.root, venv.root) == before


def parts(venv: Venv) -> dict[str, Path]:
    """Return what a move needs, and what is above it."""
    work = venv.sharedir / WORK
    return {
        "work": work,
        "journal": work / "placing.json",
        "stage": work / "stage",
        "trash": venv.site_dir / WORK / "trash",
        "sharedir": venv.sharedir,
        "share": venv.root / "share",
        "site_dir": venv.site_dir,
        "lib": venv.root / "lib",
        "root": venv.root,
    }


def left_alone(scope: Scope, root: Path) -> str:
    """Return what is said of a move, by who reports and by who would recover it."""
    before = state(root, times=False)
    (told,) = recovery.notes(scope)
    assert recovery.recover(scope) == [told]
    assert state(root, times=False) == before
    return told


@pytest.mark.parametrize("what", ["work", "journal", "stage", "trash"])
def test_a_link_is_not_followed(
    enabled: Venv, command: Command, moving: Relocation, tmp_path: Path, what: str
) -> None:
    interrupt(moving)
    path = parts(enabled)[what]
    if not path.exists():
        path.mkdir()
    elsewhere = path.rename(tmp_path / "elsewhere")
    path.symlink_to(elsewhere)
    told = left_alone(Snapshot.of(str(enabled.root)).scope, tmp_path)
    assert f"{path}: belongs to " in told
    assert ", and is neither a directory nor a file" in told
    path.unlink()
    elsewhere.rename(path)
    assert "undid an interrupted move" in say(command, enabled, "sort")


def test_what_others_can_write_to(enabled: Venv, command: Command, moving: Relocation) -> None:
    interrupt(moving)
    scope = Snapshot.of(str(enabled.root)).scope
    (enabled.sharedir / WORK / "stage").mkdir(exist_ok=True)
    for what, path in parts(enabled).items():
        mode = stat.S_IMODE(path.stat().st_mode)
        for bit, letter in ((stat.S_IWOTH, "o"), (stat.S_IWGRP, "g")):
            if (what, letter) == ("sharedir", "g"):
                continue  # it is the group's then
            path.chmod(mode | bit)
            told = left_alone(scope, enabled.root)
            assert f"{path}: belongs to " in told
            assert ", and others can write to it" in told
            assert f"-w {path}`, then run `pysharedir sort`" in told
        path.chmod(mode)
    enabled.site_dir.chmod(0o775)
    assert f"chmod g-w {enabled.site_dir}" in say(command, enabled, "status")
    enabled.site_dir.chmod(0o755)
    assert "undid an interrupted move" in say(command, enabled, "sort")


def test_a_sticky_directory_above_an_outer_sharedir_will_do(
    enabled: Venv, command: Command, tmp_path: Path
) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    command.json("--python", enabled.root, "enable", "--sharedir", outer / "noarch")
    put(enabled.site_dir, "hello", HELLO)
    snapshot = Snapshot.of(str(enabled.root))
    interrupt(Relocation(sorting.plan(snapshot, {}).moves, outer / "noarch"))
    outer.chmod(0o777)
    assert f"{outer}: belongs to " in left_alone(snapshot.scope, tmp_path)
    outer.chmod(0o1777)
    assert recovery.recover(snapshot.scope) == ["undid an interrupted move of hello"]


def test_a_group_that_has_the_sharedir_may_have_the_rest(enabled: Venv, moving: Relocation) -> None:
    interrupt(moving)
    for path in (enabled.root, *enabled.root.rglob("*")):
        if path.is_dir() and WORK not in path.parts:
            path.chmod(0o2775)
    scope = Snapshot.of(str(enabled.root)).scope
    assert recovery.recover(scope) == ["undid an interrupted move of hello, other"]


# --- what it may say ---


@pytest.mark.parametrize(
    ("info", "destination"),
    [
        ("../../../../precious/hello-1.0.dist-info", "."),
        ("{site}/hello-1.0.dist-info", "../../../../precious"),
        ("x/hello-1.0.dist-info", "."),
        ("{site}/hello-1.0.dist-info", "x"),
        ("{site}/hello-1.0.dist-info", "../../.."),
        ("{site}/../hello-1.0.dist-info", "."),
    ],
)
def test_it_speaks_only_of_directories_of_the_target(
    enabled: Venv, command: Command, precious: Path, info: str, destination: str
) -> None:
    put(enabled.site_dir, "hello", HELLO)
    site = os.path.relpath(enabled.site_dir, enabled.sharedir)
    move = {"name": "hello", "version": "1.0", "kept": [], "stays": []}
    content = {"moves": [{**move, "info": info.format(site=site), "destination": destination}]}
    for phase in journal.Phase:
        path = f"{WORK}/{phase.value}"
        plant(enabled.sharedir, {path: json.dumps(content), "x/x.txt": ""})
        told = left_alone(Snapshot.of(str(enabled.root)).scope, precious.parent)
        assert "which this interpreter does not use" in told
        before = state(precious.parent, times=False)
        assert "to be finished or undone first" in say(command, enabled, "sort")
        assert state(precious.parent, times=False) == before
        (enabled.sharedir / path).unlink()


@pytest.mark.slow
def test_that_of_another_prefix_is_kept_for_it(
    make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    sharedir = tmp_path / "noarch"
    one, other = make_venv("one"), make_venv("other")
    for each in (one, other):
        command.json("--python", each.root, "enable", "--sharedir", sharedir)
    put(one.site_dir, "hello", HELLO, entry_points=SCRIPT)
    plan = sorting.plan(Snapshot.of(str(one.root)), {})
    interrupt(Relocation(plan.moves, plan.layout.sharedir))
    away = one.root.rename(tmp_path / "away")  # not mounted here
    before = state(sharedir, times=False)
    for arguments in (("status",), ("sort",), ("sync",), ("doctor", "--fix"), ("enable",)):
        said = say(command, other, *arguments)
        host = f" on {os.uname().nodename}"
        assert f"a move of hello was interrupted{host}, to or from {one.site_dir}" in said
        assert f"run `pysharedir sort`{host}, for the interpreter that uses it" in said
    assert state(sharedir, times=False) == before
    away.rename(one.root)
    assert "a move of hello was interrupted on" in say(command, other, "status")
    assert "undid an interrupted move of hello" in say(command, one, "sort")
    assert one.run("-c", "import hello").returncode == 0


def _replace(path: Path, kind: str) -> None:
    """Replace a journal or a lock, or their directory, by something else."""
    what, _, that = kind.partition(" is a ")
    path = {"journal": path, "lock": path.with_name("holder"), "work": path.parent}[what]
    if what == "work":
        path.rmdir()
    if that == "directory":
        path.mkdir()
    elif that == "fifo":
        os.mkfifo(path)
    elif that == "file":
        path.touch()
    else:
        path.symlink_to("/dev/zero" if that == "device" else "none")


KINDS = (
    "journal is a file",
    "journal is a directory",
    "journal is a fifo",
    "journal is a device",
    "lock is a fifo",
    "lock is a file",
    "lock is a link",
    "work is a file",
    "work is a link",
)


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_cannot_be_read_has_a_way_out(enabled: Venv, command: Command, kind: str) -> None:
    put(enabled.site_dir, "hello", HELLO)
    work = enabled.sharedir / WORK
    work.mkdir()
    _replace(work / journal.Phase.PLACING.value, kind)
    for arguments in (("status",), ("enable",), ("sort",)):
        said = say(command, enabled, *arguments)
        if arguments in (("enable",), ("sort",)) or not kind.startswith(("lock", "work")):
            assert f"remove {work}, then run `pysharedir sort`" in said, arguments
    assert "hello/__init__.py" in names(enabled.site_dir)
    if work.is_symlink() or work.is_file():
        work.unlink()
    else:
        shutil.rmtree(work)
    assert "1 moved" in say(command, enabled, "sort")
    assert enabled.run("-c", "import hello").returncode == 0


# --- what changes while it moves ---


def test_a_package_that_becomes_a_link_when_it_is_placed(
    enabled: Venv, moving: Relocation, precious: Path
) -> None:
    (enabled.sharedir / "hello").symlink_to(precious)
    before = state(precious)
    with pytest.raises(ChangeError):
        moving.apply()
    assert state(precious) == before
    assert enabled.run("-c", "import hello, other").returncode == 0
    assert not (enabled.sharedir / WORK).exists()


@pytest.mark.parametrize(
    ("module", "step"), [(staging, "place"), (relocation, "_hide"), (relocation, "finish")]
)
def test_a_package_that_becomes_a_link_on_the_way(
    enabled: Venv,
    moving: Relocation,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str,
) -> None:
    """The link leads to a directory with the same names: nothing in it changes."""
    elsewhere, aside = enabled.root / "elsewhere", enabled.root / "aside"
    shutil.copytree(enabled.site_dir / "other", elsewhere)
    before = state(elsewhere)
    action = getattr(module, step)

    def swap(*arguments: Any) -> Any:
        monkeypatch.setattr(module, step, action)
        (enabled.site_dir / "other").rename(aside)
        (enabled.site_dir / "other").symlink_to(elsewhere)
        return action(*arguments)

    monkeypatch.setattr(module, step, swap)
    with contextlib.suppress(PysharedirError):
        moving.apply()
    assert state(elsewhere) == before


@only_root
def test_copies_are_nobody_elses_until_they_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is set-id for another user is not carried by root."""
    source, target = tmp_path / "source", tmp_path / "target"
    plant(source, {"own": "own", "set-id": "another's", "plain": "another's"})
    target.mkdir()
    (source / "own").chmod(0o4755)
    for name, mode in (("set-id", 0o6755), ("plain", 0o640)):
        os.chown(source / name, NOBODY, NOBODY)
        (source / name).chmod(mode)
    os.utime(source / "plain", ns=(1, 2))
    given: list[int] = []
    give = os.fchown

    def watch(descriptor: int, user: int, group: int) -> None:
        given.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        give(descriptor, user, group)

    monkeypatch.setattr(os, "fchown", watch)
    with Tree(source) as one, Tree(target) as other:
        for name in ("own", "set-id", "plain"):
            assert staging.put(one, other, name, link=False)
    assert given == [0o600, 0o600]
    copied = {path.name: path.stat() for path in target.iterdir()}
    modes = {name: stat.S_IMODE(status.st_mode) for name, status in copied.items()}
    assert modes == {"own": 0o4755, "set-id": 0o755, "plain": 0o640}
    assert {name: status.st_uid for name, status in copied.items()} == {
        "own": 0,
        "set-id": NOBODY,
        "plain": NOBODY,
    }
    assert copied["plain"].st_mtime_ns == 2


def test_a_record_that_changes_is_on_disk_before_the_old_one_goes(
    enabled: Venv, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command.json("--python", enabled.root, "enable", "--sharedir", tmp_path / "else/where")
    put(enabled.site_dir, "hello", HELLO, entry_points=SCRIPT)
    plan = sorting.plan(Snapshot.of(str(enabled.root)), {})
    done: list[str] = []
    synchronize, rename = os.fsync, Tree.rename

    def fsync(descriptor: int) -> None:
        synchronize(descriptor)
        done.append(f"fsync {os.readlink(f'/proc/self/fd/{descriptor}')}")

    def renamed(tree: Tree, path: str, *others: Any) -> None:
        rename(tree, path, *others)
        done.append(f"rename {tree.path / path}")

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Tree, "rename", renamed)
    Relocation(plan.moves, plan.layout.sharedir).apply()
    record = "hello-1.0.dist-info/RECORD"
    synchronized = done.index(f"fsync {plan.layout.sharedir}/{WORK}/stage/{record}")
    assert synchronized < done.index(f"rename {enabled.site_dir}/hello-1.0.dist-info")


# --- what else is remembered in a directory ---


@pytest.mark.parametrize("link", [False, True])
def test_scripts_are_those_of_the_prefix(
    enabled: Venv, make_venv: Callable[[str], Venv], command: Command, precious: Path, link: bool
) -> None:
    """The list of scripts next to the hook could name any file, with its digest."""
    script = precious / "file"
    if link:  # where the scripts of a prefix are
        shutil.rmtree(enabled.root / "bin")
        (enabled.root / "bin").symlink_to(precious)
        script = enabled.root / "bin/file"
    digest = hashlib.sha256(script.read_bytes()).hexdigest()
    name = os.path.relpath(script, enabled.site_dir)
    listed = {"overrules": {}, "scripts": {name: {"distribution": "x", "digest": digest}}}
    plant(enabled.site_dir, {"_pysharedir.d/remembered.json": json.dumps(listed)})
    own = make_venv("own")
    for arguments in (("disable",), ("disable", "--restore")):
        said = say(command, own, *arguments, "--prefix", str(enabled.root))
        assert "remembered.json: not written by pysharedir" in said, said
    assert script.read_text() == "important"


def test_what_is_recorded_as_made_is_below_the_prefix(
    enabled: Venv, make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    """An empty directory elsewhere, or a link to lib, is not for ``disable`` to remove."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "lib64").symlink_to("lib")
    gate = enabled.site_dir / "_pysharedir.py"
    code, mark, record = gate.read_text().partition("# pysharedir-record: ")
    facts = json.loads(record)
    assert facts["created"]
    facts["created"] += ["../empty", "../lib64", str(tmp_path / "empty")]
    gate.write_text(f"{code}{mark}{json.dumps(facts, sort_keys=True)}\n")
    before = state(tmp_path / "empty", tmp_path / "lib64")
    command.json("--python", make_venv("own").root, "disable", "--prefix", str(enabled.root))
    assert enabled.has_no_hook()
    assert not enabled.sharedir.exists()
    assert state(tmp_path / "empty", tmp_path / "lib64") == before


DEEP = "[" * 200_000


@pytest.mark.slow
@pytest.mark.parametrize("what", ["fifo", "deep"])
def test_what_is_no_file_of_metadata_stops_nobody(
    enabled: Venv, command: Command, what: str
) -> None:
    info = put(enabled.site_dir, "hello", HELLO)
    put(enabled.site_dir, "other", {"other/__init__.py": ""})
    site_dir = enabled.site_dir
    odd = [info / "direct_url.json", info / "RECORD", info / "entry_points.txt", info / "METADATA"]
    if what == "fifo":
        odd += [enabled.root / "bin/activate", site_dir / "a.egg-link", site_dir / "a.pth"]
    for path in odd:
        path.unlink(missing_ok=True)
        if what == "fifo" and path.suffix != ".pth":
            os.mkfifo(path)
        else:
            path.write_text("/else\n" if path.suffix == ".pth" else DEEP)
    for arguments in (*REPORTS, ("sort",)):
        say(command, enabled, *arguments)
    assert "other/__init__.py" in names(enabled.sharedir)
    (site_dir / "_pysharedir.d/remembered.json").write_text(DEEP)
    gate = site_dir / "_pysharedir.py"
    assert "not written by pysharedir" in say(command, enabled, "status")
    gate.write_text(gate.read_text().partition("# pysharedir-record: ")[0])
    with gate.open("a") as file:
        file.write(f"# pysharedir-record: {DEEP}\n")
    say(command, enabled, "doctor")
