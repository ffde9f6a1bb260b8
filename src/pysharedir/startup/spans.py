"""What one start runs: startup files, and what each of them does."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir.hook import files as hook
from pysharedir.installed import system_packages
from pysharedir.installed.owners import Owners
from pysharedir.interpreter import pth, pyvenv
from pysharedir.startup.costs import Cost, total
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.answers import Span, Trace
    from pysharedir.interpreter.pth import Line
    from pysharedir.startup.traces import Key, Traced

    Installed = Callable[[Path], Iterable[Distribution]]


class Kind(Label):
    """What a startup file is."""

    PTH = "pth"
    START = "start"
    SITECUSTOMIZE = "sitecustomize"
    USERCUSTOMIZE = "usercustomize"
    HOOK = "hook"


_CUSTOMIZATIONS = (Kind.SITECUSTOMIZE, Kind.USERCUSTOMIZE)
_READ = (Kind.PTH, Kind.START)


@dataclass(frozen=True)
class Item:
    """Something that a start runs.

    :ivar kind: ``file`` (reading a .pth or .start; up to Python 3.14 its path lines too), ``path
        line``, ``import line``, ``entry``, ``sitecustomize``, ``usercustomize``, or ``hook``
        (pysharedir completes ``sys.path``).
    :ivar number: Its place in the order in which all of them run first.
    :ivar modules: What it imports, in order.
    :ivar files: The files of modules that it executes.
    :ivar path: The entries that it adds to ``sys.path``.
    :ivar error: The exception that came out of it.
    :ivar fatal: Whether that ends the start.
    :ivar times: How often it runs: in a venv of Python 3.14 and older twice.
    """

    kind: str
    number: int
    line: int | None
    text: str | None
    modules: tuple[str, ...]
    files: tuple[str, ...]
    path: tuple[str, ...]
    error: str | None
    fatal: bool
    times: int
    cost: Cost


@dataclass(frozen=True)
class File:
    """A startup file.

    :ivar path: Its path; None for a sitecustomize that was looked for in vain.
    :ivar owner: The distribution that it belongs to, or ``pysharedir``; None when it is nobody's.
    :ivar lines: Those that do something, if it is a .pth or .start.
    :ivar silenced: Whether a .start file of the same name keeps its import lines from running.
    :ivar search: The ``sys.path`` that a sitecustomize or usercustomize was looked for on.
    """

    kind: Kind
    path: str | None
    owner: str | None
    lines: tuple[Line, ...]
    silenced: bool
    search: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def cost(self) -> Cost:
        """What all of it costs."""
        return total(item.cost for item in self.items)

    @property
    def times(self) -> int:
        """How often it is read or run."""
        return max(item.times for item in self.items)

    @property
    def modules(self) -> tuple[str, ...]:
        """What it imports, in order."""
        return tuple(name for item in self.items for name in item.modules)


@dataclass(frozen=True)
class Startup:
    """One start of an interpreter.

    :ivar core: From the call that starts the process to the import of site.
    :ivar site: What site does itself.
    :ivar sources: The files of modules that are there before site, and that site itself executes.
    :ivar files: The startup files, in the order in which they come first.
    :ivar ends_early: Whether an error ends it, before user code.
    :ivar runs: The number of starts; the time of each part is its least in these.
    :ivar notes: What is to be known of the figures.
    """

    executable: Path
    version: tuple[int, int, int]
    prefix: str
    base_prefix: str
    stdlib: str
    user_site: str | None
    path: tuple[str, ...]
    core: Cost
    site: Cost
    sources: tuple[str, ...]
    files: tuple[File, ...]
    ends_early: bool
    runs: int
    notes: tuple[str, ...]

    @property
    def cost(self) -> Cost:
        """What the whole start costs."""
        return total([self.core, self.site, *(file.cost for file in self.files)])


def sources_of(watched: Trace) -> tuple[str, ...]:
    """Return the files that are executed, but not by a startup file."""
    by_site = [span for span in watched["spans"] if span["kind"] == "site"]
    return _absolute([*watched["before"], *_union(by_site, "files")])


def files_of(watched: Traced, costs: Mapping[Key, Cost], installed: Installed) -> tuple[File, ...]:
    """Return the startup files, with what was found out in several starts.

    :param installed: Returns the distributions in a directory.
    """
    version = tuple(watched.facts["version"])
    spans = _by_file(watched)
    owners = _owners(watched.facts, [path for _, path in spans if path], installed)
    names = {path for _, path in spans}
    files = []
    for (kind, path), keyed in spans.items():
        lines = pth.read(path, version) if path and kind in _READ else ()
        files.append(
            File(
                kind=kind,
                path=path,
                owner=owners.get(path or ""),
                lines=lines,
                silenced=kind is Kind.PTH and f"{str(path)[:-4]}.start" in names,
                search=tuple(keyed[0][1].get("search", ())),
                items=_items(keyed, lines, costs),
            )
        )
    return tuple(files)


def _by_file(watched: Traced) -> dict[tuple[Kind, str | None], list[tuple[Key, Span]]]:
    """Return the spans, with their keys, by the kind and the path of the file that they are of."""
    by_file: dict[tuple[Kind, str | None], list[tuple[Key, Span]]] = {}
    for key, span in watched.keyed:
        if span["kind"] == "site":
            continue
        path = span["file"]
        if span["kind"] in Kind.__members__.values():
            kind = Kind(span["kind"])
        else:
            kind = Kind(str(path).rpartition(".")[2])
        if kind in _CUSTOMIZATIONS:
            path = next(iter(customizations(kind, span["search"])), path)
        by_file.setdefault((kind, path), []).append((key, span))
    return by_file


def customizations(name: str, search: Iterable[str]) -> list[str]:
    """Return the files of all modules *name* on a path, in order."""
    forms = (f"{name}/__init__.py", f"{name}.py", f"{name}.pyc")
    candidates = (os.path.join(entry, form) for entry in search for form in forms)
    return [path for path in candidates if os.path.isfile(path)]


def _owners(facts: Trace, paths: Sequence[str], installed: Installed) -> dict[str, str]:
    """Return whose each of the startup files is."""
    directories = dict.fromkeys([*facts["path"], *map(os.path.dirname, paths)])
    owners = Owners(
        each
        for directory in directories
        if os.path.isdir(directory)
        for each in installed(Path(directory))
    )
    known = {path: "pysharedir" for path in paths if hook.is_ours(Path(path))}
    for path in paths:
        owner = owners.of(path)
        if owner is not None:
            known.setdefault(path, f"{owner.name} {owner.version}")
    if facts["prefix"] == facts["base_prefix"]:
        outside = [path for path in paths if path not in known]
    else:
        maker = _maker(facts["prefix"])
        inside = tuple(path for path in paths if path.startswith(f"{facts['prefix']}/"))
        outside = [path for path in paths if path not in known and path not in inside]
        if maker:
            known |= {path: maker for path in inside if path.endswith("/_virtualenv.pth")}
    return system_packages.packages(outside) | known


def _maker(venv: str) -> str | None:
    """Return what made a venv, if it is one that puts a ``_virtualenv.pth`` there."""
    settings = pyvenv.settings(venv)
    makers = ("virtualenv", "uv")
    return next((f"{key} {settings[key]}" for key in makers if key in settings), None)


def _items(
    spans: Iterable[tuple[Key, Any]], lines: Sequence[Line], costs: Mapping[Key, Cost]
) -> tuple[Item, ...]:
    """Return what a startup file runs; what runs again is put together."""
    numbers: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
    for line in lines:
        numbers[line.kind, line.entry or line.text].append(line.number)
    seen: Counter[tuple[str, str | None]] = Counter()
    groups: dict[tuple[str, int | None, str | None], list[Any]] = {}
    for key, span in spans:
        what = span["kind"], span["text"] and span["text"].rstrip()
        known = numbers[what]
        number = known[seen[what] % len(known)] if known else None  # equal lines run in turn
        seen[what] += 1
        cost = costs.get(key) or Cost(0, None)
        groups.setdefault((what[0], number, what[1]), []).append({**span, "cost": cost})
    return tuple(_item(*what, each) for what, each in groups.items())


def _item(kind: str, line: int | None, text: str | None, spans: Sequence[Any]) -> Item:
    return Item(
        kind=kind,
        number=spans[0]["number"],
        line=line,
        text=text,
        modules=_union(spans, "modules"),
        files=_absolute(_union(spans, "files")),
        path=_union(spans, "path"),
        error=next((span["error"] for span in spans if span["error"]), None),
        fatal=any(span["fatal"] for span in spans),
        times=len(spans),
        cost=total(span["cost"] for span in spans),
    )


def _union(spans: Iterable[Any], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for span in spans for each in span[key]))


def _absolute(files: Iterable[str]) -> tuple[str, ...]:
    """Return each file once, and leave out what is none, such as ``<string>``."""
    return tuple(dict.fromkeys(file for file in files if os.path.isabs(file)))
