"""The world of a scenario: a venv with distributions that are to move, and what becomes of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from unit.conftest import Venv

SCRIPT = "[console_scripts]\nhello = hello:main\n"
DISTRIBUTIONS = {
    "hello": {
        "hello/__init__.py": "def main():\n    print('hello')\n",
        "hello/sub/__init__.py": "NAME = __name__\n",
        "hello/data.txt": "hello",
    },
    "single": {"single.py": "NAME = __name__\n"},
    "space_one": {"space/one.py": "NAME = __name__\n"},
    "space_two": {"space/deep/two.py": "NAME = __name__\n"},
    "linked": {"linked/__init__.py": "", "linked/data.txt": "linked", "linked/alias": "linked"},
    "shared_one": {"shared/__init__.py": "", "shared/one.py": "NAME = __name__\n"},
    "shared_two": {"shared/two.py": "NAME = __name__\n"},
}
PLATFORM = {"native": {"native.py": "NAME = __name__\n", "space/native.py": "NAME = __name__\n"}}
NAMES = sorted([*DISTRIBUTIONS, *PLATFORM])

# What a fresh interpreter of the target is asked, in whatever state a crash left its directories.
IMPORT = """
import hello, hello.sub, single, space.one, space.deep.two, linked, shared.one, shared.two
import native, space.native
for package in hello, linked:
    name = package.__name__
    for data in {"hello": ["data.txt"], "linked": ["data.txt", "alias"]}[name]:
        with open(package.__file__.replace("__init__.py", data)) as file:
            assert file.read() == name
"""
ASK = (
    IMPORT
    + """
import json
from importlib import metadata
print(json.dumps(sorted(each.metadata["Name"] for each in metadata.distributions())))
"""
)


# The directory in which a move keeps what is not in its place.
OWN = ".pysharedir"
_TOKEN = re.compile(r"\.[0-9a-f]{8}~$")
_CLAIM = re.compile(rf"/{re.escape(OWN)}/[0-9a-f]{{16}}(?=/|$)")
_MARK = re.compile("mark-[0-9a-f]{16}")


@dataclass(frozen=True)
class Entry:
    """A file, a link or a directory as it was kept.

    :ivar content: The bytes of a file, the target of a link, None of a directory.
    """

    path: str
    mode: int
    times: tuple[int, int]
    content: bytes | str | None

    def make(self) -> None:
        """Make it; the times of a directory are set by :meth:`finish`, when it is full."""
        if self.content is None:
            with contextlib.suppress(FileExistsError):  # a root
                os.mkdir(self.path)
            os.chmod(self.path, self.mode)
        elif isinstance(self.content, str):
            os.symlink(self.content, self.path)
            os.utime(self.path, ns=self.times, follow_symlinks=False)
        else:
            with open(self.path, "xb", buffering=0) as file:
                file.write(self.content)
                os.fchmod(file.fileno(), self.mode)
            os.utime(self.path, ns=self.times)

    def finish(self) -> None:
        if self.content is None:
            os.utime(self.path, ns=self.times)


@dataclass
class World:
    """Directories that a scenario changes, which can be put back.

    What was seen in a state is remembered by a digest of it, see :meth:`digest` and :meth:`once`.

    :ivar roots: Everything that belongs to it: the venv, and a sharedir outside of it.
    """

    venv: Venv
    sharedir: Path
    roots: tuple[Path, ...]
    _kept: list[Entry] = field(init=False, default_factory=list)
    _kept_at: int = field(init=False, default=0)
    _done: set[Hashable] = field(init=False, default_factory=set)
    _listed: dict[str, list[str]] = field(init=False, default_factory=dict)

    def keep(self) -> None:
        """Let this be the state that :meth:`reset` gives back."""
        self._kept = [entry for root in self.roots for entry in _entries(str(root))]
        self._kept_at = time.time_ns()

    def reset(self) -> None:
        for root in self.roots:
            for entry in os.scandir(root):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry)
                else:
                    os.unlink(entry)
        for kept in self._kept:
            kept.make()
        for kept in reversed(self._kept):
            kept.finish()

    def state(self, *, empty: bool = True) -> dict[str, str]:
        """Return what is there: of each file its mode, time, number of links and content.

        :param empty: Whether empty directories count.
        """
        found = {}
        for root in self.roots:
            for parent, directories, files in os.walk(root):
                if empty or parent.endswith(f"/{OWN}"):
                    found[parent] = "directory"
                links = [name for name in directories if os.path.islink(f"{parent}/{name}")]
                for name in (*files, *links):
                    found[f"{parent}/{name}"] = _describe(f"{parent}/{name}")
        return found

    def digest(self, *, importable: bool = False) -> str:
        """Return a digest of all that can matter to what runs here next.

        It is made of the name, mode, owner, content and time of each file, of which files are one
        (hard links), and of directories and links.  States with equal digests differ only in what
        no process can tell, or none uses:

        - which inodes they are, and in which order a directory lists its entries;
        - the times of directories, which tell only a process that has listed one before to do so
          again, and the times of links, which nothing reads;
        - how long after :meth:`keep` a file was written.  No state in which a move may end has a
          file of such a time; else a time counts where a pyc holds it, and a pyc is content here;
        - the random part in the name of a temporary file: nothing looks for it;
        - the random part in the name of a mark, which the journal repeats: each move has its own;
        - which dead process has left a lock; whether that is said counts.

        :param importable: Leave out ``.pysharedir``, which no interpreter looks into, unless a
            link leads there: ``test_kill`` sees to that.
        """
        digest = hashlib.sha256()
        leaves_out = importable and not any(map(_leads_to_own, self.roots))
        inodes: dict[tuple[int, int], str] = {}
        for root in self.roots:
            for path, status in _walk(str(root)):
                name = _CLAIM.sub(f"/{OWN}/claim", _TOKEN.sub("~", _MARK.sub("mark", path)))
                if leaves_out and f"/{OWN}/" in f"{name}/":
                    continue
                facts: list[object] = [name, status.st_mode, status.st_uid, status.st_gid]
                if stat.S_ISLNK(status.st_mode):
                    facts.append(os.readlink(path))
                elif not stat.S_ISDIR(status.st_mode):
                    written = status.st_mtime_ns
                    facts.append(written if written <= self._kept_at else "new")
                    content = Path(path).read_bytes()
                    is_claim = f"/{OWN}/" in path and path.endswith("/process")
                    if f"/{OWN}/" in path and path.endswith((".json", ".json~")):
                        content = _MARK.sub("mark", content.decode()).encode()
                    facts.append(bool(content) if is_claim else content)
                    if not importable:
                        inode = status.st_dev, status.st_ino
                        facts += [status.st_nlink, inodes.setdefault(inode, name)]
                digest.update(repr(facts).encode())
        return digest.hexdigest()

    def once(self, what: Hashable, follow: Callable[[], object]) -> None:
        """Let something follow on this state, unless the same has followed on it, and passed.

        This proves the same as to do it each time, because the outcome depends on nothing else:
        *follow* only asserts about the state, and runs commands and interpreters.  Each of these is
        a new process, with the same environment and hash seed, and with the same answers of the
        target about itself (see :mod:`faults.server`).  A failure is not remembered, so that each
        point that leads to it is named.

        :param what: A name of what follows, with all that it depends on besides the state.
        """
        key = self.digest(), what
        if key not in self._done:
            follow()
            self._done.add(key)

    def is_interrupted(self) -> bool:
        return any(next(root.rglob(f"{OWN}/*.json"), None) for root in self.roots)

    def listed(self) -> list[str]:
        """Import all there is in a new interpreter, and return the distributions it lists."""
        digest = self.digest(importable=True)
        if digest not in self._listed:
            done = self.venv.run("-c", ASK, PYTHONDONTWRITEBYTECODE="1")
            assert not done.returncode, done.stderr
            self._listed[digest] = json.loads(done.stdout)
        return self._listed[digest]

    def check_readable(self) -> None:
        """See that nothing is missing, in the middle of a move."""
        assert sorted(set(self.listed())) == NAMES

    def check_sound(self, *, copied: bool = False) -> None:
        """See that everything is there once, is what RECORD says, and works.

        :param copied: Whether a hook shows what was copied twice, until it goes.
        """
        self.once(("sound", copied), lambda: self._check_sound(copied=copied))

    def _check_sound(self, *, copied: bool) -> None:
        listed = self.listed()
        assert (sorted(set(listed)) if copied else listed) == NAMES
        script = self.venv.run(str(self.venv.root / "bin/hello"), PYTHONDONTWRITEBYTECODE="1")
        assert script.stdout == "hello\n", script.stderr
        for directory in (self.venv.site_dir, self.sharedir):
            for record in directory.glob("*.dist-info/RECORD"):
                _verify(record)


def build(venv: Venv, sharedir: Path) -> World:
    """Install the distributions into an enabled venv, each where it does not belong."""
    for name, files in DISTRIBUTIONS.items():
        put(venv.site_dir, name, files, entry_points=SCRIPT if name == "hello" else "")
    for name, files in PLATFORM.items():
        put(sharedir, name, files)
        _relabel(sharedir / f"{name}-1.0.dist-info")
    alias = venv.site_dir / "linked/alias"
    alias.unlink()
    alias.symlink_to("data.txt")
    compiled = venv.run("-m", "compileall", "-q", str(venv.site_dir), str(sharedir))
    assert not compiled.returncode, compiled.stderr
    outside = () if sharedir.is_relative_to(venv.root) else (sharedir,)
    return World(venv, sharedir, (venv.root, *outside))


def _relabel(info: Path) -> None:
    """Let an installed wheel say that it is for the platform."""
    wheel = info / "WHEEL"
    wheel.write_text(
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n"
        "Tag: cp311-cp311-linux_x86_64\n"
    )
    record = info / "RECORD"
    rows = record.read_text().splitlines()
    path = f"{info.name}/WHEEL"
    new = f"{path},{_digest(wheel)},{wheel.stat().st_size}"
    record.write_text("".join(f"{new if row.startswith(f'{path},') else row}\n" for row in rows))


def _verify(record: Path) -> None:
    for row in record.read_text().splitlines():
        name, digest, size = row.split(",")
        path = record.parents[1] / name
        if digest:
            assert (digest, int(size)) == (_digest(path), path.stat().st_size), path
        else:
            assert path.exists(), path


def _digest(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).digest()
    return "sha256=" + urlsafe_b64encode(digest).decode().rstrip("=")


def _entries(root: str) -> list[Entry]:
    """Return what is at and below *root*, parents first, in an order to make it in.

    A file system in memory lists last what was made first: made in this order, it will be listed
    as it was, and a command comes to it in the same order.
    """
    entries = [_entry(root)]
    for name in reversed(os.listdir(root)):
        path = f"{root}/{name}"
        if os.path.isdir(path) and not os.path.islink(path):
            entries += _entries(path)
        else:
            entries.append(_entry(path))
    return entries


def _entry(path: str) -> Entry:
    status = os.lstat(path)
    content: bytes | str | None = None
    if stat.S_ISLNK(status.st_mode):
        content = os.readlink(path)
    elif not stat.S_ISDIR(status.st_mode):
        content = Path(path).read_bytes()
    times = status.st_atime_ns, status.st_mtime_ns
    return Entry(path, stat.S_IMODE(status.st_mode), times, content)


def _walk(root: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield each path at and below *root*, and its status, sorted."""
    status = os.lstat(root)
    yield root, status
    if stat.S_ISDIR(status.st_mode):
        for name in sorted(os.listdir(root)):
            yield from _walk(f"{root}/{name}")


def _leads_to_own(root: Path) -> bool:
    """Tell whether there is a link that leads into a ``.pysharedir``."""
    return any(
        stat.S_ISLNK(status.st_mode) and f"/{OWN}/" in os.readlink(path)
        for path, status in _walk(str(root))
    )


def _describe(path: str) -> str:
    status = os.lstat(path)
    facts = f"{stat.filemode(status.st_mode)} {status.st_nlink}"
    if stat.S_ISLNK(status.st_mode):
        return f"{facts} -> {os.readlink(path)}"
    # The hook's own files are written again when their removal is undone.
    time = "" if "/_pysharedir" in path else status.st_mtime_ns
    return f"{facts} {time} {hashlib.sha256(Path(path).read_bytes()).hexdigest()}"
