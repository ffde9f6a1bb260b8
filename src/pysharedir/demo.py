"""The sharedir shown end to end, offline, in a throwaway directory."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

from pysharedir import changes
from pysharedir.activation import enable
from pysharedir.errors import PysharedirError, TargetError, UsageError
from pysharedir.hook.files import Settings
from pysharedir.hook.place import Place
from pysharedir.installed import binaries, contents
from pysharedir.installed.foreign import Own
from pysharedir.interpreter import processes
from pysharedir.interpreter.finding import find
from pysharedir.snapshot import Snapshot
from pysharedir.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pysharedir.interpreter.target import Target

_ON = {"PYSHAREDIR": "1"}
# Runs in the demo's interpreters.
_MAIN = """\
import os, sys
import compiled, pure
for module in pure, compiled.module:
    print(sys.prefix, os.path.dirname(module.__file__), sep=" imports ")
"""
_IMITATION = "other"  # the name of a tree that stands for one of another architecture
_PURE = "email"  # a package of the standard library without compiled parts
# Small extension modules of the standard library that need no library: one is the compiled part.
_EXTENSIONS = ("_bisect", "_heapq", "_queue", "_contextvars", "_random", "_json", "_zoneinfo")


@dataclass(frozen=True)
class Section:
    """One step of the demo: what was done, and what is to be seen of it.

    :ivar table: Rows of cells, the first of them titles.
    :ivar commands: What to copy.
    """

    title: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Tree:
    """An interpreter of the demo: a venv that stands for a prefix of its own."""

    name: str
    maker: Path
    target: Target
    compiled: Path


def run(base: Target, other: Target | None = None) -> Iterator[Section]:
    """Show the demo section by section, and clean up.

    :param base: The interpreter of the first tree.
    :param other: The interpreter of the second tree; None for one of another architecture on PATH,
        else *base*.
    :raises UsageError: when *other* is of another version.
    :raises TargetError: when the demo does not work with these.
    """
    if other and other.version != base.version:
        what = f"{other.executable}: Python {other.version}, and not {base.version}"
        raise UsageError(what, "name one of the same version: a sharedir is for one version")
    with tempfile.TemporaryDirectory(prefix="pysharedir-demo-") as name:
        home = Path(name).resolve()
        pure = _wheel(home, "pure", _pure(base), "py3-none-any")
        trees = [_make_tree(base, home, _machine(base)), _make_second(base, other, home)]
        yield Section("Two interpreters, one for each architecture", _introduction(trees))

        for tree in trees:
            for wheel in pure, tree.compiled:
                _install(wheel, tree, tree.target.off.purelib)
        before = _measured(home, trees)
        yield Section(
            "Before: each tree has a copy of the noarch package",
            _shown([_file(tree.target.purelib, "pure") for tree in trees], home),
        )
        for tree in trees:
            _uninstall(tree)

        settings = Settings(sharedir=str(home / "share/python/{version}"))
        for tree in trees:
            target = tree.target
            changes.apply(enable.plan(Snapshot(target, Place.of(target)), settings))
        purelib = trees[0].target.view(_ON).purelib
        yield Section(
            "`pysharedir enable --sharedir DEMO/share/python/{version}`, in each tree",
            _shown([f"pure wheels now go to {purelib}"], home),
        )

        _install(pure, trees[0], purelib)
        for tree in trees:
            _install(tree.compiled, tree, purelib)
        yield Section(
            "After: the noarch package is there once, the compiled one in each tree",
            tuple(line for tree in trees for line in _imports(tree, home)),
        )
        yield Section("Files and bytes", table=_compared(before, _measured(home, trees)))
    yield Section(
        "Next: the same for a venv of your own",
        commands=(
            "python3 -m venv .venv",
            "pysharedir --python .venv enable --sort",
            "pysharedir --python .venv status",
        ),
    )


def others(base: Target, path: str) -> Iterator[Target]:
    """Yield the interpreters of the same version that are made for another architecture.

    The headers of files tell which to start.  python-discovery would start every Python on PATH,
    and knows neither ``python3-32`` nor ``i386-linux-gnu-python3.13``, the name of a multiarch
    Debian.

    :param path: Directories to search, as in PATH.
    """
    own = Own(base).machines
    version = re.escape(base.version)
    is_python = re.compile(rf"(\w+-\w+-\w+-)?python(3|{version})(-\w+)?").fullmatch
    for directory in filter(os.path.isabs, path.split(os.pathsep)):
        with suppress(OSError):
            for name in sorted(filter(is_python, os.listdir(directory))):
                with suppress(OSError, PysharedirError):
                    executable = os.path.join(directory, name)
                    machines = binaries.machines(executable, base.platform)
                    if machines and own and not machines & own:
                        target = find(executable)
                        if target.version == base.version:
                            yield target


def _machine(target: Target) -> str:
    words = binaries.in_words(Own(target).machines).lower().replace(" ", "-")
    return {"386": "i386", "": "this"}.get(words, words)


def _introduction(trees: Sequence[_Tree]) -> tuple[str, ...]:
    """Say which trees there are, and what of them is an imitation."""
    lines = [f"DEMO/{tree.name}: made by {tree.maker}" for tree in trees]
    if trees[-1].name == _IMITATION:
        lines.append(
            "Both run on this architecture: the second imitates another one.  With"
            f" --other PYTHON, or a Python {trees[0].target.version} of another architecture on"
            " PATH, the demo uses two."
        )
    if not all(_is_compiled(tree.compiled) for tree in trees):
        lines.append("The compiled package only imitates one: it has no native code.")
    return tuple(lines)


def _is_compiled(wheel: Path) -> bool:
    with zipfile.ZipFile(wheel) as archive:
        return any(name.endswith(".so") for name in archive.namelist())


def _make_second(base: Target, other: Target | None, home: Path) -> _Tree:
    """Make the tree of another architecture, or one that imitates it."""
    found = [other] if other else others(base, os.environ.get("PATH", ""))
    for each in found:
        if Own(each).machines != Own(base).machines:
            try:
                return _make_tree(each, home, _machine(each))
            except TargetError:  # Debian has the parts of venv in packages of their own
                if other:
                    raise
    return _make_tree(other or base, home, _IMITATION)


def _make_tree(base: Target, home: Path, name: str) -> _Tree:
    directory = home / name
    done = processes.run(
        processes.safe([base.executable, "-m", "venv", "--without-pip", directory])
    )
    if done.returncode:
        printed = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        python = str(base.executable)
        raise TargetError(python, f"{python}: cannot make a venv", f"it said: {printed[-1]}")
    target = find(str(directory))
    tag = f"cp{base.version.replace('.', '')}-none-linux_{name.replace('-', '_')}"
    return _Tree(
        name, base.executable, target, _wheel(directory, "compiled", _compiled(target), tag)
    )


def _pure(base: Target) -> dict[str, str | bytes]:
    """Return a noarch package, which is one of the standard library."""
    files = Path(base.stdlib, _PURE).glob("*.py")
    return {
        "pure/__init__.py": "",
        **{f"pure/{path.name}": path.read_bytes() for path in sorted(files)},
        "pure/__main__.py": _MAIN,
    }


def _compiled(target: Target) -> dict[str, str | bytes]:
    """Return a package with an extension module, which is one of the interpreter's own."""
    for name in _EXTENSIONS:
        for directory in target.off.path:
            for suffix in sorted(target.suffixes, key=len, reverse=True):
                path = Path(directory, name + suffix)
                if suffix.endswith(".so") and path.is_file():
                    start = f"from compiled import {name} as module\n"
                    return {
                        "compiled/__init__.py": start,
                        f"compiled/{path.name}": path.read_bytes(),
                    }
    return {"compiled/__init__.py": "from compiled import module\n", "compiled/module.py": ""}


def _wheel(directory: Path, name: str, files: Mapping[str, str | bytes], tag: str) -> Path:
    info = f"{name}-1.0.dist-info"
    is_pure = tag.endswith("-any")
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: pysharedir\n"
            f"Root-Is-Purelib: {str(is_pure).lower()}\nTag: {tag}\n"
        ),
    }
    encoded = {
        path: text if isinstance(text, bytes) else text.encode() for path, text in content.items()
    }
    record = "".join(f"{path},sha256={_hash(data)},{len(data)}\n" for path, data in encoded.items())
    made = directory / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(made, "w") as wheel:
        for path, data in encoded.items():
            wheel.writestr(path, data)
        wheel.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return made


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _install(wheel: Path, tree: _Tree, purelib: str) -> None:
    """Install as any installer does that asks sysconfig: the hook needs nothing else."""
    target = tree.target
    destination = SchemeDictionaryDestination(
        {
            "purelib": purelib,
            "platlib": target.platlib,
            "headers": target.prefix,
            "scripts": target.scripts,
            "data": target.prefix,
        },
        interpreter=str(target.executable),
        script_kind="posix",
    )
    with WheelFile.open(wheel) as source:
        install(source, destination, {"INSTALLER": b"pysharedir"})


def _uninstall(tree: _Tree) -> None:
    for name in "pure", "compiled":
        for directory in Path(tree.target.purelib).glob(f"{name}*"):
            shutil.rmtree(directory)


def _file(purelib: str, name: str) -> str:
    return f"{purelib}/{name}/__init__.py"


def _imports(tree: _Tree, home: Path) -> tuple[str, ...]:
    done = processes.run(processes.safe([tree.target.executable, "-B", "-m", "pure"]), env=_ON)
    if done.returncode:
        name = str(tree.target.executable)
        raise TargetError(name, f"{name}: does not import the packages of the demo")
    return _shown(done.stdout.splitlines(), home)


def _measured(home: Path, trees: Sequence[_Tree]) -> dict[str, tuple[int, int]]:
    """Return the files and bytes of the installed packages, by the directory of DEMO."""
    names = [*(tree.name for tree in trees), "share"]
    return {name: _size(home / name) for name in names}


def _size(directory: Path) -> tuple[int, int]:
    parents = ("pure", "compiled")
    sizes = [
        os.path.getsize(directory / path)
        for path in contents.walk(str(directory))
        if Path(path).parent.name.startswith(parents) and not path.endswith(".pyc")
    ]
    return len(sizes), sum(sizes)


def _compared(
    before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]
) -> tuple[tuple[str, ...], ...]:
    rows = [("DEMO/", "before", "after")]
    rows += [(name, _amount(before[name]), _amount(after[name])) for name in before]
    sums = [
        _amount((sum(files for files, _ in each.values()), sum(size for _, size in each.values())))
        for each in (before, after)
    ]
    return (*rows, ("together", *sums))


def _amount(size: tuple[int, int]) -> str:
    files, count = size
    return f"{number(files, 'file')}, {count:,} bytes" if files else "-"


def _shown(lines: Sequence[str], home: Path) -> tuple[str, ...]:
    return tuple(line.replace(str(home), "DEMO") for line in lines)
