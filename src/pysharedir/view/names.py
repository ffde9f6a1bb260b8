"""What the names in a prefix stand for, and which of them a view leaves out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pysharedir import layout
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

# The directories of a prefix that are merged, besides those of modules.
DATA = ("bin", "sbin", "etc", "include", "lib", "lib64", "libexec", "man", "share")
PYCS = "__pycache__"
_SOURCES = (".py", ".pyc")
INFOS = (".dist-info", ".egg-info")
_STARTUP_FILES = (".pth", ".start", ".egg-link")
_STARTUP_MODULES = ("sitecustomize", "usercustomize")
_PYTHON = re.compile(r"(python|pypy)[\d.]*t?(-config)?", re.ASCII)
_OF_VENV = re.compile(r"(de)?activate([._].*)?", re.ASCII | re.IGNORECASE)


class Kind(Label):
    """How a name is found: by an import, by importlib.metadata, or by its path."""

    MODULE = "module"
    DISTRIBUTION = "distribution"
    FILE = "file"


class Key(NamedTuple):
    """What names are compared by: of those that share a key, the ones of the first prefix win."""

    kind: Kind
    name: str


def key(name: str, suffixes: Sequence[str], *, is_directory: bool) -> Key:
    """Return the key of a name in a directory of modules.

    :param suffixes: The suffixes of this Python's extension modules; a module for another machine
        has none of them.
    """
    if name.endswith(INFOS):
        return Key(Kind.DISTRIBUTION, project(name))
    if "." not in name:
        return Key(Kind.MODULE, name) if is_directory else Key(Kind.FILE, name)
    if not is_directory:
        for suffix in (*suffixes, *_SOURCES):
            stem = name.removesuffix(suffix)
            if stem != name and "." not in stem:
                return Key(Kind.MODULE, stem)
    return Key(Kind.FILE, name)


def project(name: str) -> str:
    """Return the normalized name of the distribution of an info directory, see PEP 503."""
    return re.sub(r"[-_.]+", "-", name.rpartition(".")[0].partition("-")[0]).lower()


def version(name: str) -> str:
    """Return the version that an info directory has in its name, if it has one."""
    return name.rpartition(".")[0].partition("-")[2]


def is_init(name: str, suffixes: Sequence[str]) -> bool:
    """Tell whether a file makes its directory a regular package."""
    return name.startswith("__init__.") and name[8:] in (*suffixes, *_SOURCES)


def why_not_module(name: str) -> str | None:
    """Return why a view leaves out a name in a site dir, None if it does not."""
    if name.endswith(_STARTUP_FILES):
        return "startup files of prefixes are not run"
    if name.partition(".")[0] in _STARTUP_MODULES:
        return "it would run at every start"
    if layout.is_reserved(name) or name == "_pysharedir.py":
        return "it belongs to a hook"
    return "pip left it behind" if name.startswith("~") else None


def is_data(name: str, at: str) -> bool:
    """Tell whether a view takes a name from the data of a prefix; it takes no interpreter.

    :param at: The directory of the name, relative to the prefix.
    """
    if at == "bin":
        return not (_PYTHON.fullmatch(name) or _OF_VENV.fullmatch(name))
    if at in ("lib", "lib64"):
        return not _PYTHON.fullmatch(name)
    return not (at == "share" and name == "python")
