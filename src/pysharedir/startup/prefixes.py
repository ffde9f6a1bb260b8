"""What the hook would add to ``sys.path`` for prefixes, without running it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pysharedir.hook.files import Settings
    from pysharedir.interpreter.answers import Bare


def directories(settings: Settings, facts: Bare, path: Sequence[str]) -> list[str]:
    """Return the directories of the prefixes that variables name, in the order of the hook.

    :param path: ``sys.path`` before them; the hook adds no prefix of a site dir on it.
    """
    roots = {_root_of(facts, entry) for entry in path}
    found: list[str] = []
    for variable, are_site_dirs in settings.variables.items():
        given = named(variable)
        if are_site_dirs:
            found += _listed(facts, given, roots)
        else:
            prefixes = [prefix for prefix in dict.fromkeys(given) if prefix not in roots]
            found += of(facts, prefixes)
    return list(dict.fromkeys(found))


def of(facts: Bare, prefixes: Sequence[str]) -> list[str]:
    """Return the site dirs and sharedirs in *prefixes*, in the order of the hook."""
    return _of_distribution(facts, prefixes) or _of(facts, prefixes)


def named(variable: str) -> list[str]:
    """Return the directories that a variable names, without relative ones."""
    given = os.environ.get(variable, "").split(":")
    return [each.rstrip("/") for each in given if each.startswith("/")]


def place(settings: Settings, facts: Bare, path: Sequence[str], floor: int) -> int:
    """Return the index in ``sys.path`` where they go.

    :param floor: The index of the first entry that site adds.
    """
    own: set[str | None] = {None}
    if facts["prefix"] != facts["base_prefix"]:
        own.add(facts["prefix"])
    others = [
        index
        for index, entry in enumerate(path)
        if index >= floor and _root_of(facts, entry) not in own
    ]
    if settings.user_first and others and path[others[0]] == facts["user_site"]:
        del others[0]
    return others[0] if others else len(path)


def _of(facts: Bare, prefixes: Sequence[str]) -> list[str]:
    python = os.path.basename(facts["stdlib"])
    tails = [
        f"/{lib}/{python}/site-packages" for lib in dict.fromkeys((facts["platlibdir"], "lib"))
    ]
    tails.append(layout.sharedir_of("", _version(facts)))
    return [prefix + tail for prefix in prefixes for tail in tails if os.path.exists(prefix + tail)]


def _of_distribution(facts: Bare, prefixes: Sequence[str]) -> list[str]:
    """Return what the hook adds for the Python of a distribution, which has more layouts."""
    if not facts["stdlib"].startswith("/usr/lib"):
        return []
    version = _version(facts)
    libs = dict.fromkeys((facts["platlibdir"], "lib64", "lib"))
    tails = [f"/{lib}/python{version}/{of}-packages" for lib in libs for of in ("site", "dist")]
    tails.append(layout.sharedir_of("", version))
    found: dict[tuple[int, int], str] = {}
    for prefix in prefixes:
        for tail in (local + tail for local in ("", "/local") for tail in tails):
            if os.path.exists(prefix + tail):
                status = os.stat(prefix + tail)
                found.setdefault((status.st_dev, status.st_ino), prefix + tail)
    return list(found.values())


def _listed(facts: Bare, given: Sequence[str], roots: set[str | None]) -> list[str]:
    """Return the site dirs of this version, and each sharedir after the last one of its root."""
    found = list(_from_the_last(facts, given, roots))
    return found[::-1]


def _from_the_last(facts: Bare, given: Sequence[str], roots: set[str | None]) -> Iterator[str]:
    seen = set()
    for site_dir in reversed(given):
        root = _root_of(facts, site_dir)
        if root is None or root in roots or not os.path.exists(site_dir):
            continue
        sharedir = layout.sharedir_of(root, _version(facts))
        if root not in seen and os.path.exists(sharedir):
            yield sharedir
        seen.add(root)
        yield site_dir


def _root_of(facts: Bare, entry: str) -> str | None:
    return layout.root_of(entry, _version(facts), facts["platlibdir"])


def _version(facts: Bare) -> str:
    return "{}.{}".format(*facts["version"])
