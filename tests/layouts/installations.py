"""Installations of CPython to build layouts from: the real one is copied once, and left alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Half of a standard library, and nothing that a layout needs.
LEFT_OUT = ("config-*", "ensurepip", "idlelib", "site-packages", "test", "tests", "turtledemo")
# What makes Debian's site and sysconfig those of CPython again, so that its interpreters serve as
# targets where there is no other build of their version.  The frozen site stays Debian's.
UNPATCH = {
    "site.py": {
        '"dist-packages"': '"site-packages"',
        '"local/lib"': '"none/lib"',
        "if is_virtual_environment": "if False",
    },
    "sysconfig.py": {'hasattr(sys, "real_prefix")': "True"},
    "sysconfig/__init__.py": {'hasattr(sys, "real_prefix")': "True"},
}
UNFROZEN = ("-X", "frozen_modules=off")


@dataclass(frozen=True)
class Installation:
    """A CPython without packages.

    :ivar stdlib: A trimmed copy of its standard library.
    :ivar options: What every start of it is given.
    """

    version: str
    executable: Path
    stdlib: Path
    libraries: tuple[Path, ...]
    options: tuple[str, ...]

    def install(self, prefix: Path, libs: tuple[str, ...] = ("lib",)) -> None:
        """Make a prefix: the executable, and in each of *libs* links to the standard library."""
        name = f"python{self.version}"
        executable = prefix / "bin" / name
        executable.parent.mkdir(parents=True)
        shutil.copy2(self.executable, executable)
        for alias in ("python3", "python"):
            (prefix / "bin" / alias).symlink_to(name)
        for lib in libs:
            directory = prefix / lib / name
            directory.mkdir(parents=True)
            for entry in self.stdlib.iterdir():
                (directory / entry.name).symlink_to(entry)
        for library in self.libraries:
            (prefix / "lib" / library.name).symlink_to(library)


def is_debian(executable: Path) -> bool:
    """Tell whether an interpreter has Debian's ``dist-packages``."""
    listed: list[str] = _ask(executable, "import site; answer = site.getsitepackages()")
    return any(path.endswith("dist-packages") for path in listed)


def trim(executable: Path, version: str, copy: Path, *, debian: bool = False) -> Installation:
    """Copy what layouts need of the installation of *executable*.

    :param debian: Leave Debian's patches, its sitecustomize among them.
    """
    found = _ask(
        executable,
        "import os, sys; answer = [os.path.dirname(os.__file__), sys.base_prefix]",
    )
    stdlib, prefix = map(Path, found)
    unpatch = not debian and is_debian(executable)
    left_out = LEFT_OUT if debian else (*LEFT_OUT, "sitecustomize.py")
    shutil.copytree(
        stdlib, copy, ignore=shutil.ignore_patterns(*left_out), ignore_dangling_symlinks=True
    )
    if unpatch:
        for name in filter(os.path.lexists, (copy / name for name in UNPATCH)):
            text = name.read_text("utf-8")
            for old, new in UNPATCH[str(name.relative_to(copy))].items():
                assert old in text
                text = text.replace(old, new)
            name.write_text(text, "utf-8")
    return Installation(
        version,
        executable.resolve(),
        copy,
        tuple(sorted((prefix / "lib").glob(f"libpython{version}*.so*"))),
        UNFROZEN if unpatch else (),
    )


def _ask(executable: Path, code: str) -> list[str]:
    done = subprocess.run(
        [executable, "-I", "-c", f"{code}\nimport json; print(json.dumps(answer))"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    answer: list[str] = json.loads(done.stdout)
    return answer
