"""What enable and disable say, and what enable says of sort, or has it do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from trees import names, plant
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv

PURE: dict[str, str | bytes] = {"pure.py": ""}


@pytest.fixture
def seeded(venv: Venv) -> Venv:
    """A venv in which there is something to sort."""
    put(venv.site_dir, "pure", PURE)
    return venv


def lines(command: Command, venv: Venv, *arguments: str | Path) -> list[str]:
    done = command("--python", venv.root, *arguments)
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


def test_enable_says_what_matters(seeded: Venv, command: Command) -> None:
    put(seeded.sharedir, "bound", {"bound.py": ""}, purelib="false", tag="cp3-abi3-linux_x86_64")
    to_move = "to move 1 distribution to the sharedir and 1 distribution to platlib:"
    sort = f"pysharedir --python {seeded.root} sort"
    assert lines(command, seeded, "enable") == [
        f"pure wheels now go to {seeded.sharedir}",
        f"{to_move} {sort}",
    ]
    assert lines(command, seeded, "enable") == [
        f"{seeded.python}: enabled already, nothing to do",
        f"{to_move} {sort}",
    ]


def test_verbose_lists_the_steps(venv: Venv, command: Command) -> None:
    (venv.root / "lib64").unlink()
    link = f"link {venv.root}/lib64 -> lib"
    steps = command.json("--python", venv.root, "enable", "--dry-run")["steps"]
    assert len(steps) > 10
    assert lines(command, venv, "enable", "--dry-run")[:-1] == [f"would {step}" for step in steps]
    said = lines(command, venv, "enable")
    assert {link} == set(said) & set(steps) or link not in steps  # not on 3.15
    assert f"remove {venv.site_dir}/_pysharedir.pth" in lines(command, venv, "disable", "--verbose")
    assert lines(command, venv, "enable", "--verbose")[:-1] == steps


def test_disable_says_what_matters(seeded: Venv, command: Command) -> None:
    assert lines(command, seeded, "enable", "--sort")
    assert lines(command, seeded, "disable", "--restore") == [
        f"moved 1 distribution to {seeded.site_dir}",
        f"pure wheels now go to {seeded.site_dir}",
    ]


def test_enable_sorts(seeded: Venv, command: Command) -> None:
    before = names(seeded.root)
    planned = command.json("--python", seeded.root, "enable", "--sort", "--dry-run")
    assert (planned["changed"], planned["sort"]["misplaced"]) == (False, ["pure"])
    said = lines(command, seeded, "enable", "--sort", "--dry-run")
    assert said[-1].endswith("; 1 misplaced")
    assert names(seeded.root) == before
    done = command.json("--python", seeded.root, "enable", "--sort")
    assert (done["changed"], done["purelib"]) == (True, str(seeded.sharedir))
    assert done["sort"]["moved"] == ["pure"]
    assert seeded.says("__import__('pure').__file__") == f"{seeded.sharedir}/pure.py"
    again = command.json("--python", seeded.root, "enable", "--sort")
    assert (again["changed"], again["sort"]["moved"]) == (False, [])


def test_enable_sorts_into_the_sharedir_that_it_is_given(
    seeded: Venv, command: Command, tmp_path: Path
) -> None:
    options: list[str | Path] = ["enable", "--sharedir", tmp_path / "ours", "--sort"]
    said = lines(command, seeded, *options)
    assert seeded.says("__import__('pure').__file__") == f"{tmp_path}/ours/pure.py"
    assert sum("outside this venv" in line for line in said) == 1
    assert said[-1].endswith(f"; 1 moved to {tmp_path}/ours")


def test_enable_sorts_what_is_staged(venv: Venv, command: Command, tmp_path: Path) -> None:
    staged = tmp_path / "stage"
    options: list[str | Path] = ["enable", "--sort", "--root", staged]
    done = command("--python", venv.root, *options)
    assert (done.returncode, "hook put into" in done.stdout) == (1, True)
    assert f"error: {staged}" in done.stderr
    put(staged / venv.site_dir.relative_to("/"), "pure", PURE)
    assert command.json("--python", venv.root, *options)["sort"]["moved"] == ["pure"]
    assert (staged / venv.sharedir.relative_to("/") / "pure.py").is_file()
    assert "to move" not in command("--python", venv.root, "enable", "--root", staged).stdout


def test_the_hook_stays_when_sorting_fails(seeded: Venv, command: Command) -> None:
    plant(seeded.site_dir, {"_pysharedir.d": {"remembered.json": "no JSON"}})
    done = command("--python", seeded.root, "enable", "--sort", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["changed"]) == (1, True)
    assert report["sort"]["error"]["code"] == "remembered-unreadable"
    done = command("--python", seeded.root, "enable", "--sort")
    assert (done.returncode, done.stderr.startswith("error: ")) == (1, True)
    assert "no telling what `sort` would move" in lines(command, seeded, "enable")[-1]


def test_nothing_is_said_of_what_plain_starts_would_miss(
    seeded: Venv, make_venv: Callable[[str], Venv], command: Command
) -> None:
    said = lines(command, seeded, "enable", "--opt-in")
    assert said[-1] == f"{seeded.python}: hook put into {seeded.site_dir}"
    assert "only when PYSHAREDIR=1" in said[0]
    other = make_venv("other")
    put(other.site_dir, "pure", PURE)
    said = lines(command, seeded, "enable", "--prefix", other.root)
    assert said[-1] == f"{seeded.python}: hook put into {other.site_dir}"
