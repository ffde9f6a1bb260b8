"""Trace events of a start that is made up."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pysharedir.startup import timeline
from pysharedir.startup.timeline import Timeline
from unit.pure.test_starts import span, traced


@given(st.lists(st.integers(1, 10**9), min_size=3, max_size=3))
def test_rounding_lets_no_event_end_after_the_one_that_it_lies_within(steps: list[int]) -> None:
    core, begin, end = steps[0], sum(steps[:2]), sum(steps)
    line = span("import line", "/a.pth", "import a", begin=begin, end=end, parent=0)
    start = traced(span("site", end=end), line, core=core)
    key = list(start.spans)[1]
    made = Timeline(Path("/python"), start, None, {key: "/a.pth"}, {key: 1}, {}, ())
    events = timeline.events(made)["traceEvents"]
    ends = {event["name"]: event["ts"] + event["dur"] for event in events if event["ph"] == "X"}
    assert ends["line 1: import a"] == ends["site"] == ends["start of /python"]
    assert ends["interpreter"] <= core / 1000
