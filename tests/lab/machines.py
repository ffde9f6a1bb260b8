"""The interpreters of the lab."""

from __future__ import annotations

from dataclasses import dataclass

from lab.roots import Recipe, debian

_PYTHON = "/usr/bin/python3.11"
NATIVE = ("charset-normalizer==3.5.2", "markupsafe==3.0.4", "rpds-py==2026.9.1")


@dataclass(frozen=True)
class Machine:
    """An interpreter in a root.

    :ivar python: Its path inside.
    :ivar version: X.Y, of its sharedir.
    :ivar platform: Of the wheels with compiled parts that it takes, as for pip's ``--platform``.
    :ivar native: Distributions with compiled parts that have a wheel for it.
    :ivar lacks: Modules of such that have none.
    :ivar prefix: Where its compiled parts are, when its own site dir is another one's too.
    :ivar personality: As in Box, and so is ``emulator``.
    """

    name: str
    recipe: Recipe
    python: str = _PYTHON
    version: str = "3.11"
    platform: str = "manylinux2014_x86_64"
    native: tuple[str, ...] = NATIVE
    lacks: tuple[str, ...] = ()
    prefix: str | None = None
    personality: str | None = None
    emulator: str | None = None

    @property
    def sharedir(self) -> str:
        """The sharedir beside where pip installs to, by its path inside."""
        return f"/usr/local/share/python/{self.version}"


def _packages(version: str) -> tuple[str, ...]:
    return f"python{version}-minimal", f"libpython{version}-stdlib", f"python{version}-venv"


# The standard library of both is the same files except lib-dynload, whose names tell them apart;
# of the two executables one must have another name.
BOTH = Recipe(
    layers=(("bookworm", "i386", _packages("3.11")), ("bookworm", "amd64", _packages("3.11"))),
    renamed=(("python3.11", "i386-linux-gnu-python3.11"),),
    python=_PYTHON,
)
AMD64 = Machine("amd64", debian("bookworm", "amd64", *_packages("3.11"), python=_PYTHON))
I386 = Machine(
    "i386",
    debian("bookworm", "i386", *_packages("3.11"), python=_PYTHON),
    platform="manylinux2014_i686",
    native=("charset-normalizer==3.4.0", "markupsafe==3.0.2", "rpds-py==2026.9.1"),
    personality="i386",
)
BOTH_AMD64 = Machine("one root: amd64", BOTH)
BOTH_I386 = Machine(
    "one root: i386",
    BOTH,
    python="/usr/bin/i386-linux-gnu-python3.11",
    platform=I386.platform,
    native=I386.native,
    prefix="/opt/i386",
    personality="i386",
)
ARM64 = Machine(
    "arm64",
    debian("bookworm", "arm64", *_packages("3.11"), alike=AMD64.recipe),
    platform="manylinux2014_aarch64",
    emulator="aarch64",
)
S390X = Machine(
    "s390x",
    # The other byte order; of markupsafe there is no wheel, but a package.
    debian("bookworm", "s390x", *_packages("3.11"), "python3-markupsafe", alike=AMD64.recipe),
    platform="manylinux2014_s390x",
    native=("charset-normalizer==3.5.2", "rpds-py==2026.9.1"),
    emulator="s390x",
)
PYPY = Machine(
    "pypy",
    # Without the locales of libc-bin it does not start.
    debian(
        "trixie",
        "amd64",
        *("pypy3", "pypy3-venv", "libc-bin", "python3-markupsafe"),
        python="/usr/bin/pypy3",
    ),
    python="/usr/bin/pypy3",
    native=(),
    lacks=("charset_normalizer", "rpds"),
)
NEWER = tuple(
    Machine(
        version,
        debian("sid", "amd64", *_packages(version), python=f"/usr/bin/python{version}"),
        python=f"/usr/bin/python{version}",
        version=version,
    )
    for version in ("3.14", "3.15")
)
MACHINES = (AMD64, I386, BOTH_AMD64, BOTH_I386, ARM64, S390X, PYPY, *NEWER)

# What makes images of file systems.
IMAGING = debian("bookworm", "amd64", "coreutils", "dash", "erofs-utils", "squashfs-tools")
