"""What something costs a start: time, and system calls."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysharedir.startup import traces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pysharedir.startup.traces import Key, Traced

CORE: Key = ()
SITE: Key = ("site", None, None, 1)


@dataclass(frozen=True)
class Cost:
    """What something costs a start.

    :ivar ns: Nanoseconds.
    :ivar calls: System calls; None when they could not be counted.
    """

    ns: int
    calls: int | None

    def __add__(self, other: Cost) -> Cost:
        if self.calls is None or other.calls is None:
            return Cost(self.ns + other.ns, None)
        return Cost(self.ns + other.ns, self.calls + other.calls)


def of_spans(timed: Iterable[Traced], counted: Traced | None) -> dict[Key, Cost]:
    """Return the cost of each span, and of what is before site, as a key of its own.

    The least time is the one that the rest of the machine disturbed least.
    """
    times: defaultdict[Key, list[int]] = defaultdict(list)
    for traced in timed:
        times[CORE].append(traced.core)
        for key, span in traced.keyed:
            times[key].append(span["ns"])
    costs = {key: Cost(min(each), None) for key, each in times.items()}
    if counted and counted.calls is not None:
        calls = {key: counted.calls[str(span["number"])] for key, span in counted.keyed}
        calls[CORE] = counted.calls[traces.CORE]
        costs = {key: replace(cost, calls=calls.get(key, 0)) for key, cost in costs.items()}
    return costs


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of costs, of which there is one at least."""
    first, *others = costs
    for other in others:
        first += other
    return first
