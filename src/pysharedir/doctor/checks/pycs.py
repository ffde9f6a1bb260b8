"""Byte-compiled modules: whether users can write them, and whether they match their sources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir import wording
from pysharedir.doctor.findings import Finding
from pysharedir.errors import TargetError
from pysharedir.interpreter import bytecode, processes
from pysharedir.interpreter.bytecode import Pyc, Recompile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pysharedir.doctor.examination import Examination
    from pysharedir.interpreter.answers import Pycs
    from pysharedir.interpreter.target import Target

_HEADER = 16
_FEW = 100  # sources to compile, to see whether that is possible
_CHECKED = 3


def unwritable(examination: Examination) -> Iterator[Finding]:
    """Find modules that each start compiles again because it cannot write the result."""
    for tree in _trees(examination):
        sources = [
            source
            for directory, names in _packages(tree)
            if not os.access(_nearest(f"{directory}/__pycache__"), os.W_OK | os.X_OK)
            for source in _uncompiled(directory, names, examination.target)
        ]
        if sources and len(sources) <= _FEW:
            sources = _compilable(sources, examination.target)
        if sources:
            yield Finding(
                about=str(tree),
                reason=f"{wording.number(len(sources), 'module')} without a pyc, and this user "
                f"cannot write one: {_first(sources, tree)}",
                remedy=f"as its owner: {examination.target.executable} -m compileall -q {tree}",
            )


def stale(examination: Examination) -> Iterator[Finding]:
    """Find pycs that do not match their sources."""
    target = examination.target
    for tree in _trees(examination):
        misfits: list[Pyc] = []
        hashed: list[Pyc] = []
        for pyc in _pycs(tree, target.cache_tag):
            fitting = _fitting(pyc, target.magic)
            if fitting is None:
                misfits.append(pyc)
            elif fitting.hashed:
                hashed.append(fitting)
        misfits += bytecode.misfits(target.executable, hashed)
        if misfits:
            yield _stale(target, tree, misfits)


def _stale(target: Target, tree: Path, misfits: list[Pyc]) -> Finding:
    writable = tuple(
        pyc for pyc in misfits if os.access(os.path.dirname(pyc.path), os.W_OK | os.X_OK)
    )
    hides = any(pyc.hashed for pyc in misfits)
    return Finding(
        about=str(tree),
        reason=f"{wording.number(len(misfits), 'module')} with a pyc that does not match: "
        f"{_first([pyc.source for pyc in misfits], tree)}"
        + ("; some hide changes of the source" if hides else ""),
        remedy=f"{target.executable} -m compileall -q -f {tree}",
        fix=(Recompile(target.executable, tree, writable),) if writable else (),
    )


def _trees(examination: Examination) -> list[Path]:
    if examination.target.pycache_prefix or not examination.target.cache_tag:
        return []
    root = examination.place.root
    return [directory.path for directory in examination.directories if directory.root == root]


def _packages(tree: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the directories that hold modules, with their modules."""
    for directory, below, names in os.walk(tree):
        below[:] = [name for name in below if name.isidentifier() and name != "__pycache__"]
        modules = [name for name in names if name.endswith(".py") and name[:-3].isidentifier()]
        if modules:
            yield directory, sorted(modules)


def _nearest(directory: str) -> str:
    """Return *directory*, or its parent if it does not exist yet."""
    return directory if os.path.isdir(directory) else os.path.dirname(directory)


def _uncompiled(directory: str, names: Iterable[str], target: Target) -> Iterator[str]:
    for name in names:
        pyc = f"{directory}/__pycache__/{name[:-2]}{target.cache_tag}.pyc"
        if _fitting(Pyc(pyc, f"{directory}/{name}"), target.magic) is None:
            yield f"{directory}/{name}"


def _compilable(sources: list[str], target: Target) -> list[str]:
    """Return the sources that compile: templates and tests may not be modules at all."""
    try:
        answer: Pycs = processes.ask(
            target.executable, "pycs", flags=processes.ISOLATED, given=[[], sources]
        )
    except TargetError:
        return sources
    can = answer["compiles"]
    return [source for source, compiles in zip(sources, can, strict=True) if compiles]


def _pycs(tree: Path, cache_tag: str) -> Iterator[Pyc]:
    """Yield the pycs of one interpreter that have a source."""
    middle = f".{cache_tag}."
    for directory, below, names in os.walk(tree):
        if "__pycache__" not in below or os.path.islink(f"{directory}/__pycache__"):
            continue
        sources = {name[:-3] for name in names if name.endswith(".py")}
        for name in _names(f"{directory}/__pycache__"):
            stem, tag, end = name.partition(middle)
            if tag and stem in sources and (end == "pyc" or end.endswith(".pyc")):
                yield Pyc(f"{directory}/__pycache__/{name}", f"{directory}/{stem}.py")


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _fitting(pyc: Pyc, magic: str) -> Pyc | None:
    """Return a pyc that matches its source as far as 16 bytes tell, see PEP 552; None otherwise.

    :return: The pyc, with its hash if that is what must match.
    """
    try:
        header = bytecode.header(pyc.path)
        flags = int.from_bytes(header[4:8], "little")
        if len(header) < _HEADER or header[:4].hex() != magic or flags > _CHECKED:
            return None
        if flags:
            # The interpreter itself checks this one.
            return pyc if flags == _CHECKED else Pyc(pyc.path, pyc.source, header[8:].hex())
        status = os.stat(pyc.source)
    except OSError:
        return None
    fits = header[8:] == b"".join(
        (int(value) & 0xFFFFFFFF).to_bytes(4, "little")
        for value in (status.st_mtime, status.st_size)
    )
    return pyc if fits else None


def _first(paths: list[str], tree: Path) -> str:
    return os.path.relpath(paths[0], tree)
