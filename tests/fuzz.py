"""What the fuzzers share: a seed that is told, and a bound of their time."""

from __future__ import annotations

import functools
import os
import time
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, seed, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

SEED = int(os.environ["PYSHAREDIR_SEED"])  # see conftest
# Who hunts gives it more: PYSHAREDIR_FUZZ=100 makes it last a hundred times as long.
EFFORT = float(os.environ.get("PYSHAREDIR_FUZZ", "1"))
_SETTINGS = settings(
    deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
)


def fuzz(*strategies: SearchStrategy[Any], examples: int, seconds: float) -> Callable[[Any], Any]:
    """Return what makes a test run on so many examples from the seed that is told.

    :param seconds: After these the rest is skipped; to find the smallest one that fails takes what
        it takes.
    """
    limits = settings(_SETTINGS, max_examples=int(examples * EFFORT))

    def decorate(test: Callable[..., None]) -> Any:
        ends: list[float] = []
        failed: list[bool] = []

        @functools.wraps(test)
        def bounded(*args: Any, **kwargs: Any) -> None:
            ends[:] = ends or [time.monotonic() + seconds * EFFORT]
            if failed or time.monotonic() < ends[0]:
                try:
                    test(*args, **kwargs)
                except BaseException:
                    failed.append(True)
                    raise

        return seed(SEED)(limits(given(*strategies)(bounded)))

    return decorate
