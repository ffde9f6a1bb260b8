"""What a start runs: startup files, and what each of them does."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pysharedir.interpreter import pth
from pysharedir.startup import owners
from pysharedir.startup.costs import Cost, total
from pysharedir.startup.traces import SpanKind
from pysharedir.wording import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pysharedir.interpreter.answers import Span
    from pysharedir.interpreter.pth import Line
    from pysharedir.snapshot import Reader
    from pysharedir.startup.traces import Key, Traced


class Kind(Label):
    """What a startup file is."""

    PTH = "pth"
    START = "start"
    SITECUSTOMIZE = "sitecustomize"
    USERCUSTOMIZE = "usercustomize"
    HOOK = "hook"


# Those of files that are not .pth or .start.
_KINDS = {
    SpanKind.SITECUSTOMIZE: Kind.SITECUSTOMIZE,
    SpanKind.USERCUSTOMIZE: Kind.USERCUSTOMIZE,
    SpanKind.HOOK: Kind.HOOK,
}


@dataclass(frozen=True)
class Item:
    """Something that a start runs.

    :ivar number: Its place in the order in which all items first run.
    :ivar modules: The modules that it imports, in order.
    :ivar files: The files of modules that it executes.
    :ivar path: The entries that it adds to ``sys.path``.
    :ivar error: The exception that comes out of it.
    :ivar fatal: Whether that ends the start.
    :ivar times: How often it runs: in a venv of Python 3.14 and older twice.
    """

    kind: SpanKind
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

    :ivar path: Its path; None for a sitecustomize that Python looked for and did not find.
    :ivar owner: The distribution that it belongs to, or ``pysharedir``; None if it has no owner.
    :ivar lines: The lines of a .pth or .start file that do something.
    :ivar silenced: Whether a .start file of the same name keeps its import lines from running.
    :ivar search: The ``sys.path`` on which Python looked for a sitecustomize or usercustomize.
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
        """The cost of all its items."""
        return total(item.cost for item in self.items)

    @property
    def times(self) -> int:
        """How often a start reads or runs it."""
        return max(item.times for item in self.items)

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that it imports, in order."""
        return tuple(name for item in self.items for name in item.modules)


@dataclass(frozen=True)
class Startup:
    """One start of an interpreter.

    :ivar core: From the call that starts the process to the import of site.
    :ivar site: The cost of site itself.
    :ivar sources: The files of the modules that are loaded before site, and that site itself
        executes.
    :ivar files: The startup files, in the order in which they first run.
    :ivar hook_parts: The modules of the hook, whether this start runs them or not.
    :ivar ends_early: Whether an error ends it before user code.
    :ivar runs: The number of starts; the time of each part is the least in these.
    :ivar notes: What to know about the figures.
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
    hook_parts: tuple[str, ...]
    ends_early: bool
    runs: int
    notes: tuple[str, ...]

    @property
    def cost(self) -> Cost:
        """The cost of the whole start."""
        return total([self.core, self.site, *(file.cost for file in self.files)])


def sources_of(watched: Traced) -> tuple[str, ...]:
    """Return the files that a start executes, but not for a startup file."""
    by_site = [span for key, span in watched.spans.items() if key.kind is SpanKind.SITE]
    return _absolute([*watched.facts["before"], *_union(by_site, "files")])


def files_of(watched: Traced, costs: Mapping[Key, Cost], reader: Reader) -> tuple[File, ...]:
    """Return the startup files, with what several starts showed about them.

    :param costs: The cost of each span.
    :param reader: What reads the directories of the files.
    """
    version = tuple(watched.facts["version"])
    found = by_file(watched)
    paths = [path for _, path in found if path]
    facts = watched.facts
    venv = facts["prefix"] if facts["prefix"] != facts["base_prefix"] else None
    owner_of = owners.of_files(paths, facts["path"], venv, reader)
    files = []
    for (kind, path), spans in found.items():
        lines = pth.read(path, version) if path and kind in (Kind.PTH, Kind.START) else ()
        files.append(
            File(
                kind=kind,
                path=path,
                owner=owner_of.get(path or ""),
                lines=lines,
                silenced=kind is Kind.PTH and f"{str(path)[:-4]}.start" in paths,
                search=tuple(next(iter(spans.values())).get("search", ())),
                items=_items(spans, lines, costs),
            )
        )
    return tuple(files)


def by_file(watched: Traced) -> dict[tuple[Kind, str | None], dict[Key, Span]]:
    """Return the spans of startup files, by the kind and the path of the file."""
    found: dict[tuple[Kind, str | None], dict[Key, Span]] = {}
    for key, span in watched.spans.items():
        if key.kind in (SpanKind.SITE, SpanKind.IMPORT):
            continue
        path = key.file
        kind = _KINDS.get(key.kind) or Kind(str(path).rpartition(".")[2])
        if kind in (Kind.SITECUSTOMIZE, Kind.USERCUSTOMIZE):
            path = next(iter(customizations(kind, span["search"])), path)
        found.setdefault((kind, path), {})[key] = span
    return found


def customizations(name: str, search: Iterable[str]) -> list[str]:
    """Return the files of all modules *name* on a path, in order."""
    forms = (f"{name}/__init__.py", f"{name}.py", f"{name}.pyc")
    candidates = (os.path.join(entry, form) for entry in search for form in forms)
    return [path for path in candidates if os.path.isfile(path)]


def _items(
    spans: Mapping[Key, Span], lines: Sequence[Line], costs: Mapping[Key, Cost]
) -> tuple[Item, ...]:
    """Return what a startup file runs; all runs of one thing make one item."""
    repeats: dict[tuple[SpanKind, int | None, str | None], list[Key]] = {}
    for key, number in numbered(spans, lines).items():
        text = key.text and key.text.rstrip()
        repeats.setdefault((key.kind, number, text), []).append(key)
    return tuple(
        _item(
            kind,
            number,
            text,
            [spans[key] for key in keys],
            total(costs.get(key) or Cost(0, None) for key in keys),
        )
        for (kind, number, text), keys in repeats.items()
    )


def numbered(keys: Iterable[Key], lines: Iterable[Line]) -> dict[Key, int | None]:
    """Return the number of the line that each span of a startup file runs, if it runs one."""
    numbers: defaultdict[tuple[SpanKind, str | None], list[int]] = defaultdict(list)
    for line in lines:
        numbers[SpanKind(line.kind.value), line.entry or line.text].append(line.number)
    seen: Counter[tuple[SpanKind, str | None]] = Counter()
    found: dict[Key, int | None] = {}
    for key in keys:
        what = key.kind, key.text and key.text.rstrip()
        known = numbers[what]
        # Equal lines run one after the other.
        found[key] = known[seen[what] % len(known)] if known else None
        seen[what] += 1
    return found


def _item(
    kind: SpanKind, line: int | None, text: str | None, spans: Sequence[Span], cost: Cost
) -> Item:
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
        cost=cost,
    )


def _union(spans: Iterable[Span], key: Literal["modules", "files", "path"]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for span in spans for value in span[key]))


def _absolute(files: Iterable[str]) -> tuple[str, ...]:
    """Return each file once, without what is not a file, such as ``<string>``."""
    return tuple(dict.fromkeys(file for file in files if os.path.isabs(file)))
