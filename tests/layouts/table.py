"""The layouts, as pictures.

In every text ``{python}`` stands for ``pythonX.Y``, ``{version}`` for ``X.Y`` and ``{here}`` for
the directory that the layout is built in.  Paths without it are relative to that directory.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trees import Tree

SITE = "lib/{python}/site-packages"
SITE64 = "lib64/{python}/site-packages"
DIST = "lib/{python}/dist-packages"
SHARE = "share/python/{version}"


def package(name: str) -> Tree:
    """Return a module in a distribution of the same name."""
    return {
        f"{name}.py": "",
        f"{name}-1.dist-info": {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
            "RECORD": f"{name}.py,,\n",
            "top_level.txt": f"{name}\n",
        },
    }


@dataclass(frozen=True)
class Layout:
    """One layout, and what an interpreter in it has to have.

    :ivar tree: What is there before the hook is.
    :ivar path: ``sys.path``, an entry a line, STDLIB for those of the standard library.  A word
        after an entry says when it is there: ``env`` not under ``-E`` and ``-I``, ``bare`` only
        under these, ``user`` not under ``-s`` and ``-I``.
    :ivar takes: Where an import of each module finds it.
    :ivar bases: The copied installations.
    :ivar libs: The directories of each that have a standard library.
    :ivar make: The command that makes the interpreter, when that is none of *bases*.
    :ivar checked: The prefix of the interpreter that is looked at.
    :ivar enable: Prefixes to enable the hook in, one a line, with options.
    :ivar remove: What is removed once the hook is enabled.
    :ivar env: The environment of every start.
    :ivar doubled: Whether an interpreter without the hook finds distributions twice.
    :ivar hooked: Whether the hook is to run.
    :ivar since: The first version that has this layout.
    :ivar below: The first version that no longer has it.
    :ivar debian: Whether this is a layout of Debian's interpreter, and not of CPython's.
    """

    name: str
    tree: Tree
    path: str
    purelib: str
    platlib: str
    takes: Mapping[str, str]
    bases: tuple[str, ...] = ("base",)
    libs: tuple[str, ...] = ("lib",)
    make: str = ""
    checked: str = "base"
    enable: str = "base"
    remove: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    doubled: bool = False
    hooked: bool = True
    since: str = ""
    below: str = ""
    debian: bool = False


SHAREDIR = Layout(
    "sharedir",
    tree={
        "base": {
            SITE: {"twice.py": "", **package("native")},
            SHARE: {"twice.py": "", **package("pure")},
        },
    },
    path="""
        STDLIB
        base/lib/{python}/site-packages
        base/share/python/{version}
    """,
    purelib="base/share/python/{version}",
    platlib="base/lib/{python}/site-packages",
    takes={
        "twice": "base/lib/{python}/site-packages",
        "native": "base/lib/{python}/site-packages",
        "pure": "base/share/python/{version}",
    },
)

TRADITIONAL = replace(
    SHAREDIR,
    name="traditional",
    tree={"base": {SITE: {**package("native"), **package("pure")}}},
    remove="base/share",
    path="""
        STDLIB
        base/lib/{python}/site-packages
    """,
    purelib="base/lib/{python}/site-packages",
    takes={"pure": "base/lib/{python}/site-packages"},
)

LIB64_LINK = replace(
    SHAREDIR,
    name="sharedir, lib64 -> lib",
    tree={
        "base": {
            SITE: {
                "lib64.pth": "{here}/base/lib64/{python}/site-packages\n",
                "twice.py": "",
                **package("native"),
            },
            "lib64": "-> lib",
            SHARE: {"twice.py": "", **package("pure")},
        },
    },
    doubled=True,
)

LIB64_TWO = replace(
    SHAREDIR,
    name="sharedir, lib and lib64",
    tree={
        "base": {
            SITE: {
                "lib64.pth": "{here}/base/lib64/{python}/site-packages\n",
                "two_of_three.py": "",
                **package("old"),
            },
            SITE64: {"twice.py": "", "two_of_three.py": "", **package("native")},
            SHARE: {"twice.py": "", "two_of_three.py": "", **package("pure")},
        },
    },
    path="""
        STDLIB
        base/lib/{python}/site-packages
        base/lib64/{python}/site-packages
        base/share/python/{version}
    """,
    takes={
        "two_of_three": "base/lib/{python}/site-packages",
        "twice": "base/lib64/{python}/site-packages",
        "old": "base/lib/{python}/site-packages",
        "native": "base/lib64/{python}/site-packages",
        "pure": "base/share/python/{version}",
    },
)

# A build whose platlibdir is lib64, as those of Fedora and openSUSE.
PLATLIBDIR_LINK = replace(
    SHAREDIR,
    name="PYTHONPLATLIBDIR=lib64, lib64 -> lib",
    env={"PYTHONPLATLIBDIR": "lib64"},
    tree={
        "base": {
            SITE: {"twice.py": "", **package("native")},
            "lib64": "-> lib",
            SHARE: {"twice.py": "", **package("pure")},
        },
    },
    path="""
        STDLIB
        base/lib64/{python}/site-packages  env
        base/lib/{python}/site-packages    bare
        base/share/python/{version}
    """,
    platlib="base/lib64/{python}/site-packages",
    takes={
        "twice": "base/lib64/{python}/site-packages",
        "native": "base/lib64/{python}/site-packages",
        "pure": "base/share/python/{version}",
    },
    doubled=True,
)

PLATLIBDIR_TWO = replace(
    PLATLIBDIR_LINK,
    name="PYTHONPLATLIBDIR=lib64, lib and lib64",
    libs=("lib", "lib64"),
    tree={
        "base": {
            SITE64: {"two_of_three.py": "", **package("native")},
            SITE: {"two_of_three.py": "", "twice.py": "", **package("noarch")},
            SHARE: {"two_of_three.py": "", "twice.py": "", **package("pure")},
        },
    },
    path="""
        STDLIB
        base/lib64/{python}/site-packages  env
        base/lib/{python}/site-packages
        base/share/python/{version}
    """,
    takes={
        "two_of_three": "base/lib64/{python}/site-packages",
        "twice": "base/lib/{python}/site-packages",
        "native": "base/lib64/{python}/site-packages",
        "noarch": "base/lib/{python}/site-packages",
        "pure": "base/share/python/{version}",
    },
    doubled=False,
)

VENV = Layout(
    "venv",
    make="base/bin/python -m venv --without-pip venv",
    checked="venv",
    enable="venv",
    tree={
        "base": {SITE: package("unseen")},
        "venv": {
            SITE: {"twice.py": "", **package("native")},
            SHARE: {"twice.py": "", **package("pure")},
        },
    },
    path="""
        STDLIB
        venv/lib/{python}/site-packages
        venv/share/python/{version}
    """,
    purelib="venv/share/python/{version}",
    platlib="venv/lib/{python}/site-packages",
    takes={
        "twice": "venv/lib/{python}/site-packages",
        "native": "venv/lib/{python}/site-packages",
        "pure": "venv/share/python/{version}",
    },
)

VENV_OF_HOOKED = replace(
    VENV,
    name="venv of a hooked base",
    enable="base",
    tree={
        "base": {SITE: package("native"), SHARE: package("pure")},
        "venv": {SITE: package("nearer")},
    },
    path="""
        STDLIB
        venv/lib/{python}/site-packages
    """,
    purelib="venv/lib/{python}/site-packages",
    takes={"nearer": "venv/lib/{python}/site-packages"},
    hooked=False,
)

VENV_AND_SYSTEM = replace(
    VENV_OF_HOOKED,
    name="venv with system site packages of a hooked base",
    make="base/bin/python -m venv --without-pip --system-site-packages venv",
    tree={
        "base": {
            SITE: {"twice.py": "", "thrice.py": "", **package("native")},
            SHARE: {"twice.py": "", "thrice.py": "", **package("pure")},
        },
        "venv": {SITE: {"thrice.py": "", **package("nearer")}},
    },
    path="""
        STDLIB
        venv/lib/{python}/site-packages
        base/lib/{python}/site-packages
        base/share/python/{version}
    """,
    takes={
        "thrice": "venv/lib/{python}/site-packages",
        "twice": "base/lib/{python}/site-packages",
        "nearer": "venv/lib/{python}/site-packages",
        "native": "base/lib/{python}/site-packages",
        "pure": "base/share/python/{version}",
    },
    hooked=True,
)

# venv makes the link up to 3.14, and two directories from then on (python/cpython PR#137139).
VENV_LIB64 = replace(
    VENV,
    name="venv, PYTHONPLATLIBDIR=lib64, lib64 -> lib",
    below="3.15",
    make="env PYTHONPLATLIBDIR=lib64 base/bin/python -m venv --without-pip venv",
    env={"PYTHONPLATLIBDIR": "lib64"},
    tree={"base": {"lib64": "-> lib"}, "venv": VENV.tree["venv"]},
    path="""
        STDLIB
        venv/lib64/{python}/site-packages  env
        venv/lib/{python}/site-packages    bare
        venv/share/python/{version}
    """,
    platlib="venv/lib64/{python}/site-packages",
    takes={
        "twice": "venv/lib64/{python}/site-packages",
        "native": "venv/lib64/{python}/site-packages",
        "pure": "venv/share/python/{version}",
    },
    doubled=True,
)

VENV_AND_LIB64 = replace(
    VENV_AND_SYSTEM,
    name="venv with system site packages, all lib64 -> lib",
    below="3.15",
    make="env PYTHONPLATLIBDIR=lib64"
    " base/bin/python -m venv --without-pip --system-site-packages venv",
    env={"PYTHONPLATLIBDIR": "lib64"},
    tree={
        "base": {
            "lib64": "-> lib",
            SITE: {"twice.py": "", "thrice.py": "", **package("native")},
            SHARE: {"twice.py": "", "thrice.py": "", **package("pure")},
        },
        "venv": {SITE: {"thrice.py": "", **package("nearer")}},
    },
    path="""
        STDLIB
        venv/lib64/{python}/site-packages  env
        venv/lib/{python}/site-packages    bare
        base/lib64/{python}/site-packages  env
        base/lib/{python}/site-packages    bare
        base/share/python/{version}
    """,
    platlib="venv/lib64/{python}/site-packages",
    takes={
        "thrice": "venv/lib64/{python}/site-packages",
        "twice": "base/lib64/{python}/site-packages",
        "nearer": "venv/lib64/{python}/site-packages",
        "native": "base/lib64/{python}/site-packages",
        "pure": "base/share/python/{version}",
    },
    doubled=True,
)

USER = replace(
    SHAREDIR,
    name="user site",
    env={"PYTHONUSERBASE": "{here}/user"},
    tree={
        "user": {
            SITE: {"thrice.py": "", **package("theirs")},
            SHARE: {"thrice.py": "", "twice.py": "", **package("theirs_pure")},
        },
        "base": {
            SITE: {"thrice.py": "", "twice.py": "", **package("native")},
            SHARE: package("pure"),
        },
    },
    path="""
        STDLIB
        user/lib/{python}/site-packages  user
        user/share/python/{version}      user
        base/lib/{python}/site-packages
        base/share/python/{version}
    """,
    takes={
        "thrice": "user/lib/{python}/site-packages",
        "twice": "user/share/python/{version}",
        "theirs": "user/lib/{python}/site-packages",
        "theirs_pure": "user/share/python/{version}",
        "native": "base/lib/{python}/site-packages",
        "pure": "base/share/python/{version}",
    },
)

OUTSIDE = Layout(
    "--sharedir outside, first prefix",
    bases=("first", "second"),
    checked="first",
    enable="""
        first  --sharedir {here}/outside/{{version}}
        second --sharedir {here}/outside/{{version}}
    """,
    tree={
        "first": {SITE: {"twice.py": "", **package("native")}},
        "second": {SITE: {"twice.py": "", **package("native")}},
        "outside": {"{version}": {"twice.py": "", **package("pure")}},
    },
    path="""
        STDLIB
        first/lib/{python}/site-packages
        outside/{version}
    """,
    purelib="outside/{version}",
    platlib="first/lib/{python}/site-packages",
    takes={
        "twice": "first/lib/{python}/site-packages",
        "native": "first/lib/{python}/site-packages",
        "pure": "outside/{version}",
    },
)

DEBIAN = Layout(
    "Debian",
    debian=True,
    bases=("usr",),
    checked="usr",
    enable="usr",
    tree={
        "usr": {
            "local": {
                DIST: {"thrice.py": "", **package("local")},
                SHARE: {"thrice.py": "", "twice.py": "", **package("local_pure")},
            },
            "lib/python3/dist-packages": {"thrice.py": "", "twice.py": "", **package("packaged")},
            SHARE: {"twice.py": "", **package("packaged_pure")},
        },
    },
    path="""
        STDLIB
        usr/local/lib/{python}/dist-packages
        usr/local/share/python/{version}
        usr/lib/python3/dist-packages
        usr/share/python/{version}
    """,
    purelib="usr/local/share/python/{version}",
    platlib="usr/local/lib/{python}/dist-packages",
    takes={
        "thrice": "usr/local/lib/{python}/dist-packages",
        "twice": "usr/local/share/python/{version}",
        "local": "usr/local/lib/{python}/dist-packages",
        "local_pure": "usr/local/share/python/{version}",
        "packaged": "usr/lib/python3/dist-packages",
        "packaged_pure": "usr/share/python/{version}",
    },
)

LAYOUTS = (
    TRADITIONAL,
    replace(
        LIB64_LINK,
        name="traditional, lib64 -> lib",
        remove=TRADITIONAL.remove,
        tree={
            "base": {
                SITE: {
                    "lib64.pth": "{here}/base/lib64/{python}/site-packages\n",
                    **package("native"),
                    **package("pure"),
                },
                "lib64": "-> lib",
            },
        },
        path=TRADITIONAL.path,
        purelib=TRADITIONAL.purelib,
        takes=TRADITIONAL.takes,
    ),
    replace(
        LIB64_TWO,
        name="traditional, lib and lib64",
        remove=TRADITIONAL.remove,
        tree={
            "base": {
                SITE: {
                    "lib64.pth": "{here}/base/lib64/{python}/site-packages\n",
                    "twice.py": "",
                    **package("pure"),
                },
                SITE64: {"twice.py": "", **package("native")},
            },
        },
        path="""
            STDLIB
            base/lib/{python}/site-packages
            base/lib64/{python}/site-packages
        """,
        purelib=TRADITIONAL.purelib,
        takes={
            "twice": "base/lib/{python}/site-packages",
            "native": "base/lib64/{python}/site-packages",
            "pure": "base/lib/{python}/site-packages",
        },
    ),
    SHAREDIR,
    replace(SHAREDIR, name="sharedir, style sitecustomize", enable="base --style sitecustomize"),
    LIB64_LINK,
    LIB64_TWO,
    PLATLIBDIR_LINK,
    PLATLIBDIR_TWO,
    VENV,
    replace(
        VENV,
        name="virtualenv",
        make="virtualenv --no-seed --no-download --python base/bin/python venv",
    ),
    replace(VENV, name="uv venv", make="uv venv --offline --python base/bin/python venv"),
    VENV_OF_HOOKED,
    VENV_AND_SYSTEM,
    replace(
        VENV_AND_SYSTEM,
        name="hooked venv with system site packages of a hooked base",
        enable="""
            base
            venv
        """,
        tree={
            "base": {
                SITE: {"twice.py": "", "thrice.py": "", **package("native")},
                SHARE: {"twice.py": "", "thrice.py": "", **package("pure")},
            },
            "venv": {
                SITE: {"thrice.py": "", **package("nearer")},
                SHARE: {"thrice.py": "", "twice.py": "", **package("nearer_pure")},
            },
        },
        path="""
            STDLIB
            venv/lib/{python}/site-packages
            venv/share/python/{version}
            base/lib/{python}/site-packages
            base/share/python/{version}
        """,
        purelib="venv/share/python/{version}",
        takes={
            "thrice": "venv/lib/{python}/site-packages",
            "twice": "venv/share/python/{version}",
            "nearer": "venv/lib/{python}/site-packages",
            "nearer_pure": "venv/share/python/{version}",
            "native": "base/lib/{python}/site-packages",
            "pure": "base/share/python/{version}",
        },
    ),
    VENV_LIB64,
    replace(
        VENV_LIB64,
        name="venv, PYTHONPLATLIBDIR=lib64, lib and lib64",
        below="",
        since="3.15",
        tree={
            "base": {"lib64": "-> lib"},
            "venv": {
                SITE64: {"twice.py": "", **package("native")},
                SITE: {"twice.py": "", **package("noarch")},
                SHARE: {"twice.py": "", **package("pure")},
            },
        },
        path="""
            STDLIB
            venv/lib64/{python}/site-packages  env
            venv/lib/{python}/site-packages
            venv/share/python/{version}
        """,
        takes={
            "twice": "venv/lib64/{python}/site-packages",
            "native": "venv/lib64/{python}/site-packages",
            "noarch": "venv/lib/{python}/site-packages",
            "pure": "venv/share/python/{version}",
        },
        doubled=False,
    ),
    VENV_AND_LIB64,
    replace(
        VENV_AND_LIB64,
        name="venv, lib and lib64, with system site packages, lib64 -> lib",
        below="",
        since="3.15",
        path="""
            STDLIB
            venv/lib64/{python}/site-packages  env
            venv/lib/{python}/site-packages
            base/lib64/{python}/site-packages  env
            base/lib/{python}/site-packages    bare
            base/share/python/{version}
        """,
        takes={
            "thrice": "venv/lib/{python}/site-packages",
            "twice": "base/lib64/{python}/site-packages",
            "nearer": "venv/lib/{python}/site-packages",
            "native": "base/lib64/{python}/site-packages",
            "pure": "base/share/python/{version}",
        },
    ),
    USER,
    replace(
        USER,
        name="user site in the home directory",
        env={"HOME": "{here}/home"},
        tree={
            "home/.local": {
                SITE: {"thrice.py": "", **package("theirs")},
                SHARE: {"thrice.py": "", "twice.py": "", **package("theirs_pure")},
            },
            "base": {
                SITE: {"thrice.py": "", "twice.py": "", **package("native")},
                SHARE: package("pure"),
            },
        },
        path="""
            STDLIB
            home/.local/lib/{python}/site-packages  user
            home/.local/share/python/{version}      user
            base/lib/{python}/site-packages
            base/share/python/{version}
        """,
        takes={
            "thrice": "home/.local/lib/{python}/site-packages",
            "twice": "home/.local/share/python/{version}",
            "theirs_pure": "home/.local/share/python/{version}",
            "pure": "base/share/python/{version}",
        },
    ),
    OUTSIDE,
    replace(
        OUTSIDE,
        name="--sharedir outside, second prefix",
        checked="second",
        path="""
            STDLIB
            second/lib/{python}/site-packages
            outside/{version}
        """,
        platlib="second/lib/{python}/site-packages",
        takes={
            "twice": "second/lib/{python}/site-packages",
            "native": "second/lib/{python}/site-packages",
            "pure": "outside/{version}",
        },
    ),
    replace(
        SHAREDIR,
        name="a second root below the prefix",
        tree={
            "base": {
                SITE: {
                    "local.pth": "{here}/base/local/lib/{python}/site-packages\n",
                    "twice.py": "",
                    **package("native"),
                },
                SHARE: {"twice.py": "", "thrice.py": "", **package("pure")},
                "local": {
                    SITE: {"twice.py": "", "thrice.py": "", "late.py": "", **package("local")},
                    SHARE: {"thrice.py": "", "late.py": "", **package("local_pure")},
                },
            },
        },
        path="""
            STDLIB
            base/lib/{python}/site-packages
            base/share/python/{version}
            base/local/lib/{python}/site-packages
            base/local/share/python/{version}
        """,
        takes={
            "twice": "base/lib/{python}/site-packages",
            "thrice": "base/share/python/{version}",
            "late": "base/local/lib/{python}/site-packages",
            "local": "base/local/lib/{python}/site-packages",
            "local_pure": "base/local/share/python/{version}",
            "pure": "base/share/python/{version}",
        },
    ),
    replace(
        SHAREDIR,
        name="PYTHONPATH with site dirs",
        env={
            "PYTHONPATH": "{here}/one/lib/{python}/site-packages"
            ":{here}/plain:{here}/two/lib/{python}/site-packages"
        },
        tree={
            "one": {
                SITE: {"twice.py": "", "fileinput.py": "", **package("one")},
                SHARE: {"twice.py": "", "colorsys.py": "", "thrice.py": "", **package("one_pure")},
            },
            "plain": {"plain.py": ""},
            "two": {
                SITE: {"twice.py": "", **package("two")},
                SHARE: {"thrice.py": "", "fourfold.py": "", **package("two_pure")},
            },
            "base": {
                SITE: {"twice.py": "", "thrice.py": "", "fourfold.py": "", **package("native")},
                SHARE: package("pure"),
            },
        },
        path="""
            one/lib/{python}/site-packages  env
            plain                           env
            two/lib/{python}/site-packages  env
            STDLIB
            one/share/python/{version}      env
            two/share/python/{version}      env
            base/lib/{python}/site-packages
            base/share/python/{version}
        """,
        takes={
            "twice": "one/lib/{python}/site-packages",
            "thrice": "one/share/python/{version}",
            "fourfold": "two/share/python/{version}",
            "fileinput": "one/lib/{python}/site-packages",
            "colorsys": "base/lib/{python}",
            "plain": "plain",
            "two": "two/lib/{python}/site-packages",
            "native": "base/lib/{python}/site-packages",
            "pure": "base/share/python/{version}",
        },
    ),
    replace(
        SHAREDIR,
        name="editable installs in the sharedir",
        tree={
            "base": {
                SITE: {"twice.py": "", "late.pth": "{here}/late\n"},
                SHARE: {
                    "twice.py": "",
                    **package("pure"),
                    "__editable__.by_path-1.pth": "{here}/by_path/src\n",
                    "__editable__.by_finder-1.pth": "import _by_finder; _by_finder.install()\n",
                    "_by_finder.py": (
                        "import sys\n"
                        "from importlib.util import spec_from_file_location\n"
                        "class Finder:\n"
                        "    @staticmethod\n"
                        "    def find_spec(name, path=None, target=None):\n"
                        "        if name == 'by_finder':\n"
                        "            return spec_from_file_location(\n"
                        "                name, '{here}/by_finder/by_finder.py')\n"
                        "def install():\n"
                        "    sys.meta_path.append(Finder)\n"
                    ),
                },
            },
            "late": package("late"),
            "by_path/src": {"twice.py": "", "by_path.py": ""},
            "by_finder": {"by_finder.py": ""},
        },
        path="""
            STDLIB
            base/lib/{python}/site-packages
            base/share/python/{version}
            by_path/src
            late
        """,
        takes={
            "twice": "base/lib/{python}/site-packages",
            "pure": "base/share/python/{version}",
            "by_path": "by_path/src",
            "by_finder": "by_finder",
            "late": "late",
        },
    ),
    replace(
        VENV_AND_SYSTEM,
        name="PYSHAREDIR_PREFIXES between a venv and its base",
        enable="venv",
        env={"PYSHAREDIR_PREFIXES": "{here}/a:{here}/missing:{here}/b"},
        tree={
            "a": {
                SITE: {"twice.py": "", **package("a")},
                SHARE: {"thrice.py": "", **package("ap")},
            },
            "b": {SITE: {"thrice.py": "", "late.py": "", **package("b")}},
            "base": {SITE: {"late.py": "", **package("native")}, SHARE: package("base_pure")},
            "venv": {SITE: package("nearer"), SHARE: {"twice.py": "", **package("pure")}},
        },
        path="""
            STDLIB
            venv/lib/{python}/site-packages
            venv/share/python/{version}
            a/lib/{python}/site-packages  env
            a/share/python/{version}      env
            b/lib/{python}/site-packages  env
            base/lib/{python}/site-packages
            base/share/python/{version}
        """,
        purelib="venv/share/python/{version}",
        takes={
            "twice": "venv/share/python/{version}",
            "thrice": "a/share/python/{version}",
            "late": "b/lib/{python}/site-packages",
            "ap": "a/share/python/{version}",
            "b": "b/lib/{python}/site-packages",
            "base_pure": "base/share/python/{version}",
        },
    ),
    DEBIAN,
    replace(
        DEBIAN,
        name="Debian, venv with system site packages",
        make="usr/bin/python3 -m venv --without-pip --system-site-packages venv",
        checked="venv",
        path="""
            STDLIB
            venv/lib/{python}/site-packages
            usr/local/lib/{python}/dist-packages
            usr/local/share/python/{version}
            usr/lib/python3/dist-packages
            usr/share/python/{version}
        """,
        purelib="venv/lib/{python}/site-packages",
        platlib="venv/lib/{python}/site-packages",
    ),
    replace(
        DEBIAN,
        name="Debian, hooked venv",
        make="usr/bin/python3 -m venv --without-pip venv",
        checked="venv",
        enable="venv",
        tree={
            "usr": {"lib/python3/dist-packages": package("packaged"), SHARE: package("unseen")},
            "venv": VENV.tree["venv"],
        },
        path=VENV.path,
        purelib=VENV.purelib,
        platlib=VENV.platlib,
        takes=VENV.takes,
    ),
)
