"""What holds in every layout of the table, once the real command has put the hook in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layouts.conftest import Built, Report


def test_places(built: Built, now: Report) -> None:
    assert now.purelib == built.at(built.layout.purelib)
    assert now.platlib == built.at(built.layout.platlib)


def test_path(built: Built, now: Report) -> None:
    assert now.path == built.path()
    assert bool(now.traces) == built.layout.hooked


def test_imports(built: Built, now: Report) -> None:
    assert now.taken == {name: built.at(place) for name, place in built.layout.takes.items()}


def test_once(built: Built, now: Report) -> None:
    assert has_doubles(built.before[""]) == built.layout.doubled
    assert_once(now)


def test_flags(built: Built, flag: str) -> None:
    now = built.start(flag)
    path = built.path(flag)
    assert now.path == path
    assert now.purelib == built.at(built.layout.purelib)
    assert bool(now.traces) == built.layout.hooked
    assert now.taken == {
        name: first(name, path) or elsewhere(built.at(place), built.path())
        for name, place in built.layout.takes.items()
    }
    assert_once(now)


def test_without_site(built: Built) -> None:
    now = built.start("-S")
    assert now == built.before["-S"]
    assert now.traces == []


def test_off(built: Built) -> None:
    now = built.start(PYSHAREDIR="0")
    assert now == replace(built.before[""], traces=now.traces)


def first(name: str, path: list[str]) -> str | None:
    """Return the first entry that has a module."""
    return next((entry for entry in path if entry and Path(entry, f"{name}.py").exists()), None)


def elsewhere(place: str, path: list[str]) -> str | None:
    """Return where a module is that a finder provides, and no entry of *path*."""
    return None if place in path else place


def has_doubles(report: Report) -> bool:
    """Tell whether a distribution was found more than once."""
    return any(count > 1 for count in Counter(name for name, _ in report.distributions).values())


def assert_once(report: Report) -> None:
    """Assert that what is in the directories of *sys.path* was found, and once."""
    there = {
        (info.name.partition("-")[0], entry)
        for entry in report.path[report.path[:1] == [""] :]
        for info in Path(entry).glob("*.dist-info")
    }
    assert sorted(map(tuple, report.distributions)) == sorted(there)
    if report.packages is not None:
        assert report.packages == {name: [name] for name, _ in there}
