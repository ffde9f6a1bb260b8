"""``sort`` of trees that no installer writes: it does not raise, hang or lose anything.

Distributions with odd metadata, RECORDs and files lie in the site dir and the sharedir of an
interpreter that is on no disk.  Beside them is a sound one, which moves whatever they are.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import event
from hypothesis import strategies as st

from fuzz import fuzz
from pysharedir.hook.place import Place
from pysharedir.installed import binaries, records
from pysharedir.moving import relocation
from pysharedir.moving.relocation import Relocation
from pysharedir.snapshot import Snapshot
from pysharedir.sort import plan as sorting
from unit.pure.made import target
from unit.test_binaries import ELF_I386, MACH_O, WINDOWS, archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from pysharedir.installed.distribution import Distribution
    from pysharedir.sort.plan import Plan

# A build whose platlib is a separate directory.
PURELIB, PLATLIB, SHAREDIR = TREES = (
    "root/lib/python3.13/site-packages",
    "root/lib64/python3.13/site-packages",
    "root/share/python/3.13",
)
PATIENCE = 10  # seconds; an example that takes longer hangs


class Hang(Exception):  # noqa: N818
    """An example that does not end."""


class Link(NamedTuple):
    """A symbolic link."""

    to: str


@dataclass(frozen=True)
class Odd:
    """Something other than a regular file: a FIFO or a directory."""

    mode: int


FIFO, DIRECTORY = Odd(stat.S_IFIFO), Odd(stat.S_IFDIR)
Node = bytes | Link | Odd
OWN = Path(sys.executable).read_bytes()[:64]
NATIVE = [OWN, ELF_I386, MACH_O, WINDOWS, archive(b"", ELF_I386), archive(b"x", MACH_O, OWN)]
LINKS = ["a.py", "p/m.py", "../a.py", "..", ".", "none", "/dev/zero", "../../../../victim"]
PATHS = [
    *(
        "a.py",
        "b.pth",
        "..a.py",
        "a b.py",
        "\xe9\u2028.py",
        "l\nf.py",
        "c\rr.py",
        'q"q.py',
        "e,f.py",
    ),
    *("p/__init__.py", "p/m.py", "p/q/__init__.py", "p/q/n.so", "p/data", "ns/one/__init__.py"),
    *("__pycache__/a.cpython-313.pyc", "p/__pycache__/m.cpython-313.pyc", "ns/x__pycache__/y.py"),
]
ODD_PATHS = [
    *("~a/b.py", "_pysharedir.pth", "_pysharedir.d/path.py", "sitecustomize.py", 300 * "l"),
    *("p", "p/q", "p/__pycache__", "ns", "back\\slash.py", "one-1.0.dist-info/more/x"),
    *("other-1.0.dist-info/METADATA", "two-1.0.dist-info/RECORD", "C:\\x.py"),
]
NO_PATHS = [  # only in rows of RECORD
    *(
        "",
        ".",
        "..",
        "/",
        "/etc/passwd",
        "../../../bin/s",
        "../x",
        "../../../../victim/v",
        "a\0b.py",
    ),
    *(
        "../site-packages/a.py",
        "p/../a.py",
        "./a.py",
        "p//m.py",
        "p/",
        "//a.py",
        ".pysharedir/lock",
    ),
    *(1000 * "d/" + "x", "whole-1.0.dist-info/RECORD", "../../../share/x"),
]
NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "~ne"]
WHEEL = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
TAGS = [
    b"Tag: py3-none-any\n",
    b"Tag: a-b\n",
    b"Tag: " + b"-".join([b"x." * 999 + b"y"] * 3) + b"\n",
]
URLS = [
    b"{}",
    b"[]",
    b'{"dir_info": null}',
    b'{"dir_info": {"editable": true}}',
    5000 * b"[",
    b"9" * 5000,
]

splinters = st.sampled_from([b"", b"\0", b"\n", b"\r", b'"', b",", b"-", b".", b"\xff", 12 * b"9"])


@st.composite
def mangled(draw: st.DrawFn, sound: bytes) -> bytes:
    """Return bytes that are nearly sound: some of them are others, or the end is missing."""
    content = bytearray(sound)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(content)))
        content[start : start + draw(st.integers(0, 4))] = draw(splinters | st.binary(max_size=6))
    return bytes(content[: draw(st.none() | st.integers(0, len(content)))])


contents = st.sampled_from([b"", b"x = 1\n", b"x = 2\n", b"x = 3\n", b"/abs/path\n", OWN, ELF_I386])
odd_nodes = st.sampled_from([FIFO, DIRECTORY]) | st.sampled_from(LINKS).map(Link)
nodes = contents | contents.flatmap(mangled) | odd_nodes
# What is odd about a distribution; most have one thing.
FAULTS = [
    "nothing",
    "METADATA",
    "RECORD",
    "WHEEL",
    "files",
    "rows",
    "tag",
    "direct_url.json",
    "INSTALLER",
]


@st.composite
def distributions(draw: st.DrawFn) -> dict[str, Node]:
    """Return the files of a distribution."""
    faults = draw(st.sets(st.sampled_from(FAULTS), min_size=1, max_size=2))
    name = draw(st.sampled_from(NAMES))
    info = f"{name}-{draw(st.sampled_from(['1.0', '1.0', '0.9']))}.dist-info"

    def metadata(name: str, sound: bytes) -> Node:
        return draw(mangled(sound) | odd_nodes) if name in faults else sound

    tree: dict[str, Node] = draw(st.dictionaries(st.sampled_from(PATHS), contents, max_size=5))
    listed = list(tree)
    if "files" in faults:
        paths = st.sampled_from([*PATHS, *ODD_PATHS])
        tree.update(draw(st.dictionaries(paths, nodes, min_size=1, max_size=3)))
        listed = draw(st.permutations([*tree]))
    if "rows" in faults:
        listed += draw(
            st.lists(st.sampled_from([*PATHS, *ODD_PATHS, *NO_PATHS]), min_size=1, max_size=3)
        )
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    rows = [f'"{path.replace(chr(34), 2 * chr(34))}",,{ending}' for path in listed]
    record = "".join([*rows, f"../../../bin/s,,{ending}", f"{info}/RECORD,,{ending}"])
    said = f"Metadata-Version: 2.1\nName: {name.replace('~', 'o')}\nVersion: 1.0\n"
    tag = draw(st.sampled_from(TAGS)) if "tag" in faults else b""
    return {
        **tree,
        f"{info}/METADATA": metadata("METADATA", said.encode()),
        f"{info}/RECORD": metadata("RECORD", record.encode()),
        f"{info}/WHEEL": metadata("WHEEL", WHEEL + tag),
        f"{info}/direct_url.json": metadata("direct_url.json", draw(st.sampled_from(URLS)))
        if "direct_url.json" in faults
        else b"{}",
        f"{info}/INSTALLER": metadata("INSTALLER", b"pip"),
    }


WHOLE: dict[str, Node] = {
    "whole/__init__.py": b"",
    "whole/m.py": b"x",
    "whole-1.0.dist-info/METADATA": b"Name: whole\nVersion: 1.0\n",
    "whole-1.0.dist-info/WHEEL": WHEEL,
    "whole-1.0.dist-info/RECORD": b"whole/__init__.py,,\nwhole/m.py,,\n",
}


def plant(directory: Path, tree: dict[str, Node]) -> None:
    """Write the files of a tree that the file system allows."""
    for name, node in tree.items():
        path = directory / name
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(node, Link):
                path.symlink_to(node.to)
            elif node is FIFO:
                os.mkfifo(path)
            elif isinstance(node, Odd):
                path.mkdir()
            elif not path.exists():
                path.write_bytes(node)


def look(directory: Path) -> dict[str, Node]:
    """Return all files in a directory, at any depth."""
    there: dict[str, Node] = {}
    for parent, directories, files in os.walk(directory):
        for name in (*directories, *files):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if not stat.S_ISDIR(mode):
                relative = str(path.relative_to(directory))
                there[relative] = (
                    Link(os.readlink(path))
                    if stat.S_ISLNK(mode)
                    else path.read_bytes()
                    if stat.S_ISREG(mode)
                    else FIFO
                )
    return there


def by_place(there: dict[str, Node]) -> dict[str, set[Node]]:
    """Return what files hold by their paths, of which those in several trees are one."""
    held: defaultdict[str, set[Node]] = defaultdict(set)
    for path, node in there.items():
        tree = next((tree for tree in TREES if path.startswith(f"{tree}/")), "")
        inside = path.removeprefix(f"{tree}/")
        if not inside.endswith((".pyc", ".dist-info/RECORD")):
            held[inside].add(node)
    return dict(held)


@contextmanager
def bounded() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def plan(root: Path) -> Plan:
    purelib, platlib = str(root / PURELIB), str(root / PLATLIB)
    made = target(
        prefix=str(root / "root"),
        purelib=purelib,
        platlib=platlib,
        platlibdir="lib64",
        site_dirs=(platlib, purelib),
        scripts=str(root / "root/bin"),
        sys_executable=sys.executable,
    )
    return sorting.plan(Snapshot(made, Place.of(made)), {})


def listed(members: Iterable[Distribution]) -> dict[str, list[str]]:
    """Return the paths that RECORDs list, those outside the directory as absolute paths."""
    return {
        each.info.name: [
            os.path.normpath(each.directory / path)
            if f"{os.path.normpath(path)}/".startswith("../")
            else path
            for path, _, _ in records.rows(each.name, each.info)
        ]
        for each in members
    }


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else imports from these trees, and no package manager knows them."""
    monkeypatch.setattr(relocation, "GRACE", 0)
    monkeypatch.setattr("os.sync", bool)
    monkeypatch.setattr("os.fsync", bool)
    monkeypatch.setattr("shutil.which", lambda _: None)


@pytest.mark.slow
@fuzz(
    st.lists(st.tuples(st.sampled_from(TREES), distributions()), min_size=1, max_size=6),
    examples=300,
    seconds=8,
)
def test_sort(found: list[tuple[str, dict[str, Node]]]) -> None:
    root = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        with bounded():
            plant(root, {"victim/v": b"precious", "root/bin/s": b"#!", "root/share/x": b"x"})
            for directory, members in found:
                plant(root / directory, members)
            plant(root / PURELIB, WHOLE)
            for directory in TREES:
                (root / directory).mkdir(parents=True, exist_ok=True)
            check(root)
    finally:
        shutil.rmtree(root)


def check(root: Path) -> None:
    """Sort a tree, check the result, and undo it."""
    before = look(root)
    planned = plan(root)
    for verdict in planned.verdicts:
        event(verdict.kind.value)
    event(f"{len(planned.moves) - 1} of them moved")
    assert any(move.distribution.name == "whole" for move in planned.moves)
    rows = listed(move.distribution for move in planned.moves)
    pairs = [
        (move, path)
        for move in planned.moves
        for path in without_pycs(move.distribution.listing.files())
        if os.path.islink(move.source / path) or os.path.isfile(move.source / path)
    ]
    own = {move.destination / path for move, path in pairs}
    left = {move.source / path for move, path in pairs if path not in move.stays} - own
    undo = Relocation(planned.moves, planned.layout.sharedir).apply()
    after = look(root)
    assert by_place(after) == by_place(before)
    assert [path for path in own if not os.path.lexists(path)] == []
    assert [path for path in left if os.path.lexists(path)] == []
    assert listed(move.distribution.at(move.destination) for move in planned.moves) == rows
    plan(root)  # there may be more to move now, to places that were taken before
    undo()
    restored = look(root)
    assert by_place(restored) == by_place(before)
    assert without_pycs(restored) == without_pycs(before)


def without_pycs(there: Iterable[str]) -> set[str]:
    """Return all paths except those of pycs, which any interpreter can make."""
    return {path for path in there if not path.endswith(".pyc")}


@pytest.mark.slow
@fuzz(st.sampled_from(NATIVE).flatmap(mangled) | st.binary(max_size=200), examples=1000, seconds=2)
def test_machine(content: bytes) -> None:
    with bounded(), tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        for platform in "linux", "darwin":
            told = binaries.machines(file.name, platform)
            assert all(name.startswith(("ELF ", "Mach-O ")) for name in told)
            assert not told or binaries.in_words(told)
