"""Hiding modules from finders, while a loader that was told of one just before still gets it.

A finder asks whether there is a regular file.  The loader then asks for the time and size of it,
of whatever kind it is, and reads the pyc.  So a link to a directory takes the place of the module,
and its pyc becomes one that is taken without a look at the source.  Only where there is no pyc that
is good for its source, a loader that comes between the two fails.

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

# No file, and its own directory is always there.
NO_FILE = os.curdir
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_UNCHECKED = 1


def hide(source: Tree, trash: Tree, path: str) -> None:
    """Take a module from those who look for it, and keep it, and its pycs, in the trash."""
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
    """Put a file into the trash too, if that can be."""
    try:
        source.link(path, trash)
    except (OSError, NotImplementedError):
        return False
    return True


def unchecked(source: Tree, path: str) -> Iterator[tuple[str, bytes]]:
    """Yield the pycs that are good for a module, made such that nobody compares them with it."""
    directory, _, name = path.rpartition("/")
    cached = f"{directory}/__pycache__".lstrip("/")
    if not source.is_directory(cached):
        return
    status = source.status(path)
    # Little-endian, and the end of longer numbers.
    made_for = b"".join(
        (number & 0xFFFF_FFFF).to_bytes(4, "little")
        for number in (0, int(status.st_mtime), status.st_size)
    )
    for pyc in source.list(cached):
        if pyc.startswith(f"{name.removesuffix('.py')}.") and pyc.endswith(".pyc"):
            with contextlib.suppress(OSError):  # no file, or removed since
                content = source.read(f"{cached}/{pyc}")
                if content[4:16] == made_for:
                    header = content[:4] + _UNCHECKED.to_bytes(4, "little") + bytes(8)
                    yield f"{cached}/{pyc}", header + content[16:]


def write(tree: Tree, path: str, content: bytes) -> None:
    """Write a file that all can read."""
    with os.fdopen(tree.open(path, _CREATE, 0o644), "wb") as file:
        file.write(content)
