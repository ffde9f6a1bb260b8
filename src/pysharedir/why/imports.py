"""The names under which a distribution is imported, and those that a directory has."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pysharedir.errors import RecordError
from pysharedir.installed.distribution import top_level
from pysharedir.interpreter import content, pth

if TYPE_CHECKING:
    from pysharedir.installed.distribution import Distribution

_STARTUP_FILES = (".pth", ".start")


def modules(distribution: Distribution, version: tuple[int, ...]) -> list[str]:
    """Return the names under which a distribution is imported.

    In place of a namespace package, these are the modules in it.

    :param version: The version of the Python that reads its .pth files.
    """
    named = top_level(distribution)
    if editable(distribution):
        return sorted(named or _in_path_lines(distribution, version))
    try:
        files = _files(distribution)
    except RecordError:
        return sorted(named)
    base = distribution.directory
    listed = set(map(_module, files))
    return sorted(listed) or sorted(name for name in named if (base / name).exists())


def missing(distribution: Distribution) -> list[str]:
    """Return the names that a distribution cannot be imported under, since files are missing."""
    try:
        files = _files(distribution)
    except RecordError:
        return []
    base = distribution.directory
    present = {_module(file) for file in files if os.path.lexists(base / file)}
    return sorted(set(map(_module, files)) - present)


def names_in(directory: str) -> set[str]:
    """Return the names of the modules and packages in a directory."""
    try:
        with os.scandir(directory) as entries:
            names = {entry.name.partition(".")[0] for entry in entries if _is_importable(entry)}
    except (OSError, ValueError):  # the latter for a path with a NUL
        return set()
    return {name for name in names if name.isidentifier() and name != "__pycache__"}


def editable(distribution: Distribution) -> str | None:
    """Return the directory that a distribution was installed from in editable mode, else None.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        facts = json.loads(content.read(distribution.info / "direct_url.json"))
        url = urlsplit(facts["url"])
        is_editable = facts.get("dir_info", {}).get("editable", False)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return unquote(url.path) if is_editable and url.scheme == "file" else None


def _files(distribution: Distribution) -> list[str]:
    """Return the files by which an import finds the modules of a distribution.

    :raises RecordError: if RECORD is missing or damaged.
    """
    files = distribution.listing.entry_modules()
    return [file for file in files if not file.endswith(_STARTUP_FILES)]


def _module(file: str) -> str:
    directory, _, name = file.rpartition("/")
    package = directory.replace("/", ".")
    stem = name.partition(".")[0]
    return package if stem == "__init__" else f"{package}.{stem}".lstrip(".")


def _in_path_lines(distribution: Distribution, version: tuple[int, ...]) -> set[str]:
    """Return the top-level names in the directories that its ``.pth`` files name."""
    try:
        listed = distribution.listing.inside.get("", set())
    except RecordError:
        return set()
    names: set[str] = set()
    for name in listed:
        if name.endswith(".pth"):
            lines = pth.read(str(distribution.directory / name), version)
            names |= set().union(*(names_in(line.entry) for line in lines if line.entry))
    return names


def _is_importable(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith((".py", ".pyc", ".so")) or ("." not in entry.name and entry.is_dir())
