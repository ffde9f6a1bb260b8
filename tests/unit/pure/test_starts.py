"""What traces of starts say of startup files and their costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.snapshot import Reader
from pysharedir.startup import costs, spans
from pysharedir.startup.costs import Cost
from pysharedir.startup.traces import Key, SpanKind, Traced

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pysharedir.interpreter.answers import Span, Trace

SITE = Key(SpanKind.SITE, None, None, 1)


def span(kind: str, file: str | None = None, text: str | None = None, **facts: Any) -> Span:
    made: Span = {
        "kind": kind,
        "file": file,
        "text": text,
        "ns": 1,
        "begin": 0,
        "end": 1,
        "modules": [],
        "path": [],
        "files": [],
        "error": None,
        "fatal": False,
        "number": 0,
        "parent": None,
    }
    made.update(facts)  # type: ignore[typeddict-item]
    return made


def traced(*made: Span, core: int = 10, calls: Mapping[str, int] | None = None) -> Traced:
    facts: Trace = {
        "version": [3, 11, 7],
        "prefix": "/venv",
        "base_prefix": "/usr",
        "stdlib": "/usr/lib/python3.11",
        "user_site": None,
        "path": [],
        "modules": [],
        "pid": 1,
        "began": 0,
        "before": ["/usr/lib/python3.11/codecs.py", "<frozen>"],
        "spans": [{**each, "number": number} for number, each in enumerate(made)],
    }
    return Traced(facts, core, calls)


def test_spans_that_are_alike_are_told_apart() -> None:
    keys = list(traced(span("site"), span("file", "/a.pth"), span("file", "/a.pth")).spans)
    first = Key(SpanKind.FILE, "/a.pth", None, 1)
    assert keys == [SITE, first, first._replace(turn=2)]


def test_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="guess"):
        _ = traced(span("guess")).spans


def test_the_least_time_counts() -> None:
    timed = [traced(span("site", ns=5), core=30), traced(span("site", ns=7), core=20)]
    measured = costs.of_starts(timed, None)
    assert (measured.core, measured.spans) == (Cost(20, None), {SITE: Cost(5, None)})


def test_calls_are_those_of_the_start_that_was_counted() -> None:
    other = Key(SpanKind.FILE, "/a.pth", None, 1)
    counted = traced(span("site"), calls={"core": 300, "0": 40})
    measured = costs.of_starts([traced(span("site"), span("file", "/a.pth"))], counted)
    assert measured.core == Cost(10, 300)
    assert measured.spans == {SITE: Cost(1, 40), other: Cost(1, 0)}


def test_a_cost_that_is_not_known_makes_none_known() -> None:
    assert costs.total([Cost(1, 2), Cost(3, 4)]) == Cost(4, 6)
    assert costs.total([Cost(1, 2), Cost(3, None)]) == Cost(4, None)


@pytest.fixture
def pth(tmp_path: Path) -> str:
    path = tmp_path / "a.pth"
    path.write_text("import one\n/nowhere\nimport two\nimport one\n")
    return str(path)


def test_what_runs_again_is_put_together(pth: str) -> None:
    """In a venv each file is read twice; equal lines of it run in turn."""
    one = span("import line", pth, "import one\n")
    two = span("import line", pth, "import two\n", modules=["two"])
    run = [span("file", pth, path=["/nowhere"]), one, two, one]
    start = traced(span("site"), *run, *run)
    (file,) = spans.files_of(start, costs.of_starts([start], None).spans, Reader())
    assert (file.kind, file.path, file.times, file.modules) == (spans.Kind.PTH, pth, 2, ("two",))
    assert [(item.kind, item.line, item.text, item.times) for item in file.items] == [
        (SpanKind.FILE, None, None, 2),
        (SpanKind.IMPORT_LINE, 1, "import one", 2),
        (SpanKind.IMPORT_LINE, 3, "import two", 2),
        (SpanKind.IMPORT_LINE, 4, "import one", 2),
    ]
    assert file.items[0].path == ("/nowhere",)
    assert file.cost == Cost(8, None)


def test_a_start_file_silences_the_import_lines_of_its_pth(pth: str) -> None:
    start = traced(span("file", pth), span("file", pth.replace(".pth", ".start")))
    files = spans.files_of(start, {}, Reader())
    assert [(file.kind, file.silenced) for file in files] == [
        (spans.Kind.PTH, True),
        (spans.Kind.START, False),
    ]


@pytest.mark.parametrize("kind", [spans.Kind.SITECUSTOMIZE, spans.Kind.USERCUSTOMIZE])
def test_a_customization_is_the_first_on_the_path(tmp_path: Path, kind: spans.Kind) -> None:
    search = [str(tmp_path / name) for name in ("none", "package", "module")]
    for name in ("package", "module"):
        (tmp_path / name / kind).mkdir(parents=True)
        (tmp_path / name / f"{kind}.py").touch()
    (tmp_path / "package" / kind / "__init__.py").touch()
    start = traced(span(kind, search=search))
    (file,) = spans.files_of(start, {}, Reader())
    assert (file.kind, file.path) == (kind, str(tmp_path / "package" / kind / "__init__.py"))
    assert file.search == tuple(search)
    (none,) = spans.files_of(traced(span(kind, search=search[:1])), {}, Reader())
    assert none.path is None


def test_sources_are_those_before_and_of_site() -> None:
    site = span("site", files=["/usr/lib/python3.11/site.py", "<string>"])
    start = traced(site, span("file", "/a.pth", files=["/a.py"]))
    assert spans.sources_of(start) == (
        "/usr/lib/python3.11/codecs.py",
        "/usr/lib/python3.11/site.py",
    )
