"""``sort`` on real venvs with small distributions; tests/faults interrupts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.hook.place import Place
from pysharedir.interpreter.finding import find
from pysharedir.snapshot import Snapshot
from pysharedir.sort import plan as sorting
from trees import names, plant
from unit.test_binaries import ELF_I386
from unit.test_disable import HELLO, SCRIPT, verify
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv

NATIVE: dict[str, str | bytes] = {
    "native/__init__.py": "",
    "native/data.bin": Path(sys.executable).read_bytes()[:64],
}


def verdicts(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["name"]: (each["verdict"], each["reason"]) for each in report["distributions"]}


def sort(venv: Venv, command: Command, *arguments: str) -> dict[str, Any]:
    report: dict[str, Any] = command.json("--python", venv.root, "sort", *arguments)
    return report


def test_each_goes_where_it_belongs(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "hello", HELLO, entry_points=SCRIPT)
    put(enabled.sharedir, "native", NATIVE)
    put(enabled.site_dir, "labeled", {"labeled.py": ""}, tag="cp311-cp311-linux_x86_64")
    enabled.run("-c", "import hello, native, labeled")
    report = sort(enabled, command)
    assert report["moved"] == ["hello", "native"]
    assert names(enabled.sharedir) == [
        "README.txt",
        "hello-1.0.dist-info/INSTALLER",
        "hello-1.0.dist-info/METADATA",
        "hello-1.0.dist-info/RECORD",
        "hello-1.0.dist-info/WHEEL",
        "hello-1.0.dist-info/entry_points.txt",
        "hello/__init__.py",
        "hello/data.txt",
    ]
    assert "../../../bin/hello" in verify(enabled.sharedir)
    assert verify(enabled.site_dir)
    assert enabled.run("-c", "import hello; hello.main()").stdout == "hello\n"
    assert enabled.says("[__import__(n).__file__ for n in ('native', 'labeled')]") == [
        str(enabled.site_dir / "native/__init__.py"),
        str(enabled.site_dir / "labeled.py"),
    ]
    assert command("--python", enabled.root, "sort", "--check").returncode == 0


def test_record_changes_only_where_it_must(enabled: Venv, command: Command) -> None:
    """A sharedir elsewhere, so that paths of scripts change; line ends and quotes as pip's."""
    deep = enabled.root / "opt" / "a" / "very" / "deep" / "one"
    command.json("--python", enabled.root, "enable", "--sharedir", deep)
    info = put(enabled.site_dir, "hello", HELLO, entry_points=SCRIPT)
    record = info / "RECORD"
    before = record.read_bytes().replace(b"\n", b"\r\n")
    before = before.replace(b"hello/data.txt", b'"hello/./data.txt"')
    record.write_bytes(before)
    sort(enabled, command)
    after = (deep / info.name / "RECORD").read_bytes()
    assert after == before.replace(b"../../../bin/", b"../../../../../bin/")
    command.json("--python", enabled.root, "disable", "--restore")
    assert record.read_bytes() == before


def test_pycs_times_modes_and_links_are_kept(enabled: Venv, command: Command) -> None:
    info = put(enabled.site_dir, "hello", {**HELLO, "hello/sub/x.py": ""}, entry_points=SCRIPT)
    package = enabled.site_dir / "hello"
    (package / "link.txt").symlink_to("data.txt")
    (info / "REQUESTED").touch()
    with (info / "RECORD").open("a") as record:
        record.write("hello/link.txt,,\n")
    (package / "data.txt").chmod(0o640)
    (package / "sub").chmod(0o750)
    os.utime(package / "__init__.py", (1_000_000_000, 1_000_000_000))
    enabled.run("-c", "import hello.sub.x")
    sort(enabled, command)
    moved = enabled.sharedir / "hello"
    assert not package.exists()
    assert (moved / "link.txt").readlink().name == "data.txt"
    assert (moved / "data.txt").stat().st_mode & 0o777 == 0o640
    assert (moved / "sub").stat().st_mode & 0o777 == 0o750
    assert (moved / "__init__.py").stat().st_mtime == 1_000_000_000
    assert (enabled.sharedir / info.name / "REQUESTED").exists()
    said = enabled.run("-v", "-c", "import hello.sub.x").stderr
    for name in "hello/__pycache__/__init__", "hello/sub/__pycache__/x":
        assert "matches" in said.split(f"{enabled.sharedir}/{name}")[1].split("\n")[0]


def test_what_record_does_not_list_stays(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "hello", HELLO)
    plant(enabled.site_dir, {"hello": {"cache.db": "mine"}, "loose.py": ""})
    report = sort(enabled, command)
    assert verdicts(report)["hello"] == (
        "left alone",
        "RECORD does not list hello/cache.db (it is noarch)",
    )
    assert sort(enabled, command, "--noarch", "hello")["moved"] == ["hello"]
    assert names(enabled.site_dir / "hello") == ["cache.db"]
    assert (enabled.site_dir / "loose.py").exists()


def test_names_limit_it(enabled: Venv, command: Command) -> None:
    for name in "alpha", "Be.ta", "gamma":
        put(enabled.site_dir, name, {f"{name[:2]}.py": ""})
    assert sort(enabled, command, "alpha", "be_ta")["moved"] == ["alpha", "Be.ta"]
    assert (enabled.site_dir / "ga.py").exists()


def test_an_unknown_name_is_refused(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "hello", HELLO)
    for arguments in ["helo"], ["--noarch", "helo"]:
        done = command("--python", enabled.root, "sort", *arguments)
        assert (done.returncode, "helo: not installed in" in done.stderr) == (2, True)
    assert (enabled.site_dir / "hello").exists()


def test_dry_run_and_check_change_nothing(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "hello", HELLO)
    before = names(enabled.root)
    done = command("--python", enabled.root, "sort", "--dry-run", "--noarch", "hello")
    assert (done.returncode, "1 misplaced" in done.stdout) == (0, True)
    done = command("--python", enabled.root, "sort", "--check", "--json")
    assert (done.returncode, json.loads(done.stdout)["misplaced"]) == (1, ["hello"])
    assert names(enabled.root) == before


def test_a_target_without_the_hook_is_only_told(venv: Venv, command: Command) -> None:
    put(venv.site_dir, "hello", HELLO)
    assert command("--python", venv.root, "sort", "--check").returncode == 1
    before = names(venv.root)
    done = command("--python", venv.root, "sort")
    assert (done.returncode, "hint: `pysharedir enable` makes it" in done.stderr) == (1, True)
    assert names(venv.root) == before


def test_what_the_user_says_is_remembered(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    put(enabled.site_dir, "native", NATIVE)
    sort(enabled, command, "--platform", "Hello", "--noarch", "native")
    assert (enabled.site_dir / "hello").is_dir()
    assert (enabled.sharedir / "native").is_dir()
    assert sort(enabled, command)["moved"] == []
    status = command.json("--python", enabled.root, "status")
    assert status["overrules"] == {"hello": "platform", "native": "noarch"}
    assert "native: noarch" in command("--python", enabled.root, "status").stdout
    moved = sort(enabled, command, "--no-overrule", "hello", "--no-overrule", "native")["moved"]
    assert moved == ["hello", "native"]
    assert command.json("--python", enabled.root, "status")["overrules"] == {}
    command.json("--python", enabled.root, "disable", "--restore")
    assert enabled.has_no_hook()


def test_a_word_that_moves_nothing_is_a_change(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    step = f"write {enabled.site_dir}/_pysharedir.d/remembered.json"
    for option, changed, steps in (
        ("--dry-run", False, [step]),
        ("--json", True, [step]),
        ("--json", False, []),
    ):
        report = sort(enabled, command, "--noarch", "hello", option)
        assert (report["changed"], report["steps"]) == (changed, steps)


def test_what_contradicts_itself_is_refused(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "hello", HELLO)
    for arguments in (
        ["--noarch", "hello", "--platform", "Hello"],
        ["--no-overrule", "hello"],
    ):
        assert command("--python", enabled.root, "sort", *arguments).returncode == 2


def test_disable_forgets_what_was_said(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "hello", HELLO)
    sort(enabled, command, "--platform", "hello")
    command.json("--python", enabled.root, "disable")
    assert enabled.has_no_hook()


REGULAR = {"space/__init__.py": ""}
PKGUTIL = {"space/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)"}
NSPKG = {"one-nspkg.pth": "import sys, types\n"}


@pytest.mark.parametrize(
    ("one", "two", "together"),
    [
        ({}, {}, False),
        (REGULAR, {}, True),
        (PKGUTIL, PKGUTIL, True),
        (NSPKG, {}, True),
    ],
)
def test_what_shares_a_package_stays_together(
    enabled: Venv,
    command: Command,
    one: dict[str, str],
    two: dict[str, str],
    together: bool,
) -> None:
    put(enabled.site_dir, "one", {"space/one/__init__.py": "", **one})
    put(enabled.site_dir, "two", {"space/two/__init__.py": "", **two, "space/two/x": ELF_I386})
    report = sort(enabled, command)
    assert report["moved"] == ([] if together else ["one"])
    if together:
        reason = "shares space with two, which is platform"
        assert verdicts(report)["one"] == ("platform", reason)
    assert enabled.says("[bool(__import__('space.' + n)) for n in ['one', 'two']]")


def test_halves_of_a_package_are_joined(enabled: Venv, command: Command) -> None:
    """As pip installs them, each by its own label: an import does not find the second half."""
    put(enabled.sharedir, "plugin", {"space/plugin.py": "", **PKGUTIL})
    put(enabled.site_dir, "core", {**NATIVE, "space/core.py": "", **PKGUTIL})
    report = sort(enabled, command)
    assert report["moved"] == ["plugin"]
    assert names(enabled.site_dir / "space") == ["__init__.py", "core.py", "plugin.py"]
    assert verify(enabled.site_dir)
    assert not (enabled.sharedir / "space").exists()


def test_halves_with_different_inits_are_left_alone(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "plugin", {"space/plugin.py": "", **REGULAR})
    put(enabled.site_dir, "core", {**NATIVE, "space/core.py": "", **PKGUTIL})
    before = names(enabled.root)
    report = sort(enabled, command)
    assert "space/__init__.py is there already" in verdicts(report)["plugin"][1]
    assert names(enabled.root) == before


def test_a_file_that_two_list_is_in_both_places(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "one", {"one.py": "", "NOTICE": "both"})
    (enabled.site_dir / "NOTICE").unlink()
    put(enabled.site_dir, "two", {"two.py": "", "NOTICE": "both", "two.bin": ELF_I386})
    assert sort(enabled, command)["moved"] == ["one"]
    for directory in enabled.site_dir, enabled.sharedir:
        assert (directory / "NOTICE").read_text() == "both"
        assert verify(directory)
    command.json("--python", enabled.root, "disable", "--restore")
    assert verify(enabled.site_dir)


def test_a_file_that_two_list_moves_with_both(enabled: Venv, command: Command) -> None:
    for name in "one", "two":
        (enabled.site_dir / "NOTICE").unlink(missing_ok=True)
        put(enabled.site_dir, name, {f"{name}.py": "", "NOTICE": "both"})
    assert sort(enabled, command)["moved"] == ["one", "two"]
    assert not (enabled.site_dir / "NOTICE").exists()
    assert verify(enabled.sharedir)
    command.json("--python", enabled.root, "disable", "--restore")
    assert verify(enabled.site_dir)


@pytest.mark.parametrize("obstacle", ["hello", "hello/sub"])
@pytest.mark.parametrize("kind", ["a file", "-> ."])
def test_an_obstacle_stops_no_other(
    enabled: Venv, command: Command, obstacle: str, kind: str
) -> None:
    """A file or a link where a directory has to be."""
    put(enabled.site_dir, "hello", {"hello/sub/x.py": ""})
    put(enabled.site_dir, "other", {"other.py": ""})
    plant((enabled.sharedir / obstacle).parent, {os.path.basename(obstacle): kind})
    report = sort(enabled, command)
    assert report["moved"] == ["other"]
    there = enabled.sharedir / obstacle
    assert verdicts(report)["hello"] == ("left alone", f"{there} is in the way (it is noarch)")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda root: (root / "hello/data.txt").unlink(), "files are missing: hello/data.txt"),
        (lambda root: (root / "hello/data.txt").rename(root / "x"), "files are missing"),
    ],
)
def test_what_is_not_whole_is_left_alone(
    enabled: Venv,
    command: Command,
    fault: Callable[[Path], object],
    reason: str,
) -> None:
    put(enabled.site_dir, "hello", HELLO)
    fault(enabled.site_dir)
    report = sort(enabled, command)
    assert (report["moved"], verdicts(report)["hello"][0]) == ([], "left alone")
    assert reason in verdicts(report)["hello"][1]
    assert sort(enabled, command, "--noarch", "hello")["moved"] == ["hello"]


def test_files_behind_a_link_are_never_touched(
    enabled: Venv,
    command: Command,
    tmp_path: Path,
) -> None:
    put(enabled.site_dir, "hello", {"hello/__init__.py": "", "hello/sub/x.py": ""})
    (enabled.site_dir / "hello/sub").rename(tmp_path / "elsewhere")
    (enabled.site_dir / "hello/sub").symlink_to(tmp_path / "elsewhere")
    report = sort(enabled, command, "--noarch", "hello")
    assert "hello/sub is a link to a directory" in verdicts(report)["hello"][1]
    assert names(tmp_path / "elsewhere") == ["x.py"]


@pytest.mark.parametrize("to", ["../../outside.txt", "{site_dir}/hello/__init__.py"])
def test_a_link_that_would_lead_elsewhere_is_left(
    enabled: Venv,
    command: Command,
    to: str,
) -> None:
    info = put(enabled.site_dir, "hello", HELLO)
    (enabled.site_dir / "hello/link").symlink_to(to.format(site_dir=enabled.site_dir))
    with (info / "RECORD").open("a") as record:
        record.write("hello/link,,\n")
    assert "hello/link is a link to" in verdicts(sort(enabled, command))["hello"][1]


@pytest.mark.parametrize("to", ["{store}", "../../../../store"])
def test_a_tree_of_links_is_left_alone(enabled: Venv, command: Command, to: str) -> None:
    """Nix (buildEnv), Guix and stow link whole directories where only one package has them."""
    store = enabled.root.parent / "store"
    put(enabled.site_dir, "other", {"other.py": ""})
    info = put(enabled.site_dir, "linked", {"linked.py": ""})
    store.mkdir()
    info.rename(store / info.name)
    info.symlink_to(f"{to}/{info.name}".format(store=store))
    before = names(store), names(enabled.site_dir / info.name)
    report = sort(enabled, command)
    assert report["moved"] == ["other"]
    assert verdicts(report)["linked"][0] == "left alone"
    assert f"its metadata is a link to {info.readlink()}" in verdicts(report)["linked"][1]
    command.json("--python", enabled.root, "disable", "--restore")
    assert before == (names(store), names(enabled.site_dir / info.name))
    assert verify(enabled.site_dir)


OTHER = "site-packages/other.py"


@pytest.mark.parametrize("directory", ["sharedir", "site_dir"])
@pytest.mark.parametrize(
    "path",
    [
        "_pysharedir.pth",
        "_pysharedir.d/path.py",
        ".pysharedir/lock",
        "other-1.0.dist-info/METADATA",
        f"../{OTHER}",
        "sitecustomize.py",
    ],
)
def test_what_lists_files_that_are_not_its_own_takes_none_along(
    enabled: Venv, command: Command, directory: str, path: str
) -> None:
    if path == "sitecustomize.py":
        command.json("--python", enabled.root, "enable", "--style", "sitecustomize")
    put(enabled.site_dir, "other", {"other.py": ""}, purelib="false")
    files = dict(NATIVE) if directory == "sharedir" else {"greedy.py": ""}
    info = put(getattr(enabled, directory), "greedy", files)
    with (info / "RECORD").open("a") as record:
        record.write(f"{path},,\n")
    before = names(enabled.site_dir)
    report = sort(
        enabled, command, "--noarch" if directory == "site_dir" else "--platform", "greedy"
    )
    is_elsewhere = directory == "sharedir" and path in {"sitecustomize.py", f"../{OTHER}"}
    assert report["moved"] == (["greedy"] if is_elsewhere else [])
    assert set(before) <= set(names(enabled.site_dir))
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "enabled"


def test_two_of_one_name_are_left_alone(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "hello", HELLO)
    put(enabled.sharedir, "hello", HELLO)
    assert sort(enabled, command)["moved"] == []


def test_a_second_of_one_name_without_a_record_stops_no_other(
    enabled: Venv, command: Command
) -> None:
    put(enabled.site_dir, "one", {"one.py": ""})
    (put(enabled.sharedir, "one", {"one.py": ""}) / "RECORD").unlink()
    put(enabled.site_dir, "two", {"two.py": ""})
    report = sort(enabled, command)
    assert report["moved"] == ["two"]
    reasons = {each["reason"] for each in report["distributions"] if each["name"] == "one"}
    info = enabled.sharedir / "one-1.0.dist-info"
    assert reasons == {
        f"has no RECORD, so its files are not known: {info}",
        f"there is a second {info} (it is noarch)",
    }


STALE = {
    "empty": (None, "there is an empty"),
    "requested": ({"REQUESTED": ""}, "there is an empty"),
    "no record": ({"METADATA": "Name: one\nVersion: 0.9\n"}, "there is a second"),
    "a directory for a file": ({"METADATA": {"x": ""}, "RECORD": {"x": ""}}, "there is a second"),
    "malformed": ({"METADATA": "\0", "RECORD": '"'}, "there is a second"),
}


@pytest.mark.parametrize("stale", STALE)
def test_a_stale_copy_of_one_stops_no_other(enabled: Venv, command: Command, stale: str) -> None:
    tree, reason = STALE[stale]
    put(enabled.site_dir, "one", {"one.py": ""})
    put(enabled.site_dir, "two", {"two.py": ""})
    info = plant(enabled.site_dir / "one-0.9.dist-info", tree or {})  # type: ignore[arg-type]
    before = names(enabled.site_dir)
    report = sort(enabled, command)
    assert report["moved"] == ["two"]
    told = {each["reason"] for each in report["distributions"] if each["name"] == "one"}
    assert {each.split(str(info))[0].strip() for each in told} >= {reason}
    assert all(str(info) in each for each in told), told
    done = command("--python", enabled.root, "doctor", "--json")
    assert json.loads(done.stdout)["unchecked"] == []
    command.json("--python", enabled.root, "disable", "--restore")
    assert names(enabled.site_dir) == [
        name for name in before if not name.startswith("_pysharedir")
    ]


def test_what_is_empty_is_removed_by_doctor_and_then_sorted(
    enabled: Venv, command: Command
) -> None:
    put(enabled.site_dir, "one", {"one.py": ""})
    plant(enabled.site_dir / "one-0.9.dist-info", {"REQUESTED": ""})
    assert command("--python", enabled.root, "doctor", "--fix", "--select", "SD201").returncode == 0
    assert names(enabled.site_dir / "one-0.9.dist-info") == []
    assert sort(enabled, command)["moved"] == ["one"]


def test_what_is_empty_does_not_keep_a_copy_from_platlib(enabled: Venv, command: Command) -> None:
    """In platlib, importlib.metadata finds it less often, in every version of Python."""
    put(enabled.sharedir, "native", NATIVE)
    (enabled.sharedir / "native-0.9.dist-info").mkdir()
    assert sort(enabled, command)["moved"] == ["native"]


def test_what_pip_left_behind_stops_none(enabled: Venv, command: Command) -> None:
    """An interrupted upgrade leaves such directories."""
    put(enabled.site_dir, "hello", HELLO)
    (enabled.site_dir / "hello").rename(enabled.site_dir / "~ello")
    left = enabled.site_dir / "~ello-1.0.dist-info"
    (enabled.site_dir / "hello-1.0.dist-info").rename(left)
    put(enabled.site_dir, "hello", HELLO)
    before = names(enabled.site_dir / "~ello")
    report = sort(enabled, command)
    assert report["moved"] == ["hello"]
    assert ("hello", "left alone", f"pip left it behind: {left}") in {
        (each["name"], each["verdict"], each["reason"]) for each in report["distributions"]
    }
    assert names(enabled.site_dir / "~ello") == before
    assert (left / "RECORD").exists()
    assert command.json("--python", enabled.root, "status")["counts"] == {
        str(enabled.sharedir): 1,
    }
    left.rename(enabled.sharedir / left.name)
    (enabled.site_dir / "~ello").rename(enabled.sharedir / "~ello")
    command.json("--python", enabled.root, "disable", "--restore")
    assert verify(enabled.site_dir)


def test_native_code_for_another_machine_is_left_alone(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "alien", {"alien/__init__.py": "", "alien/x.so": ELF_I386})
    report = sort(enabled, command)
    assert "for another machine" in verdicts(report)["alien"][1]
    assert (enabled.sharedir / "alien").is_dir()


def test_what_climbs_is_refused_and_touched_nowhere(enabled: Venv, command: Command) -> None:
    victim = plant(enabled.root.parent, {"victim": "precious"}) / "victim"
    info = put(enabled.site_dir, "evil", {"evil.py": ""})
    put(enabled.site_dir, "hello", HELLO)
    with (info / "RECORD").open("a") as record:
        record.write("../../../../victim,,\n")
    report = sort(enabled, command, "--noarch", "evil")
    assert report["moved"] == ["hello"]
    assert victim.read_text() == "precious"
    assert (enabled.site_dir / "evil.py").exists()


def test_the_other_root_of_an_interpreter_is_left(
    enabled: Venv,
    make_venv: Callable[[str], Venv],
    command: Command,
) -> None:
    other = make_venv("other")
    put(other.site_dir, "far", {"far.py": ""})
    (enabled.site_dir / "other.pth").write_text(f"{other.site_dir}\n")
    assert sort(enabled, command)["distributions"] == []
    done = command("--python", enabled.root, "sort", "--prefix", other.root, "--check")
    assert (done.returncode, "far 1.0" in done.stdout) == (1, True)


def test_a_shared_sharedir_serves_both(
    make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    one, two = make_venv("one"), make_venv("two")
    for each in one, two:
        command.json("--python", each.root, "enable", "--sharedir", tmp_path / "shared")
    put(one.site_dir, "hello", HELLO, entry_points=SCRIPT)
    assert sort(one, command)["moved"] == ["hello"]
    for each in one, two:
        assert each.run("-c", "import hello; hello.main()").stdout == "hello\n"
    assert verify(tmp_path / "shared")
    # Its script is the first one's, but it is where it belongs.
    assert command("--python", two.root, "sort", "--check").returncode == 0


def test_prefixes_of_modules(enabled: Venv, command: Command, tmp_path: Path) -> None:
    """Their sharedirs may be one, by links; `sync` completes the second."""
    one, two = tmp_path / "one", tmp_path / "two"
    site_dir = enabled.site_dir.relative_to(enabled.root)
    for prefix in one, two:
        put(prefix / site_dir, "native", NATIVE)
    put(one / site_dir, "hello", HELLO, entry_points=SCRIPT)
    sharedir = one / enabled.sharedir.relative_to(enabled.root)
    done = command("--python", enabled.root, "sort", "--prefix", one)
    assert (done.returncode, "no such directory" in done.stderr) == (1, True)
    assert "hint: make this directory, or a link" in done.stderr
    sharedir.mkdir(parents=True)
    (two / "share").symlink_to("../one/share")
    assert sort(enabled, command, "--prefix", str(one))["moved"] == ["hello"]
    assert (sharedir / "hello").is_dir()
    assert sort(enabled, command, "--prefix", str(two))["moved"] == []
    done = command("--python", enabled.root, "sync", "--prefix", two)
    assert f"write {two}/bin/hello" in done.stdout
    code = "import hello, native; print(hello.__file__, native.__file__)"
    pure, native = enabled.run("-c", code, PYSHAREDIR_PREFIXES=str(two)).stdout.split()
    assert pure == f"{two}/{sharedir.relative_to(one)}/hello/__init__.py"
    assert native == f"{two / site_dir}/native/__init__.py"


def test_a_prefix_of_a_module_without_a_hook(venv: Venv, command: Command, tmp_path: Path) -> None:
    """Python would not find what moved, neither by the prefix nor by PYTHONPATH."""
    site_dir = tmp_path / "one" / venv.site_dir.relative_to(venv.root)
    put(site_dir, "hello", HELLO)
    (tmp_path / "one" / venv.sharedir.relative_to(venv.root)).mkdir(parents=True)
    done = command("--python", venv.root, "sort", "--prefix", tmp_path / "one")
    assert (done.returncode, "this interpreter does not use it" in done.stderr) == (1, True)
    assert (site_dir / "hello").is_dir()


def test_a_file_that_pysharedir_did_not_write_is_no_memory(enabled: Venv, command: Command) -> None:
    (enabled.site_dir / "_pysharedir.d" / "remembered.json").write_text("[]")
    done = command("--python", enabled.root, "sort")
    assert (done.returncode, "not written by pysharedir" in done.stderr) == (1, True)


def test_lib_and_lib64_may_be_two(enabled: Venv) -> None:  # as Fedora has them
    (enabled.root / "lib64").unlink(missing_ok=True)
    platlib = enabled.root / "lib64" / enabled.site_dir.parent.name / "site-packages"
    platlib.mkdir(parents=True)
    put(enabled.site_dir, "hello", HELLO)
    put(enabled.site_dir, "native", NATIVE)
    put(platlib, "labeled", {"labeled.py": ""}, tag="cp311-cp311-linux_x86_64")
    put(platlib, "pure", {"pure.py": ""})
    target = replace(find(str(enabled.root)), platlib=str(platlib))
    plan = sorting.plan(Snapshot(target, Place.of(target)), {})
    assert {each.distribution.name: each.destination for each in plan.moves} == {
        "hello": enabled.sharedir,
        "native": platlib,
        "pure": enabled.sharedir,
    }


def test_notes_tell_what_to_mind(venv: Venv, command: Command, tmp_path: Path) -> None:
    command.json("--python", venv.root, "enable", "--sharedir", tmp_path / "shared", "--opt-in")
    put(venv.site_dir, "hello", HELLO)
    notes = " ".join(sort(venv, command)["notes"])
    assert "outside this venv" in notes
    assert "only when PYSHAREDIR=1" in notes


def seed_by_virtualenv(venv: Venv) -> Venv:
    """Its RECORD of pip has rows for directories of pycs, which may be there or not."""
    root = venv.root.parent / "seeded"
    command = [sys.executable, "-m", "virtualenv", "--no-download", str(root)]
    subprocess.run(command, env=venv.environment, check=True, capture_output=True)
    return replace(venv, root=root)


def seed_by_ensurepip(venv: Venv) -> Venv:
    """It makes no ``bin/pip``, which pip declares."""
    assert venv.run("-m", "ensurepip").returncode == 0
    assert not (venv.root / "bin/pip").exists()
    return venv


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed_by_virtualenv, seed_by_ensurepip])
def test_a_seeded_pip_is_sorted_and_lacks_nothing(
    venv: Venv, command: Command, seed: Callable[[Venv], Venv]
) -> None:
    seeded = seed(venv)
    command.json("--python", seeded.root, "enable")
    report = sort(seeded, command)
    assert "pip" in report["moved"], verdicts(report)
    done = command("--python", seeded.root, "doctor", "--select", "SD3,SD4", "--json")
    assert json.loads(done.stdout)["findings"] == []
    assert f"from {seeded.sharedir}/pip " in seeded.run("-m", "pip", "--version").stdout
    command.json("--python", seeded.root, "disable", "--restore")
    assert f"from {seeded.site_dir}/pip " in seeded.run("-m", "pip", "--version").stdout
