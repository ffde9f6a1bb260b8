from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

import pytest

from trees import names, plant
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv

SCRIPT = "[console_scripts]\nhello = hello:main\n"
HELLO = {"hello/__init__.py": "def main():\n    print('hello')\n", "hello/data.txt": "data"}


def verify(directory: Path) -> list[str]:
    """Return the paths that RECORD files in *directory* list, each checked."""
    listed = []
    for record in directory.glob("*.dist-info/RECORD"):
        for line in record.read_text().splitlines():
            path, digest, size = line.split(",")
            content = (directory / path).read_bytes()
            if digest:
                want = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
                assert digest == f"sha256={want}", path
                assert int(size) == len(content)
            listed.append(path)
    return sorted(listed)


def test_leaves_nothing(venv: Venv, command: Command) -> None:
    before = sorted(venv.root.rglob("*"))
    command.json("--python", venv.root, "enable")
    venv.run("-c", "import sysconfig", PYTHONVERBOSE="1")
    command.json("--python", venv.root, "disable")
    assert sorted(venv.root.rglob("*")) == before


def test_of_what_is_not_enabled_changes_nothing(venv: Venv, command: Command) -> None:
    done = command("--python", venv.root, "disable")
    assert (done.returncode, "not enabled" in done.stdout) == (0, True)


def test_leaves_a_sharedir_that_was_there(venv: Venv, command: Command) -> None:
    venv.sharedir.mkdir(parents=True)
    command.json("--python", venv.root, "enable")
    command.json("--python", venv.root, "disable")
    assert venv.sharedir.is_dir()


def test_refuses_what_would_become_unimportable(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    plant(enabled.sharedir, {"loose.py": ""})
    done = command("--python", enabled.root, "disable")
    assert done.returncode == 1
    assert "would become unimportable: hello, loose.py" in done.stderr
    assert "hint: use --restore" in done.stderr
    assert enabled.says("bool(__import__('hello') and __import__('loose'))")


def test_takes_away_what_is_also_elsewhere(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    put(enabled.site_dir, "hello", HELLO)
    command.json("--python", enabled.root, "disable")
    assert enabled.says("__import__('hello').__name__") == "hello"


def test_force_leaves_it(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    command.json("--python", enabled.root, "disable", "--force")
    assert (enabled.sharedir / "hello").is_dir()
    assert enabled.has_no_hook()


def test_restore_gives_the_tree_that_an_unhooked_venv_has(
    enabled: Venv, make_venv: Callable[[str], Venv], command: Command
) -> None:
    put(enabled.sharedir, "hello", HELLO, entry_points=SCRIPT)
    enabled.run("-c", "import hello")
    other = make_venv("other")
    put(other.site_dir, "hello", HELLO, entry_points=SCRIPT)
    command.json("--python", enabled.root, "disable", "--restore")
    assert names(enabled.root) == names(other.root)
    assert verify(enabled.site_dir) == verify(other.site_dir)
    assert enabled.run("-c", "import hello; hello.main()").stdout == "hello\n"
    assert not (enabled.root / "share").exists()


def test_restore_keeps_pycs_valid(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    enabled.run("-c", "import hello")
    command.json("--python", enabled.root, "disable", "--restore")
    assert "matches" in enabled.run("-v", "-c", "import hello").stderr.split("hello/__pycache__")[1]


def test_restore_shares_a_namespace(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "native", {"space/native.py": "NAME = 'native'"})
    put(enabled.sharedir, "pure", {"space/pure.py": "NAME = 'pure'"})
    command.json("--python", enabled.root, "disable", "--restore")
    assert enabled.says(
        "[__import__('space.' + n, fromlist=['NAME']).NAME for n in ['native', 'pure']]"
    )
    assert names(enabled.site_dir / "space") == ["native.py", "pure.py"]


def test_restore_from_outside_leaves_it_to_other_prefixes(
    venv: Venv, command: Command, tmp_path: Path
) -> None:
    sharedir = tmp_path / "deeply" / "outside"
    command.json("--python", venv.root, "enable", "--sharedir", sharedir)
    put(sharedir, "hello", HELLO, scripts=venv.root / "bin", entry_points=SCRIPT)
    script = os.path.relpath(venv.root / "bin" / "hello", sharedir)
    record = next(sharedir.glob("*/RECORD"))
    record.write_text(record.read_text().replace(str(venv.root / "bin" / "hello"), script))
    before = names(sharedir)
    report = command.json("--python", venv.root, "disable", "--restore")
    assert names(sharedir) == before
    assert "may serve other prefixes" in report["notes"][0]
    assert "../../../bin/hello" in verify(venv.site_dir)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda info: (info / "RECORD").unlink(), "has no RECORD"),
        (lambda info: (info / "RECORD").write_text("/etc/passwd,,\n"), "absolute path"),
        (lambda info: (info / "RECORD").write_text('"x\n'), "cannot be read"),
    ],
)
def test_restore_refuses_what_it_cannot_move(
    enabled: Venv, command: Command, fault: Callable[[Path], object], reason: str
) -> None:
    put(enabled.sharedir, "hello", {"hello.py": ""})
    fault(enabled.sharedir / "hello-1.0.dist-info")
    before = names(enabled.root)
    done = command("--python", enabled.root, "disable", "--restore")
    assert done.returncode == 1
    assert reason in done.stderr
    assert names(enabled.root) == before


def test_restore_never_overwrites(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    plant(enabled.site_dir, {"hello": {"__init__.py": "mine"}})
    done = command("--python", enabled.root, "disable", "--restore")
    assert (done.returncode, "is there already" in done.stderr) == (1, True)
    assert (enabled.site_dir / "hello/__init__.py").read_text() == "mine"


def test_restore_that_fails_in_the_middle_is_undone(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "alpha", {"alpha.py": "", "alpha_sub/__init__.py": ""})
    put(enabled.sharedir, "omega", {"omega.py": "", "omega_sub/__init__.py": ""})
    before = names(enabled.root)
    (enabled.sharedir / "omega_sub").chmod(0o555)
    done = command("--python", enabled.root, "disable", "--restore")
    assert done.returncode == 1
    assert "permission denied" in done.stderr
    assert names(enabled.root) == before
    assert verify(enabled.sharedir)


def test_restore_moves_a_file_of_two_distributions_once(enabled: Venv, command: Command) -> None:
    both = {"shared/__init__.py": ""}
    put(enabled.sharedir, "one", {**both, "shared/one.py": ""})
    (enabled.sharedir / "shared/__init__.py").unlink()
    put(enabled.sharedir, "two", {**both, "shared/two.py": ""})
    command.json("--python", enabled.root, "disable", "--restore")
    assert names(enabled.site_dir / "shared") == ["__init__.py", "one.py", "two.py"]
    assert enabled.has_no_hook()


def test_restore_refuses_to_leave_a_file_that_nobody_owns(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    plant(enabled.sharedir, {"hello": {"extra.py": ""}})
    done = command("--python", enabled.root, "disable", "--restore")
    assert (done.returncode, "hello/extra.py" in done.stderr) == (1, True)
    assert enabled.says("__import__('hello.extra').__name__") == "hello"


def test_restore_from_outside_makes_copies(venv: Venv, command: Command, tmp_path: Path) -> None:
    command.json("--python", venv.root, "enable", "--sharedir", tmp_path / "outside")
    put(tmp_path / "outside", "hello", {"hello.py": ""}, scripts=venv.root / "bin")
    command.json("--python", venv.root, "disable", "--restore")
    assert (venv.site_dir / "hello.py").stat().st_nlink == 1


def test_a_copy_of_another_root_is_no_substitute(
    enabled: Venv, make_venv: Callable[[str], Venv], command: Command
) -> None:
    other = make_venv("other")
    put(other.site_dir, "hello", HELLO)
    (enabled.site_dir / "other.pth").write_text(f"{other.site_dir}\n")
    put(enabled.sharedir, "hello", HELLO)
    done = command("--python", enabled.root, "disable")
    assert (done.returncode, "unimportable: hello" in done.stderr) == (1, True)


def test_metadata_that_cannot_be_read_counts(enabled: Venv, command: Command) -> None:
    info = enabled.sharedir / "odd-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(b"Name: odd\xff\n")
    assert command.json("--python", enabled.root, "status")["counts"][str(enabled.sharedir)] == 1


def test_a_record_of_another_kind_is_no_crash(enabled: Venv, command: Command) -> None:
    gate = enabled.site_dir / "_pysharedir.py"
    gate.write_text(gate.read_text().partition("# pysharedir-rec")[0] + "# pysharedir-record: {}")
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "incomplete"
    command.json("--python", enabled.root, "disable")
    assert enabled.has_no_hook()


@pytest.fixture
def served(enabled: Venv, make_venv: Callable[[str], Venv], command: Command) -> Venv:
    """A hooked prefix that is a site dir of *enabled* too, as /usr and /usr/local of one Python."""
    other = make_venv("other")
    command.json("--python", other.root, "enable")
    line = f"import site; site.addsitedir({str(other.site_dir)!r})\n"
    (enabled.site_dir / "other.pth").write_text(line)
    put(enabled.sharedir, "hello", HELLO)
    return other


def test_another_hook_on_the_path_serves_the_sharedir(
    enabled: Venv, served: Venv, command: Command
) -> None:
    command.json("--python", enabled.root, "disable")
    assert enabled.has_no_hook()
    assert (served.site_dir / "_pysharedir.pth").exists()
    assert enabled.run("-c", "import hello; hello.main()").stdout == "hello\n"


def test_a_hook_behind_a_path_line_serves_nothing(
    enabled: Venv, served: Venv, command: Command
) -> None:
    (enabled.site_dir / "other.pth").write_text(f"{served.site_dir}\n")
    done = command("--python", enabled.root, "disable")
    assert (done.returncode, "unimportable: hello" in done.stderr) == (1, True)


def test_restore_restores_what_another_hook_serves(
    enabled: Venv, served: Venv, command: Command
) -> None:
    plant(enabled.sharedir, {"loose.py": ""})
    command.json("--python", enabled.root, "disable", "--restore")
    assert enabled.has_no_hook()
    assert (served.site_dir / "_pysharedir.pth").exists()
    assert verify(enabled.site_dir)
    assert enabled.says("__import__('loose').__name__") == "loose"


def test_the_hint_of_one_hook_names_the_command_for_the_other(
    enabled: Venv, served: Venv, command: Command
) -> None:
    command.json("--python", enabled.root, "disable")
    last = ("--python", enabled.root, "disable", "--prefix", served.root)
    done = command(*last)
    (hint,) = re.findall(r"hint: `pysharedir (.*)` moves them back", done.stderr)
    command.json(*shlex.split(hint))
    assert verify(enabled.site_dir)
    command.json(*last)
    assert served.has_no_hook()
    assert enabled.run("-c", "import hello; hello.main()").stdout == "hello\n"


def test_a_sharedir_of_another_root_counts(
    enabled: Venv, make_venv: Callable[[str], Venv], command: Command
) -> None:
    other = make_venv("other")
    (enabled.site_dir / "other.pth").write_text(f"{other.site_dir}\n")
    other.sharedir.mkdir(parents=True)
    put(other.sharedir, "hello", HELLO)
    assert enabled.says("__import__('hello').__name__") == "hello"
    done = command("--python", enabled.root, "disable", "--restore")
    assert (done.returncode, f"{other.sharedir}: would" in done.stderr) == (1, True)


def test_an_altered_hook_is_told_and_mended(enabled: Venv, command: Command) -> None:
    part = enabled.site_dir / "_pysharedir.d" / "more.py"
    part.write_text(part.read_text() + "# altered\n")
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "altered"
    assert command.json("--python", enabled.root, "enable")["changed"]
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "enabled"


def test_what_stands_behind_the_record_is_an_alteration(enabled: Venv, command: Command) -> None:
    gate = enabled.site_dir / "_pysharedir.py"
    gate.write_text(f"{gate.read_text()}import os\n")
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "altered"
    command.json("--python", enabled.root, "enable")
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "enabled"


def test_an_altered_starter_is_not_left_behind(enabled: Venv, command: Command) -> None:
    starter = enabled.site_dir / "_pysharedir.pth"
    starter.write_text(f"{starter.read_text()}import os\n")
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "altered"
    before = names(enabled.root)
    done = command("--python", enabled.root, "disable", "--restore")
    assert (done.returncode, f"{starter}: not written by" in done.stderr) == (1, True)
    assert names(enabled.root) == before
    starter.unlink()
    command.json("--python", enabled.root, "disable")
    assert enabled.has_no_hook()


@pytest.mark.parametrize("setting", [{"style": "other"}, {"sharedir": 5}])
def test_a_record_with_odd_settings_is_no_crash(
    enabled: Venv, command: Command, setting: dict[str, object]
) -> None:
    gate = enabled.site_dir / "_pysharedir.py"
    code, mark, record = gate.read_text().partition("# pysharedir-record: ")
    gate.write_text(f"{code}{mark}{json.dumps({**json.loads(record), **setting})}\n")
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "incomplete"


def test_restore_works_without_a_hook(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "hello", HELLO)
    for path in enabled.site_dir.glob("_pysharedir*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    command.json("--python", enabled.root, "disable", "--restore")
    assert enabled.says("__import__('hello').__file__") == str(
        enabled.site_dir / "hello" / "__init__.py"
    )
    assert not list(enabled.sharedir.iterdir())


def test_an_incomplete_hook_is_told_and_mended(enabled: Venv, command: Command) -> None:
    (enabled.site_dir / "_pysharedir.d" / "more.py").unlink()
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "incomplete"
    command.json("--python", enabled.root, "enable")
    assert command.json("--python", enabled.root, "status")["hook"]["state"] == "enabled"


def share(command: Command, sharedir: Path, *venvs: Venv) -> None:
    for each in venvs:
        command.json("--python", each.root, "enable", "--sharedir", sharedir)


def test_restore_leaves_the_scripts_of_another_prefix_to_it(
    make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    one, two = make_venv("one"), make_venv("two")
    share(command, tmp_path / "shared", one, two)
    put(one.site_dir, "hello", HELLO, entry_points=SCRIPT)
    command.json("--python", one.root, "sort")
    command.json("--python", two.root, "disable", "--restore")
    assert [path for path in verify(two.site_dir) if path.startswith("..")] == []
    assert verify(tmp_path / "shared")
    assert (one.root / "bin/hello").exists()
    assert two.run("-c", "import hello; hello.main()").stdout == "hello\n"


def test_scripts_that_sync_made_go_unless_their_distribution_stays(
    make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    one, two, three = make_venv("one"), make_venv("two"), make_venv("three")
    share(command, tmp_path / "shared", one, two, three)
    put(one.site_dir, "hello", HELLO, entry_points=SCRIPT)
    command.json("--python", one.root, "sort")
    for each, option in (two, "--force"), (three, "--restore"):
        command.json("--python", each.root, "sync")
        assert (each.root / "bin/hello").exists()
        command.json("--python", each.root, "disable", option)
        assert each.has_no_hook()
    assert not (two.root / "bin/hello").exists()
    done = subprocess.run([three.root / "bin/hello"], capture_output=True, text=True, check=True)
    assert done.stdout == "hello\n"


def test_another_sharedir_takes_the_place_of_an_empty_one(
    enabled: Venv, command: Command, tmp_path: Path
) -> None:
    share(command, tmp_path / "shared", enabled)
    assert str(tmp_path / "shared") in enabled.says("sys.path")
