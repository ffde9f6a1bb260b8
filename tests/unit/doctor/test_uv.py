"""What uv remembers about an interpreter, and how it uses that."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trees import plant
from unit.doctor.faults.uv import ask_before, run_uv

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


def found(doctor: Doctor, venv: Venv, **env: str) -> list[str]:
    return doctor.finds(venv, "--select", "SD801", **env).get("SD801", [])


@pytest.fixture
def wheel(tmp_path: Path) -> str:
    path = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {
            "tiny.py": "",
            "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
            "tiny-1.0.dist-info/WHEEL": (
                "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            ),
            "tiny-1.0.dist-info/RECORD": "tiny.py,,\n",
        }.items():
            archive.writestr(name, text)
    return str(path)


def test_uv_installs_where_it_remembers(healthy: Venv, doctor: Doctor, wheel: str) -> None:
    ask_before(healthy)
    run_uv(healthy, "install", wheel)
    assert (healthy.site_dir / "tiny.py").exists()
    run_uv(healthy, "uninstall", "tiny")
    (path,) = found(doctor, healthy)
    report = doctor(healthy, "--fix", "--select", "SD801")
    assert [each["step"] for each in report["steps"]] == [f"remove {path}"]
    run_uv(healthy, "install", wheel)
    assert (healthy.sharedir / "tiny.py").exists()
    assert not found(doctor, healthy)


def test_after_the_hook_is_gone(healthy: Venv, doctor: Doctor) -> None:
    run_uv(healthy, "list")
    assert not found(doctor, healthy)
    for path in healthy.site_dir.glob(
        "_pysharedir.*"
    ):  # as the package of a Linux distribution does
        path.rename(healthy.root / path.name)
    assert len(found(doctor, healthy)) == 1


def test_the_environment_does_not_reach_what_uv_asks(
    venv: Venv, doctor: Doctor, command: Command
) -> None:
    run_uv(venv, "list")
    command.json("--python", venv.root, "enable", "--opt-in")
    assert not found(doctor, venv, PYSHAREDIR="1")
    command.json("--python", venv.root, "enable", "--no-opt-in", PATH=os.defpath)
    assert len(found(doctor, venv, PYSHAREDIR="0")) == 1


def test_every_name_of_the_interpreter(healthy: Venv, doctor: Doctor) -> None:
    """uv caches an answer for each name, and may use each of them again."""
    ask_before(healthy, "python")
    ask_before(healthy, "python3")
    assert len(found(doctor, healthy)) == 2


def test_the_cache_may_be_elsewhere(healthy: Venv, doctor: Doctor, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    run_uv(healthy, "list", UV_CACHE_DIR=cache)
    ask_before(healthy)
    assert found(doctor, healthy)
    assert not found(doctor, healthy, UV_CACHE_DIR=cache)


def test_an_entry_that_uv_would_not_use(
    healthy: Venv, make_venv: Callable[[str], Venv], doctor: Doctor, tmp_path: Path
) -> None:
    other = make_venv("other")
    run_uv(other, "list")
    assert not found(doctor, healthy)
    ask_before(healthy)
    (path,) = map(Path, found(doctor, healthy))
    content = path.read_bytes()
    time = int(healthy.python.stat().st_ctime).to_bytes(4, "big")
    for changed in (
        content.replace(time, bytes(4), 1),  # another Python took this place
        content.replace(os.uname().release.encode(), b"another release", 1),
        content[: content.index(bytes(healthy.root))],
        b"",
    ):
        assert changed != content
        path.write_bytes(changed)
        assert not found(doctor, healthy)
    path.write_bytes(content)
    setpriv = shutil.which("setpriv")
    plant(tmp_path, {"no-uv": {"setpriv": f"-> {setpriv}"} if setpriv else {}})
    assert not found(doctor, healthy, PATH=str(tmp_path / "no-uv"))
    assert found(doctor, healthy)
