"""What the fuzzers share: a printed seed, and a time limit."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, seed, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

SEED = int(os.environ["PYSHAREDIR_SEED"])  # see conftest
# To search longer: PYSHAREDIR_FUZZ=100 makes it last a hundred times as long.
EFFORT = float(os.environ.get("PYSHAREDIR_FUZZ", "1"))
_SETTINGS = settings(
    deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
)


class _Spent(BaseException):
    """The time is over.  It is no Exception, so that hypothesis does not go on."""


def fuzz(
    *strategies: SearchStrategy[Any],
    examples: int,
    seconds: float,
    **named: SearchStrategy[Any],
) -> Callable[[Any], Any]:
    """Return what makes a test run on so many examples from the seed that is told.

    :param strategies: As for :func:`hypothesis.given`; so for *named*.
    :param seconds: After these it ends; but to find the smallest example that fails takes what it
        takes.
    """
    limits = settings(_SETTINGS, max_examples=int(examples * EFFORT))

    def decorate(test: Callable[..., None]) -> Any:
        ends: list[float] = []
        failed: list[bool] = []

        @functools.wraps(test)
        def one(*args: Any, **kwargs: Any) -> None:
            if time.monotonic() > ends[0] and not failed:
                raise _Spent
            try:
                test(*args, **kwargs)
            except Exception:
                failed.append(True)
                raise

        many = seed(SEED)(limits(given(*strategies, **named)(one)))

        @functools.wraps(many)
        def bounded(*args: Any, **kwargs: Any) -> None:
            ends[:] = [time.monotonic() + seconds * EFFORT]
            with contextlib.suppress(_Spent):
                many(*args, **kwargs)

        return bounded

    return decorate
