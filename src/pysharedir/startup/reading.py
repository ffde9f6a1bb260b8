"""Startup files on disk, and which of them site or a finder uses in a directory."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.errors import reason
from pysharedir.interpreter import content, pth
from pysharedir.startup import digests
from pysharedir.startup.spans import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pysharedir.interpreter.answers import Bare
    from pysharedir.startup.traces import SpanKind

_UF_HIDDEN = 0x8000
# What zipfile raises for a file that is not an archive, or an odd one.
_NO_ARCHIVE = (OSError, ValueError, NotImplementedError, struct.error, zipfile.BadZipFile)


@dataclass(frozen=True)
class Item:
    """Something that a start does for a startup file.

    :ivar number: Its place in the order in which all items run; None if it does not run.
    :ivar entry: The entry of ``sys.path`` that a path line names, whether it is there or not.
    """

    kind: SpanKind
    number: int | None
    line: int | None = None
    text: str | None = None
    entry: str | None = None


@dataclass(frozen=True)
class File:
    """A startup file.

    :ivar owner: The distribution or package that it belongs to, or ``pysharedir``; None if it has
        no owner.
    :ivar digest: The SHA-256 of its content, in hexadecimal; of a module in an archive, that of
        the archive.
    :ivar link: Where it leads, if it is a link.
    :ivar error: Why it cannot be read.
    :ivar silenced: Whether a .start file of the same name keeps its import lines from running.
    """

    kind: Kind
    path: str
    owner: str | None
    digest: str
    link: str | None
    error: str | None
    silenced: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Read:
    """A file and its content.

    :ivar content: None if it cannot be read.
    :ivar error: Why it cannot be read.
    :ivar lines: The lines of a .pth or .start file that do something.
    """

    kind: Kind
    path: str
    content: bytes | None
    error: str | None
    lines: tuple[pth.Line, ...] = ()

    @property
    def silences(self) -> bool:
        """Whether it is a .start file that silences a .pth file."""
        known = self.content is not None and pth.is_readable(self.content)
        return self.kind is Kind.START and known

    @property
    def start(self) -> str:
        """The .start file that would silence it."""
        return f"{self.path[:-4]}.start" if self.kind is Kind.PTH else ""

    def file(self, items: tuple[Item, ...], *, silenced: bool = False) -> File:
        """Return what to report about it, still without its owner."""
        return File(
            kind=self.kind,
            path=self.path,
            owner=None,
            digest=digests.of_content(self.content),
            link=os.readlink(self.path) if os.path.islink(self.path) else None,
            error=self.error,
            silenced=silenced,
            items=items,
        )


def site_dir(directory: str, facts: Bare) -> Iterator[Read]:
    """Yield the .pth and .start files of a directory in the order in which site reads them."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return
    version = tuple(facts["version"])
    for kind in (Kind.PTH, Kind.START) if version >= (3, 15) else (Kind.PTH,):
        for name in names:
            path = os.path.join(directory, name)
            if name.endswith(f".{kind}") and not (facts["skips_hidden"] and _is_hidden(path)):
                written, error = _content(path)
                lines = () if written is None else pth.parse(written, path, version)
                yield Read(kind, path, written, error, lines)


def modules(kind: Kind, path: Iterable[str], suffixes: Sequence[str]) -> Iterator[Read]:
    """Yield the file that Python would run for a module in each entry of a path, in order.

    :param suffixes: Those of modules, in the order in which Python tries them.
    """
    for entry in path:
        found = module_in(entry, str(kind), suffixes)
        if found is not None:
            yield Read(kind, found, *_content(found))


def module_in(entry: str, name: str, suffixes: Sequence[str]) -> str | None:
    """Return the file of a module in an entry of ``sys.path``, as its finder would."""
    if os.path.isdir(entry):
        forms = [f"{name}/__init__{suffix}" for suffix in suffixes]
        forms += [f"{name}{suffix}" for suffix in suffixes]
        return next(filter(os.path.isfile, (os.path.join(entry, each) for each in forms)), None)
    try:
        if not stat.S_ISREG(os.stat(entry).st_mode):
            return None
        with zipfile.ZipFile(entry) as archive:
            names = set(archive.namelist())
    except _NO_ARCHIVE:
        return None
    forms = [f"{name}/__init__.pyc", f"{name}/__init__.py", f"{name}.pyc", f"{name}.py"]
    return next((os.path.join(entry, each) for each in forms if each in names), None)


def _content(path: str) -> tuple[bytes | None, str | None]:
    """Return the content of a file, or why it cannot be read; for a module, its archive's."""
    try:
        return content.read(digests.on_disk(path)), None
    except OSError as error:
        return None, reason(error)


def _is_hidden(path: str) -> bool:
    try:
        flags = getattr(os.lstat(path), "st_flags", 0)
    except OSError:
        flags = 0
    return os.path.basename(path).startswith(".") or bool(flags & _UF_HIDDEN)
