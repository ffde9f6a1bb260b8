"""What a start would run, without running any of it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.interpreter import pth
from pysharedir.interpreter.finding import bare
from pysharedir.moving import recovery
from pysharedir.snapshot import Reader
from pysharedir.startup import owners, prefixes, reading
from pysharedir.startup.reading import File, Item, Read
from pysharedir.startup.spans import Kind
from pysharedir.startup.traces import SpanKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pysharedir.hook.files import Installed
    from pysharedir.interpreter.answers import Bare

_WORDS = {False: ("0", "off", "false", "no"), True: ("1", "on", "true", "yes")}
_IGNORED = ("PYTHONHOME", "PYTHONPLATLIBDIR")  # they would move everything


@dataclass(frozen=True)
class Static:
    """A start of an interpreter, as far as its files tell.

    :ivar path: The ``sys.path`` that they make.
    :ivar suffixes: Those of modules, in the order in which Python tries them.
    :ivar files: The startup files, in the order in which a start reads them.
    :ivar hook_parts: The modules of the hook, whether a start runs them or not.
    :ivar notes: What else to know.
    """

    executable: Path
    version: tuple[int, int, int]
    prefix: str
    base_prefix: str
    stdlib: str
    user_site: str | None
    path: tuple[str, ...]
    suffixes: tuple[str, ...]
    files: tuple[File, ...]
    hook_parts: tuple[str, ...]
    notes: tuple[str, ...]


def read(executable: Path, *, reader: Reader | None = None, owned: bool = True) -> Static:
    """Return what a start of an interpreter would run, with the environment as it is.

    The interpreter, started with -I and -S, tells its site dirs; the rest comes from files.

    :param reader: What has already read directories.
    :param owned: Whether to find the owners of the files.
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
        suffixes=start.suffixes,
        files=_owned(start) if owned else tuple(start.files),
        hook_parts=owners.hook_parts((file.path for file in start.files), start.reader),
        notes=(*_notes(facts), *recovery.seen(start.path)),
    )


def rivals(static: Static, files: Iterable[str]) -> set[str]:
    """Return the modules that an import would find before those in *files*, or as those."""
    found = set()
    for file in files:
        directory, name = _module_of(file, static.suffixes)
        at = static.path.index(directory) if directory in static.path else 0
        for entry in (*static.path[:at], directory):
            path = reading.module_in(entry, name, static.suffixes) if name else None
            if path and not path.startswith(f"{static.stdlib}/{name}"):
                found.add(path)
    return found


def _module_of(file: str, suffixes: Sequence[str]) -> tuple[str, str]:
    """Return the directory where Python looks for a module, and its name there, if it has one."""
    directory, base = os.path.split(file)
    suffix = next(filter(base.endswith, suffixes), None)
    if suffix is None:
        return directory, ""
    name = base.removesuffix(suffix)
    return os.path.split(directory) if name == "__init__" else (directory, name)


def _notes(facts: Bare) -> tuple[str, ...]:
    notes = [f"{name} is set, and has no effect here" for name in _IGNORED if os.environ.get(name)]
    if facts["version"] >= [3, 15]:
        notes.append(
            "this Python runs all path lines first, then all import lines, then entries (PEP 829)"
        )
    return tuple(notes)


def _owned(start: _Start) -> tuple[File, ...]:
    facts = start.facts
    venv = facts["prefix"] if facts["prefix"] != facts["base_prefix"] else None
    paths = [file.path for file in start.files]
    owner_of = owners.of_files(paths, start.path, venv, start.reader)
    return tuple(replace(file, owner=owner_of.get(file.path)) for file in start.files)


class _Start:
    """A start, as site and the hook make it, but nothing runs.

    :ivar path: ``sys.path`` so far.
    :ivar files: The files read so far.
    :ivar done: The directories whose startup files have been read.
    """

    def __init__(self, facts: Bare, reader: Reader) -> None:
        self.facts = facts
        self.reader = reader
        self.version = tuple(facts["version"])
        self.suffixes = (*facts["extensions"], ".py", ".pyc")
        given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        python_path = [os.path.abspath(entry) for entry in given] if any(given) else []
        self.path = list(dict.fromkeys([*python_path, *facts["path"]]))
        self.files: list[File] = []
        self.done: set[str] = set()
        self._count = 0

    def run(self) -> None:
        """Read all that a start reads, in the same order."""
        facts = self.facts
        user_site = [facts["user_site"]] if facts["user_site"] else []
        site_dirs = [*facts["venv_site_dirs"], *user_site, *facts["site_dirs"]]
        self._add_site_dirs(filter(os.path.isdir, dict.fromkeys(site_dirs)))
        customizations = list(reading.modules(Kind.SITECUSTOMIZE, self.path, self.suffixes))
        first = [file.path for file in customizations[:1]]
        hook = self._hook([*(file.path for file in self.files), *first])
        if customizations and self.reader.is_of_hook(customizations[0].path):
            self._take(customizations.pop(0))  # the hook runs the one that it hides
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
            users = reading.modules(Kind.USERCUSTOMIZE, self.path, self.suffixes)
            for file in list(users)[:1]:
                self._take(file)

    def _take(self, file: Read) -> None:
        """Note that a module would run now."""
        self.files.append(file.file((Item(SpanKind(file.kind.value), self._next()),)))

    def _next(self) -> int:
        self._count += 1
        return self._count - 1

    def _add_site_dirs(self, directories: Iterable[str], known: Sequence[str] = ()) -> None:
        """Do what site does with directories that it adds.

        Up to Python 3.14 it does everything in the order of files and lines; from 3.15 on, it first
        does all path lines, then import lines, then the entries of .start files (PEP 829).

        :param known: Entries that path lines do not add again.
        """
        read: list[Read] = []
        for directory in directories:
            self.done.add(directory)
            if directory not in self.path:
                self.path.append(directory)
            files = list(reading.site_dir(directory, self.facts))
            read += files
            for each in files:
                for line in each.lines:
                    entry = line.entry
                    if entry and entry not in (*self.path, *known) and os.path.exists(entry):
                        self.path.append(entry)
        started = {each.path for each in read if each.silences}
        lines = [
            (each, line) for each in read for line in each.lines if self._runs(each, line, started)
        ]
        if self.version >= (3, 15):
            order = list(pth.Kind)
            lines.sort(
                key=lambda pair: order.index(pair[1].kind)
            )  # keeps the order within each kind
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
            self.files.append(each.file(items, silenced=each.start in started))

    def _runs(self, file: Read, line: pth.Line, started: set[str]) -> bool:
        if line.kind is not pth.Kind.IMPORT_LINE:
            return True
        return self.version < (3, 18) and file.start not in started

    def _hook(self, paths: Iterable[str]) -> Installed | None:
        """Return the hook that these files start, if it is on."""
        first = next(filter(self.reader.is_of_hook, paths), None)
        if first is None:
            return None
        hook = self.reader.hook_in(os.path.dirname(first))
        opt_in = bool(hook.settings.opt_in)  # from a file that anybody may have altered
        word = os.environ.get("PYSHAREDIR", "").lower()
        return hook if (word in _WORDS[opt_in]) is opt_in else None

    def _complete(self, hook: Installed) -> None:
        """Do what the hook does: add each sharedir after the last site dir of its root."""
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
        self._add_prefixes(hook)

    def _floor(self) -> int:
        """Return the index of the last entry from before site."""
        return max((self.path.index(entry) for entry in self.facts["path"]), default=-1)

    def _add_prefixes(self, hook: Installed) -> None:
        """Add the prefixes that variables name, and read their startup files if the hook does."""
        settings, before = hook.settings, self.path[:]
        added = prefixes.directories(settings, self.facts, before)
        at = prefixes.place(settings, self.facts, before, self._floor() + 1)
        self.path[at:at] = added
        self._normalize()
        if settings.prefix_startup_files:
            named = {each for name in settings.variables for each in prefixes.named(name)}
            again = [each for each in before if not named.isdisjoint((each, self._root_of(each)))]
            self._read_prefixes(hook, [each for each in again + added if each not in self.done])

    def _read_prefixes(self, hook: Installed, directories: Iterable[str]) -> None:
        """Read the startup files of prefixes, and put what they add after their directory."""
        unsafe = 0 if hook.settings.allow_world_writable else stat.S_IWOTH
        after: dict[str, list[str]] = {}
        for each in directories:
            if os.path.isdir(each) and not os.stat(each).st_mode & unsafe:
                count = len(self.path)
                self._add_site_dirs([each])
                after[each] = self.path[count:]
        moved = {entry for entries in after.values() for entry in entries}
        kept = [entry for entry in self.path if entry not in moved]
        self.path = [entry for each in kept for entry in (each, *after.get(each, ()))]

    def _normalize(self) -> None:
        """Drop directories that are already on the path under another name."""
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
