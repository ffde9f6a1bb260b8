"""Distributions in the wrong tree, besides the faults in tests/unit/doctor/faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unit.conftest import VERSION
from unit.doctor.faults.native import BOUND, FOREIGN, put_native, put_outside
from unit.test_binaries import ELF_I386
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


def test_says_what_is_native(healthy: Venv, doctor: Doctor) -> None:
    files: dict[str, str | bytes] = {f"many/{name}.so": ELF_I386 for name in "abc"}
    put(healthy.sharedir, "many", files, tag=BOUND)
    (finding,) = doctor(healthy, "--select", "SD301")["findings"]
    assert finding["reason"].endswith("many/a.so and 2 more")


def test_all_of_one_direction_move_in_one_step(healthy: Venv, doctor: Doctor) -> None:
    put_outside(healthy)
    put(healthy.site_dir, "second", {"second.py": ""})
    put_native(healthy)
    (finding,) = doctor(healthy, "--select", "SD302")["findings"]
    assert finding["reason"].endswith(": outside, second")
    steps = doctor(healthy, "--fix", "--select", "SD3")["steps"]
    assert [step["code"] for step in steps] == ["SD301", "SD302"]
    files = healthy.says("[__import__(name).__file__ for name in ('outside', 'second', 'native')]")
    places = [healthy.sharedir, healthy.sharedir, healthy.site_dir]
    assert all(file.startswith(f"{place}/") for file, place in zip(files, places, strict=True)), (
        files
    )


def test_objects_that_sort_leaves_have_a_remedy_but_no_fix(healthy: Venv, doctor: Doctor) -> None:
    put_native(healthy)
    (healthy.sharedir / "native" / "unlisted.txt").write_text("")
    (healthy.sharedir / "orphan").mkdir()
    (healthy.sharedir / "orphan" / "one.so").write_bytes(ELF_I386)
    (healthy.sharedir / "orphan" / "two.so").write_bytes(ELF_I386)
    report = doctor(healthy, "--fix", "--select", "SD301")
    assert not report["steps"]
    found = {each["about"]: each["reason"] + each["remedy"] for each in report["findings"]}
    assert "RECORD does not list" in found["native"]
    orphan = found[str(healthy.sharedir / "orphan" / "one.so")]
    assert "not part of a distribution: orphan/one.so and 1 more" in orphan
    assert len(found) == 2


@pytest.mark.parametrize("said", ["--noarch", "--platform"])
def test_what_the_user_says_wins(
    healthy: Venv, doctor: Doctor, command: Command, said: str
) -> None:
    put_native(healthy)
    command.json("--python", healthy.root, "sort", said, "native")
    assert not doctor.finds(healthy, "--select", "SD3")


def test_nothing_belongs_elsewhere_without_a_sharedir(fresh: Venv, doctor: Doctor) -> None:
    put_outside(fresh)
    assert not doctor.finds(fresh, "--select", "SD3")
    put_native(fresh)
    assert "SD301" not in doctor.finds(fresh, "--select", "SD3")


def test_noarch_may_stay_where_the_hook_is_off(
    venv: Venv, doctor: Doctor, command: Command
) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    put_outside(venv)
    assert not doctor.finds(venv, "--select", "SD3")
    assert doctor.finds(venv, "--select", "SD3", PYSHAREDIR="1") == {"SD302": [str(venv.site_dir)]}


def test_what_other_prefixes_may_share_stays(
    venv: Venv, doctor: Doctor, command: Command, tmp_path: Path
) -> None:
    sharedir = tmp_path / "ours" / "share" / "python" / VERSION
    command.json("--python", venv.root, "enable", "--sharedir", sharedir)
    put_outside(venv)
    start: dict[str, str | bytes] = {"native/__init__.py": "", "native/one.so": ELF_I386}
    put(sharedir, "native", start, tag=BOUND)
    report = doctor(venv, "--fix", "--select", "SD3")
    assert {each["code"] for each in report["findings"]} == {"SD301", "SD302", "SD304"}
    assert not report["steps"]
    assert not [each["fix"] for each in report["findings"] if each["fix"]]


def test_the_remedy_works_on_the_same_prefix(
    healthy: Venv, make_venv: Callable[[str], Venv], doctor: Doctor
) -> None:
    other = make_venv("other prefix")
    doctor.command.json("--python", healthy.root, "enable", "--prefix", other.root)
    put_outside(other)
    (healthy.site_dir / "other.pth").write_text(f"{other.site_dir}\n{other.sharedir}\n")
    (found,) = doctor(healthy, "--select", "SD302", "--prefix", str(other.root))["findings"]
    sort = f"pysharedir --python {healthy.root} sort --prefix '{other.root}'"
    assert found["remedy"] == f"`{sort}` moves it"


def test_in_a_home_of_several_machines(fresh: Venv, doctor: Doctor, tmp_path: Path) -> None:
    env = {"PYTHONUSERBASE": str(tmp_path / "user")}
    user_site = tmp_path / "user" / fresh.site_dir.relative_to(fresh.root)
    put(user_site, "mine", {f"_mine{FOREIGN}": "", "mine.py": ""}, tag=BOUND)
    config = fresh.root / "pyvenv.cfg"
    config.write_text(config.read_text().replace("= false", "= true"))
    (found,) = doctor(fresh, "--select", "SD304", **env)["findings"]
    assert found["about"] == "mine"
    assert f"made for {FOREIGN[1:-3]}: _mine{FOREIGN}" in found["reason"]
    assert f"`export PYTHONUSERBASE={tmp_path}/user/" in found["remedy"]
    assert "reinstall" not in found["remedy"]


def test_a_copy_for_this_machine_hides_it(healthy: Venv, doctor: Doctor, tmp_path: Path) -> None:
    """A copy for another machine is no fault if nothing uses it."""
    put(healthy.site_dir, "mine", {"mine.py": ""})
    put(tmp_path / "lib" / "python3" / "site-packages", "mine", {f"_mine{FOREIGN}": ""}, tag=BOUND)
    (healthy.site_dir / "x.pth").write_text(f"{tmp_path}/lib/python3/site-packages\n")
    assert doctor.finds(healthy, "--select", "SD304") == {}
    (healthy.site_dir / "x.pth").write_text(
        f"import sys; sys.path.insert(1, '{tmp_path}/lib/python3/site-packages')\n"
    )
    assert doctor.finds(healthy, "--select", "SD304") == {"SD304": ["mine"]}


def test_in_a_sharedir(healthy: Venv, doctor: Doctor) -> None:
    put(healthy.sharedir, "mine", {f"_mine{FOREIGN}": "", "mine.py": ""}, tag=BOUND)
    (found,) = doctor(healthy, "--select", "SD304")["findings"]
    assert found["remedy"].startswith("`pysharedir sort`, run for the interpreter that needs it")
    assert "reinstall" not in found["remedy"]
