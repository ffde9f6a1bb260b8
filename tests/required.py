"""What a run must test, and may not skip: the names in ``PYSHAREDIR_REQUIRE``."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

NAMES = frozenset(os.environ.get("PYSHAREDIR_REQUIRE", "").split())


def skip(reason: str, what: str | None = None, *, in_ci: bool = False) -> NoReturn:
    """Skip a test for lack of something, or fail if this run requires it.

    :param what: Its name in ``PYSHAREDIR_REQUIRE``.  What has no name is required by each run that
        requires anything.
    :param in_ci: Whether the variable ``CI`` requires it too.
    """
    is_required = what in NAMES if what else bool(NAMES)
    if is_required or (in_ci and os.environ.get("CI")):
        pytest.fail(reason)
    pytest.skip(reason)
