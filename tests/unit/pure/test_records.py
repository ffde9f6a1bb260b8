"""What RECORD lists, and how it is rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir.errors import RecordError
from pysharedir.installed import records
from trees import plant
from unit.pure.made import listing

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.installed.records import Row

INFO = "hello-1.0.dist-info"


def record(tmp_path: Path, text: str) -> Path:
    """Write a RECORD and return its metadata directory."""
    plant(tmp_path, {INFO: {}})
    (tmp_path / INFO / "RECORD").write_bytes(text.encode())
    return tmp_path / INFO


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("", {}, ()),
        ("hello.py,,\n", {"": {"hello.py"}}, ()),
        ("a/b/c.py,sha256=x,1\na/b/d.py,,\n", {"a/b": {"c.py", "d.py"}}, ()),
        ("./a.py,,\nx/../b.py,,\nc//d.py,,\n", {"": {"a.py", "b.py"}, "c": {"d.py"}}, ()),
        ('"a,b.py",,\n"say ""x"".py",,\n', {"": {"a,b.py", 'say "x".py'}}, ()),
        ("a.py,,\r\nb.py,,\r\n", {"": {"a.py", "b.py"}}, ()),
        # Its own metadata is not told, another's is.
        (
            f"{INFO}/RECORD,,\n{INFO}/licenses/MIT,,\nhello-1.0.data/x,,\n",
            {"hello-1.0.data": {"x"}},
            (),
        ),
        ("../../../bin/hello,,\n../x,,\n", {}, ("../../../bin/hello", "../x")),
        ("a/../../x,,\n", {}, ("../x",)),
        ("..a.py,,\n..b/c.py,,\n", {"": {"..a.py"}, "..b": {"c.py"}}, ()),
    ],
)
def test_read(
    tmp_path: Path, text: str, inside: dict[str, set[str]], outside: tuple[str, ...]
) -> None:
    found = records.read("hello", record(tmp_path, text))
    assert (found.inside, found.outside) == (inside, outside)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/etc/passwd,,\n", "RECORD has an absolute path: /etc/passwd"),
        ("a.py,,\n/x,,\n", "RECORD has an absolute path: /x"),
        ('"x\n', "RECORD cannot be read: "),
        ("x\n", "RECORD cannot be read: "),
        ("a\0b.py,,\n", "RECORD "),
    ],
)
def test_read_refuses(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(RecordError) as caught:
        records.read("hello", record(tmp_path, text))
    assert caught.value.reason.startswith(reason)


FOREIGN = (
    "_pysharedir.pth",
    "_pysharedir.d/path.py",
    "__pycache__/_pysharedir.cpython-311.pyc",
    ".pysharedir/placing.json",
    "other-1.0.dist-info/METADATA",
)


def test_read_tells_what_is_not_its_own(tmp_path: Path) -> None:
    """What is moved with it would be the hook, or another's metadata."""
    own = ("_pysharedir_plugin.py", "p/_pysharedir.py", "p/other-1.0.dist-info/METADATA")
    text = "".join(f"{path},,\n" for path in (*own, "./a/../_pysharedir.pth", *FOREIGN))
    found = records.read("hello", record(tmp_path, text))
    assert sorted(found.files()) == sorted(own)
    assert found.foreign == ("_pysharedir.pth", *FOREIGN)


def test_read_takes_no_directory_for_a_record(tmp_path: Path) -> None:
    (tmp_path / INFO / "RECORD").mkdir(parents=True)
    with pytest.raises(RecordError, match="RECORD is not a file"):
        records.read("hello", tmp_path / INFO)


def test_read_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="has no RECORD"):
        records.read("hello", tmp_path / INFO)


@pytest.mark.parametrize(
    ("files", "tops"),
    [
        ([], set()),
        (["a.py", "b/c/d.py", "../x"], {"a.py", "b"}),
        (["__pycache__/a.pyc", "a/__pycache__/b.pyc"], {"a"}),
    ],
)
def test_tops(files: list[str], tops: set[str]) -> None:
    assert listing(*files).tops() == tops


def test_files() -> None:
    files = ["a.py", "b/c.py", "b/d/e.py"]
    assert sorted(listing(*files, "../x").files()) == files


@pytest.mark.parametrize(
    ("directory", "lineage"),
    [("", []), ("a", ["a"]), ("a/b/c", ["a", "a/b", "a/b/c"])],
)
def test_lineage(directory: str, lineage: list[str]) -> None:
    assert records.lineage(directory) == lineage


@pytest.mark.parametrize(
    ("directory", "package"),
    [
        ("", None),
        ("n", None),
        ("p", "p"),
        ("p/data", "p"),
        ("p/q", "p"),
        ("n/r", "n/r"),
        ("x", None),
    ],
)
def test_regular(directory: str, package: str | None) -> None:
    files = ["p/__init__.py", "p/q/__init__.py", "p/data/x.txt", "n/r/__init__.py", "n/m.py"]
    assert listing(*files).regular(directory) == package


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        (
            ["a.py", "a.txt", "b.pyc", "c.so", "d.pth", "e.start", "py.typed"],
            "a.py b.pyc c.so d.pth e.start",
        ),
        (["p/__init__.py", "p/a.py", "p/q/__init__.py"], "p/__init__.py"),
        (["p/__init__.abi3.so", "p/a.so"], "p/__init__.abi3.so"),
        (["n/a.py", "n/p/__init__.py", "n/p/b.py", "n/x.txt"], "n/a.py n/p/__init__.py"),
        (["thing.libs/lib.so", "p-1.data/a.py", "n/2/a.py"], ""),
        (["../bin/a.py"], ""),
    ],
)
def test_entry_modules(files: list[str], modules: str) -> None:
    assert sorted(listing(*files).entry_modules()) == modules.split()


UP = "../../bin/hello,sha256=x,1\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.py,,\n", None),
        (f"a.py,,\n{UP}b.py,,\n", "a.py,,\n/new/../../bin/hello,sha256=x,1\nb.py,,\n"),
        ("../gone,,\na.py,,\n", "a.py,,\n"),
        ("../same,,\n", None),
        (".././same,,\n", None),
        ("../other,sha256=x,1\n", "../other,sha256=y,2\n"),
        # What need not change stays as it is, to the byte.
        (f'"a.py",,\n{UP}', '"a.py",,\n/new/../../bin/hello,sha256=x,1\n'),
        ("a.py,,\r\n../x,,\r\n", "a.py,,\r\n/new/../x,,\r\n"),
        ('"../x,y",,\n', '"/new/../x,y",,\n'),
        ("a.py,,\n../x,,", "a.py,,\n/new/../x,,\n"),
    ],
)
def test_rewritten(text: str, expected: str | None) -> None:
    def rewrite(row: Row) -> Row | None:
        special = {"../gone": None, "../same": row, "../other": ("../other", "sha256=y", "2")}
        return special.get(row[0], (f"/new/{row[0]}", *row[1:]))

    changed = records.rewritten("hello", text.encode(), rewrite)
    assert changed == (text if expected is None else expected).encode()


def test_rewritten_names_read_the_same(tmp_path: Path) -> None:
    """With LF line ends, which installer and uv write, whatever else is in a name."""
    odd = ["a\rb.py", "a\nb.py", "a\r\nb.py", 'a"b.py', "a,b.py", " a.py", "ä\u2028\x85b.py"]
    for ending in "\n", "\r\n":
        lines = [f'"{name.replace(chr(34), chr(34) * 2)}",,' for name in [*odd, "../x", "../y\rz"]]
        info = record(tmp_path, "".join(line + ending for line in lines))
        before = (info / "RECORD").read_bytes()
        content = records.rewritten("hello", before, lambda row: (f"../{row[0]}", *row[1:]))
        (info / "RECORD").write_bytes(content)
        rows = [path for path, _, _ in records.rows("hello", info)]
        assert rows == [*odd, "../../x", "../../y\rz"]
        assert content.endswith(f",,{ending}".encode())
