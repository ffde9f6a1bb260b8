from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pysharedir.cli import cli
from trees import names, plant
from unit.doctor.faults.hook import add_start_file
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv

HOOK = [
    "_pysharedir.d/adjust.py",
    "_pysharedir.d/flat.py",
    "_pysharedir.d/local.py",
    "_pysharedir.d/metadata.py",
    "_pysharedir.d/more.py",
    "_pysharedir.d/path.py",
    "_pysharedir.d/record.txt",
    "_pysharedir.pth",
    "_pysharedir.py",
]
SLOW = (
    "import os, sys, time; os.environ.get('PYSHAREDIR') == '1' and "
    "(open(sys.prefix + '/slow', 'w').close(), time.sleep(5))\n"
)


def test_sends_purelib_to_the_sharedir(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    assert names(venv.site_dir) == HOOK
    assert venv.sharedir.is_dir()
    assert venv.says("sys.path")[-2:] == [str(venv.site_dir), str(venv.sharedir)]
    assert venv.says("sysconfig.get_path('purelib')") == str(venv.sharedir)
    assert venv.says("sysconfig.get_path('platlib')") == str(venv.site_dir)


def test_the_option_may_stand_behind_the_command(venv: Venv, command: Command) -> None:
    assert not command("enable", "--python", venv.root).returncode
    assert names(venv.site_dir) == HOOK


def test_the_active_venv_is_the_default(venv: Venv, command: Command) -> None:
    assert not command("enable", VIRTUAL_ENV=str(venv.root)).returncode
    assert names(venv.site_dir) == HOOK


def test_is_byte_compiled(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    pycs = sorted(venv.site_dir.rglob("*.pyc"))
    assert [pyc.name.split(".")[0] for pyc in pycs] == [
        "_pysharedir",
        "adjust",
        "flat",
        "local",
        "metadata",
        "more",
        "path",
    ]
    assert {pyc.read_bytes()[4] for pyc in pycs} == {0}, "checked by mtime, which costs least"


def test_again_changes_nothing(venv: Venv, command: Command) -> None:
    options = ("enable", "--sharedir", venv.root / "pure", "--opt-in", "--allow-world-writable")
    command.json("--python", venv.root, *options)
    before = {path: path.stat().st_mtime_ns for path in venv.root.rglob("*")}
    assert command.json("--python", venv.root, "enable")["steps"] == []
    assert command.json("--python", venv.root, *options)["steps"] == []
    assert {path: path.stat().st_mtime_ns for path in venv.root.rglob("*")} == before


def test_variables(venv: Venv, make_venv: Callable[[str], Venv], command: Command) -> None:
    """Without an option, the setting stays; with the opposite option, it changes back."""
    more = make_venv("more")
    given = ("--prefixes-from", "EBPYTHONPREFIXES", "--prefixes-from", "GUIX_PYTHONPATH:site-dirs")
    options = ("--prefix-startup-files", "--user-first")
    enable = ("--python", venv.root, "enable")
    assert command.json(*enable, *given, *options, "--dry-run")["steps"]
    assert names(venv.site_dir) == []
    command.json(*enable, *given, *options)
    assert command.json(*enable)["steps"] == []
    assert command.json(*enable, *given, *options, *given)["steps"] == []
    settings = command.json("--python", venv.root, "status")["hook"]["settings"]
    assert settings["prefixes_from"] == ["EBPYTHONPREFIXES", "GUIX_PYTHONPATH:site-dirs"]
    assert (settings["prefix_startup_files"], settings["user_first"]) == (True, True)
    told = command("--python", venv.root, "status").stdout
    assert "EBPYTHONPREFIXES, GUIX_PYTHONPATH (site dirs)" in told
    for name, value in {"EBPYTHONPREFIXES": more.root, "GUIX_PYTHONPATH": more.site_dir}.items():
        assert str(more.site_dir) in venv.says("sys.path", **{name: str(value)})
    command.json(*enable, "--no-prefixes-from")
    settings = command.json("--python", venv.root, "status")["hook"]["settings"]
    assert (settings["prefixes_from"], settings["user_first"]) == ([], True)
    assert str(more.site_dir) not in venv.says("sys.path", EBPYTHONPREFIXES=str(more.root))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--prefixes-from", ""), "'': give the name of a variable"),
        (("--prefixes-from", "A B"), "'A B': give the name"),
        (("--prefixes-from", "A:prefixes"), "'A:prefixes': give the name"),
        (("--prefixes-from", "1A"), "'1A': give the name"),
        (("--prefixes-from", "Ä"), "give the name of a variable"),
        (("--prefixes-from", "A\n"), "give the name of a variable"),
        (("--prefixes-from", "PYTHONPATH"), "'PYTHONPATH': give the name"),
        (("--prefixes-from", "PYSHAREDIR_PREFIXES"), "'PYSHAREDIR_PREFIXES': give the name"),
        (("--prefixes-from", "A", "--prefixes-from", "A:site-dirs"), "either prefixes or site"),
        (("--prefixes-from", "A", "--no-prefixes-from"), "not both"),
    ],
)
def test_what_is_no_variable(
    venv: Venv, command: Command, options: tuple[str, ...], message: str
) -> None:
    done = command("--python", venv.root, "enable", *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert names(venv.site_dir) == []


def test_dry_run_changes_nothing(venv: Venv, command: Command) -> None:
    before = names(venv.root)
    done = command("--python", venv.root, "enable", "--dry-run")
    assert "would write" in done.stdout
    assert names(venv.root) == before


def test_modules_are_written_before_what_imports_them(venv: Venv, command: Command) -> None:
    steps = command.json("--python", venv.root, "enable", "--dry-run")["steps"]
    written = [step.rpartition("/")[2] for step in steps if step.startswith("write")]
    assert written == [
        "README.txt",
        "path.py",
        "local.py",
        "adjust.py",
        "flat.py",
        "more.py",
        "metadata.py",
        "record.txt",
        "_pysharedir.py",
        "_pysharedir.pth",
    ]
    command.json("--python", venv.root, "enable")
    steps = command.json("--python", venv.root, "disable", "--dry-run")["steps"]
    removed = [step.rpartition("/")[2] for step in steps if not step.endswith((".pyc", "empty"))]
    # The gate is written last, since it records the other files.
    readme, *parts, gate, pth = written
    assert removed == [pth, *parts[::-1], readme, gate]


def test_an_older_hook_is_upgraded_in_place(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    gate, part = venv.site_dir / "_pysharedir.py", venv.site_dir / "_pysharedir.d/path.py"
    wanted = gate.read_text(), part.read_text()
    old = part.read_text() + "# of an older release\n"
    digest = "import hashlib; from pathlib import Path; "
    digest += f"print(hashlib.sha256(Path({str(part)!r}).read_bytes()).hexdigest())"
    before = venv.run("-c", digest).stdout.strip()
    part.write_text(old)
    gate.write_text(gate.read_text().replace(before, venv.run("-c", digest).stdout.strip()))
    assert command.json("--python", venv.root, "status")["hook"]["state"] == "outdated"
    command.json("--python", venv.root, "enable")
    assert (gate.read_text(), part.read_text()) == wanted
    assert command.json("--python", venv.root, "status")["hook"]["state"] == "enabled"


def test_a_start_file_of_an_older_release_is_removed(venv: Venv, command: Command) -> None:
    """Before Python 3.18 it only makes a start slower."""
    command.json("--python", venv.root, "enable", "--opt-in")
    add_start_file(venv)
    assert names(venv.site_dir) == [*HOOK, "_pysharedir.start"]
    status = command.json("--python", venv.root, "status")
    (note,) = status["notes"]
    assert note.startswith(f"{venv.site_dir}/_pysharedir.start: makes each start slower (SD616)")
    command.json("--python", venv.root, "enable")
    assert names(venv.site_dir) == HOOK
    status = command.json("--python", venv.root, "status")
    assert (status["notes"], status["hook"]["state"]) == ([], "enabled")
    assert status["hook"]["settings"]["opt_in"]
    add_start_file(venv)
    command.json("--python", venv.root, "disable")
    assert venv.has_no_hook()


@pytest.mark.parametrize("name", [*HOOK, "_pysharedir.d", "_pysharedir.start"])
def test_a_foreign_file_is_never_overwritten(venv: Venv, command: Command, name: str) -> None:
    plant(venv.site_dir, {name: "mine"})
    done = command("--python", venv.root, "enable")
    assert done.returncode == 1
    assert f"{name}: not written by pysharedir" in done.stderr
    assert names(venv.site_dir) == [name]
    assert (venv.site_dir / name).read_text() == "mine"
    assert not (venv.root / "share").exists()


def test_a_foreign_sitecustomize_is_never_overwritten(venv: Venv, command: Command) -> None:
    plant(venv.site_dir, {"sitecustomize.py": "MINE = True"})
    done = command("--python", venv.root, "enable", "--style", "sitecustomize")
    assert (done.returncode, names(venv.site_dir)) == (1, ["sitecustomize.py"])
    assert "use --style pth" in done.stderr


def test_a_sitecustomize_that_would_never_run_is_refused(
    venv: Venv, command: Command, tmp_path: Path
) -> None:
    earlier = plant(tmp_path / "earlier", {"sitecustomize.py": ""})
    code = f"import sys; sys.path.insert(0, {str(earlier)!r})\n"
    plant(venv.site_dir, {"first.pth": code})
    done = command("--python", venv.root, "enable", "--style", "sitecustomize")
    assert done.returncode == 1
    assert "this sitecustomize comes first" in done.stderr
    assert names(venv.site_dir) == ["first.pth"]


@pytest.mark.parametrize("staged", [False, True])
def test_a_sitecustomize_for_pythonpath(
    venv: Venv, make_venv: Callable[[str], Venv], command: Command, tmp_path: Path, staged: bool
) -> None:
    """It works in each venv, and runs the one that the interpreter has, which it shadows."""
    plant(venv.site_dir, {"sitecustomize.py": "import sys; sys.shadowed = True"})
    made = make_venv("prefix")
    options: list[str | Path]
    options = ["enable", "--style", "sitecustomize", "--prefix", made.root]
    options += ["--prefixes-from", "EBPYTHONPREFIXES", "--prefix-startup-files"]
    stage = tmp_path / "stage" if staged else Path("/")
    done = command("--python", venv.root, *options, *(("--root", stage) if staged else ()))
    assert not done.returncode, done.stderr
    assert f"{made.site_dir}: the hook starts where PYTHONPATH names" in done.stdout
    assert "pure wheels now go to" not in done.stdout
    other = make_venv("other")
    env = {
        "PYTHONPATH": str(stage / made.site_dir.relative_to("/")),
        "EBPYTHONPREFIXES": str(other.root),
    }
    plant(other.site_dir, {"x.pth": "import sys; sys.lines = 1\n"})
    venv.sharedir.mkdir(parents=True)
    path = venv.says("sys.path", **env)
    assert path[-3:] == list(map(str, (venv.site_dir, venv.sharedir, other.site_dir)))
    assert venv.says("(sys.shadowed, sys.lines)", **env) == [True, 1]
    assert venv.says("sysconfig.get_path('purelib')", **env) == str(venv.site_dir)


def test_the_style_can_be_changed(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    assert names(venv.site_dir) == [*HOOK[:-2], "_pysharedir.py", "sitecustomize.py"]
    assert venv.says("sysconfig.get_path('purelib')") == str(venv.sharedir)
    command.json("--python", venv.root, "enable", "--style", "pth")
    assert names(venv.site_dir) == HOOK


def test_opt_in_is_off_until_switched_on(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    assert str(venv.sharedir) not in venv.says("sys.path")
    assert str(venv.sharedir) in venv.says("sys.path", PYSHAREDIR="1")
    command.json("--python", venv.root, "enable", "--no-opt-in")
    assert str(venv.sharedir) in venv.says("sys.path")


def test_one_sharedir_serves_two_prefixes(
    make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    first, second = make_venv("first"), make_venv("second")
    template = tmp_path / "pure" / "{version}"
    for each in first, second:
        command.json("--python", each.root, "enable", "--sharedir", template)
    sharedir = tmp_path / "pure" / "{}.{}".format(*sys.version_info[:2])
    put(Path(first.says("sysconfig.get_path('purelib')")), "shared", {"shared.py": "VALUE = 42"})
    assert names(sharedir)[-1] == "shared.py"
    for each in first, second:
        assert each.says("__import__('shared').VALUE") == 42


def test_a_sharedir_in_use_is_not_given_up(venv: Venv, command: Command, tmp_path: Path) -> None:
    command.json("--python", venv.root, "enable")
    put(venv.sharedir, "one", {"one.py": ""})
    done = command("--python", venv.root, "enable", "--sharedir", tmp_path / "other")
    assert done.returncode == 1
    assert "would become unimportable: one" in done.stderr
    assert not (tmp_path / "other").exists()


def test_a_site_dir_is_no_sharedir(venv: Venv, command: Command) -> None:
    done = command("--python", venv.root, "enable", "--sharedir", venv.site_dir)
    assert (done.returncode, "already on sys.path" in done.stderr) == (1, True)
    assert venv.has_no_hook()


def test_sigterm_in_the_middle_undoes_it(venv: Venv, command: Command) -> None:
    plant(venv.site_dir, {"slow.pth": SLOW})
    running = subprocess.Popen(
        [sys.executable, "-m", "pysharedir", "--python", venv.root, "enable"],
        env=command.environment,
        stdout=subprocess.DEVNULL,
    )
    while not (venv.root / "slow").exists():
        assert running.poll() is None
    running.terminate()
    assert running.wait() == 128 + 15
    assert venv.has_no_hook()
    assert not (venv.root / "share").exists()


def test_another_hooks_sharedir_is_not_lost(
    venv: Venv, make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    other = make_venv("other")
    command.json("--python", other.root, "enable", "--sharedir", tmp_path / "outside")
    line = f"import site; site.addsitedir({str(other.site_dir)!r})\n"
    plant(venv.site_dir, {"other.pth": line})
    assert str(tmp_path / "outside") in venv.says("sys.path")
    done = command("--python", venv.root, "enable")
    assert (done.returncode, "no longer finds" in done.stderr) == (1, True)
    assert str(tmp_path / "outside") in venv.says("sys.path")


def test_a_world_writable_sharedir_is_refused(venv: Venv, command: Command) -> None:
    venv.sharedir.mkdir(parents=True)
    venv.sharedir.chmod(0o777)
    done = command("--python", venv.root, "enable")
    assert done.returncode == 1
    assert "others can write to it" in done.stderr
    assert venv.has_no_hook()
    command.json("--python", venv.root, "enable", "--allow-world-writable")
    assert str(venv.sharedir) in venv.says("sys.path")


def test_a_sharedir_is_never_made_world_writable(venv: Venv, command: Command) -> None:
    before = os.umask(0)
    try:
        command.json("--python", venv.root, "enable")
    finally:
        os.umask(before)
    assert not venv.sharedir.stat().st_mode & 0o002


def test_an_interpreter_that_cannot_be_written_to(write_protected: Venv, command: Command) -> None:
    done = command("--python", write_protected.root, "enable")
    assert done.returncode == 1
    assert re.fullmatch(r"error: make \S+: permission denied\nhint: .*\n", done.stderr)
    assert write_protected.has_no_hook()
    assert not (write_protected.root / "share").exists()


def test_half_of_an_interpreter_that_cannot_be_written_to(venv: Venv, command: Command) -> None:
    venv.site_dir.chmod(0o555)
    done = command("--python", venv.root, "enable")
    assert (done.returncode, venv.has_no_hook()) == (1, True)
    assert not (venv.root / "share").exists()


def test_what_fails_in_the_middle_is_undone(venv: Venv, command: Command) -> None:
    plant(venv.root, {"share": {"python": "a file where a directory should be"}})
    before = names(venv.root)
    done = command("--python", venv.root, "enable")
    assert done.returncode == 1
    assert done.stderr.startswith("error: make ")
    assert names(venv.root) == before


def test_staged_for_a_package(venv: Venv, command: Command, tmp_path: Path) -> None:
    destdir = tmp_path / "destdir"
    command.json("--python", venv.root, "enable", "--root", destdir)
    assert names(Path(f"{destdir}{venv.site_dir}")) == HOOK
    assert Path(f"{destdir}{venv.sharedir}").is_dir()
    assert not list(destdir.rglob("*.pyc"))
    assert venv.has_no_hook()


def test_staged_for_another_prefix(venv: Venv, command: Command, tmp_path: Path) -> None:
    destdir = tmp_path / "destdir"
    command.json("--python", venv.root, "enable", "--root", destdir, "--prefix", "/opt/app")
    version = "{}.{}".format(*sys.version_info[:2])
    assert names(destdir / f"opt/app/lib/python{version}/site-packages") == HOOK
    assert (destdir / f"opt/app/share/python/{version}").is_dir()


@pytest.mark.skipif(not Path("/etc/debian_version").exists(), reason="not Debian")
@pytest.mark.parametrize(
    ("options", "site_dir", "root"),
    [
        ((), "usr/local/lib/python{version}/dist-packages", "usr/local"),
        (("--prefix", "/usr"), "usr/lib/python3/dist-packages", "usr"),
    ],
)
def test_debians_own_layout(
    command: Command, tmp_path: Path, options: tuple[str, ...], site_dir: str, root: str
) -> None:
    said = subprocess.check_output(["/usr/bin/python3", "-V"], text=True).split()[1]
    version = ".".join(said.split(".")[:2])
    command.json("--python", "/usr/bin/python3", "enable", "--root", tmp_path, *options)
    assert names(tmp_path / site_dir.format(version=version)) == HOOK
    assert (tmp_path / root / "share" / "python" / version).is_dir()


class TestLib64:
    """The link that venv makes and virtualenv does not."""

    @pytest.fixture
    def bare(self, venv: Venv) -> Venv:
        (venv.root / "lib64").unlink()
        return venv

    def test_is_made_relative_and_taken_away(self, bare: Venv, command: Command) -> None:
        link = bare.root / "lib64"
        command.json("--python", bare.root, "enable")
        assert os.readlink(link) == "lib"
        assert bare.says("sys.path").count(str(bare.site_dir)) == 1
        command.json("--python", bare.root, "disable")
        assert not os.path.lexists(link)

    def test_is_left_where_venv_made_it(self, venv: Venv, command: Command) -> None:
        command.json("--python", venv.root, "enable")
        command.json("--python", venv.root, "disable")
        assert os.readlink(venv.root / "lib64") == "lib"

    @pytest.mark.parametrize("there", [{"lib64": {"a": ""}}, {"lib64": "-> nowhere"}])
    def test_is_never_put_over_something(
        self, bare: Venv, command: Command, there: dict[str, str]
    ) -> None:
        plant(bare.root, there)  # type: ignore[arg-type]
        before = os.lstat(bare.root / "lib64").st_ino
        command.json("--python", bare.root, "enable")
        assert os.lstat(bare.root / "lib64").st_ino == before

    def test_is_reported_when_there_are_no_links(
        self, bare: Venv, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_links(*_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted")  # as on vfat

        monkeypatch.setattr(os, "symlink", no_links)
        monkeypatch.setattr(Path, "symlink_to", no_links)
        done = CliRunner().invoke(cli, ["--python", str(bare.root), "enable"])
        assert not done.exit_code, done.output
        assert f"note: {bare.root}/lib64: not made, the file system has no links" in done.output
        assert names(bare.site_dir) == HOOK
