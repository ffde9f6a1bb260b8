"""The sharedir shown end to end, offline, in a throwaway directory."""

from __future__ import annotations

import base64
import hashlib
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

from pysharedir import changes
from pysharedir.activation import enable
from pysharedir.errors import TargetError
from pysharedir.hook.files import Settings
from pysharedir.hook.place import Place
from pysharedir.interpreter import processes
from pysharedir.interpreter.finding import find
from pysharedir.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pysharedir.interpreter.target import Target

_ON = {"PYSHAREDIR": "1"}
_FILES = {
    "greeting.py": (
        'HELLO = "one file, two interpreter trees"\n'
        'if __name__ == "__main__":\n'
        "    import sys\n"
        '    print(sys.prefix, HELLO, __file__, sep=": ")\n'
    ),
    "greeting-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
    "greeting-1.0.dist-info/WHEEL": (
        "Wheel-Version: 1.0\nGenerator: pysharedir\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    ),
}


@dataclass(frozen=True)
class Section:
    """One step of the demo: what was done, and what is to be seen of it."""

    title: str
    lines: tuple[str, ...]


def run(base: Target) -> Iterator[Section]:
    """Show the demo with *base*, section by section, and clean up."""
    with tempfile.TemporaryDirectory(prefix="pysharedir-demo-") as name:
        home = Path(name).resolve()
        trees = [_make_tree(base, home / tree) for tree in ("x86_64", "aarch64")]
        yield Section(
            "Two interpreter trees, as two architectures have them",
            _shown([tree.prefix for tree in trees], home),
        )
        yield Section("sys.path before", _shown(trees[0].off.path, home))

        settings = Settings(sharedir=str(home / "share/python/{version}"))
        for tree in trees:
            changes.apply(enable.plan(Snapshot(tree, Place.of(tree)), settings))
        yield Section(
            "pysharedir enable --sharedir DEMO/share/python/{version}, in each",
            _shown(trees[0].view(_ON).path, home),
        )

        purelib = trees[0].view(_ON).purelib
        _install(_wheel(home), trees[0], purelib)
        yield Section(
            "One noarch package, installed once, by the first tree",
            _shown(sorted(map(str, Path(purelib).glob("*"))), home),
        )
        yield Section("Both import it", tuple(_import(tree, home) for tree in trees))


def _make_tree(base: Target, directory: Path) -> Target:
    done = processes.run(
        processes.safe([base.executable, "-m", "venv", "--without-pip", directory])
    )
    if done.returncode:
        printed = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        name = str(base.executable)
        raise TargetError(name, f"{name}: cannot make a venv", f"it said: {printed[-1]}")
    return find(str(directory))


def _wheel(directory: Path) -> Path:
    path = directory / "greeting-1.0-py3-none-any.whl"
    record = "".join(
        f"{name},sha256={_hash(content)},{len(content)}\n" for name, content in _FILES.items()
    )
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in _FILES.items():
            wheel.writestr(name, content)
        wheel.writestr(
            "greeting-1.0.dist-info/RECORD", record + "greeting-1.0.dist-info/RECORD,,\n"
        )
    return path


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _install(wheel: Path, tree: Target, purelib: str) -> None:
    """Install as any installer does that asks sysconfig: the hook needs no more."""
    destination = SchemeDictionaryDestination(
        {
            "purelib": purelib,
            "platlib": tree.platlib,
            "headers": tree.prefix,
            "scripts": tree.scripts,
            "data": tree.prefix,
        },
        interpreter=str(tree.executable),
        script_kind="posix",
    )
    with WheelFile.open(wheel) as source:
        install(source, destination, {"INSTALLER": b"pysharedir"})


def _import(tree: Target, home: Path) -> str:
    done = processes.run(processes.safe([tree.executable, "-m", "greeting"]), env=_ON)
    if done.returncode:
        name = str(tree.executable)
        raise TargetError(name, f"{name}: does not import the package of the demo")
    return _shown([done.stdout.strip()], home)[0]


def _shown(lines: Sequence[str], home: Path) -> tuple[str, ...]:
    return tuple(line.replace(str(home), "DEMO") for line in lines)
