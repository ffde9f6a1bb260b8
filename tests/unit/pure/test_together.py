"""Which distributions must stay together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir.sort.together import agreed, groups
from pysharedir.sort.verdicts import Kind, Verdict
from unit.pure.made import distribution

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.installed.distribution import Distribution

REGULAR = "p/__init__.py"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Nothing shared.
        ({"a": ["a.py"], "b": ["b.py"]}, [("a", ""), ("b", "")]),
        ({"a": ["p.py"], "b": ["p.py"]}, [("a", ""), ("b", "")]),
        ({"a": [REGULAR, "p/a.py"], "b": ["pp/b.py"]}, [("a", ""), ("b", "")]),
        ({"a": ["__pycache__/x.pyc"], "b": ["__pycache__/x.pyc"]}, [("a", ""), ("b", "")]),
        # A regular package, whoever has its __init__, whatever that is.
        ({"a": [REGULAR], "b": ["p/b.py"]}, [("a b", "p")]),
        ({"a": ["p/a.py"], "b": [REGULAR]}, [("a b", "p")]),
        ({"a": [REGULAR], "b": [REGULAR]}, [("a b", "p")]),
        ({"a": ["p/__init__.cpython-311.so"], "b": ["p/b.py"]}, [("a b", "p")]),
        ({"a": [REGULAR], "b": ["p/sub/deep/b.py"]}, [("a b", "p")]),
        # A namespace is shared by all, a regular package in it is not.
        ({"a": ["n/a.py"], "b": ["n/b.py"]}, [("a", ""), ("b", "")]),
        ({"a": ["n/a.py"], "b": ["n/a.py"]}, [("a", ""), ("b", "")]),
        ({"a": ["n/a/__init__.py"], "b": ["n/b/__init__.py"]}, [("a", ""), ("b", "")]),
        ({"a": ["n/p/__init__.py"], "b": ["n/p/b.py"]}, [("a b", "n.p")]),
        (
            {"a": ["n/p/__init__.py"], "b": ["n/b.py"], "c": ["n/p/c.py"]},
            [("a c", "n.p"), ("b", "")],
        ),
        # A namespace that an -nspkg.pth makes, in its own directory only.
        ({"a": ["n/a.py", "a-1.0-nspkg.pth"], "b": ["n/b.py"]}, [("a b", "n")]),
        ({"a": ["n/a.py", "a-1.0-nspkg.pth"], "b": ["m/b.py"]}, [("a", ""), ("b", "")]),
        # One shares with two that share nothing with each other; one package is told.
        (
            {"a": ["p/a.py"], "b": [REGULAR, "q/__init__.py"], "c": ["q/c.py"]},
            [("a b c", "p")],
        ),
        (
            {"a": ["q/a.py"], "b": [REGULAR, "q/__init__.py"], "c": ["p/c.py"], "d": ["d.py"]},
            [("a b c", "q"), ("d", "")],
        ),
        (
            {"a": ["q/__init__.py"], "b": [REGULAR], "c": ["p/c.py", "q/c.py"]},
            [("a b c", "q")],
        ),
        # Two pairs stay two.
        (
            {"a": [REGULAR], "b": ["q/__init__.py"], "c": ["p/c.py"], "d": ["q/d.py"]},
            [("a c", "p"), ("b d", "q")],
        ),
    ],
)
def test_groups(files: dict[str, list[str]], expected: list[tuple[str, str]]) -> None:
    members = [distribution(name, *listed) for name, listed in files.items()]
    found = groups(members, [_verdict(each) for each in members])
    assert [(" ".join(each.name for each in group.members), group.package) for group in found] == (
        expected
    )


def test_an_init_that_no_record_lists_counts(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    members = [distribution(name, f"p/{name}.py", directory=str(tmp_path)) for name in ("a", "b")]
    verdicts = [_verdict(each) for each in members]
    assert len(groups(members, verdicts)) == 2
    (tmp_path / "p" / "__init__.py").touch()
    assert len(groups(members, verdicts)) == 1


NOARCH, PLATFORM, LEFT = Kind.NOARCH, Kind.PLATFORM, Kind.LEFT_ALONE


@pytest.mark.parametrize(
    ("kinds", "kind", "because_of"),
    [
        ([NOARCH, NOARCH], NOARCH, None),
        ([PLATFORM, PLATFORM], PLATFORM, None),
        ([NOARCH, PLATFORM], PLATFORM, "b"),
        ([PLATFORM, NOARCH, PLATFORM], PLATFORM, "a"),
        ([NOARCH, LEFT], LEFT, "b"),
        ([PLATFORM, LEFT, NOARCH], LEFT, "b"),
    ],
)
def test_agreed(kinds: list[Kind], kind: Kind, because_of: str | None) -> None:
    verdicts = [
        _verdict(distribution(name), kind) for name, kind in zip("abc", kinds, strict=False)
    ]
    result = agreed(verdicts, "p")
    assert [verdict.distribution for verdict in result] == [
        verdict.distribution for verdict in verdicts
    ]
    assert {verdict.kind for verdict in result} == {kind}
    why = f"shares p with {because_of}, which is {kind}"
    assert [each.reason for each in result] == [
        "its own" if each.kind is kind else why for each in verdicts
    ]


def _verdict(member: Distribution, kind: Kind = NOARCH) -> Verdict:
    return Verdict(member, kind, "its own", tops=member.listing.tops())
