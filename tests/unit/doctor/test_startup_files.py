"""Startup files without faults, and what the notes say about them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import interpreters
from trees import plant
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor

SELECT = ("--select", "SD5")


def found(doctor: Doctor, venv: Venv, **env: str) -> list[tuple[str, str, str]]:
    report: Any = doctor(venv, *SELECT, **env)
    assert not report["unchecked"]
    return [(each["code"], each["about"], each["reason"]) for each in report["findings"]]


@pytest.mark.parametrize("version", interpreters.VERSIONS)
def test_a_fresh_venv_of_any_python_has_no_fault(
    version: str,
    find_interpreter: Callable[[str], Path],
    command: Command,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    python = find_interpreter(version)
    root = tmp_path / "fresh"
    subprocess.run([python, "-m", "venv", "--without-pip", root], check=True, env=environment)
    for target in (python, root):
        report = command.json("--python", target, "doctor", *SELECT)
        assert [each for each in report["findings"] if each["level"] == "fault"] == []
    command.json("--python", root, "enable")
    report = command.json("--python", root, "doctor", *SELECT)
    assert {each["code"] for each in report["findings"]} == {"SD504"}
    assert report["unchecked"] == []


def test_the_notes_say_whose_files_are_and_what_they_do(fresh: Venv, doctor: Doctor) -> None:
    put(fresh.site_dir, "one", {"one.pth": "import one\n", "one.py": ""})
    plant(fresh.site_dir, {"nobody.pth": "..\nimport sys\n", "idle.pth": "# nothing\n"})
    site_dir = str(fresh.site_dir)
    assert found(doctor, fresh) == [
        (
            "SD503",
            f"{site_dir}/nobody.pth",
            "of no distribution; Python 3.18 will not run line 2",
        ),
        ("SD503", f"{site_dir}/one.pth", "of one 1.0; Python 3.18 will not run line 1"),
        ("SD504", f"{site_dir}/idle.pth", "of no distribution; does nothing"),
        (
            "SD504",
            f"{site_dir}/nobody.pth",
            f"of no distribution; names {fresh.site_dir.parent}, runs `import sys`",
        ),
        ("SD504", f"{site_dir}/one.pth", "of one 1.0; runs `import one`, imports one"),
    ]


def test_the_hook_is_ready_for_3_18(healthy: Venv, doctor: Doctor) -> None:
    codes = {code for code, _, _ in found(doctor, healthy)}
    assert codes == {"SD504"}


def test_a_line_that_fails_is_for_its_owner_to_fix(fresh: Venv, doctor: Doctor) -> None:
    put(fresh.site_dir, "one", {"one.pth": "import nothing_such\n"})
    (fresh.site_dir / "sitecustomize.py").write_text("1 / 0\n")
    report = doctor(fresh, "--select", "SD501")
    assert [(each["reason"], each["remedy"]) for each in report["findings"]] == [
        (
            "line 1 fails: ModuleNotFoundError: No module named 'nothing_such'",
            "reinstall or uninstall one 1.0",
        ),
        (
            "fails: ZeroDivisionError: division by zero",
            "no distribution owns it: correct it, or move it away",
        ),
    ]


def test_a_path_line_to_a_directory_is_no_fault(fresh: Venv, doctor: Doctor) -> None:
    (fresh.site_dir / "fine.pth").write_text("../..\n#/nowhere\n\n")
    assert doctor.finds(fresh) == {}


def test_a_sitecustomize_that_the_hook_runs_is_not_hidden(
    venv: Venv, command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    plant(tmp_path, {"more": {"sitecustomize.py": ""}, "yet": {"sitecustomize.py": ""}})
    (venv.site_dir / "more.pth").write_text(f"{tmp_path}/more\n")
    assert doctor.finds(venv) == {}
    (venv.site_dir / "yet.pth").write_text(f"{tmp_path}/yet\n")
    assert doctor.finds(venv) == {"SD505": [f"{tmp_path}/yet/sitecustomize.py"]}


def test_a_sitecustomize_of_the_hook_that_is_hidden(
    venv: Venv, command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    plant(tmp_path, {"first": {"sitecustomize.py": ""}})
    report = doctor(venv, "--select", "SD505", PYTHONPATH=str(tmp_path / "first"))
    (finding,) = report["findings"]
    assert finding["about"] == str(venv.site_dir / "sitecustomize.py")
    assert finding["remedy"] == f"`pysharedir --python {venv.root} enable --style pth`"


def test_one_sitecustomize_under_two_names_is_one(
    fresh: Venv, doctor: Doctor, tmp_path: Path
) -> None:
    (fresh.site_dir / "sitecustomize.py").write_text("")
    plant(tmp_path, {"link": {"sitecustomize.py": f"-> {fresh.site_dir}/sitecustomize.py"}})
    (fresh.site_dir / "link.pth").write_text(f"{tmp_path}/link\n")
    assert doctor.finds(fresh, "--select", "SD505") == {}


def test_a_usercustomize_that_is_hidden(fresh: Venv, doctor: Doctor, tmp_path: Path) -> None:
    settings = fresh.root / "pyvenv.cfg"
    settings.write_text(settings.read_text().replace("packages = false", "packages = true"))
    (fresh.site_dir / "usercustomize.py").write_text("")
    version = "{}.{}".format(*sys.version_info[:2])
    user = plant(tmp_path / "lib" / f"python{version}" / "site-packages", {"usercustomize.py": ""})
    finds = doctor.finds(fresh, "--select", "SD505", PYTHONUSERBASE=str(tmp_path))
    assert finds == {"SD505": [str(user / "usercustomize.py")]}
