"""What uv has cached about an interpreter, when the hook is enabled or disabled."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trees import plant
from unit.doctor.faults.uv import run_uv
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Command, Venv


@pytest.fixture
def cache(venv: Venv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which uv remembers a venv without the hook."""
    path = tmp_path / "cache"
    monkeypatch.setitem(venv.environment, "UV_CACHE_DIR", str(path))
    run_uv(venv, "list")
    assert len(entries(path)) == 1
    return path


def entries(cache: Path) -> list[str]:
    return sorted(map(str, cache.rglob("*.msgpack")))


def wheel(directory: Path, name: str) -> str:
    """Write a wheel with a module and a script of its name."""
    path = directory / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {
            f"{name}.py": "",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{info}/WHEEL": (
                "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            ),
            f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
            f"{info}/RECORD": f"{name}.py,,\n",
        }.items():
            archive.writestr(file, text)
    return str(path)


def test_uv_installs_where_the_hook_says(
    cache: Path, venv: Venv, command: Command, tmp_path: Path
) -> None:
    (entry,) = entries(cache)
    steps = command.json("--python", venv.root, "enable", "--dry-run")["steps"]
    assert steps[-1] == f"remove {entry}"
    assert entries(cache) == [entry]
    assert command.json("--python", venv.root, "enable")["steps"] == steps
    run_uv(venv, "install", wheel(tmp_path, "one"))
    assert (venv.sharedir / "one.py").is_file()
    assert not command.json("--python", venv.root, "enable")["steps"]
    steps = command.json("--python", venv.root, "disable", "--restore")["steps"]
    assert steps[-1] == f"remove {entry}"
    run_uv(venv, "install", wheel(tmp_path, "two"))
    assert (venv.site_dir / "two.py").is_file()
    assert not command.json("--python", venv.root, "disable")["steps"]


def test_it_is_dropped_also_when_the_hook_came_before(
    cache: Path, venv: Venv, command: Command
) -> None:
    command.json("--python", venv.root, "enable", PATH="/usr/bin:/bin")
    (entry,) = entries(cache)
    assert command.json("--python", venv.root, "enable")["steps"] == [f"remove {entry}"]
    assert not entries(cache)


@pytest.mark.parametrize(
    "options",
    [("--opt-in",), ("--root", "{tmp}/dest"), ("--prefix", "{tmp}/prefix")],
    ids=lambda options: options[0],
)
def test_what_stays_true_stays(
    cache: Path, venv: Venv, command: Command, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "prefix").mkdir()
    words = [word.format(tmp=tmp_path) for word in options]
    before = entries(cache)
    assert command.json("--python", venv.root, "enable", *words)["changed"]
    assert entries(cache) == before


def test_a_cache_that_cannot_be_written_to(cache: Path, venv: Venv, command: Command) -> None:
    (entry,) = entries(cache)
    Path(entry).parent.chmod(0o555)
    done = command.json("--python", venv.root, "enable")
    Path(entry).parent.chmod(0o755)
    assert done["changed"]
    (note,) = done["notes"]
    assert note.startswith(f"{entry}: could not be removed")
    assert "doctor --fix --select SD801" in note
    assert venv.says("sysconfig.get_path('purelib')") == str(venv.sharedir)


def test_a_cache_that_cannot_be_read(venv: Venv, command: Command, tmp_path: Path) -> None:
    private = plant(tmp_path / "private", {"cache": {}})
    private.chmod(0)
    done = command.json("--python", venv.root, "enable", UV_CACHE_DIR=str(private / "cache"))
    private.chmod(0o755)
    assert (done["changed"], done["notes"]) == (True, [])


def test_no_link_in_a_cache_is_followed(
    cache: Path, venv: Venv, command: Command, tmp_path: Path
) -> None:
    bucket = Path(entries(cache)[0]).parents[1]
    elsewhere = tmp_path / "elsewhere"
    bucket.rename(elsewhere)
    os.mkfifo(elsewhere / "waits.msgpack")
    plant(cache, {bucket.name: f"-> {elsewhere}"})
    (note,) = command.json("--python", venv.root, "enable")["notes"]
    assert "could not be removed" in note
    assert len(entries(elsewhere)) == 2


def test_sync_names_a_command_that_installs_where_it_should(
    cache: Path, venv: Venv, command: Command, tmp_path: Path
) -> None:
    command.json("--python", venv.root, "enable", PATH="/usr/bin:/bin")
    info = put(venv.sharedir, "shared", {"shared.py": ""})
    with (info / "METADATA").open("a") as metadata:
        metadata.write("Requires-Dist: one\n")
    (entry,) = entries(cache)
    done = command("--python", venv.root, "sync")
    assert done.stdout.splitlines()[0] == f"remove {entry}"
    assert "--refresh" not in done.stdout
    run_uv(venv, "install", wheel(tmp_path, "one"))
    assert (venv.sharedir / "one.py").is_file()
