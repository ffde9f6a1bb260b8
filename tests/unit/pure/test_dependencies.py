"""Dependencies that are required and not installed."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from pysharedir.installed.dependencies import Dependency, requirements_of, unmet
from unit.pure.made import distribution

MARKERS = {"python_version": "3.12", "platform_machine": "aarch64", "sys_platform": "linux"}


def parsed(lines: dict[str, str]) -> dict[str, list[Requirement]]:
    return {
        name: [Requirement(each) for each in text.split("\n") if each]
        for name, text in lines.items()
    }


@pytest.mark.parametrize(
    ("requirements", "versions", "expected"),
    [
        # Markers.
        ({"a": "n; platform_machine == 'aarch64'"}, {}, ["n"]),
        ({"a": "n; platform_machine == 'x86_64'"}, {}, []),
        ({"a": "n; python_version >= '3.12'"}, {}, ["n"]),
        ({"a": "n; python_version < '3.12'"}, {}, []),
        # Versions.
        ({"a": "n>=2"}, {"n": "2.0"}, []),
        ({"a": "n>=2"}, {"n": "1.9"}, ["n>=2"]),
        ({"a": "n>=2"}, {"n": "3.0a1"}, []),
        ({"a": "n==2.1"}, {"n": "2.1+cpu"}, []),
        ({"a": "n"}, {"n": "from-2009"}, []),
        ({"a": "n>1"}, {"n": "from-2009"}, ["n>1"]),
        ({"a": "n~=2.1\nn<3\nn>=1.9\nn>=1.10"}, {}, ["n<3,>=1.10,~=2.1"]),
        # By address.
        ({"a": "n @ file:///n.whl"}, {}, ["n @ file:///n.whl"]),
        ({"a": "n @ file:///n.whl"}, {"n": "1"}, []),
        # Extras that somebody asks for: another shared one, one that is not shared, itself.
        ({"a": "n; extra == 'x'"}, {}, []),
        ({"a": "n; extra == 'X_y'", "b": "a[x-Y]"}, {}, ["n"]),
        ({"a": "n; extra == 'x'", "own": "a[x]"}, {}, ["n"]),
        ({"a": "n; extra == 'x'\na[x]; extra == 'all'", "b": "a[all]"}, {}, ["n"]),
        ({"a": "n[fast]"}, {}, ["n[fast]"]),
        ({"a": "n[fast]", "n": "m; extra == 'fast'"}, {"n": "1"}, ["m"]),
        # What is required in turn, but not what has nothing to do with the sharedir.
        ({"a": "n", "n": "m"}, {"n": "1"}, ["m"]),
        ({"own": "m"}, {"own": "1"}, []),
        ({"a": "b\nn", "b": "a"}, {}, ["n"]),
    ],
)
def test_unmet(requirements: dict[str, str], versions: dict[str, str], expected: list[str]) -> None:
    found = unmet(parsed(requirements), {"a": "1", "b": "1", **versions}.get, ["a", "b"], MARKERS)
    assert [each.requirement for each in found] == expected


def test_unmet_says_who_requires_what() -> None:
    requirements = parsed({"b": "N_n[x]>=2", "a": "n-n[y]<3", "own": "n-n==9"})
    (found,) = unmet(requirements, {"n-n": "1"}.get, ["b", "a"], MARKERS)
    assert found == Dependency("n-n", "n-n[x,y]<3,>=2", "1", ("a", "b"))


def test_requirements_of_notes_what_is_wrong_with_shared_ones() -> None:
    lines = {
        "a": ["n>=1", "not valid at all", "m; python_version <"],
        "own": ["also not valid"],
        "b": [],
    }
    members = {name: distribution(name) for name in lines}
    for name, requires in lines.items():
        vars(members[name].metadata)["requires"] = tuple(requires)
    requirements, notes = requirements_of(members, {"a", "b"}, MARKERS)
    assert {name: [*map(str, its)] for name, its in requirements.items()} == {
        "a": ["n>=1"],
        "own": [],
        "b": [],
    }
    assert notes == [
        "a: its requirement 'not valid at all' is not valid",
        "a: its requirement 'm; python_version <' is not valid",
    ]
