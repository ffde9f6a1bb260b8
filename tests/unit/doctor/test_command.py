"""What the command does with findings."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pysharedir.doctor import treatment as examining
from pysharedir.doctor.examination import Examination
from pysharedir.doctor.registry import CHECKS
from pysharedir.hook.place import Place
from pysharedir.interpreter.finding import find
from trees import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


@pytest.fixture
def faulty(healthy: Venv) -> Venv:
    (healthy.root / "lib64").unlink()
    (healthy.sharedir / "pure").chmod(0o777)
    return healthy


def test_codes_are_stable_names() -> None:
    codes = [check.code for check in CHECKS]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"SD\d{3}", code) for code in codes)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), {"SD111", "SD613"}),
        (("--select", "SD111"), {"SD111"}),
        (("--select", "sd1"), {"SD111"}),
        (("--select", "lib64-missing,SD613"), {"SD111", "SD613"}),
        (("--select", "SD1", "--select", "SD6", "--ignore", "SD111"), {"SD613"}),
        (("--ignore", "SD1,SD613"), set()),
    ],
)
def test_select_and_ignore(
    faulty: Venv, doctor: Doctor, options: tuple[str, ...], found: set[str]
) -> None:
    assert set(doctor.finds(faulty, *options)) == found


@pytest.mark.parametrize(
    ("env", "cause"),
    [
        ({}, None),
        ({"PYSHAREDIR": "0"}, "PYSHAREDIR=0 switches the hook off"),
    ],
)
def test_require_of_a_hook(
    healthy: Venv, doctor: Doctor, env: dict[str, str], cause: str | None
) -> None:
    report = doctor(healthy, "--require", **env)
    reasons = [each["reason"] for each in report["findings"] if each["code"] == "SD606"]
    assert [reason.partition(": ")[2] for reason in reasons] == ([cause] if cause else [])


def test_require_where_there_is_no_hook(fresh: Venv, doctor: Doctor) -> None:
    assert doctor.finds(fresh) == {}
    for options in ("--require",), ("--require", "--select", "SD1"), ("--select", "SD606"):
        (finding,) = doctor(fresh, *options)["findings"]
        assert (finding["code"], finding["fix"]) == ("SD606", [])
        assert "no hook is enabled" in finding["reason"]
        assert finding["remedy"].endswith(" enable")
    assert doctor(fresh, "--select", "SD6")["findings"] == []


def test_require_of_a_hook_that_cannot_act(healthy: Venv, doctor: Doctor) -> None:
    healthy.sharedir.chmod(0o777)
    assert {"SD606", "SD613"} == set(doctor.finds(healthy, "--require"))
    shutil.rmtree(healthy.sharedir)
    assert {"SD606", "SD611"} == set(doctor.finds(healthy, "--require"))


@pytest.mark.parametrize("code", ["SD9", "nonsense", "", "SD"])
def test_a_code_that_does_not_exist(faulty: Venv, command: Command, code: str) -> None:
    done = command("--python", faulty.root, "doctor", "--select", code)
    assert (done.returncode, done.stdout) == ((2, "") if code != "SD" else (1, done.stdout))
    assert code == "SD" or "no check has this code" in done.stderr


def test_fix_fixes_only_what_was_asked_for(faulty: Venv, doctor: Doctor) -> None:
    report = doctor(faulty, "--fix", "--select", "SD111")
    assert [each["code"] for each in report["steps"]] == ["SD111"]
    assert report["changed"]
    assert set(doctor.finds(faulty)) == {"SD613"}


def test_dry_run_says_what_fix_would_do(faulty: Venv, doctor: Doctor) -> None:
    before = names(faulty.root)
    report = doctor(faulty, "--fix", "--dry-run")
    assert (report["changed"], report["dry_run"]) == (False, True)
    assert {each["code"] for each in report["steps"]} == {"SD111", "SD613"}
    assert names(faulty.root) == before
    assert doctor(faulty, "--fix")["steps"] == report["steps"]


def test_it_is_readable(faulty: Venv, command: Command) -> None:
    done = command("--python", faulty.root, "doctor")
    assert done.returncode == 1
    assert f"SD111 {faulty.root}/lib64\n      missing" in done.stdout
    assert "2 findings, 2 fixable with --fix" in done.stdout.splitlines()[-1]
    done = command("--python", faulty.root, "doctor", "--fix")
    assert done.returncode == 0
    assert f"SD111 link {faulty.root}/lib64 -> lib" in done.stdout.splitlines()
    assert "nothing found" in done.stdout.splitlines()[-1]


@pytest.fixture
def protected(venv: Venv) -> Iterator[Venv]:
    """A venv that lost its lib64 link, and where nobody can make one."""
    (venv.root / "lib64").unlink()
    venv.root.chmod(0o555)
    yield venv
    venv.root.chmod(0o755)


def test_what_cannot_be_fixed_is_said(protected: Venv, command: Command, doctor: Doctor) -> None:
    report = doctor(protected, "--fix")
    assert [each["code"] for each in report["failed"]] == ["SD111"]
    assert not report["steps"]
    assert [each["code"] for each in report["findings"]] == ["SD111"]
    done = command("--python", protected.root, "doctor", "--fix")
    assert "SD111 not fixed: link" in done.stdout


def test_a_step_that_does_not_help_is_not_reported_as_done(
    venv: Venv, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system without links."""
    (venv.root / "lib64").unlink()
    target = find(str(venv.root))
    tries = []

    def refuse(self: Path, _: str) -> None:
        tries.append(self)
        raise PermissionError(errno.EPERM, "no links")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    treatment = examining.treat(Examination(target, Place.of(target)))
    assert tries == [venv.root / "lib64"]
    assert treatment.steps == ()
    assert [code for code, _ in treatment.failed] == ["SD111"]


def test_no_check_is_left(venv: Venv, command: Command) -> None:
    done = command("--python", venv.root, "doctor", "--ignore", "SD")
    assert (done.returncode, "leave no check" in done.stderr) == (2, True)


def test_a_record_with_a_nul_is_no_crash(healthy: Venv, doctor: Doctor) -> None:
    record = healthy.sharedir / "pure-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text() + "\0abc,,\n")
    assert not doctor(healthy)["unchecked"]


def test_a_file_without_end_is_not_read(healthy: Venv, doctor: Doctor) -> None:
    info = healthy.sharedir / "odd-1.0.dist-info"
    info.mkdir()
    os.mkfifo(info / "RECORD")
    doctor(healthy)


def test_a_check_that_fails_is_reported(healthy: Venv, doctor: Doctor, command: Command) -> None:
    remembered = healthy.site_dir / "_pysharedir.d" / "remembered.json"
    remembered.write_text("garbage")
    unchecked = doctor(healthy)["unchecked"]
    assert {"SD301", "SD302"} <= {each["code"] for each in unchecked}
    assert str(remembered) in unchecked[0]["reason"]
    said = command("--python", healthy.root, "doctor").stdout
    made = sum(not check.on_request for check in CHECKS) - len(unchecked)
    assert f": {made} checks, {len(unchecked)} more failed, nothing found" in said


def test_list_names_every_check(command: Command) -> None:
    said = command("doctor", "--list").stdout
    for check in CHECKS:
        assert re.search(rf"^{check.code} +{check.name} ", said, re.MULTILINE)


def test_every_check_has_its_page() -> None:
    pages = Path(__file__).parents[3] / "docs" / "reference" / "checks"
    heads = {page.stem: page.read_text().split("\n")[:3] for page in pages.glob("SD*.md")}
    wanted = {
        check.code: [
            f"# {check.code} {check.name}",
            "",
            f"{check.title[0].upper()}{check.title[1:]}.",
        ]
        for check in CHECKS
    }
    assert heads == wanted
