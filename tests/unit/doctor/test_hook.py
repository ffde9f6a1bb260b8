"""Hooks and sharedirs, as somebody set them up and with faults."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from trees import names, plant
from unit.doctor.faults.hook import take_gate
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


@pytest.mark.parametrize("env", [{}, {"PYSHAREDIR": "0"}, {"PYSHAREDIR": "1"}])
@pytest.mark.parametrize("option", ["--opt-in", "--no-opt-in", "--style=sitecustomize"])
def test_a_toggle_is_no_fault(
    venv: Venv, command: Command, doctor: Doctor, option: str, env: dict[str, str]
) -> None:
    command.json("--python", venv.root, "enable", option)
    put(venv.sharedir, "pure", {"pure.py": ""})
    assert doctor.finds(venv, **env) == {}


def test_allow_world_writable_is_respected(venv: Venv, command: Command, doctor: Doctor) -> None:
    command.json("--python", venv.root, "enable", "--allow-world-writable")
    venv.sharedir.chmod(0o777)
    assert doctor.finds(venv) == {}


def test_fix_makes_no_sharedir_that_may_not_be_mounted(
    venv: Venv, command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    command.json("--python", venv.root, "enable", "--sharedir", outside)
    assert doctor.finds(venv) == {}
    shutil.rmtree(outside)
    assert doctor(venv, "--fix")["steps"] == []
    assert doctor.finds(venv) == {"SD611": [str(outside)]}


def test_parents_that_others_can_write_to(healthy: Venv, doctor: Doctor) -> None:
    share = healthy.root / "share"
    share.chmod(0o777)
    assert doctor.finds(healthy) == {"SD613": [str(share)]}
    share.chmod(0o1777)  # as /tmp: nobody can replace the files of another user
    assert doctor.finds(healthy) == {}


def test_a_sharedir_that_the_hook_skips(healthy: Venv, doctor: Doctor) -> None:
    healthy.sharedir.chmod(0o777)
    assert doctor.finds(healthy) == {"SD613": [str(healthy.sharedir)]}
    doctor(healthy, "--fix")
    assert doctor.finds(healthy) == {}


@pytest.fixture
def two_hooks(enabled: Venv, make_venv: Callable[[str], Venv]) -> tuple[Venv, Venv]:
    """A venv with the hook, and a prefix with one whose site dir is on the path of the venv."""
    other = make_venv("other")
    (enabled.site_dir / "other.pth").write_text(f"{other.site_dir}\n")
    return enabled, other


def test_hooks_of_two_roots_work_together(
    two_hooks: tuple[Venv, Venv], command: Command, doctor: Doctor
) -> None:
    first, second = two_hooks
    command.json("--python", second.root, "enable")
    assert doctor.finds(first) == {}


def test_two_hooks_with_different_sharedirs(
    two_hooks: tuple[Venv, Venv], command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    first, second = two_hooks
    command.json("--python", second.root, "enable", "--sharedir", tmp_path / "outside")
    assert doctor.finds(first) == {"SD605": [str(second.site_dir / "_pysharedir.py")]}


def test_the_settings_survive_a_fix(venv: Venv, command: Command, doctor: Doctor) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    (venv.site_dir / "_pysharedir.d" / "adjust.py").unlink()
    assert list(doctor.finds(venv)) == ["SD603"]
    doctor(venv, "--fix")
    assert doctor.finds(venv) == {}
    assert command.json("--python", venv.root, "status")["hook"]["settings"]["opt_in"]


def test_a_sharedir_that_was_moved_with_its_parent_is_not_made(
    healthy: Venv, doctor: Doctor
) -> None:
    healthy.sharedir.parent.rename(healthy.root / "moved")
    report = doctor(healthy, "--fix", "--select", "SD6")
    assert not report["steps"]
    (finding,) = report["findings"]
    assert finding["remedy"] == (
        "move it back if it was moved, or mount its file system; "
        f"otherwise `pysharedir --python {healthy.root} enable` makes it"
    )
    (healthy.root / "moved").rename(healthy.sharedir.parent)
    assert doctor.finds(healthy) == {}


@pytest.mark.slow  # runs pip
def test_pip_removes_no_sharedir(venv: Venv, command: Command, doctor: Doctor) -> None:
    command.json("--python", venv.root, "enable")
    info = venv.sharedir / "pure-1.dist-info"
    plant(venv.sharedir, {"pure.py": "", info.name: {"METADATA": "Name: pure\nVersion: 1\n"}})
    (info / "RECORD").write_text(f"pure.py,,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n")
    uninstall = ["-m", "pip", "--python", str(venv.root), "uninstall", "-qy", "pure"]
    subprocess.run([sys.executable, *uninstall], check=True, env=venv.environment)
    assert names(venv.sharedir) == ["README.txt"]
    assert doctor.finds(venv) == {}


def test_a_sharedir_that_pip_emptied_is_made_again(healthy: Venv, doctor: Doctor) -> None:
    shutil.rmtree(healthy.sharedir)
    (finding,) = doctor(healthy, "--select", "SD611")["findings"]
    assert "removes a directory with the last file in it" in finding["reason"]
    doctor(healthy, "--fix")
    assert names(healthy.sharedir) == ["README.txt"]
    assert healthy.says("sysconfig.get_path('purelib')") == str(healthy.sharedir)
    assert doctor.finds(healthy) == {}


def test_a_file_in_the_place_of_a_parent(healthy: Venv, doctor: Doctor) -> None:
    share = healthy.root / "share"
    share.rename(healthy.root / "moved")
    share.write_text("")
    (finding,) = doctor(healthy, "--select", "SD611")["findings"]
    assert finding["reason"].endswith(f": {share} is not a directory")
    assert finding["remedy"].startswith(f"move {share} away")


def test_a_whole_tree_is_one_finding(healthy: Venv, doctor: Doctor, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o666)
    (healthy.sharedir / "link").symlink_to(outside)
    (healthy.sharedir / ".lock").touch()  # as `uv pip install --target` leaves it
    (healthy.sharedir / ".lock").chmod(0o777)
    assert doctor.finds(healthy) == {}
    (healthy.sharedir / "pure" / "more.py").chmod(0o666)
    (finding,) = doctor(healthy, "--select", "SD613")["findings"]
    assert (finding["about"], finding["remedy"], len(finding["fix"])) == (
        str(healthy.sharedir),
        f"chmod -R o-w {healthy.sharedir}",
        1,
    )
    assert "pure/more.py in it" in finding["reason"]
    subprocess.run(["chmod", "-R", "777", healthy.root / "share"], check=True)
    first, second, third = doctor(healthy, "--select", "SD613")["findings"]
    share = healthy.root / "share"
    assert [first["about"], second["about"]] == [str(share / "python"), str(share)]
    assert len(third["fix"]) == len([*healthy.sharedir.rglob("*")]) + 1 - len({"link", ".lock"})
    assert f"it and {len(third['fix']) - 1} more in it" in third["reason"]
    assert not doctor(healthy, "--fix", "--select", "SD613")["findings"]
    assert outside.stat().st_mode & 0o777 == 0o666


def test_a_writable_sharedir_does_not_hide_that_the_hook_does_nothing(
    healthy: Venv, doctor: Doctor
) -> None:
    take_gate(healthy)
    (healthy.sharedir / "pure" / "more.py").chmod(0o666)
    report = doctor(healthy, "--select", "SD612,SD613")
    finding = report["findings"][0]
    assert [each["code"] for each in report["findings"]] == ["SD612", "SD613"]
    enable, restore = (
        f"`pysharedir --python {healthy.root} {words}`" for words in ("enable", "disable --restore")
    )
    assert finding["remedy"] == (
        f"{enable} makes it find them, {restore} moves them to the site dir"
    )


def test_fix_moves_nothing_where_a_plain_start_does_not_look(
    venv: Venv, command: Command, doctor: Doctor
) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    put(venv.site_dir, "pure", {"pure.py": ""})
    assert doctor.finds(venv, "--select", "SD302", PYSHAREDIR="1")
    assert not doctor(venv, "--fix", PYSHAREDIR="1")["steps"]


def test_a_newer_hook_is_not_replaced(enabled: Venv, doctor: Doctor) -> None:
    gate = enabled.site_dir / "_pysharedir.py"
    part = enabled.site_dir / "_pysharedir.d" / "more.py"
    part.write_text(part.read_text() + "# of a later release\n")
    code, mark, text = gate.read_text().partition("# pysharedir-record: ")
    record = json.loads(text)
    record["version"] = "99.0"
    record["files"]["_pysharedir.d/more.py"] = hashlib.sha256(part.read_bytes()).hexdigest()
    gate.write_text(f"{code}{mark}{json.dumps(record)}\n")
    assert list(doctor.finds(enabled)) == ["SD601"]
    assert not doctor(enabled, "--fix")["steps"]


def test_fix_changes_no_mode_in_a_sharedir_of_others(
    venv: Venv, command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    outside = tmp_path / "outside" / "X.Y"
    command.json("--python", venv.root, "enable", "--sharedir", outside)
    (outside / "data").mkdir()
    (outside / "data").chmod(0o777)
    outside.parent.chmod(0o777)
    assert doctor.finds(venv) == {"SD613": [str(outside)]}
    assert not doctor(venv, "--fix")["steps"]


def test_fix_changes_no_mode_through_a_link(
    venv: Venv, command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    (tmp_path / "outside" / "open").mkdir(parents=True)
    (tmp_path / "outside" / "open").chmod(0o777)
    venv.sharedir.parent.mkdir(parents=True)
    venv.sharedir.symlink_to(tmp_path / "outside")
    command.json("--python", venv.root, "enable")
    assert list(doctor.finds(venv)) == ["SD613"]
    assert not doctor(venv, "--fix")["steps"]


@pytest.mark.parametrize("options", [(), ("--style=sitecustomize",), ("--sharedir", "outside")])
def test_a_tree_without_sources(
    venv: Venv, command: Command, doctor: Doctor, options: tuple[str, ...]
) -> None:
    options = tuple(str(venv.root / each) if each == "outside" else each for each in options)
    command.json("--python", venv.root, "enable", *options)
    venv.run("-m", "compileall", "-q", "-b", str(venv.site_dir)).check_returncode()
    for path in [*venv.site_dir.rglob("*.py"), *venv.site_dir.rglob("__pycache__")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    status = command.json("--python", venv.root, "status")
    assert (status["hook"]["state"], status["active"]) == ("enabled", True)
    assert status["sharedir"] == (options[1] if options[1:] else str(venv.sharedir))
    assert doctor.finds(venv) == {}
    assert command.json("--python", venv.root, "enable")["steps"] == []
    command.json("--python", venv.root, "enable", "--opt-in")
    assert not list(venv.site_dir.rglob("*_pysharedir.pyc")), "it has sources again"
    assert doctor.finds(venv) == {}
    command.json("--python", venv.root, "disable")
    assert venv.has_no_hook()
