"""The world of a scenario: a venv with distributions that are to move, and what becomes of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from unit.wheels import put

if TYPE_CHECKING:
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
_ASK = (
    IMPORT
    + """
import json
from importlib import metadata
print(json.dumps(sorted(each.metadata["Name"] for each in metadata.distributions())))
"""
)


@dataclass
class World:
    """Directories that a scenario changes, which can be put back.

    :ivar roots: Everything that belongs to it: the venv, and a sharedir outside of it.
    :ivar kept: Where the state is kept that :meth:`reset` gives back.
    """

    venv: Venv
    sharedir: Path
    kept: Path
    roots: tuple[Path, ...]
    sound: set[str] = field(default_factory=set)

    def keep(self) -> None:
        """Let this be the state that :meth:`reset` gives back."""
        shutil.rmtree(self.kept, ignore_errors=True)
        for number, root in enumerate(self.roots):
            shutil.copytree(root, self.kept / str(number), symlinks=True)

    def reset(self) -> None:
        for number, root in enumerate(self.roots):
            for entry in os.scandir(root):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry)
                else:
                    os.unlink(entry)
            shutil.copytree(self.kept / str(number), root, symlinks=True, dirs_exist_ok=True)

    def state(self, *, empty: bool = True) -> dict[str, str]:
        """Return what is there: of each file its mode, time, number of links and content.

        :param empty: Whether empty directories count.
        """
        found = {}
        for root in self.roots:
            for parent, directories, files in os.walk(root):
                if empty or parent.endswith("/.pysharedir"):
                    found[parent] = "directory"
                links = [name for name in directories if os.path.islink(f"{parent}/{name}")]
                for name in (*files, *links):
                    found[f"{parent}/{name}"] = _describe(f"{parent}/{name}")
        return found

    def is_interrupted(self) -> bool:
        return any(next(root.rglob(".pysharedir/*.json"), None) for root in self.roots)

    def listed(self) -> list[str]:
        """Import all there is in a new interpreter, and return the distributions it lists."""
        done = self.venv.run("-c", _ASK, PYTHONDONTWRITEBYTECODE="1")
        assert not done.returncode, done.stderr
        names: list[str] = json.loads(done.stdout)
        return names

    def check_readable(self) -> None:
        """See that nothing is missing, in the middle of a move."""
        assert sorted(set(self.listed())) == NAMES

    def check_sound(self, *, copied: bool = False) -> None:
        """See that everything is there once, is what RECORD says, and works.

        :param copied: Whether a hook shows what was copied twice, until it goes.
        """
        digest = hashlib.sha256(repr(sorted(self.state().items())).encode()).hexdigest()
        if digest in self.sound:  # looked at already, in this very state
            return
        listed = self.listed()
        assert (sorted(set(listed)) if copied else listed) == NAMES
        script = self.venv.run(str(self.venv.root / "bin/hello"), PYTHONDONTWRITEBYTECODE="1")
        assert script.stdout == "hello\n", script.stderr
        for directory in (self.venv.site_dir, self.sharedir):
            for record in directory.glob("*.dist-info/RECORD"):
                _verify(record)
        self.sound.add(digest)


def build(venv: Venv, sharedir: Path, kept: Path) -> World:
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
    return World(venv, sharedir, kept, (venv.root, *outside))


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


def _describe(path: str) -> str:
    status = os.lstat(path)
    facts = f"{stat.filemode(status.st_mode)} {status.st_nlink}"
    if stat.S_ISLNK(status.st_mode):
        return f"{facts} -> {os.readlink(path)}"
    # The hook's own files are written anew when their removal is undone.
    time = "" if "/_pysharedir" in path else status.st_mtime_ns
    return f"{facts} {time} {hashlib.sha256(Path(path).read_bytes()).hexdigest()}"
