"""What something costs a start: time, and system calls."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.startup import traces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pysharedir.startup.traces import Key, Traced


@dataclass(frozen=True)
class Cost:
    """What something costs a start.

    :ivar ns: Nanoseconds.
    :ivar calls: System calls; None if nothing could count them.
    """

    ns: int
    calls: int | None

    def __add__(self, other: Cost) -> Cost:
        if self.calls is None or other.calls is None:
            return Cost(self.ns + other.ns, None)
        return Cost(self.ns + other.ns, self.calls + other.calls)


@dataclass(frozen=True)
class Costs:
    """What the parts of a start cost.

    :ivar core: From the call that starts the process to the import of site.
    """

    core: Cost
    spans: dict[Key, Cost]


def of_starts(timed: Sequence[Traced], counted: Traced | None) -> Costs:
    """Return what the parts of a start cost.

    The least time is the one that the rest of the machine disturbed least.

    :param timed: The timed starts, at least one.
    :param counted: The start with counted system calls, if there is one.
    """
    times: defaultdict[Key, list[int]] = defaultdict(list)
    for traced in timed:
        for key, span in traced.spans.items():
            times[key].append(span["ns"])
    core = min(traced.core for traced in timed)
    if counted is None or counted.calls is None:
        return Costs(Cost(core, None), {key: Cost(min(ns), None) for key, ns in times.items()})
    calls = {key: counted.calls[str(span["number"])] for key, span in counted.spans.items()}
    return Costs(
        Cost(core, counted.calls[traces.CORE]),
        {key: Cost(min(ns), calls.get(key, 0)) for key, ns in times.items()},
    )


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of one or more costs."""
    first, *others = costs
    for other in others:
        first += other
    return first
