"""One image of a sharedir, mounted under the Pythons of several architectures."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.boxes import Box
from lab.guides import block
from lab.machines import AMD64, ARM64, I386, IMAGING, Machine
from lab.stations import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.stations import Station

NEEDS = ("losetup", "mount", "strace")

KINDS = ("squashfs", "erofs")
SHARE = "/usr/local/share/python"
WANTED = ("attrs", "idna", "packaging", "urllib3")
_USE = f"""
import sys

def note(event, arguments):
    if event == "compile" and str(arguments[1]).startswith("{SHARE}/"):
        compiled.append(arguments[1])

compiled = []
sys.addaudithook(note)
import attr, attrs, idna, packaging.requirements, urllib3
modules = attr, attrs, idna, packaging.requirements, urllib3
import json
print("<lab>" + json.dumps([[each.__file__ for each in modules], compiled]) + "</lab>")
"""
_CHANGE = re.compile(
    rf'\w*(?:mkdir|rename|unlink|creat|link|chmod|mknod|truncate|utime)\w*\(.*"{SHARE}'
    rf'|open\w*\(.*"{SHARE}.*O_(?:WRONLY|RDWR|CREAT)'
)


@pytest.fixture(scope="module")
def filled(
    stations: Callable[[Machine], Station], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Return what gives a new directory of sharedirs, filled by pip on amd64."""

    def fill(*options: str, **env: str) -> Path:
        tree = tmp_path_factory.mktemp("tree")
        (tree / "3.11").mkdir()
        stations(AMD64).on(tree, writable=True).install(*options, *WANTED, env=env)
        assert (tree / "3.11" / "idna").is_dir()
        return tree

    return fill


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Box:
    return Box(IMAGING.copy(tmp_path_factory.mktemp("tools") / "root"))


@pytest.fixture(scope="module")
def make(tools: Box, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, Path]]:
    """Return what makes images of a directory of sharedirs, as the guide does."""

    def made(tree: Path) -> dict[str, Path]:
        images = tmp_path_factory.mktemp("images")
        box = replace(tools, shown={SHARE: tree}, lent={"/srv": images})
        box.run("sh", "-euc", block("images.md", "mksquashfs"), cwd="/srv")
        return {kind: images / f"python.{kind}" for kind in KINDS}

    return made


@pytest.fixture(scope="module")
def images(filled: Callable[..., Path], make: Callable[[Path], dict[str, Path]]) -> dict[str, Path]:
    return make(filled(SOURCE_DATE_EPOCH="0"))


@pytest.fixture(scope="module")
def readers(stations: Callable[[Machine], Station]) -> dict[Machine, Station]:
    return {machine: stations(machine) for machine in (AMD64, I386, ARM64)}


def mounted(station: Station, image: Path) -> Station:
    where = Path(f"{station.box.root}{SHARE}")
    return replace(station, box=replace(station.box, images={image: where}))


def use(station: Station, image: Path, within: tuple[str, ...] = ()) -> list[str]:
    """Import from an image, and return the names of the files that were compiled for it."""
    box = mounted(station, image).box
    done = box.run(station.machine.python, "-c", _USE, within=within)
    files, compiled = answer(done)
    assert all(each.startswith(f"{SHARE}/3.11/") for each in files), files
    assert not done.stderr
    found: list[str] = compiled
    return found


def changes(station: Station, image: Path, log: Path) -> list[str]:
    """Return the system calls, made to import from an image, that would have changed it."""
    strace = ("strace", "--follow-forks", "--trace=file", f"--output={log}")
    use(station, image, within=strace)
    calls = log.read_text().splitlines()
    assert any(f'"{SHARE}/3.11/idna/__init__.py"' in each for each in calls)
    return [each for each in calls if _CHANGE.search(each)]


@pytest.mark.parametrize("machine", [AMD64, I386, ARM64], ids=lambda machine: machine.name)
@pytest.mark.parametrize("kind", KINDS)
def test_import(
    kind: str, machine: Machine, images: dict[str, Path], readers: dict[Machine, Station]
) -> None:
    assert use(readers[machine], images[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written(
    kind: str, images: dict[str, Path], readers: dict[Machine, Station], tmp_path: Path
) -> None:
    assert changes(readers[AMD64], images[kind], tmp_path / "log") == []


def test_same_bytes_again(
    images: dict[str, Path],
    filled: Callable[..., Path],
    make: Callable[[Path], dict[str, Path]],
) -> None:
    again = make(filled(SOURCE_DATE_EPOCH="0"))
    for kind in KINDS:
        assert images[kind].read_bytes() == again[kind].read_bytes()


def test_without_pycs(
    filled: Callable[..., Path],
    make: Callable[[Path], dict[str, Path]],
    readers: dict[Machine, Station],
    tmp_path: Path,
) -> None:
    bare = make(filled("--no-compile"))
    for machine, kind in zip(readers, itertools.cycle(KINDS), strict=False):
        assert f"{SHARE}/3.11/idna/core.py" in use(readers[machine], bare[kind])
    tried = changes(readers[AMD64], bare["squashfs"], tmp_path / "log")
    assert tried
    assert all("EROFS" in each for each in tried)


def test_pycs_with_times(
    filled: Callable[..., Path],
    make: Callable[[Path], dict[str, Path]],
    readers: dict[Machine, Station],
) -> None:
    tree = filled()
    assert list(tree.rglob("idna/__pycache__/core.*.pyc"))
    for image in make(tree).values():
        assert f"{SHARE}/3.11/idna/core.py" in use(readers[AMD64], image)
