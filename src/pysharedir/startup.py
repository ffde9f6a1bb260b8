"""What runs between exec and the first line of user code, and what each of it costs."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir import distributions, hook, layout, managers, pth, traces
from pysharedir.errors import TargetError
from pysharedir.owners import Owners
from pysharedir.target import FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pysharedir.pth import Line

RUNS = 5
Key = tuple[Any, ...]
_CORE: Key = ()


@dataclass(frozen=True)
class Cost:
    """What something costs a start.

    :ivar ns: Nanoseconds.
    :ivar calls: System calls; None when they could not be counted.
    """

    ns: int
    calls: int | None

    def __add__(self, other: Cost) -> Cost:
        if self.calls is None or other.calls is None:
            return Cost(self.ns + other.ns, None)
        return Cost(self.ns + other.ns, self.calls + other.calls)


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

    :ivar kind: ``pth``, ``start``, ``sitecustomize``, ``usercustomize`` or ``hook``.
    :ivar path: Its path; None for a sitecustomize that was looked for in vain.
    :ivar owner: The distribution that it belongs to, or ``pysharedir``; None when it is nobody's.
    :ivar lines: Those that do something, if it is a .pth or .start.
    :ivar silenced: Whether a .start file of the same name keeps its import lines from running.
    :ivar search: The ``sys.path`` that a sitecustomize or usercustomize was looked for on.
    """

    kind: str
    path: str | None
    owner: str | None
    lines: tuple[Line, ...]
    silenced: bool
    search: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def cost(self) -> Cost:
        """What all of it costs."""
        return _sum(item.cost for item in self.items)

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
        return _sum([self.core, self.site, *(file.cost for file in self.files)])


def start(executable: Path, *, runs: int = RUNS) -> Startup:
    """Start an interpreter as its user does, and return what it runs.

    A start that would end early is followed to its end.

    :param runs: How often, to take the time; with 0 there is but one start, which takes longer
        than others, and system calls are not counted.
    :raises TargetError: when it does not start, or is too old.
    """
    watched = traces.trace(executable, watch=True)
    version = tuple(watched["version"])
    if version < FLOOR:
        raise TargetError(
            str(executable),
            "{}: Python {}.{} is too old".format(executable, *version),
            "pysharedir supports Python {}.{} and later".format(*FLOOR),
        )
    notes: list[str] = []
    timed = [traces.trace(executable) for _ in range(runs)] or [watched]
    counted = None
    if runs:
        counted, note = traces.count(executable)
        notes += [note] if note else []
        notes += traces.differences(executable, watched)
    keys = [key for key, _ in _keyed(watched)]
    if any(keys != [key for key, _ in _keyed(each)] for each in [*timed, counted or watched]):
        notes.append("starts differ: what one runs, another does not")
    costs = _costs(timed, counted)
    return Startup(
        executable=executable,
        version=(version[0], version[1], version[2]),
        path=tuple(watched["path"]),
        core=costs[_CORE],
        site=costs["site", None, None, 1],
        sources=_sources(watched),
        files=_files(watched, costs),
        ends_early=any(span["fatal"] for span in watched["spans"]),
        runs=max(runs, 1),
        notes=tuple(notes),
        **{key: watched[key] for key in ("prefix", "base_prefix", "stdlib", "user_site")},
    )


def _sources(watched: dict[str, Any]) -> tuple[str, ...]:
    """Return the files that are executed, but not by a startup file."""
    by_site = [span for span in watched["spans"] if span["kind"] == "site"]
    return _absolute(_union([{"files": watched["before"]}, *by_site], "files"))


def _files(watched: dict[str, Any], costs: Mapping[Key, Cost]) -> tuple[File, ...]:
    """Return the startup files, with what was found out in several starts."""
    version = tuple(watched["version"])
    spans = _by_file(watched)
    owners = _owners(watched, [path for _, path in spans if path])
    names = {path for _, path in spans}
    found = []
    for (kind, path), each in spans.items():
        lines = pth.read(path, version) if path and kind in ("pth", "start") else ()
        found.append(
            File(
                kind=kind,
                path=path,
                owner=owners.get(path or ""),
                lines=lines,
                silenced=kind == "pth" and f"{str(path)[:-4]}.start" in names,
                search=tuple(each[0][1].get("search", ())),
                items=_items(each, lines, costs),
            )
        )
    return tuple(found)


def _by_file(facts: dict[str, Any]) -> dict[tuple[str, str | None], list[tuple[Key, Any]]]:
    """Return the spans, with their keys, by the kind and the path of the file that they are of."""
    found: dict[tuple[str, str | None], list[tuple[Key, Any]]] = {}
    for key, span in _keyed(facts):
        kind, path = span["kind"], span["file"]
        if kind in ("sitecustomize", "usercustomize"):
            path = next(iter(customizations(kind, span["search"])), path)
        elif kind not in ("site", "hook"):
            kind = path.rpartition(".")[2]
        if kind != "site":
            found.setdefault((kind, path), []).append((key, span))
    return found


def customizations(name: str, search: Iterable[str]) -> list[str]:
    """Return the files of all modules *name* on a path, in order."""
    forms = (f"{name}/__init__.py", f"{name}.py", f"{name}.pyc")
    candidates = (os.path.join(entry, form) for entry in search for form in forms)
    return [path for path in candidates if os.path.isfile(path)]


def _keyed(facts: dict[str, Any]) -> list[tuple[Key, Any]]:
    """Return the spans, each with a key by which it is found again in another start."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found = []
    for span in facts["spans"]:
        key = span["kind"], span["file"], span["text"]
        seen[key] += 1
        found.append(((*key, seen[key]), span))
    return found


def _costs(timed: Iterable[dict[str, Any]], counted: dict[str, Any] | None) -> dict[Key, Cost]:
    """Return the cost of each span, and of what is before site, as a key of its own.

    The least time is the one that the rest of the machine disturbed least.
    """
    times: defaultdict[Key, list[int]] = defaultdict(list)
    for facts in timed:
        times[_CORE].append(facts["core"])
        for key, span in _keyed(facts):
            times[key].append(span["ns"])
    costs = {key: Cost(min(each), None) for key, each in times.items()}
    if counted:
        calls = {key: counted["calls"][str(span["number"])] for key, span in _keyed(counted)}
        calls[_CORE] = counted["calls"][traces.CORE]
        costs = {key: replace(cost, calls=calls.get(key, 0)) for key, cost in costs.items()}
    return costs


def _owners(facts: dict[str, Any], paths: Sequence[str]) -> dict[str, str]:
    """Return whose each of the startup files is."""
    directories = dict.fromkeys([*facts["path"], *map(os.path.dirname, paths)])
    owners = Owners(
        each
        for directory in directories
        if os.path.isdir(directory)
        for each in distributions.installed(Path(directory))
    )
    found = {path: "pysharedir" for path in paths if hook.is_ours(Path(path))}
    for path in paths:
        owner = owners.of(path)
        if owner is not None:
            found.setdefault(path, f"{owner.name} {owner.version}")
    if facts["prefix"] == facts["base_prefix"]:
        outside = [path for path in paths if path not in found]
    else:
        maker = _maker(facts["prefix"])
        inside = tuple(path for path in paths if path.startswith(f"{facts['prefix']}/"))
        outside = [path for path in paths if path not in found and path not in inside]
        if maker:
            found |= {path: maker for path in inside if path.endswith("/_virtualenv.pth")}
    return managers.packages(outside) | found


def _maker(venv: str) -> str | None:
    """Return what made a venv, if it is one that puts a ``_virtualenv.pth`` there."""
    found = layout.settings(venv)
    return next((f"{key} {found[key]}" for key in ("virtualenv", "uv") if key in found), None)


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
        cost=_sum(span["cost"] for span in spans),
    )


def _union(spans: Iterable[dict[str, Any]], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for span in spans for each in span[key]))


def _absolute(files: Iterable[str]) -> tuple[str, ...]:
    """Leave out what is no file, such as ``<string>``."""
    return tuple(file for file in files if os.path.isabs(file))


def _sum(costs: Iterable[Cost]) -> Cost:
    first, *others = costs
    for other in others:
        first += other
    return first
