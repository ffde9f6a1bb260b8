"""Lines of .pth and .start files, as site reads them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pysharedir.interpreter import pth

if TYPE_CHECKING:
    from pathlib import Path

PATH, IMPORT, ENTRY = "path line", "import line", "entry"
OLD, NEW = (3, 14, 0), (3, 15, 0)


def read(path: Path, content: bytes, version: tuple[int, ...] = NEW) -> list[tuple[str, int, str]]:
    path.write_bytes(content)
    return [(line.kind.value, line.number, line.text) for line in pth.read(str(path), version)]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n  \n# import x\n#\n", []),
        (
            b"import x\nimport\ty; y.z()\n",
            [(IMPORT, 1, "import x"), (IMPORT, 2, "import\ty; y.z()")],
        ),
        (
            b"# a\n\nplace  \nimportant\n",
            [(PATH, 3, "place"), (PATH, 4, "important")],
        ),
        (b"import\n", [(PATH, 1, "import")]),
        (
            b"\xef\xbb\xbfimport x\r\nplace\r\n",
            [(IMPORT, 1, "import x"), (PATH, 2, "place")],
        ),
        (b"last", [(PATH, 1, "last")]),
        (b"caf\xe9\n", [(PATH, 1, "caf\ufffd")]),
    ],
)
def test_read(tmp_path: Path, content: bytes, lines: list[tuple[str, int, str]]) -> None:
    assert read(tmp_path / "a.pth", content) == lines


def test_from_3_15_on_a_line_may_be_indented(tmp_path: Path) -> None:
    content = b" import x\n  # nothing\n"
    assert read(tmp_path / "a.pth", content, NEW) == [(IMPORT, 1, "import x")]
    assert read(tmp_path / "a.pth", content, OLD) == [
        (PATH, 1, " import x"),
        (PATH, 2, "  # nothing"),
    ]


def test_the_lines_for_tools_are_none_for_site(tmp_path: Path) -> None:
    reading, hidden = "import x; f.read()", "\x1c#/../place"
    for version in (3, 9, 1), (3, 12, 9):
        lines = read(tmp_path / "a.pth", f"{reading}\nplace\n".encode(), version)
        assert lines == [(IMPORT, 1, reading)]
    for version in (3, 13, 0), OLD, NEW:
        assert read(tmp_path / "a.pth", f"{hidden}\n".encode(), version) == []


@pytest.mark.parametrize("version", [(3, 12, 9), (3, 13, 0), NEW])
def test_where_lines_end(tmp_path: Path, version: tuple[int, ...]) -> None:
    content = b"import a\rimport b\r\nimport c\n# d\x0cimport e\nimport f; '\xe2\x80\xa8'\n"
    imports = [
        text for kind, _, text in read(tmp_path / "a.pth", content, version) if kind == IMPORT
    ]
    if version < (3, 13):  # as text files do
        assert imports == ["import a", "import b", "import c", "import f; '\u2028'"]
    else:  # as str.splitlines() does
        assert imports == ["import a", "import b", "import c", "import e", "import f; '"]


def test_a_byte_order_mark_is_known_from_3_13_on(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfimport x\n"
    assert read(tmp_path / "a.pth", content, (3, 13, 0)) == [(IMPORT, 1, "import x")]
    assert read(tmp_path / "a.pth", content, (3, 12, 9)) == [(PATH, 1, "\ufeffimport x")]


def test_a_start_file_that_is_not_utf_8_has_no_lines(tmp_path: Path) -> None:
    assert read(tmp_path / "a.start", b"a:b\n\xff\n") == []


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pth")
    assert pth.read(str(tmp_path / "a.pth"), NEW) == ()


def test_every_line_of_a_start_file_is_an_entry(tmp_path: Path) -> None:
    found = read(tmp_path / "a.start", b"# one\nm.n:run\n\nimport x\n")
    assert found == [(ENTRY, 2, "m.n:run"), (ENTRY, 4, "import x")]


@pytest.mark.parametrize(
    ("line", "entry"),
    [("sub", "{0}/sub"), ("..", "{1}"), ("./a/../b", "{0}/b"), ("/abs/./x", "/abs/x")],
)
def test_the_entry_of_a_path_line(tmp_path: Path, line: str, entry: str) -> None:
    file = tmp_path / "a.pth"
    file.write_text(f"{line}\nimport x\n")
    path_line, import_line = pth.read(str(file), NEW)
    assert path_line.entry == entry.format(tmp_path, tmp_path.parent)
    assert import_line.entry is None


def test_what_cannot_be_read_has_no_lines(tmp_path: Path) -> None:
    assert pth.read(str(tmp_path / "a.pth"), NEW) == ()
    assert pth.read(str(tmp_path), NEW) == ()
