"""Shared objects that look for libraries next to themselves."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from unit.doctor.faults.native import BOUND, put_apart, shared_object
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor

LIBRARY = "thing/lib/libthing.so.1"


def put_user(venv: Venv, rpath: str, *, force_rpath: bool = False) -> None:
    user = shared_object("libthing.so.1", rpath=rpath, force_rpath=force_rpath)
    put(venv.site_dir, "user", {"user/_user.so": user}, purelib="false", tag=BOUND)


def put_library(venv: Venv) -> None:
    put(venv.sharedir, "thing", {LIBRARY: shared_object()}, tag=BOUND)


@pytest.mark.parametrize(
    ("rpath", "force_rpath", "found"),
    [
        ("$ORIGIN/../thing/lib", False, True),
        ("${ORIGIN}/../thing/lib", True, True),
        ("/usr/lib:$ORIGIN:$ORIGIN/../thing/lib", False, True),
        ("$ORIGIN/../other/lib", False, False),
        ("$ORIGIN/../../../../../thing/lib", False, False),
        ("SHAREDIR/thing/lib", False, False),
        ("$ORIGIN/../thing/lib:SHAREDIR/thing/lib", False, False),
        ("", False, False),
    ],
)
def test_where_the_loader_looks(
    healthy: Venv, doctor: Doctor, rpath: str, force_rpath: bool, found: bool
) -> None:
    put_user(healthy, rpath.replace("SHAREDIR", str(healthy.sharedir)), force_rpath=force_rpath)
    put_library(healthy)
    assert ("SD303" in doctor.finds(healthy, "--select", "SD303")) == found


def test_a_directory_next_to_the_packages(healthy: Venv, doctor: Doctor) -> None:
    put_user(healthy, "$ORIGIN/..")
    put(healthy.sharedir, "thing", {"libthing.so.1": shared_object()}, tag=BOUND)
    assert "SD303" in doctor.finds(healthy, "--select", "SD303")


def test_names_both_and_where(healthy: Venv, doctor: Doctor) -> None:
    put_apart(healthy)
    (finding,) = doctor(healthy, "--select", "SD303")["findings"]
    assert finding["about"] == str(healthy.site_dir / "user/_user.so")
    assert finding["reason"] == (
        f"user looks for libthing.so.1 in {healthy.site_dir}/thing/lib, "
        f"but thing has it in {healthy.sharedir}/thing/lib"
    )
    assert f"`pysharedir --python {healthy.root} sort thing`" in finding["remedy"]


def test_the_user_may_be_in_the_wrong_tree(healthy: Venv, doctor: Doctor) -> None:
    user = shared_object("libthing.so.1", rpath="$ORIGIN/../thing/lib")
    put(healthy.sharedir, "user", {"user/_user.so": user}, tag=BOUND)
    put(healthy.site_dir, "thing", {LIBRARY: shared_object()}, purelib="false", tag=BOUND)
    steps = doctor(healthy, "--fix", "--select", "SD303")["steps"]
    assert [step["step"] for step in steps] == [f"move user 1.0 to {healthy.site_dir}"]
    assert not doctor.finds(healthy, "--select", "SD303")


def test_is_not_fixed_against_the_users_word(
    healthy: Venv, doctor: Doctor, command: Command
) -> None:
    put_apart(healthy)
    command.json("--python", healthy.root, "sort", "--noarch", "thing")
    report = doctor(healthy, "--fix", "--select", "SD303")
    assert not report["steps"]
    assert len(report["findings"]) == 1


def test_a_library_in_both_trees_is_no_fault(healthy: Venv, doctor: Doctor) -> None:
    put_apart(healthy)
    there = healthy.site_dir / LIBRARY
    there.parent.mkdir(parents=True)
    shutil.copy(healthy.sharedir / LIBRARY, there)
    assert "SD303" not in doctor.finds(healthy, "--select", "SD303")


def test_damaged_objects_are_ignored(healthy: Venv, doctor: Doctor) -> None:
    whole = shared_object("libthing.so.1", rpath="$ORIGIN/../thing/lib")
    chance = random.Random(0)  # noqa: S311
    files: dict[str, str | bytes] = {}
    for number in range(60):
        damaged = bytearray(whole[: chance.randrange(20, len(whole))] if number % 2 else whole)
        for _ in range(0 if number % 4 == 1 else 200):
            damaged[chance.randrange(20, min(len(damaged), 2000))] = chance.randrange(256)
        files[f"damaged/{number}.so"] = bytes(damaged)
    put(healthy.site_dir, "damaged", files, purelib="false", tag=BOUND)
    put_apart(healthy)
    assert "SD303" in doctor.finds(healthy, "--select", "SD303")
