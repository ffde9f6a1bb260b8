"""Allowlists: their text, and their comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir.startup import allowlist, digests

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ONE, TWO = 64 * "1", 64 * "2"


@pytest.mark.parametrize(
    ("found", "allowed", "differs"),
    [
        ({}, {}, {}),
        ({"a": ONE}, {"a": ONE}, {}),
        ({"a": ONE}, {}, {"new": ("a",)}),
        ({"a": ONE}, {"a": TWO}, {"changed": ("a",)}),
        ({}, {"a": ONE}, {"gone": ("a",)}),
        ({"a": ONE, "b": ONE}, {"b": TWO, "c": ONE}, {"new": "a", "changed": "b", "gone": "c"}),
        # A file that cannot be read counts as changed.
        ({"a": digests.UNREADABLE}, {"a": digests.UNREADABLE}, {"changed": ("a",)}),
        ({"a": digests.UNREADABLE}, {}, {"new": ("a",)}),
    ],
)
def test_compare(
    found: dict[str, str], allowed: dict[str, str], differs: dict[str, Iterable[str]]
) -> None:
    result = vars(allowlist.compare(found, allowed))
    assert {name: names for name, names in result.items() if names} == {
        name: tuple(names) for name, names in differs.items()
    }


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("lib/a b.py", f"{ONE}  lib/a b.py"),
        ("back\\slash", rf"\{ONE}  back\\slash"),
        ("line\nend", rf"\{ONE}  line\nend"),
        ("re\rturn", rf"\{ONE}  re\rturn"),
        ("\\n", rf"\{ONE}  \\n"),
        ("caf\udce9", f"{ONE}  caf\udce9"),
        ("new\u2028line", f"{ONE}  new\u2028line"),
    ],
)
def test_what_is_rendered_is_read(tmp_path: Path, name: str, line: str) -> None:
    text = allowlist.render({name: ONE}).decode("utf-8", "surrogateescape")
    assert text.split("\n")[-2:] == [line, ""]
    (tmp_path / "list").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert allowlist.read(tmp_path / "list") == {name: ONE}


def test_read_takes_what_sha256sum_writes(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"# head\n\n{ONE} *binary\n{TWO}  text\r\n")
    assert allowlist.read(tmp_path / "list") == {"binary": ONE, "text": TWO}
