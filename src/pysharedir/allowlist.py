"""Allowlists: which files a start may run, by their hashes, in the format of sha256sum."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.errors import AllowlistError, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pysharedir.startup import Startup

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_UNREADABLE = 64 * "0"  # what was executed is not there any more
_HEAD = """\
# What a start of Python may run: startup files, and what they import from outside the standard
# library.  Compared, and written, by `pysharedir startup --allow`.
"""


@dataclass(frozen=True)
class Comparison:
    """What is there, compared with an allowlist; by the names that stand in it.

    :ivar gone: What is allowed and not run; that is no fault.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def hashes(startup: Startup) -> dict[str, str]:
    """Return the hash of each file that a start runs, by name.

    Names are relative to the prefix, so that they fit the same venv made elsewhere; what is
    outside it has the name of its place before it, ``<stdlib>`` say, or is absolute.
    """
    wanted = {file.path for file in startup.files if file.path}
    wanted |= {
        _on_disk(path)
        for file in startup.files
        for item in file.items
        for path in item.files
        if not _is_stdlib(startup, path)
    }
    return {_name(startup, path): _digest(path) for path in sorted(wanted)}


def read(file: Path) -> dict[str, str]:
    """Return the hashes in an allowlist, by name.

    :raises AllowlistError: when it cannot be read.
    """
    try:
        lines = file.read_text("utf-8", "surrogateescape").splitlines()
    except OSError as error:
        raise AllowlistError(file, said(error)) from error
    found = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            parts = _LINE.fullmatch(line)
            if parts is None:
                raise AllowlistError(file, f"line {number} is not `HASH  PATH`")
            found[parts[2]] = parts[1]
    return found


def render(found: Mapping[str, str]) -> bytes:
    """Return the allowlist for *found*."""
    lines = (f"{digest}  {name}\n" for name, digest in sorted(found.items()))
    return (_HEAD + "".join(lines)).encode("utf-8", "surrogateescape")


def compare(found: Mapping[str, str], allowed: Mapping[str, str]) -> Comparison:
    """Compare what is there with what is allowed."""
    return Comparison(
        new=tuple(name for name in found if name not in allowed),
        changed=tuple(name for name in found if allowed.get(name, found[name]) != found[name]),
        gone=tuple(name for name in allowed if name not in found),
    )


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return _UNREADABLE


def _on_disk(path: str) -> str:
    """Return the file of a module: itself, or the zip that it is in."""
    found = path
    while not os.path.exists(found):
        found = os.path.dirname(found)
    return found if os.path.isfile(found) else path


def _is_stdlib(startup: Startup, path: str) -> bool:
    inside = _below(startup.stdlib, path)
    archive = "python{}{}.zip".format(*startup.version)
    if inside is None:
        return os.path.basename(_on_disk(path)) == archive
    return inside.split("/")[0] not in ("site-packages", "dist-packages")


def _name(startup: Startup, path: str) -> str:
    inside = _below(startup.prefix, path)
    if inside is not None:
        return inside
    places = {
        "<stdlib>": startup.stdlib,
        "<base>": startup.base_prefix,
        "<user site>": startup.user_site,
    }
    for place, directory in places.items():
        inside = directory and _below(directory, path)
        if inside is not None:
            return f"{place}/{inside}"
    return path


def _below(directory: str, path: str) -> str | None:
    return path.removeprefix(f"{directory}/") if path.startswith(f"{directory}/") else None
