"""Allowlists: the files that a start may run, by their hashes, in the format of sha256sum."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pysharedir import layout
from pysharedir.errors import AllowlistError, reason
from pysharedir.startup import owners
from pysharedir.startup.digests import UNREADABLE, of_file, on_disk
from pysharedir.startup.static import rivals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pysharedir.startup.spans import Startup
    from pysharedir.startup.static import Static

_LINE = re.compile(r"(\\?)([0-9a-f]{64}) [ *](.+)")
_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r"}  # of sha256sum, if a name has one of these
_ESCAPED = {escape: character for character, escape in _ESCAPES.items()}
_HEAD = """\
# What a start of Python may run: startup files, and modules from outside the standard library.
# `pysharedir startup --allow` compares and writes this file.
"""


@dataclass(frozen=True)
class Comparison:
    """What is there, compared with an allowlist, by the names in the list.

    :ivar changed: What has another hash, or cannot be read.
    :ivar gone: What is allowed and does not run, which is no fault.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def faults(self) -> int:
        """The number of files that are not allowed."""
        return len(self.new) + len(self.changed)


class Named(Protocol):
    """The directories that names in an allowlist are relative to."""

    @property
    def prefix(self) -> str:
        """See :data:`sys.prefix`."""

    @property
    def base_prefix(self) -> str:
        """See :data:`sys.base_prefix`."""

    @property
    def stdlib(self) -> str:
        """The directory of the standard library."""

    @property
    def user_site(self) -> str | None:
        """The user site dir, if it is in use."""


def hashes(startup: Startup) -> dict[str, str]:
    """Return the hash of each file that a start runs, by name, and of all parts of the hook.

    Names are relative to the prefix, so that they match the same venv made elsewhere; a name
    outside it begins with what it is relative to, such as ``<stdlib>``, or is absolute.
    """
    executed = {path for file in startup.files for item in file.items for path in item.files}
    executed.update(startup.sources)
    wanted = {file.path for file in startup.files if file.path}
    wanted |= {path for path in executed if not owners.is_stdlib(startup.stdlib, path)}
    wanted.update(startup.hook_parts)
    return _hashes(startup, wanted)


def static_hashes(static: Static) -> dict[str, str]:
    """Return the hash of each startup file, by name, and of all parts of the hook."""
    return _hashes(static, [*(file.path for file in static.files), *static.hook_parts])


def compare_static(static: Static, allowed: Mapping[str, str]) -> tuple[dict[str, str], Comparison]:
    """Compare what can be compared without a start.

    These are startup files, all that the list allows, and modules that would be imported instead.

    :return: The hashes of what is there, by name, and the comparison.
    """
    paths = {name: _path(static, name) for name in allowed}
    others = {name: path for name, path in paths.items() if os.path.lexists(path)}
    hashes = {name: of_file(path) for name, path in others.items()}
    hashes |= _hashes(static, rivals(static, others.values())) | static_hashes(static)
    return hashes, compare(hashes, allowed)


def read(file: Path) -> dict[str, str]:
    """Return the hashes in an allowlist, by name.

    :raises AllowlistError: when it cannot be read.
    """
    try:
        lines = file.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except OSError as error:
        hint = "`--allow FILE --update` writes one"
        raise AllowlistError(file, reason(error), hint) from error
    digests = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            parts = _LINE.fullmatch(line.removesuffix("\r"))
            if parts is None:
                what = f"line {number} is not `HASH  PATH`"
                raise AllowlistError(file, what, "correct it, or name another file")
            digests[_unescaped(parts[3]) if parts[1] else parts[3]] = parts[2]
    return digests


def render(digests: Mapping[str, str]) -> bytes:
    """Return the allowlist that allows files of these hashes, by name."""
    lines = (_line(name, digest) for name, digest in sorted(digests.items()))
    return (_HEAD + "".join(lines)).encode("utf-8", "surrogateescape")


def compare(digests: Mapping[str, str], allowed: Mapping[str, str]) -> Comparison:
    """Compare the files that a start runs with those that are allowed, by their hashes."""
    return Comparison(
        new=tuple(name for name in digests if name not in allowed),
        changed=tuple(
            name
            for name, digest in digests.items()
            if name in allowed and (digest == UNREADABLE or digest != allowed[name])
        ),
        gone=tuple(name for name in allowed if name not in digests),
    )


def escaped(name: str) -> str:
    """Return a name as sha256sum writes it, on one line."""
    return re.sub(r"[\\\n\r]", lambda match: _ESCAPES[match[0]], name)


def _unescaped(name: str) -> str:
    return re.sub(r"\\[\\nr]", lambda match: _ESCAPED[match[0]], name)


def _line(name: str, digest: str) -> str:
    written = escaped(name)
    return f"{'' if written == name else chr(92)}{digest}  {written}\n"


def _hashes(startup: Named, paths: Iterable[str]) -> dict[str, str]:
    return {_name(startup, path): of_file(path) for path in sorted(map(on_disk, paths))}


def _name(startup: Named, path: str) -> str:
    """Return the name of a file in an allowlist."""
    inside = layout.below(startup.prefix, path)
    if inside is not None:
        return inside
    for label, directory in _labels(startup).items():
        inside = layout.below(directory, path)
        if inside is not None:
            return f"{label}/{inside}"
    return path


def _path(startup: Named, name: str) -> str:
    """Return the path of the file with this name in an allowlist."""
    label, _, inside = name.partition("/")
    directory = _labels(startup).get(label)
    return os.path.join(startup.prefix, name) if directory is None else f"{directory}/{inside}"


def _labels(startup: Named) -> dict[str, str]:
    labels = {"<stdlib>": startup.stdlib, "<base>": startup.base_prefix}
    return labels | ({"<user site>": startup.user_site} if startup.user_site else {})
