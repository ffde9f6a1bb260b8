"""The rule by which points are chosen leaves none out for long."""

from __future__ import annotations

from faults.processes import Point
from faults.trials import EVERY, Choice

DECISIVE = (
    Point("renameat", 1, 'renameat(4</w/.pysharedir>, "placing.json", 4</w/.pysharedir>, …', True),
    Point("flock", 1, "flock(3</w/.pysharedir/a0/process>, LOCK_EX|LOCK_NB)", False),
    Point("renameat", 2, 'renameat(3</w>, "a-1.dist-info", 5</w/.pysharedir/trash>, …', True),
)
OTHERS = tuple(
    Point("linkat", number, f'linkat(…, 6</w/.pysharedir/stage>, "{number}.py", 0)', True)
    for number in range(1, 11)
)
POINTS = (*OTHERS[:4], *DECISIVE, *OTHERS[4:])


def test_turns_in_a_row_try_all() -> None:
    chosen = [Choice(turn).of(POINTS, lambda point: point) for turn in range(100, 100 + EVERY)]
    assert all(set(DECISIVE) <= {*points} for points in chosen)
    assert all(len(points) < len(POINTS) / 2 + len(DECISIVE) for points in chosen)
    others = [point for points in chosen for point in points if point not in DECISIVE]
    assert sorted(others, key=str) == sorted(OTHERS, key=str)


def test_all_tries_all() -> None:
    assert Choice(None).of(POINTS, lambda point: point) == [*POINTS]
