"""Dependencies of distributions that are not installed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pysharedir.installed.distribution import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pysharedir.installed.distribution import Distribution


@dataclass(frozen=True)
class Dependency:
    """A dependency of the distributions in a sharedir that a target lacks.

    :ivar name: Its normalised name.
    :ivar requirement: All requirements on it, as one dependency specifier.
    :ivar installed: The version that is installed instead.
    :ivar required_by: The names of the distributions that require it; none when it is installed,
        but for another machine.
    """

    name: str
    requirement: str
    installed: str | None
    required_by: tuple[str, ...]


def unmet(
    requirements: Mapping[str, Sequence[Requirement]],
    version: Callable[[str], str | None],
    shared: Iterable[str],
    markers: Mapping[str, str],
) -> tuple[Dependency, ...]:
    """Return the dependencies that are not installed, as defined by the dependency specifiers.

    These are the direct and indirect dependencies of the shared distributions.  Only extras that a
    requirement names count, since the extras that a user asked for are not recorded.
    https://packaging.python.org/en/latest/specifications/dependency-specifiers/

    :param requirements: The requirements of all installed distributions, by normalised name.
    :param version: Returns the version of a distribution that the target can use, or None.
    :param shared: The names of the distributions in the sharedir.
    :param markers: The environment of the target, for markers.
    """
    extras = _extras(requirements, markers)
    asked: defaultdict[str, list[tuple[str, Requirement]]] = defaultdict(list)
    reached = dict.fromkeys(shared)
    waiting = list(reached)
    while waiting:
        requirer = waiting.pop()
        for each in requirements.get(requirer, ()):
            if _applies(each, markers, extras[requirer]):
                name = canonicalize_name(each.name)
                asked[name].append((requirer, each))
                if name not in reached:
                    reached[name] = None
                    waiting.append(name)
    lacking = (_dependency(name, asked[name], version(name)) for name in sorted(asked))
    return tuple(dependency for dependency in lacking if dependency is not None)


def requirements_of(
    distributions: Mapping[str, Distribution], shared: Collection[str], markers: Mapping[str, str]
) -> tuple[dict[str, list[Requirement]], list[str]]:
    """Return the requirements of all distributions, and notes on invalid ones of shared ones."""
    requirements = {}
    notes: list[str] = []
    for key, each in distributions.items():
        wrong: list[str] = []
        requirements[key] = list(_valid_requirements(each, markers, wrong.append))
        notes += wrong if key in shared else []
    return requirements, notes


def _valid_requirements(
    distribution: Distribution, markers: Mapping[str, str], note: Callable[[str], object]
) -> Iterator[Requirement]:
    try:
        lines = distribution.metadata.requires
    except UNREADABLE:
        note(f"{distribution.name}: its metadata cannot be read")
        return
    for line in lines:
        try:
            requirement = Requirement(line)
            _applies(requirement, markers, ())
        except ValueError:
            note(f"{distribution.name}: its requirement {line!r} is not valid")
        else:
            yield requirement


def _applies(requirement: Requirement, markers: Mapping[str, str], extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**markers, "extra": extra}) for extra in ("", *extras)
    )


def _extras(
    requirements: Mapping[str, Sequence[Requirement]], markers: Mapping[str, str]
) -> defaultdict[str, set[str]]:
    """Return the extras of each distribution that requirements name.

    An extra adds requirements, which may name further extras: so repeat until none is new.
    """
    known: set[tuple[str, str]] = set()
    while True:
        extras: defaultdict[str, set[str]] = defaultdict(set)
        for name, extra in known:
            extras[name].add(extra)
        asked = {
            (canonicalize_name(each.name), canonicalize_name(extra))
            for requirer, its in requirements.items()
            for each in its
            if each.extras and _applies(each, markers, extras[requirer])
            for extra in each.extras
        }
        if asked <= known:
            return extras
        known |= asked


def _dependency(
    name: str, asked: Sequence[tuple[str, Requirement]], version: str | None
) -> Dependency | None:
    specifier = _combined(each.specifier for _, each in asked)
    if version is not None and satisfies(version, specifier):
        return None
    extras = sorted({canonicalize_name(extra) for _, each in asked for extra in each.extras})
    url = next((each.url for _, each in asked if each.url), None)
    requirement = f"{name}[{','.join(extras)}]" if extras else name
    requirement += f" @ {url}" if url else str(specifier)
    return Dependency(name, requirement, version, tuple(sorted({by for by, _ in asked})))


def _combined(specifiers: Iterable[SpecifierSet]) -> SpecifierSet:
    """Return the intersection of *specifiers*, with only the highest of their ``>=`` bounds."""
    every = {each for specifier in specifiers for each in specifier}
    lower = sorted(
        (each for each in every if each.operator == ">="), key=lambda each: Version(each.version)
    )
    return SpecifierSet(",".join(sorted(str(each) for each in every.difference(lower[:-1]))))


def satisfies(version: str, specifier: SpecifierSet) -> bool:
    """Tell whether a specifier allows a version."""
    try:
        return not specifier or specifier.contains(version, prereleases=True)
    except ValueError:  # from before PEP 440
        return False
