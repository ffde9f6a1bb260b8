"""The tree where nobody can write: images of file systems; the other tests bind it read-only."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.boxes import Box
from lab.machines import AMD64, IMAGING, Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.stations import Station

NEEDS = ("losetup", "mount", "strace")
_USED = """
import importlib
names = "click", "pygments.lexers.python", "pytest", "rich.table", "urllib3", "jaraco.functools"
answer = [importlib.import_module(name).__file__ for name in names]
"""
_CHANGES = re.compile(
    rf'open.*"{re.escape(AMD64.sharedir)}.*(O_WRONLY|O_RDWR|O_CREAT)'
    rf'|(mkdir|rename|unlink|rmdir|link|chmod|utime|truncate)\w*\(.*"{re.escape(AMD64.sharedir)}'
)


@pytest.fixture(scope="session")
def images(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Images of the tree, by the file system."""
    directory = tmp_path_factory.mktemp("images")
    box = Box(IMAGING.copy(directory / "tools"), shown={"/mnt": tree}, lent={"/srv": directory})
    box.run("mksquashfs", "/mnt", "/srv/tree.squashfs", "-quiet", "-comp", "zstd")
    box.run("mkfs.erofs", "-zlz4", "/srv/tree.erofs", "/mnt")
    return {form: directory / f"tree.{form}" for form in ("squashfs", "erofs")}


def mounted(station: Station, image: Path, directory: Path) -> Station:
    """Return a station whose sharedirs are in an image."""
    there = station.on(directory)
    return replace(there, box=replace(there.box, images={image: directory}))


def test_squashfs(station: Station, images: dict[str, Path], tmp_path: Path) -> None:
    imports(mounted(station, images["squashfs"], tmp_path))


def test_erofs(station: Station, images: dict[str, Path], tmp_path: Path) -> None:
    imports(mounted(station, images["erofs"], tmp_path))


def imports(station: Station) -> None:
    for path in station.ask(_USED):
        assert path.startswith(f"{station.machine.sharedir}/")


@pytest.fixture
def calls(
    stations: Callable[[Machine], Station], images: dict[str, Path], tmp_path: Path
) -> Callable[..., list[str]]:
    """Return what tells which calls with names of files a command of amd64 makes."""

    def calls(*command: str) -> list[str]:
        log = tmp_path / "calls"
        directory = tmp_path / "mounted"
        directory.mkdir()
        there = mounted(stations(AMD64), images["squashfs"], directory)
        within = ("strace", "-f", "-qq", "-o", str(log), "-e", "trace=%file,ftruncate")
        done = there.box.run(AMD64.python, *command, env=there.env, within=within, check=False)
        assert "pysharedir" not in command[0] or done.returncode in (0, 1), done.stderr
        assert "pysharedir" not in command[0] or "Traceback" not in done.stderr
        found = log.read_text().splitlines()
        assert any(f'"{AMD64.sharedir}/' in call for call in found)
        return found

    return calls


@pytest.mark.parametrize(
    "command",
    [
        ("/lab/sweep.py", AMD64.sharedir),
        ("/opt/pysharedir", "status"),
        ("/opt/pysharedir", "doctor"),
        ("/opt/pysharedir", "sync", "--check"),
        ("/opt/pysharedir", "why", "click"),
    ],
    ids=lambda command: command[1].rpartition("/")[2],
)
def test_nothing_tries_to_write(command: tuple[str, ...], calls: Callable[..., list[str]]) -> None:
    assert not list(filter(_CHANGES.search, calls(*command)))


@pytest.mark.parametrize("change", ["os.mkdir({}/new')", "open({}/click/__init__.py', 'a')"])
def test_attempts_to_write_are_seen(change: str, calls: Callable[..., list[str]]) -> None:
    code = change.format(f"'{AMD64.sharedir}")
    assert list(filter(_CHANGES.search, calls("-c", f"import os; {code}")))
