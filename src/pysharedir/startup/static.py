"""What a start would run, found out without running any of it."""

from __future__ import annotations

import os
import stat
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import reason
from pysharedir.interpreter import content, pth
from pysharedir.interpreter.finding import bare
from pysharedir.snapshot import Reader
from pysharedir.startup import digests, owners
from pysharedir.startup.spans import Kind
from pysharedir.startup.traces import SpanKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pysharedir.hook.files import Installed
    from pysharedir.interpreter.answers import Bare

_WORDS = {False: ("0", "off", "false", "no"), True: ("1", "on", "true", "yes")}
_IGNORED = ("PYTHONHOME", "PYTHONPLATLIBDIR")  # where everything would be elsewhere
_UF_HIDDEN = 0x8000


@dataclass(frozen=True)
class Item:
    """Something that a startup file has a start do.

    :ivar number: Its position in the order in which all of them run; None when it does not run.
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

    :ivar owner: The distribution or package that it belongs to, or ``pysharedir``; None when it
        is nobody's.
    :ivar digest: The SHA-256 of its content, in hexadecimal; of a module in an archive, that of
        the archive.
    :ivar link: What it is a link to.
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
class Static:
    """A start of an interpreter, as far as its files tell.

    :ivar path: The ``sys.path`` that they make.
    :ivar files: The startup files, in the order in which they are read.
    :ivar hook_parts: The modules of the hook, whether a start runs them or not.
    :ivar notes: What is to be known.
    """

    executable: Path
    version: tuple[int, int, int]
    prefix: str
    base_prefix: str
    stdlib: str
    user_site: str | None
    path: tuple[str, ...]
    files: tuple[File, ...]
    hook_parts: tuple[str, ...]
    notes: tuple[str, ...]


def read(executable: Path, *, reader: Reader | None = None, owned: bool = True) -> Static:
    """Return what a start of an interpreter would run, with the environment as it is.

    The interpreter is asked where its site dirs are, with -I and -S; the rest is read.

    :param reader: What has read directories before.
    :param owned: Whether to find out whose the files are.
    :raises TargetError: when it cannot be used.
    """
    facts = bare(executable)
    major, minor, micro = facts["version"]
    start = _Start(facts, reader or Reader())
    start.run()
    return Static(
        executable=executable,
        version=(major, minor, micro),
        prefix=facts["prefix"],
        base_prefix=facts["base_prefix"],
        stdlib=facts["stdlib"],
        user_site=facts["user_site"],
        path=tuple(start.path),
        files=_owned(start) if owned else tuple(start.files),
        hook_parts=owners.hook_parts((file.path for file in start.files), start.reader),
        notes=_notes(facts),
    )


def _notes(facts: Bare) -> tuple[str, ...]:
    notes = [f"{name} is set, and not looked at" for name in _IGNORED if os.environ.get(name)]
    if facts["version"] >= [3, 15]:
        notes.append("all path lines come first, then all import lines, then entries (PEP 829)")
    return tuple(notes)


def _owned(start: _Start) -> tuple[File, ...]:
    facts = start.facts
    venv = facts["prefix"] if facts["prefix"] != facts["base_prefix"] else None
    paths = [file.path for file in start.files]
    owner_of = owners.of_files(paths, start.path, venv, start.reader)
    return tuple(replace(file, owner=owner_of.get(file.path)) for file in start.files)


class _Start:
    """A start, as site and the hook do it, but for what would be run.

    :ivar path: ``sys.path`` as it is by now.
    :ivar files: What has been read by now.
    """

    def __init__(self, facts: Bare, reader: Reader) -> None:
        self.facts = facts
        self.reader = reader
        self.version = tuple(facts["version"])
        given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        python_path = [os.path.abspath(entry) for entry in given] if any(given) else []
        self.path = list(dict.fromkeys([*python_path, *facts["path"]]))
        self.files: list[File] = []
        self._count = 0

    def run(self) -> None:
        """Read all that a start reads, in its order."""
        facts = self.facts
        user_site = [facts["user_site"]] if facts["user_site"] else []
        site_dirs = [*facts["venv_site_dirs"], *user_site, *facts["site_dirs"]]
        self._add_site_dirs(filter(os.path.isdir, dict.fromkeys(site_dirs)))
        search = list(self.path)
        customizations = list(self._modules(Kind.SITECUSTOMIZE, search))
        hook = self._hook([file.path for file in (*self.files, *customizations[:1])])
        if customizations and self.reader.is_of_hook(customizations[0].path):
            self._take(customizations.pop(0))  # it runs the one that it hides
            here = os.path.dirname(self.files[-1].path)
            customizations = [
                file
                for file in customizations
                if not layout.same_directory(os.path.dirname(file.path), here)
            ]
        if hook:
            self._complete(hook)
        for file in customizations[:1]:
            self._take(file)
        if facts["user_site"]:
            for file in list(self._modules(Kind.USERCUSTOMIZE, self.path))[:1]:
                self._take(file)

    def _take(self, file: File) -> None:
        """Note that a module runs now."""
        self.files.append(replace(file, items=(Item(SpanKind(file.kind.value), self._next()),)))

    def _next(self) -> int:
        self._count += 1
        return self._count - 1

    def _add_site_dirs(self, directories: Iterable[str], known: Sequence[str] = ()) -> None:
        """Do what site does with directories that it adds.

        :param known: Entries that path lines need not add.


        Up to Python 3.14 it does everything in the order of files and lines; from 3.15 on first
        all path lines, then import lines, then the entries of .start files (PEP 829).
        """
        read: list[_Read] = []
        for directory in directories:
            if directory not in self.path:
                self.path.append(directory)
            files = list(self._in(directory))
            read += files
            for each in files:
                for line in each.lines:
                    entry = line.entry
                    if entry and entry not in (*self.path, *known) and os.path.exists(entry):
                        self.path.append(entry)
        started = {each.path for each in read if each.kind is Kind.START and each.is_valid}
        lines = [
            (each, line) for each in read for line in each.lines if self._runs(each, line, started)
        ]
        if self.version >= (3, 15):
            order = list(pth.Kind)
            lines.sort(key=lambda pair: order.index(pair[1].kind))  # keeps the order within
        numbers = {(each.path, line.number): self._next() for each, line in lines}
        for each in read:
            items = tuple(
                Item(
                    SpanKind(line.kind.value),
                    numbers.get((each.path, line.number)),
                    line.number,
                    line.text,
                    line.entry,
                )
                for line in each.lines
            )
            silenced = _start_of(each.path) in started
            self.files.append(_file(each.kind, each.path, each.content, items, silenced=silenced))

    def _runs(self, file: _Read, line: pth.Line, started: set[str]) -> bool:
        if line.kind is not pth.Kind.IMPORT_LINE:
            return True
        return self.version < (3, 18) and _start_of(file.path) not in started

    def _in(self, directory: str) -> Iterator[_Read]:
        """Yield the .pth and .start files that site reads in a directory, in its order."""
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            return
        suffixes = (".pth", ".start") if self.version >= (3, 15) else (".pth",)
        for suffix in suffixes:
            for name in names:
                path = os.path.join(directory, name)
                if name.endswith(suffix) and not (self.facts["skips_hidden"] and _is_hidden(path)):
                    yield _Read.of(path, self.version)

    def _modules(self, kind: Kind, search: Sequence[str]) -> Iterator[File]:
        """Yield the files that would be run for a module, of each entry the one, in order."""
        for entry in search:
            path = self._module_in(entry, str(kind))
            if path is not None:
                yield _file(kind, path, _content(path))

    def _module_in(self, entry: str, name: str) -> str | None:
        """Return the file of a module in an entry of ``sys.path``, as its finder would."""
        if os.path.isdir(entry):
            suffixes = [*self.facts["extensions"], ".py", ".pyc"]
            forms = [f"{name}/__init__{suffix}" for suffix in suffixes]
            forms += [f"{name}{suffix}" for suffix in suffixes]
            return next(filter(os.path.isfile, (os.path.join(entry, each) for each in forms)), None)
        try:
            if not stat.S_ISREG(os.stat(entry).st_mode):
                return None
            with zipfile.ZipFile(entry) as archive:
                names = set(archive.namelist())
        except (OSError, ValueError, zipfile.BadZipFile):
            return None
        forms = [f"{name}/__init__.pyc", f"{name}/__init__.py", f"{name}.pyc", f"{name}.py"]
        return next((os.path.join(entry, each) for each in forms if each in names), None)

    def _hook(self, paths: Iterable[str]) -> Installed | None:
        """Return the hook that these files start, if it is switched on."""
        first = next(filter(self.reader.is_of_hook, paths), None)
        if first is None:
            return None
        hook = self.reader.hook_in(os.path.dirname(first))
        opt_in = hook.settings.opt_in
        word = os.environ.get("PYSHAREDIR", "").lower()
        return hook if (word in _WORDS[opt_in]) is opt_in else None

    def _complete(self, hook: Installed) -> None:
        """Do what the hook does: each sharedir comes after the last site dir of its root."""
        version = "{}.{}".format(*self.version)
        unsafe = 0 if hook.settings.allow_world_writable else stat.S_IWOTH
        home = self._root_of(str(hook.site_dir))
        after = {root: entry for entry in self.path if (root := self._root_of(entry)) is not None}
        floor = self._floor()
        for root, site_dir in sorted(after.items(), key=lambda pair: self.path.index(pair[1])):
            sharedir = layout.sharedir_of(root, version)
            if hook.settings.sharedir is not None and root == home:
                sharedir = hook.settings.sharedir.replace("{version}", version)
            if os.path.isdir(sharedir) and not os.stat(sharedir).st_mode & unsafe:
                if layout.lists(self.path, sharedir):
                    continue
                at = max(self.path.index(site_dir), floor) + 1
                rest = self.path[at:]
                del self.path[at:]
                self._add_site_dirs([sharedir], rest)
                self.path += rest
        self._add_prefixes()
        self._normalise()

    def _floor(self) -> int:
        """Return the index of the last entry that is there before site."""
        return max((self.path.index(entry) for entry in self.facts["path"]), default=-1)

    def _add_prefixes(self) -> None:
        """Add what PYSHAREDIR_PREFIXES names, of which no startup files are read."""
        version = "{}.{}".format(*self.version)
        given = os.environ.get("PYSHAREDIR_PREFIXES", "").split(":")
        python = os.path.basename(self.facts["stdlib"])
        lib = dict.fromkeys((self.facts["platlibdir"], "lib"))
        tails = [f"{each}/{python}/site-packages" for each in lib]
        tails.append(f"share/python/{version}")
        roots = [self._root_of(entry) for entry in self.path]
        directories = [
            f"{prefix.rstrip('/')}/{tail}"
            for prefix in dict.fromkeys(given)
            if prefix.startswith("/") and prefix.rstrip("/") not in roots
            for tail in tails
        ]
        own = self.facts["prefix"] if self.facts["prefix"] != self.facts["base_prefix"] else None
        at = self._floor() + 1
        while at < len(roots) and roots[at] in (None, own):
            at += 1
        self.path[at:at] = filter(os.path.isdir, directories)

    def _normalise(self) -> None:
        """Drop directories that are on the path already, by another name."""
        seen: set[tuple[int, int]] = set()
        kept = []
        for entry in self.path:
            if os.path.isdir(entry):
                status = os.stat(entry)
                if (status.st_dev, status.st_ino) in seen:
                    continue
                seen.add((status.st_dev, status.st_ino))
            kept.append(entry)
        self.path = kept

    def _root_of(self, entry: str) -> str | None:
        version = "{}.{}".format(*self.version)
        return layout.root_of(entry, version, self.facts["platlibdir"])


@dataclass(frozen=True)
class _Read:
    """A .pth or .start file as it was read.

    :ivar content: What is in it, and why that is not known.
    """

    kind: Kind
    path: str
    content: tuple[bytes | None, str | None]
    lines: tuple[pth.Line, ...]

    @classmethod
    def of(cls, path: str, version: tuple[int, ...]) -> _Read:
        read = _content(path)
        lines = () if read[0] is None else pth.parse(read[0], path, version)
        return cls(Kind(path.rpartition(".")[2]), path, read, lines)

    @property
    def is_valid(self) -> bool:
        """Whether site takes notice of it, if it is a .start file."""
        return self.content[0] is not None and pth.is_readable(self.content[0])


def _content(path: str) -> tuple[bytes | None, str | None]:
    """Return the content of a file, or why that is not known; of a module, that of its archive."""
    try:
        return content.read(digests.on_disk(path)), None
    except OSError as error:
        return None, reason(error)


def _file(
    kind: Kind,
    path: str,
    read: tuple[bytes | None, str | None],
    items: tuple[Item, ...] = (),
    *,
    silenced: bool = False,
) -> File:
    written, error = read
    return File(
        kind=kind,
        path=path,
        owner=None,
        digest=digests.of_content(written),
        link=os.readlink(path) if os.path.islink(path) else None,
        error=error,
        silenced=silenced,
        items=items,
    )


def _start_of(path: str) -> str:
    """Return the .start file that would silence a .pth file."""
    return f"{path[:-4]}.start" if path.endswith(".pth") else ""


def _is_hidden(path: str) -> bool:
    try:
        flags = getattr(os.lstat(path), "st_flags", 0)
    except OSError:
        flags = 0
    return os.path.basename(path).startswith(".") or bool(flags & _UF_HIDDEN)
