"""The interpreters of the lab."""

from __future__ import annotations

from dataclasses import dataclass

from lab.roots import Recipe, debian


@dataclass(frozen=True)
class Machine:
    """An interpreter in a root.

    :ivar python: Its path inside.
    :ivar version: X.Y, of its sharedir.
    :ivar platform: Of the wheels with compiled parts that it takes, as for pip's ``--platform``.
    :ivar personality: As in Box, and so is ``emulator``.
    """

    name: str
    recipe: Recipe
    python: str
    version: str
    platform: str
    implementation: str = "cp"
    personality: str | None = None
    emulator: str | None = None

    @property
    def sharedir(self) -> str:
        """The sharedir beside where pip installs to, by its path inside."""
        return f"/usr/local/share/python/{self.version}"


def cpython(suite: str, architecture: str, version: str) -> Recipe:
    """Return the recipe of a root with CPython, as Debian has it, and nothing else."""
    packages = (f"python{version}-minimal", f"libpython{version}-stdlib", f"python{version}-venv")
    return debian(suite, architecture, *packages)


# Their standard library is the same files but for lib-dynload, whose names tell them apart; of
# the two executables one must have another name.
_BOTH = Recipe(
    layers=(
        ("bookworm", "i386", ("python3.11-minimal", "libpython3.11-stdlib", "python3.11-venv")),
        ("bookworm", "amd64", ("python3.11-minimal", "libpython3.11-stdlib", "python3.11-venv")),
    ),
    renamed={"python3.11": "i386-linux-gnu-python3.11"},
)
_PYTHON = "/usr/bin/python3.11"

AMD64 = Machine(
    "amd64", cpython("bookworm", "amd64", "3.11"), _PYTHON, "3.11", "manylinux2014_x86_64"
)
I386 = Machine(
    "i386",
    cpython("bookworm", "i386", "3.11"),
    _PYTHON,
    "3.11",
    "manylinux2014_i686",
    personality="i386",
)
MACHINES = (
    AMD64,
    I386,
    Machine("both: amd64", _BOTH, _PYTHON, "3.11", "manylinux2014_x86_64"),
    Machine(
        "both: i386",
        _BOTH,
        "/usr/bin/i386-linux-gnu-python3.11",
        "3.11",
        "manylinux2014_i686",
        personality="i386",
    ),
    Machine(
        "arm64",
        cpython("bookworm", "arm64", "3.11"),
        _PYTHON,
        "3.11",
        "manylinux2014_aarch64",
        emulator="aarch64",
    ),
    Machine(
        "s390x",
        cpython("bookworm", "s390x", "3.11"),
        _PYTHON,
        "3.11",
        "manylinux2014_s390x",
        emulator="s390x",
    ),
    Machine(
        "pypy",
        # Without the locales of libc-bin it does not start.
        debian("trixie", "amd64", "pypy3", "pypy3-venv", "libc-bin"),
        "/usr/bin/pypy3",
        "3.11",
        "manylinux2014_x86_64",
        implementation="pp",
    ),
    Machine(
        "3.14",
        cpython("sid", "amd64", "3.14"),
        "/usr/bin/python3.14",
        "3.14",
        "manylinux2014_x86_64",
    ),
    Machine(
        "3.15",
        cpython("sid", "amd64", "3.15"),
        "/usr/bin/python3.15",
        "3.15",
        "manylinux2014_x86_64",
    ),
)
