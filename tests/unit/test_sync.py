"""Two prefixes, one sharedir: `sync` completes the second after the first filled it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pysharedir import changes
from pysharedir.hook import made, remembered
from trees import names, plant
from unit.conftest import VERSION
from unit.doctor.faults.native import BOUND, FOREIGN
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv

HELLO = {"hello.py": "import sys\ndef main():\n    print('hello from', sys.prefix)\n"}
SCRIPT = "[console_scripts]\nhello = hello:main\n[gui_scripts]\nhello-gui = hello:main\n"
MARKERS = {"python_version": "3.12", "platform_machine": "aarch64", "sys_platform": "linux"}


@pytest.fixture
def sharedir(tmp_path: Path) -> Path:
    return tmp_path / "apps" / "share"


@pytest.fixture
def second(make_venv: Callable[[str], Venv], command: Command, sharedir: Path) -> Venv:
    """A venv without the scripts of distributions that another venv put into their sharedir."""
    venv = make_venv("second")
    command.json("--python", venv.root, "enable", "--sharedir", sharedir)
    return venv


@pytest.fixture
def no_uv(tmp_path: Path) -> str:
    """A PATH without uv, but with what :class:`Command` needs."""
    setpriv = shutil.which("setpriv")
    plant(tmp_path, {"no-uv": {"setpriv": f"-> {setpriv}"} if setpriv else {}})
    return str(tmp_path / "no-uv")


class Sync:
    """`pysharedir sync --json` on one venv."""

    def __init__(self, command: Command, venv: Venv) -> None:
        self.command, self.venv = command, venv

    def __call__(self, *options: str, code: int = 0, **env: str) -> Any:
        done = self.command("--python", self.venv.root, "sync", "--json", *options, **env)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def sync(command: Command, second: Venv) -> Sync:
    return Sync(command, second)


def require(directory: Path, name: str, *lines: str) -> None:
    """Install a distribution that requires something."""
    put(directory, name, {f"{name}.py": ""})
    with (directory / f"{name}-1.0.dist-info" / "METADATA").open("a") as metadata:
        for line in lines:
            extra = line.startswith("extra: ")
            metadata.write(f"Provides-Extra: {line[7:]}\n" if extra else f"Requires-Dist: {line}\n")


def requirements(report: Any) -> list[str]:
    return [each["requirement"] for each in report["dependencies"]]


def listed(venv: Venv) -> Any:
    path = venv.site_dir / "_pysharedir.d" / "remembered.json"
    return json.loads(path.read_text())["scripts"] if path.exists() else {}


def put_hello(sharedir: Path) -> None:
    first = sharedir.parents[1] / "first"
    put(sharedir, "hello", HELLO, scripts=first / "bin", entry_points=SCRIPT)


def remove(sharedir: Path, name: str) -> None:
    for info in sharedir.glob(f"{name}-1.0.dist-info"):
        for path in info.iterdir():
            path.unlink()
        info.rmdir()


def test_an_egg_satisfies_a_requirement(second: Venv, sharedir: Path, sync: Sync) -> None:
    require(sharedir, "user", "egged>=1")
    egg = second.site_dir / "egged-1.0-py3.egg"
    plant(egg, {"EGG-INFO": {"PKG-INFO": "Metadata-Version: 1.0\nName: egged\nVersion: 1.0\n"}})
    assert requirements(sync(code=1)) == ["egged>=1"]
    (second.site_dir / "easy-install.pth").write_text(f"./{egg.name}\n")
    assert requirements(sync()) == []


def test_what_is_there_for_another_machine_is_missing(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    require(sharedir, "user", "bound>=0.5", "old>=2")
    for name in ("bound", "old", "other"):
        put(second.site_dir, name, {f"_{name}{FOREIGN}": "", f"{name}.py": ""}, tag=BOUND)
    report = sync(code=1)
    found = {each["requirement"]: each["required_by"] for each in report["dependencies"]}
    assert found == {"bound==1.0": ["user"], "old>=2": ["user"], "other==1.0": []}
    assert f"made for {FOREIGN[1:-3]}" in report["notes"][0]
    command = " --force-reinstall --no-deps bound==1.0 'old>=2' other==1.0"
    assert all(each.endswith(command) for each in report["commands"].values())


def test_in_a_home_of_several_machines_nothing_is_installed(
    second: Venv, sharedir: Path, sync: Sync, tmp_path: Path
) -> None:
    require(sharedir, "user", "bound")
    user_site = tmp_path / "user" / second.site_dir.relative_to(second.root)
    put(user_site, "bound", {f"_bound{FOREIGN}": "", "bound.py": ""}, tag=BOUND)
    config = second.root / "pyvenv.cfg"
    config.write_text(config.read_text().replace("= false", "= true"))
    report = sync("--install", code=1, PYTHONUSERBASE=str(tmp_path / "user"))
    assert requirements(report) == ["bound==1.0"]
    assert not report["commands"]
    (note,) = report["notes"]
    assert f"export PYTHONUSERBASE={tmp_path}/user/" in note


def test_makes_no_script_for_another_version(sharedir: Path, sync: Sync) -> None:
    """Pip's wheel declares the script of the Python that it was built with."""
    names = ("pip", "pip3", "pip3.1", f"pip{VERSION}")
    declared = "[console_scripts]\n" + "".join(f"{name} = hello:main\n" for name in names)
    first = sharedir.parents[1] / "first"
    put(sharedir, "pip", HELLO, scripts=first / "bin", entry_points=declared)
    made = {Path(path).name for path in sync()["scripts"]["missing"]}
    assert made == {"pip", "pip3", f"pip{VERSION}"}


def test_makes_the_scripts_that_are_missing(second: Venv, sharedir: Path, sync: Sync) -> None:
    put_hello(sharedir)
    report = sync()
    made = [second.root / "bin" / name for name in ("hello", "hello-gui")]
    assert report["scripts"]["missing"] == [str(path) for path in made]
    assert report["changed"]
    for path in made:
        assert second.run("-c", f"import os; os.execv({str(path)!r}, ['x'])").stdout == (
            f"hello from {second.root}\n"
        )
    assert list(listed(second)) == ["../../../bin/hello", "../../../bin/hello-gui"]


def test_a_second_run_finds_nothing(
    second: Venv, sharedir: Path, sync: Sync, command: Command
) -> None:
    put_hello(sharedir)
    sync()
    before = names(second.root)
    report = sync("--check")
    assert (report["changed"], report["steps"], report["notes"]) == (False, [], [])
    assert not sync()["changed"]
    done = command("--python", second.root, "sync")
    assert done.stdout.endswith("complete already, nothing to do\n")
    assert names(second.root) == before


@pytest.mark.parametrize("name", ["bin/python3", f"bin/python3.{sys.version_info[1]}"])
def test_by_another_name_it_is_the_same_interpreter(
    second: Venv, sharedir: Path, sync: Sync, command: Command, name: str
) -> None:
    put_hello(sharedir)
    sync()
    assert not command.json("--python", second.root / name, "sync", "--check")["steps"]


def test_leaves_the_one_that_installed_it_as_it_is(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    put(sharedir, "hello", HELLO, scripts=second.root / "bin", entry_points=SCRIPT)
    before = names(second.root)
    assert not sync()["changed"]
    assert names(second.root) == before


def test_in_a_prefix_with_a_sharedir_of_its_own(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    put(venv.sharedir, "hello", HELLO, scripts=venv.root / "elsewhere", entry_points=SCRIPT)
    Sync(command, venv)()
    assert (venv.root / "bin/hello").exists()


def test_honors_the_umask(second: Venv, sharedir: Path, sync: Sync) -> None:
    put_hello(sharedir)
    before = os.umask(0o027)
    try:
        sync()
    finally:
        os.umask(before)
    assert stat.S_IMODE((second.root / "bin/hello").stat().st_mode) == 0o750


def test_removes_what_it_made_when_the_distribution_is_gone(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    before = names(second.root)
    put_hello(sharedir)
    sync()
    remove(sharedir, "hello")
    report = sync("--check", code=1)
    assert report["scripts"]["obsolete"] == [
        str(second.root / "bin/hello"),
        str(second.root / "bin/hello-gui"),
    ]
    sync()
    assert names(second.root) == before


def test_removes_what_is_declared_no_more(second: Venv, sharedir: Path, sync: Sync) -> None:
    put_hello(sharedir)
    sync()
    remove(sharedir, "hello")
    plant(sharedir, {"hello-2.0.dist-info": {"METADATA": "Name: hello\nVersion: 2.0\n"}})
    plant(sharedir, {"hello-2.0.dist-info/entry_points.txt": SCRIPT.partition("[gui")[0]})
    sync()
    assert (second.root / "bin/hello").exists()
    assert not (second.root / "bin/hello-gui").exists()
    assert list(listed(second)) == ["../../../bin/hello"]


def test_rewrites_a_script_whose_entry_point_changed(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    put_hello(sharedir)
    sync()
    (sharedir / "hello.py").write_text("def other():\n    print('other')\n")
    entry_points = next(sharedir.glob("hello-*/entry_points.txt"))
    entry_points.write_text(SCRIPT.replace(":main", ":other", 1))
    assert sync("--check", code=1)["scripts"]["outdated"] == [str(second.root / "bin/hello")]
    sync()
    script = second.root / "bin/hello"
    assert second.run(str(script)).stdout == "other\n"
    assert os.access(script, os.X_OK)
    assert not sync("--check")["steps"]


def test_rewrites_scripts_when_the_tree_was_moved(
    second: Venv, sharedir: Path, sync: Sync, command: Command
) -> None:
    put_hello(sharedir)
    sync()
    moved = second.root.rename(second.root.with_name("moved"))
    assert len(command.json("--python", moved, "sync")["scripts"]["outdated"]) == 2
    assert (moved / "bin/hello").read_text().startswith(f"#!{moved}/bin/python\n")


@pytest.mark.parametrize("kind", ["file", "broken link", "directory"])
def test_never_touches_what_others_made(
    second: Venv, sharedir: Path, sync: Sync, kind: str
) -> None:
    content = {"file": "mine", "broken link": "-> nowhere", "directory": {}}[kind]
    plant(second.root / "bin", {"hello": content, "hello-gui": content})  # type: ignore[dict-item]
    put_hello(sharedir)
    before = names(second.root)
    assert not sync()["changed"]
    remove(sharedir, "hello")
    assert not sync()["changed"]
    assert names(second.root) == before


@pytest.mark.parametrize("gone", [False, True])
def test_leaves_alone_what_was_changed_since(
    second: Venv, sharedir: Path, sync: Sync, *, gone: bool
) -> None:
    put_hello(sharedir)
    sync()
    script = second.root / "bin/hello"
    script.write_text("#!/bin/sh\necho mine\n")
    if gone:
        remove(sharedir, "hello")
    report = sync()
    assert report["notes"] == [f"{script}: changed after `sync` made it, so left alone"]
    assert script.read_text() == "#!/bin/sh\necho mine\n"
    assert "../../../bin/hello" not in listed(second)
    assert sync("--check")["notes"] == []


def test_makes_again_what_was_deleted(second: Venv, sharedir: Path, sync: Sync) -> None:
    put_hello(sharedir)
    sync()
    (second.root / "bin/hello").unlink()
    assert sync()["scripts"]["missing"] == [str(second.root / "bin/hello")]


def test_a_script_that_a_distribution_here_has_taken_over_stays(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    put_hello(sharedir)
    sync()
    script = (second.root / "bin/hello").read_bytes()
    put(second.site_dir, "hello", HELLO, scripts=sharedir, entry_points=SCRIPT)
    (second.root / "bin/hello").write_bytes(script)  # as an installer would that uses the library
    report = sync()
    assert not report["scripts"]["obsolete"]
    assert (second.root / "bin/hello").read_bytes() == script
    assert not listed(second)


def test_the_first_distribution_by_name_has_the_script(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    for name in "omega", "alpha":
        put(
            sharedir,
            name,
            {f"{name}.py": f"def main():\n    print({name!r})\n"},
            scripts=sharedir / name,
            entry_points=f"[console_scripts]\nboth = {name}:main\n",
        )
    sync()
    assert second.run(str(second.root / "bin/both")).stdout == "alpha\n"
    assert listed(second)["../../../bin/both"]["distribution"] == "alpha"
    assert not sync("--check")["steps"]


def test_what_is_no_script_stops_nothing(second: Venv, sharedir: Path, sync: Sync) -> None:
    put_hello(sharedir)
    with (sharedir / "hello-1.0.dist-info" / "entry_points.txt").open("a") as file:
        file.write("../evil = hello:main\n")
    report = sync()
    assert report["notes"] == ["hello: script '../evil' cannot be made: 'hello:main'"]
    assert (second.root / "bin/hello").exists()
    assert not (second.root / "evil").exists()
    assert sync("--check")["notes"] == report["notes"]


def test_metadata_that_cannot_be_read_is_a_note(second: Venv, sharedir: Path, sync: Sync) -> None:
    put_hello(sharedir)
    plant(
        sharedir,
        {
            "empty-1.0.dist-info": {},
            "odd-1.0.dist-info": {"METADATA": None, "entry_points.txt": "[console_scripts]\nodd\n"},
            "wrong-1.0.dist-info": {
                "METADATA": "Name: wrong\nVersion: 1.0\nRequires-Dist: not (valid\n"
                "Requires-Dist: fine\n"
                "Requires-Dist: nonsense; spam == 'eggs'\n",
            },
            "old.egg-info": "Name: old\nVersion: 1.0\n",
            "~ine-1.0.dist-info": {"METADATA": "Name: fine\nVersion: 1.0\n"},
        },
    )
    (sharedir / "odd-1.0.dist-info" / "METADATA").write_bytes(b"Name: odd\nSummary: \xff\n")
    report = sync(code=1)
    assert (second.root / "bin/hello").exists()
    assert requirements(report) == ["fine"]
    assert [note.partition(":")[0] for note in report["notes"]] == ["odd", "wrong", "wrong", "odd"]


def test_a_list_that_is_none_is_refused(second: Venv, command: Command) -> None:
    plant(second.site_dir, {"_pysharedir.d/remembered.json": "[]"})
    done = command("--python", second.root, "sync")
    assert (done.returncode, "not written by pysharedir" in done.stderr) == (1, True)


def test_a_failure_is_undone(second: Venv, sharedir: Path, sync: Sync, command: Command) -> None:
    put_hello(sharedir)
    before = names(second.root)
    (second.root / "bin").chmod(0o555)
    done = command("--python", second.root, "sync")
    (second.root / "bin").chmod(0o755)
    assert done.returncode == 1
    assert f"write {second.root}/bin/hello: permission denied" in done.stderr
    assert names(second.root) == before
    assert sync()["changed"]


def test_what_was_cut_short_is_finished(second: Venv, sharedir: Path, sync: Sync) -> None:
    put_hello(sharedir)
    sync()
    script = second.root / "bin/hello"
    made = script.read_bytes()
    memory = second.site_dir / "_pysharedir.d" / "remembered.json"
    # The file is rewritten, but the list still has the old digest.
    memory.write_text(
        memory.read_text().replace(listed(second)["../../../bin/hello"]["digest"], "")
    )
    sync()
    assert script.read_bytes() == made
    assert listed(second)["../../../bin/hello"]["digest"]
    assert not sync("--check")["steps"]


def test_keeps_what_else_is_remembered(second: Venv, sharedir: Path, sync: Sync) -> None:
    memory = second.site_dir / "_pysharedir.d" / "remembered.json"
    plant(second.site_dir, {})
    memory.write_text(json.dumps({"overrules": {"spam": "noarch"}, "scripts": {}}))
    put_hello(sharedir)
    sync()
    assert json.loads(memory.read_text())["overrules"] == {"spam": "noarch"}
    remove(sharedir, "hello")
    sync()
    facts = json.loads(memory.read_text())
    assert {name: fact for name, fact in facts.items() if fact} == {"overrules": {"spam": "noarch"}}


@pytest.mark.parametrize("keep", [(), ("hello",)])
def test_what_disable_removes(
    second: Venv, sharedir: Path, sync: Sync, keep: tuple[str, ...]
) -> None:
    put_hello(sharedir)
    sync()
    (second.root / "bin/hello-gui").write_text("mine")
    known = remembered.read(second.site_dir)
    changes.apply(made.removal(second.root, second.site_dir, known, keep))
    assert (second.root / "bin/hello").exists() == bool(keep)
    assert (second.root / "bin/hello-gui").read_text() == "mine"


def test_names_dependencies_that_are_missing(
    second: Venv, sharedir: Path, sync: Sync, command: Command
) -> None:
    require(sharedir, "pydantic", "pydantic-core==2.41.5", "typing-extensions>=4")
    require(sharedir, "jsonschema", "rpds-py>=0.7.0", "referencing")
    require(sharedir, "referencing", "rpds_py>=0.25.0", "rpds-py!=0.26")
    require(sharedir, "typing_extensions")
    (sharedir / "typing_extensions-1.0.dist-info/METADATA").write_text(
        "Name: typing_extensions\nVersion: 4.2\n"
    )
    report = sync(code=1)
    assert report["dependencies"] == [
        {
            "name": "pydantic-core",
            "requirement": "pydantic-core==2.41.5",
            "installed": None,
            "required_by": ["pydantic"],
        },
        {
            "name": "rpds-py",
            "requirement": "rpds-py!=0.26,>=0.25.0",
            "installed": None,
            "required_by": ["jsonschema", "referencing"],
        },
    ]
    wanted = ["pydantic-core==2.41.5", "rpds-py!=0.26,>=0.25.0"]
    python = str(second.python)
    assert {name: shlex.split(line) for name, line in report["commands"].items()} == {
        "pip": [python, "-m", "pip", "install", *wanted],
        "uv": ["uv", "pip", "install", "--python", python, *wanted],
    }
    assert not report["changed"]
    said = command("--python", second.root, "sync").stdout
    assert f"{python} -m pip install pydantic-core==2.41.5 'rpds-py!=0.26,>=0.25.0'\n" in said
    assert "pydantic-core==2.41.5: missing (required by pydantic)\n" in said


def test_names_dependencies_of_another_version(second: Venv, sharedir: Path, sync: Sync) -> None:
    require(sharedir, "pydantic", "pydantic-core==2.41.5")
    require(second.site_dir, "pydantic_core")
    (report,) = sync(code=1)["dependencies"]
    assert (report["name"], report["installed"]) == ("pydantic-core", "1.0")


def test_nothing_is_missing_that_is_anywhere_on_the_path(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    require(sharedir, "shared", "native>=1", "pure")
    require(sharedir, "pure")
    assert requirements(sync(code=1)) == ["native>=1"]
    require(second.site_dir, "native")
    assert sync()["dependencies"] == []


def test_what_is_shadowed_here_requires_nothing(second: Venv, sharedir: Path, sync: Sync) -> None:
    require(sharedir, "hello", "native")
    info = sharedir / "hello-1.0.dist-info"
    (info / "entry_points.txt").write_text(SCRIPT)
    require(second.site_dir, "hello")
    report = sync()
    assert (report["dependencies"], report["changed"]) == ([], False)


def test_markers_are_those_of_the_target(sharedir: Path, sync: Sync) -> None:
    version = "{}.{}".format(*sys.version_info[:2])
    require(
        sharedir,
        "shared",
        f"here; python_version == '{version}' and sys_platform == '{sys.platform}'",
        "windows; sys_platform == 'win32'",
        "old; python_version < '3.9'",
        "optional; extra == 'all'",
    )
    assert requirements(sync(code=1)) == ["here"]


def test_opt_in_hooks_are_switched_on_for_the_installer(
    sharedir: Path, second: Venv, sync: Sync, command: Command
) -> None:
    require(sharedir, "shared", "native")
    command.json("--python", second.root, "enable", "--opt-in")
    commands = sync(code=1, PYSHAREDIR="0")["commands"].values()
    assert all(each.startswith("env PYSHAREDIR=1 ") for each in commands)


@pytest.mark.parametrize("option", ["--check", "--dry-run"])
def test_changes_nothing_when_it_is_only_to_tell(
    second: Venv, sharedir: Path, sync: Sync, command: Command, option: str
) -> None:
    put_hello(sharedir)
    before = names(second.root)
    report = sync(option, code=1 if option == "--check" else 0)
    assert (report["changed"], report["dry_run"], len(report["steps"])) == (False, True, 3)
    said = command("--python", second.root, "sync", option).stdout
    assert f"would write {second.root}/bin/hello\n" in said
    require(sharedir, "shared", "native")
    sync(option, code=1)
    assert names(second.root) == before
    assert sync("--dry-run", "--install")["dependencies"]


def test_check_and_install_exclude_each_other(second: Venv, command: Command) -> None:
    assert command("--python", second.root, "sync", "--check", "--install").returncode == 2


def test_without_the_hook_it_is_refused(
    venv: Venv, second: Venv, sharedir: Path, command: Command
) -> None:
    done = command("--python", venv.root, "sync")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: {venv.sharedir}: no such directory\nhint: `pysharedir enable`" in done.stderr
    venv.sharedir.mkdir(parents=True)
    done = command("--python", venv.root, "sync")
    assert f"{venv.sharedir}: this interpreter does not use it\nhint: " in done.stderr
    shutil.rmtree(sharedir)
    done = command("--python", second.root, "sync")
    assert (done.returncode, f"{sharedir}: no such directory" in done.stderr) == (1, True)


def test_is_told_how_to_get_an_installer(
    second: Venv, sharedir: Path, command: Command, no_uv: str
) -> None:
    require(sharedir, "shared", "native")
    done = command("--python", second.root, "sync", "--install", "--json", PATH=no_uv)
    assert (done.returncode, done.stderr) == (1, "")
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "install-failed"
    assert "uv is not on PATH" in error["reason"]
    assert error["hint"] == "install uv, or install pip in this interpreter"


FAKE_PIP = """
import os, pathlib, sys
print("this is pip")
if "--version" not in sys.argv:
    assert os.environ["PYSHAREDIR"] == "1"
    for each in sys.argv[2:]:
        name, _, version = each.partition("==")
        requires = {"native": "Requires-Dist: further==1\\n"}.get(name, "")
        if name == "fails":
            sys.exit(3)
        info = pathlib.Path(__file__).parent / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\\nVersion: {version}\\n{requires}")
"""


def test_installs_until_nothing_is_missing(second: Venv, sharedir: Path, sync: Sync) -> None:
    plant(second.site_dir, {"pip.py": FAKE_PIP})
    require(sharedir, "shared", "native==1")
    report = sync("--install")
    assert report["installed"] == ["native==1", "further==1"]
    assert (report["dependencies"], report["changed"]) == ([], True)
    assert not sync("--check")["dependencies"]


def test_what_the_installer_says_goes_to_stderr(
    second: Venv, sharedir: Path, command: Command
) -> None:
    plant(second.site_dir, {"pip.py": FAKE_PIP})
    put_hello(sharedir)
    require(sharedir, "shared", "fails==1")
    done = command("--python", second.root, "sync", "--install")
    assert done.returncode == 1
    assert "this is pip" in done.stderr
    assert "this is pip" not in done.stdout
    assert f"error: {second.python}: pip failed with status 3\n" in done.stderr
    assert (second.root / "bin/hello").exists()


def test_gives_up_on_what_an_installer_does_not_mend(
    second: Venv, sharedir: Path, sync: Sync
) -> None:
    plant(second.site_dir, {"pip.py": "print('done')"})
    require(sharedir, "shared", "native==1")
    report = sync("--install", code=1)
    assert report["installed"] == ["native==1"]
    assert requirements(report) == ["native==1"]


def test_pip_is_not_asked_to_replace_what_lies_outside_its_venv(
    sync: Sync, sharedir: Path, no_uv: str
) -> None:
    second, command = sync.venv, sync.command
    plant(second.site_dir, {"pip.py": FAKE_PIP})
    require(sharedir, "shared", "pure==2")
    require(sharedir, "pure")
    report = sync(code=1)
    assert list(report["commands"]) == ["uv"]
    assert report["notes"] == [f"pip cannot replace pure, uv can: {sharedir} is outside this venv"]
    done = command("--python", second.root, "sync", "--install", PATH=no_uv)
    assert (done.returncode, "uv is not on PATH" in done.stderr) == (1, True)
    assert done.stderr.endswith("hint: install uv\n")
