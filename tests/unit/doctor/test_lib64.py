"""What doctor says about lib64 in a venv."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from trees import plant
from unit.conftest import Venv
from unit.doctor.faults.layout import make_lib64_absolute, relink_lib64, separate_lib64

if TYPE_CHECKING:
    from pathlib import Path

    from unit.conftest import Command
    from unit.doctor.conftest import Doctor

SELECT = ("--select", "SD11")


@pytest.fixture
def of_virtualenv(tmp_path: Path, environment: dict[str, str]) -> Venv:
    root = tmp_path / "of-virtualenv"
    arguments = ["-m", "virtualenv", "--no-seed", "--python", sys.executable, str(root)]
    subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True)
    return Venv(root, environment)


def test_virtualenv_makes_none(of_virtualenv: Venv, doctor: Doctor, command: Command) -> None:
    assert doctor.finds(of_virtualenv, *SELECT) == {}
    command.json("--python", of_virtualenv.root, "enable")
    (of_virtualenv.root / "lib64").unlink()
    assert set(doctor.finds(of_virtualenv, *SELECT)) == {"SD111"}


def test_a_venv_of_another_tool_may_have_none(fresh: Venv, doctor: Doctor) -> None:
    (fresh.root / "lib64").unlink()
    (fresh.root / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\n")
    assert doctor.finds(fresh, *SELECT) == {}


def test_an_absolute_link_becomes_what_venv_makes(fresh: Venv, doctor: Doctor) -> None:
    make_lib64_absolute(fresh)
    assert set(doctor.finds(fresh, *SELECT)) == {"SD112"}
    doctor(fresh, "--fix")
    assert str((fresh.root / "lib64").readlink()) == "lib"
    fresh.root.rename(fresh.root.with_name("moved"))
    assert (fresh.root.with_name("moved") / "lib64" / fresh.site_dir.parent.name).is_dir()


@pytest.mark.parametrize("to", ["nowhere", "/nonexistent/lib", "lib64"])
def test_a_dangling_link_becomes_what_venv_makes(fresh: Venv, doctor: Doctor, to: str) -> None:
    relink_lib64(fresh, to)
    assert set(doctor.finds(fresh, *SELECT)) == {"SD113"}
    doctor(fresh, "--fix")
    assert str((fresh.root / "lib64").readlink()) == "lib"


def test_another_relative_link_is_fine(fresh: Venv, doctor: Doctor) -> None:
    relink_lib64(fresh, "./lib")
    assert doctor.finds(fresh, *SELECT) == {}


def test_a_link_that_points_elsewhere_is_left(fresh: Venv, doctor: Doctor, tmp_path: Path) -> None:
    relink_lib64(fresh, plant(tmp_path / "elsewhere", {"lib": {}}) / "lib")
    assert set(doctor.finds(fresh, *SELECT)) == {"SD113"}
    report = doctor(fresh, "--fix", *SELECT)
    assert not report["steps"]
    assert (fresh.root / "lib64").readlink() == tmp_path / "elsewhere" / "lib"


def test_two_directories_on_the_path_are_fine(fresh: Venv, doctor: Doctor) -> None:
    other = separate_lib64(fresh)
    assert set(doctor.finds(fresh, *SELECT)) == {"SD114"}
    plant(fresh.site_dir, {"both.pth": f"{other}\n"})
    assert fresh.says("__import__('torchlike').__name__") == "torchlike"
    assert doctor.finds(fresh, *SELECT) == {}


def test_a_directory_without_distributions_is_fine(fresh: Venv, doctor: Doctor) -> None:
    (fresh.root / "lib64").unlink()
    plant(fresh.root, {"lib64": {fresh.site_dir.parent.name: {"site-packages": {"a.txt": ""}}}})
    assert doctor.finds(fresh, *SELECT) == {}


def test_lib_may_be_the_link(fresh: Venv, doctor: Doctor) -> None:
    (fresh.root / "lib64").unlink()
    (fresh.root / "lib").rename(fresh.root / "lib64")
    (fresh.root / "lib").symlink_to("lib64")
    plant(fresh.site_dir, {"one-1.0.dist-info": {"METADATA": "Name: one\nVersion: 1.0\n"}})
    assert doctor.finds(fresh, *SELECT) == {}


def test_the_finding_counts_all(fresh: Venv, doctor: Doctor) -> None:
    other = separate_lib64(fresh)
    for name in ("xone", "xtwo"):
        plant(other, {f"{name}-1.0.dist-info": {"METADATA": f"Name: {name}\nVersion: 1.0\n"}})
    (found,) = doctor(fresh, *SELECT)["findings"]
    assert "torchlike and 2 more" in found["reason"]


def test_without_lib_a_link_does_not_help(fresh: Venv, doctor: Doctor) -> None:
    (fresh.root / "lib").rename(fresh.root / "gone")
    (found,) = doctor(fresh, "--fix", *SELECT)["findings"]
    assert found["reason"] == f"points to lib, and {fresh.root}/lib is gone"
    assert "create the venv again" in found["remedy"]
    assert "ln -s" not in found["remedy"]


def test_a_place_that_may_not_be_mounted_is_left(healthy: Venv, doctor: Doctor) -> None:
    link = healthy.root / "lib64"
    link.unlink()
    link.symlink_to("/nowhere/lib64")
    assert doctor.finds(healthy) == {"SD113": [str(link)]}
    assert not doctor(healthy, "--fix")["steps"]
