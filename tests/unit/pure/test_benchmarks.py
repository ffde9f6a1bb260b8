"""What benchmarks count, and how they compare it with budgets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))

from benchmarks import imports, pathcalls, ways


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ('newfstatat(AT_FDCWD, "/a", {st_mode=S_IFREG}, 0) = 0', True),
        ('12 openat(AT_FDCWD, "/a", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 3', True),
        ('access("/a", F_OK) = -1 ENOENT (No such file or directory)', True),
        ('readlink("/a", 0x7ffe, 4096) = -1 EINVAL (Invalid argument)', True),
        ('12 newfstatat(3, "", {st_mode=S_IFREG}, AT_EMPTY_PATH) = 0', False),
        ("getdents64(3, 0x55, 32768) = 48", False),
        ("+++ exited with 0 +++", False),
    ],
)
def test_calls_with_a_path_count(line: str, counts: bool) -> None:
    assert pathcalls.is_path_call(line) is counts


@pytest.mark.parametrize(("calls", "code"), [(3_600, 0), (3_601, 1)])
def test_an_exceeded_budget_is_told(
    calls: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"start": 0, "lookups": calls, "imports": 0}
    result = imports.Result("hook", "hook", 500, counts, {}, ())
    report = imports.Report("3.11", {}, (result,), (), {})
    assert imports.judge([report], [(ways.HOOK, 500)]) == code
    assert bool(capsys.readouterr().out) is bool(code)


def test_what_is_not_measured_is_no_pass() -> None:
    report = imports.Report("3.11", {}, (), (), {"hook, 500 prefixes": "why"})
    assert imports.judge([report], [(ways.HOOK, 500)]) == 2


@pytest.mark.parametrize(("more", "code"), [(31, 0), (32, 1)])
@pytest.mark.parametrize("base", [90, 110])
def test_few_prefixes_are_measured_beyond_a_start(base: int, more: int, code: int) -> None:
    counts = {"start": base, "lookups": base, "imports": base}
    results = (
        imports.Result("merged", "merged", 500, counts, {}, ()),
        imports.Result("hook", "hook", 10, {**counts, "start": base + more}, {}, ()),
    )
    report = imports.Report("3.11", {}, results, (), {})
    assert imports.judge([report], [(ways.MERGED, 500), (ways.HOOK, 10)]) == code


@pytest.mark.parametrize(("more", "code"), [(0, 0), (5, 0), (6, 1)])
def test_a_view_is_measured_by_one_directory(more: int, code: int) -> None:
    results = tuple(
        imports.Result(key, key, 500, {"start": calls}, {}, ())
        for key, calls in (("merged", 100), ("view", 100 + more))
    )
    report = imports.Report("3.11", {}, results, (), {})
    assert imports.judge([report], [(ways.MERGED, 500), (ways.VIEWED, 500)]) == code
