"""A site-packages of real distributions, made once and copied for every measurement."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from uv import find_uv_bin

from benchmarks import commands, meters
from pysharedir.hook import readme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WHEELS = Path(__file__).resolve().parent.parent / "tests" / "verdicts" / "wheels.txt"
# What the pins are chosen for.
VERSION = "3.11"
PLATFORM = "x86_64-manylinux_2_34"
# Files of a synthetic distribution, and of each of its packages.
IN_ONE = 2_000
IN_PACKAGE = 100
METADATA = {
    "METADATA": "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
    "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "{listing}",
}
PYSHAREDIR: tuple[str, ...] = (sys.executable, "-m", "pysharedir")


@dataclass(frozen=True)
class Moved:
    """What ``sort`` moves.

    :ivar pins: A ``name==version`` for each distribution.
    :ivar files: How many files they have at the destination.
    :ivar trees: What holds exactly these files: paths relative to site-packages, of directories
        that go as a whole, and of single files.
    """

    pins: tuple[str, ...]
    files: int
    trees: tuple[str, ...]


class Pristine:
    """A hooked venv in which everything is in site-packages.

    :ivar venv: The copy that is worked on; always the same path.
    :ivar elsewhere: A directory of another file system, or None.
    """

    def __init__(
        self, root: Path, python: Path, environment: Mapping[str, str], elsewhere: Path | None
    ) -> None:
        self.root = root
        self.environment = environment
        self.elsewhere = elsewhere
        self.venv = root / "venv"
        self.site_packages = self.venv / "lib" / f"python{VERSION}" / "site-packages"
        self.sharedir = self.venv / "share" / "python" / VERSION
        self._kept = root / "kept"  # once it is known what moves: all else
        self._movable = root / "movable"
        self._make(python)
        self.distributions = sum(
            name.endswith(".dist-info") for name in os.listdir(self.site_packages)
        )
        self.files = _count(self.site_packages)
        self.moved = self._find_moved()
        self._split()

    def renew(self) -> None:
        """Make the copy again, and wait until everything is written to the disk."""
        if self.venv.exists():
            shutil.rmtree(self.venv)
        if self.elsewhere is not None:
            shutil.rmtree(self.elsewhere, ignore_errors=True)
            self.elsewhere.mkdir()
        # Links will do for what no way moves, since nobody writes to that.
        whole = not self._movable.exists()
        commands.run(("cp", "-a" if whole else "-al", self._kept, self.venv), self.environment)
        if not whole:
            commands.run(("cp", "-a", f"{self._movable}/.", self.site_packages), self.environment)
        os.sync()

    def add(self, files: int) -> None:
        """Add synthetic distributions of so many *files* in all."""
        for number in range(files // IN_ONE):
            _synthesize(self.site_packages, f"synthetic_{number:03}")
        os.sync()

    def share_elsewhere(self) -> Path:
        """Let the sharedir be on the other file system, and return it."""
        if self.elsewhere is None:
            raise meters.MeterError("there is no other file system")
        sharedir = self.elsewhere / "share" / "python" / VERSION
        self.pysharedir("enable", "--sharedir", str(sharedir))
        return sharedir

    def pysharedir(self, *arguments: str) -> str:
        """Return what a command of pysharedir prints."""
        return commands.run(self.command(*arguments), self.environment)

    def command(self, *arguments: str) -> tuple[str | Path, ...]:
        """Return the line of a command of pysharedir."""
        return (*PYSHAREDIR, "--python", self.venv, *arguments)

    def expect(self, directory: Path, files: int | None = None) -> None:
        """Check that *directory* holds as many files as are moved.

        :raises MeterError: when it does not: what moves less is cheap, and wrong.
        """
        wanted = self.moved.files if files is None else files
        found = sum(path != readme.NAME for path in _walk(directory))
        if found != wanted:
            raise meters.MeterError(f"{found} files are there, and not {wanted}")

    def requirements(self) -> Path:
        """Return a file of requirements: what is moved, pinned."""
        path = self.root / "moved.txt"
        path.write_text("".join(f"{pin}\n" for pin in self.moved.pins))
        return path

    def wheels(self) -> Path:
        """Return a directory with a wheel of each distribution that is moved, packed again."""
        directory = self.root / "wheels"
        if not directory.exists():
            directory.mkdir()
            self.renew()
            pins = set(self.moved.pins)
            for each in metadata.distributions(path=[str(self.site_packages)]):
                if _pin(each.metadata["Name"], each.version) in pins:
                    _pack(each, directory)
        return directory

    def _make(self, python: Path) -> None:
        commands.run([python, "-m", "venv", "--without-pip", self.venv], self.environment)
        chosen = ("--no-deps", "--only-binary", ":all:", "--python-platform", PLATFORM)
        manner = ("--link-mode", "copy", "--compile-bytecode", "--python", self.venv)
        install: commands.Command = ("pip", "install", *manner, *chosen, "-r", WHEELS)
        commands.run((find_uv_bin(), *install), self.environment)
        self.pysharedir("enable")
        self.venv.rename(self._kept)
        self.renew()

    def _find_moved(self) -> Moved:
        """Sort once, which warms up too."""
        found = json.loads(self.pysharedir("sort", "--json"))
        names = set(found["moved"])
        pins = (
            _pin(each["name"], each["version"])
            for each in found["distributions"]
            if each["name"] in names
        )
        files = set(_walk(self.sharedir)) - {readme.NAME}
        self.renew()
        return Moved(tuple(pins), len(files), tuple(_trees(self.site_packages, files)))

    def _split(self) -> None:
        """Keep what moves apart from all else."""
        self._movable.mkdir()
        site_packages = self._kept / self.site_packages.relative_to(self.venv)
        trees = ("--", *self.moved.trees)
        link: commands.Command = ("cp", "-al", "--parents", "-t", self._movable)
        commands.run((*link, *trees), self.environment, site_packages)
        commands.run(("rm", "-r", *trees), self.environment, site_packages)


def _pin(name: str, version: str) -> str:
    return f"{name}=={version}"


def _walk(directory: Path) -> Iterator[str]:
    """Yield the files below *directory*, relative to it."""
    for parent, _, names in os.walk(directory):
        for name in names:
            yield os.path.relpath(os.path.join(parent, name), directory)


def _count(directory: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(directory))


def _trees(base: Path, files: set[str]) -> Iterator[str]:
    """Yield the fewest paths below *base* that hold exactly *files*."""
    held = Counter(str(parent) for path in files for parent in Path(path).parents)
    for parent, directories, names in os.walk(base):
        here = os.path.relpath(parent, base)
        whole = {
            name
            for name in directories
            if (count := held[os.path.normpath(os.path.join(here, name))])
            and count == _count(Path(parent, name))
        }
        directories[:] = [name for name in directories if name not in whole]
        for name in (*whole, *names):
            path = os.path.normpath(os.path.join(here, name))
            if name in whole or path in files:
                yield path


def _pack(distribution: metadata.Distribution, directory: Path) -> None:
    """Write the wheel that *distribution* was installed from, or one that installs the same."""
    paths = [Path(str(each)) for each in distribution.files or ()]
    info = next(each.parent.name for each in paths if each.name == "WHEEL")
    stem = info.removesuffix(".dist-info")
    made = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}  # by installers
    made |= {each.name for each in distribution.entry_points if each.group.endswith("_scripts")}
    wheel = directory / f"{stem}-{_tag(distribution)}.whl"
    packed = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            if path.suffix == ".pyc" or (path.name in made and path.parts[0] in ("..", info)):
                continue
            inside = path
            if path.parts[0] == "..":
                inside = Path(f"{stem}.data", "data", *path.parts[3:])
            archive.write(str(distribution.locate_file(str(path))), str(inside))
            packed.append(f"{inside},,")
        archive.writestr(f"{info}/RECORD", "\n".join([*packed, f"{info}/RECORD,,", ""]))


def _tag(distribution: metadata.Distribution) -> str:
    """Return the tag of the file name of a wheel, which stands for all tags in WHEEL."""
    lines = (distribution.read_text("WHEEL") or "").splitlines()
    tags = [line.partition(":")[2].strip() for line in lines if line.startswith("Tag:")]
    parts = zip(*(tag.split("-") for tag in tags), strict=True)
    return "-".join(".".join(sorted(set(part))) for part in parts)


def _synthesize(base: Path, name: str) -> None:
    """Write an installed distribution of small files into *base*."""
    listed = []
    for number in range(IN_ONE // IN_PACKAGE):
        package = f"{name}/part_{number:02}"
        (base / package).mkdir(parents=True)
        for module in ("__init__", *(f"module_{each:03}" for each in range(1, IN_PACKAGE))):
            listed.append(f"{package}/{module}.py")
            (base / listed[-1]).write_text(f"NAME = {module!r}\n")
    info = f"{name}-1.0.dist-info"
    (base / info).mkdir()
    listed += [f"{info}/{file}" for file in METADATA]
    listing = "".join(f"{path},,\n" for path in listed)
    for file, text in METADATA.items():
        (base / info / file).write_text(text.format(name=name, listing=listing))


def written(files: int) -> int:
    """Return how many files there are when :meth:`Pristine.add` was asked for so many."""
    return files // IN_ONE * (IN_ONE + len(METADATA))


def another_file_system(root: Path, candidates: Sequence[Path]) -> Path | None:
    """Return the first of *candidates* that is a directory on another file system than *root*."""
    for each in candidates:
        if each.is_dir() and os.access(each, os.W_OK) and each.stat().st_dev != root.stat().st_dev:
            return each
    return None
