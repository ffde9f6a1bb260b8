"""Tools that read the layout of an environment, and a sharedir that no path line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trees import plant
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path

    from trees import Tree
    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


pytestmark = pytest.mark.slow  # nothing here differs between versions


@pytest.fixture
def hidden(healthy: Venv, command: Command) -> Venv:
    command.json("--python", healthy.root, "enable", "--no-path-line")
    return healthy


def wanted(doctor: Doctor, venv: Venv) -> list[str]:
    return [each["reason"] for each in doctor(venv, "--select", "SD615")["findings"]]


@pytest.mark.parametrize(
    ("project", "names"),
    [
        ({}, []),
        ({"ty.toml": ""}, ["ty.toml"]),
        ({"pyproject.toml": "[tool.ty.rules]\nx = 1\n"}, ["pyproject.toml"]),
        ({"pyproject.toml": "[tool.zuban]\n"}, ["pyproject.toml"]),
        ({"pyproject.toml": '[tool.basedpyright]\nvenvPath = "."\n'}, ["pyproject.toml"]),
        ({"pyproject.toml": "[tool.pyright]\nstrict = []\n[tool.typos]\n"}, []),
        ({"pyrightconfig.json": '{"venvPath": "."}'}, ["pyrightconfig.json"]),
        ({"pyrightconfig.json": "{}", "pyproject.toml": {}}, []),
    ],
    ids=str,
)
def test_a_project(
    hidden: Venv, doctor: Doctor, tmp_path: Path, project: Tree, names: list[str]
) -> None:
    plant(tmp_path, project)
    reasons = wanted(doctor, hidden)
    assert len(reasons) == bool(names)
    for reason, name in zip(reasons, names, strict=False):
        assert "miss 1 distribution there: " in reason
        assert reason.endswith(str(tmp_path / name))


def test_an_installed_tool(hidden: Venv, doctor: Doctor, command: Command) -> None:
    put(hidden.site_dir, "ty", {"ty.py": ""}, purelib="false", tag="py3-none-linux_x86_64")
    (finding,) = doctor(hidden, "--select", "SD615")["findings"]
    assert (finding["level"], finding["about"]) == ("note", str(hidden.sharedir))
    assert finding["reason"].endswith(": ty")
    assert "enable --path-line` tells them about it" in finding["remedy"]
    assert not doctor.finds(hidden)
    command.json("--python", hidden.root, "enable", "--path-line")
    assert not wanted(doctor, hidden)


def test_tools_miss_nothing_in_an_empty_sharedir(
    venv: Venv, doctor: Doctor, command: Command, tmp_path: Path
) -> None:
    plant(tmp_path, {"ty.toml": ""})
    assert not wanted(doctor, venv)
    command.json("--python", venv.root, "enable", "--no-path-line")
    assert not wanted(doctor, venv)


def test_a_sitecustomize_has_no_line(
    venv: Venv, doctor: Doctor, command: Command, tmp_path: Path
) -> None:
    plant(tmp_path, {"ty.toml": ""})
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    put(venv.sharedir, "pure", {"pure.py": ""})
    (finding,) = doctor(venv, "--select", "SD615")["findings"]
    assert finding["remedy"] == "use --style pth"
