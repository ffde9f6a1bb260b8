"""Where a module comes from, and what else is on the path under its name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.why.scene import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pysharedir.installed.distribution import Distribution
    from pysharedir.why.scene import Scene
    from pysharedir.why.search import Asked, Finder, Found, Level, Search

NAMESPACE = "namespace package"
_PATH_FINDER = "_frozen_importlib_external.PathFinder"


@dataclass(frozen=True)
class Row:
    """One entry of ``sys.path``, and what is there.

    :ivar path: As it is spelled there; the working directory by its name.
    :ivar role: What it is for.
    :ivar by: Who put it there.
    :ivar outcome: ``taken``, ``portion`` (of a namespace that is taken), ``shadowed``, ``same
        file`` (as the one that is taken), ``hidden`` (where an import does not look), ``failed``,
        ``nothing`` or ``not asked``.
    :ivar file: What was found, or the directory of a portion.
    :ivar distribution: Name and version of what it belongs to; several for a portion.
    """

    path: str
    role: str
    by: str
    outcome: str
    kind: str | None = None
    file: str | None = None
    distribution: str | None = None


@dataclass(frozen=True)
class Module:
    """A module that an import finds.

    :ivar kind: In words, such as ``package`` or ``extension module``.
    :ivar file: None for a namespace package, and for what has no file.
    :ivar locations: Where submodules of it are looked for.
    :ivar distribution: The name of what it belongs to.
    :ivar entry: The entry of ``sys.path`` that it is in.
    :ivar role: What that entry is for.
    :ivar finder: The finder that has it or its package, if not that of ``sys.path``.
    :ivar at_startup: Whether startup code has imported it already.
    :ivar in_sharedir: Whether it is in a sharedir, of a namespace any portion.
    :ivar by_hook: Whether the hook put the entry there, of a namespace any of them.
    :ivar shadowed: Other copies.
    """

    name: str
    kind: str
    origin: str | None
    file: str | None
    locations: tuple[str, ...]
    distribution: str | None
    version: str | None
    is_stdlib: bool
    entry: str | None
    role: str | None
    finder: str | None
    at_startup: bool
    in_sharedir: bool
    by_hook: bool
    portions: tuple[Row, ...]
    shadowed: tuple[Row, ...]


def rows(scene: Scene, search: Search, level: Level) -> tuple[Row, ...]:
    """Return what each entry of ``sys.path`` has, in the order in which they are asked.

    What is beside the path, and has something that is found nowhere else, comes last.
    """
    found: list[Row] = []
    taken = on_path = False
    for index, entry in enumerate((*search.path, *scene.unused)):
        is_beside = index >= len(search.path)
        if entry is None or (is_beside and (level.found or on_path)):
            continue
        place = _place(scene, search, entry)
        answers = [each for each in level.asked if each.entry == index and _says(each)]
        found += [_row(scene, level, place, each) for each in answers]
        is_module = level.found is not None and level.found.kind != NAMESPACE
        on_path = on_path or (not is_beside and bool(answers))
        if not answers and not is_beside:
            found.append(Row(*place, "not asked" if taken and is_module else "nothing"))
        taken = taken or any(row.outcome == "taken" for row in found)
    return tuple(found)


def module(scene: Scene, search: Search, level: Level, found: Sequence[Row]) -> Module | None:
    """Return the module that a search came to, or None when an import would fail.

    :param level: The part of the name that it is for.
    :param found: See :func:`rows`.
    """
    spec = level.found
    if spec is None:
        return None
    own = [row for row in found if row.outcome in ("taken", "portion")]
    is_namespace = spec.kind == NAMESPACE
    first = own[0] if own and not is_namespace else None
    finder = None if first or is_namespace else _finder(search, level)
    owner = _owner_of_winner(scene, spec, first, finder)
    entries = [scene.by_path[row.path] for row in own if row.path in scene.by_path]
    shadowed = [row for row in found if row.outcome in ("shadowed", "hidden")]
    return Module(
        name=level.name,
        kind=spec.kind,
        origin=spec.origin,
        file=None if is_namespace else spec.path,
        locations=spec.locations or (),
        distribution=owner.name if owner else None,
        version=owner.version if owner else None,
        is_stdlib=_is_stdlib(scene, spec, first),
        entry=first.path if first else None,
        role=first.role if first else None,
        finder=finder.name if finder else None,
        at_startup=level.by == "startup",
        in_sharedir=any(scene.is_sharedir(row.path) for row in own),
        by_hook=any(each.by in ("pysharedir", "PYSHAREDIR_PREFIXES") for each in entries),
        portions=tuple(row for row in own if row.outcome == "portion"),
        shadowed=(*shadowed, *_behind(scene, level)),
    )


def _place(scene: Scene, search: Search, entry: str) -> tuple[str, str, str]:
    """Return the name of an entry, its role, and who put it there."""
    if entry == "":
        return search.cwd or "(none)", "working directory", "python -c"
    known = scene.by_path.get(entry)
    if known is not None:
        return entry, known.role, known.by
    if entry in scene.unused:
        return entry, f"{scene.unused[entry]}, not on sys.path", ""
    return entry, "other", "startup code"


def _says(answer: Asked) -> bool:
    return answer.found is not None or answer.error is not None


def _row(scene: Scene, level: Level, place: tuple[str, str, str], answer: Asked) -> Row:
    if answer.found is None:
        return Row(*place, "failed", file=answer.error)
    outcome = _outcome(level, answer, answer.found)
    return Row(*place, outcome, answer.found.kind, answer.found.path, _owners(scene, place, answer))


def _outcome(level: Level, answer: Asked, found: Found) -> str:
    winner = level.found
    if not answer.is_open or winner is None:
        return "hidden"
    if winner.kind == NAMESPACE:
        here = set(found.locations or ()) & set(winner.locations or ())
        return "portion" if here and not found.origin else "hidden"
    if found.path == winner.path:
        return "taken"
    if is_same_file(found.path, winner.path):
        return "same file"
    if found.kind == "namespace portion":
        return "portion" if level.is_extended else "hidden"
    return "shadowed"


def is_same_file(*paths: str | None) -> bool:
    """Tell whether all *paths* lead to one existing file."""
    try:
        status = [os.stat(path) for path in paths if path is not None]
    except OSError:
        return False
    return len(status) == len(paths) and len({(each.st_dev, each.st_ino) for each in status}) == 1


def _owners(scene: Scene, place: tuple[str, str, str], answer: Asked) -> str | None:
    found, entry = answer.found, place[0]
    if found is None or found.path is None:
        return None
    if found.kind == "namespace portion":
        owners = scene.owners_of_portion(found.path, entry)
        return ", ".join(map(str, map(label, owners))) or None
    return label(scene.owner(found.path, entry, _path_line(place[1], place[2])))


def _path_line(role: str, by: str) -> str | None:
    return by if role == "path line" else None


def _finder(search: Search, level: Level) -> Finder | None:
    """Return the finder, other than that of ``sys.path``, that has a module or its package."""
    found = None
    for each in search.levels[: search.levels.index(level) + 1]:
        if each.by != _PATH_FINDER:
            found = next((finder for finder in each.finders if finder.name == each.by), None)
    return found


def _owner_of_winner(
    scene: Scene, spec: Found, row: Row | None, finder: Finder | None
) -> Distribution | None:
    path = spec.path
    if path is None or spec.kind == NAMESPACE:
        return None
    if row is not None:
        return scene.owner(path, row.path, _path_line(row.role, row.by))
    return scene.owner(path, None, finder.file if finder else None)


def _is_stdlib(scene: Scene, spec: Found, row: Row | None) -> bool:
    if spec.kind in ("built-in module", "frozen module"):
        return True
    return bool(
        (row and row.role == "standard library")
        or (row is None and (spec.path or "").startswith(f"{scene.target.stdlib}/"))
    )


def _behind(scene: Scene, level: Level) -> tuple[Row, ...]:
    """Return what finders have that an import does not come to."""
    found: dict[Row, None] = {}  # a .pth file is run twice in venvs, and so are finders added
    for each in level.finders:
        if each.found and each.name not in (level.by, _PATH_FINDER) and level.by != "startup":
            path = each.found.path
            owner = scene.owner(path, None, each.file) if path else None
            place = (each.name, "finder", each.file or "")
            found[Row(*place, "shadowed", each.found.kind, path, label(owner))] = None
    return tuple(found)
