"""Byte-compiled modules: whether they can be written, and whether they fit their sources."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import wording
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pysharedir.doctor.patient import Patient
    from pysharedir.target import Target

_HEADER = 16
_FEW = 100  # sources that are compiled to see whether they can be
_CHECKED = 3
_HASHES = (
    "import importlib.util, json, sys\n"
    "def digest(path):\n"
    "    try:\n"
    "        with open(path, 'rb') as file:\n"
    "            return importlib.util.source_hash(file.read()).hex()\n"
    "    except OSError:\n"
    "        return None\n"
    "json.dump([digest(path) for path in json.load(sys.stdin)], sys.stdout)\n"
)
_COMPILABLE = (
    "import json, sys, warnings\n"
    "warnings.simplefilter('ignore')\n"
    "def can(path):\n"
    "    try:\n"
    "        with open(path, 'rb') as file:\n"
    "            compile(file.read(), path, 'exec', dont_inherit=True)\n"
    "        return True\n"
    "    except Exception:\n"
    "        return False\n"
    "json.dump([can(path) for path in json.load(sys.stdin)], sys.stdout)\n"
)
_COMPILE = (
    "import json, py_compile, sys\n"
    "made = 0\n"
    "for source, pyc, level, hashed in json.load(sys.stdin):\n"
    "    mode = 'UNCHECKED_HASH' if hashed else 'TIMESTAMP'\n"
    "    mode = py_compile.PycInvalidationMode[mode]\n"
    "    try:\n"
    "        py_compile.compile(source, pyc, None, True, level, mode)\n"
    "        made += 1\n"
    "    except Exception:\n"
    "        pass\n"
    "print(made)\n"
)


@dataclass(frozen=True)
class Pyc:
    """One byte-compiled module.

    :ivar hashed: The hash in it, when it is by this alone that it fits its source (PEP 552).
    """

    path: str
    source: str
    hashed: str = ""

    @property
    def level(self) -> int:
        """The level of optimisation (PEP 488)."""
        tag = self.path.rsplit(".", 2)[1]
        return int(tag[4:]) if tag[:4] == "opt-" and tag[4:].isdigit() else 0


@dataclass(frozen=True)
class Recompile:
    """A step that makes pycs anew, of the same kind.

    To undo it is not needed: a pyc that fits its source does no harm.  It is an error when none
    can be made.
    """

    executable: Path
    directory: Path
    pycs: tuple[Pyc, ...]

    def __str__(self) -> str:
        return f"byte-compile {wording.number(len(self.pycs), 'module')} in {self.directory}"

    def apply(self) -> Callable[[], object]:
        """See :meth:`pysharedir.changes.Step.apply`."""
        made = _ask(
            self.executable,
            _COMPILE,
            [(each.source, each.path, each.level, bool(each.hashed)) for each in self.pycs],
        )
        if made.strip() in (b"", b"0"):
            raise OSError(errno.EINVAL, f"cannot be compiled, such as {self.pycs[0].source}")
        return bool


def unwritable(patient: Patient) -> Iterator[Finding]:
    """Find modules that are compiled at each start because that cannot be kept."""
    for room in _rooms(patient):
        found = [
            source
            for directory, names in _packages(room)
            if not os.access(_nearest(f"{directory}/__pycache__"), os.W_OK | os.X_OK)
            for source in _uncompiled(directory, names, patient.target)
        ]
        if found and len(found) <= _FEW:
            found = _compilable(found, patient.target)
        if found:
            yield Finding(
                about=str(room),
                reason=f"{wording.number(len(found), 'module')} without a pyc, "
                f"which this user cannot write: {_first(found, room)}",
                remedy=f"as its owner: {patient.target.executable} -m compileall -q {room}",
            )


def stale(patient: Patient) -> Iterator[Finding]:
    """Find pycs that do not fit their sources."""
    target = patient.target
    for room in _rooms(patient):
        misfits: list[Pyc] = []
        hashed: list[Pyc] = []
        for pyc in _pycs(room, target.cache_tag):
            verdict = _judge(pyc, target.magic)
            if verdict is None:
                misfits.append(pyc)
            elif verdict.hashed:
                hashed.append(verdict)
        misfits += _misfits(hashed, target)
        if misfits:
            yield _stale(target, room, misfits)


def _stale(target: Target, room: Path, misfits: list[Pyc]) -> Finding:
    writable = tuple(
        each for each in misfits if os.access(os.path.dirname(each.path), os.W_OK | os.X_OK)
    )
    hides = any(each.hashed for each in misfits)
    return Finding(
        about=str(room),
        reason=f"{wording.number(len(misfits), 'module')} with a pyc that does not fit: "
        f"{_first([each.source for each in misfits], room)}"
        + ("; some hide what has changed in the source" if hides else ""),
        remedy=f"{target.executable} -m compileall -q -f {room}",
        fix=(Recompile(target.executable, room, writable),) if writable else (),
    )


def _rooms(patient: Patient) -> list[Path]:
    if patient.target.pycache_prefix or not patient.target.cache_tag:
        return []
    return [room.path for room in patient.rooms if room.root == patient.where.root]


def _packages(room: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the directories that modules are imported from, with their modules."""
    for directory, below, names in os.walk(room):
        below[:] = [name for name in below if name.isidentifier() and name != "__pycache__"]
        modules = [name for name in names if name.endswith(".py") and name[:-3].isidentifier()]
        if modules:
            yield directory, sorted(modules)


def _nearest(directory: str) -> str:
    """Return *directory*, or the one that it would be made in."""
    return directory if os.path.isdir(directory) else os.path.dirname(directory)


def _uncompiled(directory: str, names: Iterable[str], target: Target) -> Iterator[str]:
    for name in names:
        pyc = f"{directory}/__pycache__/{name[:-2]}{target.cache_tag}.pyc"
        if _judge(Pyc(pyc, f"{directory}/{name}"), target.magic) is None:
            yield f"{directory}/{name}"


def _compilable(sources: list[str], target: Target) -> list[str]:
    """Return those of which there could be a pyc: templates and tests may be no modules at all."""
    try:
        answers = json.loads(_ask(target.executable, _COMPILABLE, sources))
    except ValueError:
        return sources
    return [source for source, can in zip(sources, answers, strict=True) if can]


def _pycs(room: Path, cache_tag: str) -> Iterator[Pyc]:
    """Yield the pycs of one interpreter that have a source."""
    middle = f".{cache_tag}."
    for directory, below, names in os.walk(room):
        if "__pycache__" not in below or os.path.islink(f"{directory}/__pycache__"):
            continue
        sources = {name[:-3] for name in names if name.endswith(".py")}
        for name in _names(f"{directory}/__pycache__"):
            stem, found, end = name.partition(middle)
            if found and stem in sources and (end == "pyc" or end.endswith(".pyc")):
                yield Pyc(f"{directory}/__pycache__/{name}", f"{directory}/{stem}.py")


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _judge(pyc: Pyc, magic: str) -> Pyc | None:
    """Return a pyc that fits its source as far as 16 bytes tell, see PEP 552; None otherwise."""
    try:
        descriptor = os.open(pyc.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            header = os.read(descriptor, _HEADER)
        finally:
            os.close(descriptor)
        flags = int.from_bytes(header[4:8], "little")
        if len(header) < _HEADER or header[:4].hex() != magic or flags > _CHECKED:
            return None
        if flags:
            # A checked one is seen through by the interpreter itself.
            return pyc if flags == _CHECKED else Pyc(pyc.path, pyc.source, header[8:].hex())
        status = os.stat(pyc.source)
    except OSError:
        return None
    fits = header[8:] == b"".join(
        (int(value) & 0xFFFFFFFF).to_bytes(4, "little")
        for value in (status.st_mtime, status.st_size)
    )
    return pyc if fits else None


def _misfits(hashed: list[Pyc], target: Target) -> list[Pyc]:
    """Return those whose hash is another; which function that is differs between versions."""
    if not hashed:
        return []
    said = _ask(target.executable, _HASHES, [each.source for each in hashed])
    try:
        digests = json.loads(said)
    except ValueError:
        return []
    return [
        each
        for each, digest in zip(hashed, digests, strict=True)
        if digest not in (None, each.hashed)
    ]


def _ask(executable: Path, code: str, what: object) -> bytes:
    return subprocess.run(
        [executable, "-I", "-S", "-c", code],
        input=json.dumps(what).encode(),
        capture_output=True,
        check=False,
    ).stdout


def _first(paths: list[str], room: Path) -> str:
    return os.path.relpath(paths[0], room)
