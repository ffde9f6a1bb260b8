"""What tests fetch or make once, and keep in the user's cache for every process and later run.

It is safe to remove at any time that no test runs, and then it is fetched and made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pysharedir-tests")
# What could not be fetched today, so that an older one served: told at the end of a run.
STALE: list[str] = []


def cached(name: str, key: str, make: Callable[[Path], object]) -> Path:
    """Return a directory that is made now, or was at an earlier time; it is nobody's to change.

    :param name: Its beginning; may have a directory before it.
    :param key: All that its content depends on.
    :param make: What fills it; it may make the directory itself.
    """
    directory = CACHE / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    directory.parent.mkdir(parents=True, exist_ok=True)
    with directory.with_name(f"{directory.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            part = directory.with_name(f"{directory.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            make(part)
            part.rename(directory)
    return directory


def daily(name: str, key: str, make: Callable[[Path], object]) -> Path:
    """Return a directory of the newest of something, made at the first use of each day.

    When it cannot be made, as without a network, the last one serves, and STALE has its name.
    Those of the days before yesterday are removed.

    :param name: As for `cached`, as are the others.
    """
    directory = CACHE / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    today = date.today()  # noqa: DTZ011 - the day where the cache is
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        days = sorted(directory.glob("????-??-??"))
        if days and days[-1].name >= str(today):
            return days[-1]
        part = directory / "part"
        shutil.rmtree(part, ignore_errors=True)
        try:
            make(part)
        except Exception:
            if not days:
                raise
            STALE.append(str(days[-1]))
            return days[-1]
        for day in days:
            if day.name < str(today - timedelta(days=1)):
                shutil.rmtree(day)
        return part.rename(directory / str(today))
