"""Hiding modules from finders, so that a loader whose finder found one before still loads it.

A finder checks that a module is a regular file.  The loader then takes the time and size of
whatever is there, and reads the pyc.  So a link to a directory replaces the module, and an
unchecked pyc, which is loaded whatever its source is, replaces its pyc.  A loader that comes
between the two fails only when no pyc matches the source.

https://peps.python.org/pep-0552/
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from pysharedir.moving.move import NEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.moving.tree import Tree

# The target of the links: it is not a file, and it always exists.
NO_FILE = os.curdir
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_UNCHECKED = 1


def hide(source: Tree, trash: Tree, path: str) -> None:
    """Hide a module from finders, and keep the module and its pycs in the trash."""
    trash.make_all(os.path.dirname(path))
    with contextlib.suppress(FileNotFoundError):
        if path.endswith(".py") and _is_kept(source, trash, path):
            for pyc, content in unchecked(source, path):
                trash.make_all(os.path.dirname(pyc))
                if _is_kept(source, trash, pyc):
                    write(trash, NEW, content)
                    trash.rename(NEW, source, pyc)
            trash.make_link(NEW, NO_FILE)
            trash.rename(NEW, source, path)
        else:
            source.rename(path, trash)


def _is_kept(source: Tree, trash: Tree, path: str) -> bool:
    """Link a file into the trash; tell whether that was possible."""
    try:
        source.link(path, trash)
    except (OSError, NotImplementedError):
        return False
    return True


def unchecked(source: Tree, path: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path of each pyc that matches a module, and its content as an unchecked pyc."""
    directory, _, name = path.rpartition("/")
    cached = f"{directory}/__pycache__".lstrip("/")
    if not source.is_directory(cached):
        return
    status = source.status(path)
    # Pycs hold the lowest 32 bits of these numbers, in little-endian order.
    made_for = b"".join(
        (number & 0xFFFF_FFFF).to_bytes(4, "little")
        for number in (0, int(status.st_mtime), status.st_size)
    )
    for pyc in source.list(cached):
        if pyc.startswith(f"{name.removesuffix('.py')}.") and pyc.endswith(".pyc"):
            with contextlib.suppress(OSError):  # it is not a file, or has been removed
                content = source.read(f"{cached}/{pyc}")
                if content[4:16] == made_for:
                    header = content[:4] + _UNCHECKED.to_bytes(4, "little") + bytes(8)
                    yield f"{cached}/{pyc}", header + content[16:]


def write(tree: Tree, path: str, content: bytes) -> None:
    """Write a file that everyone can read."""
    with os.fdopen(tree.open(path, _CREATE, 0o644), "wb") as file:
        file.write(content)
