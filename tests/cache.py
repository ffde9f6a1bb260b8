"""Directories that tests fetch or make once, and keep in the user's cache for later runs.

It is safe to remove when no test runs; the next run then fetches and makes everything again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pysharedir-tests")
# What could not be fetched today, so that an older copy was used: the end of a run names it.
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
    """Return a directory of the newest of something, made at its first use of a day.

    When it cannot be made, as without a network, the last one serves, and STALE has its name.

    :param name: As for `cached`, as is the key.
    :param make: What fills it; it is made at its final place, so that it may have its path in it.
    """
    parent = CACHE / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        last = lock.read()  # the day of the last complete one
        today = str(date.today())  # noqa: DTZ011 - the day where the cache is
        if last == today:
            return parent / today
        # A run that began yesterday may still use yesterday's.
        for day in parent.glob("????-??-??"):
            if day.name != last:
                shutil.rmtree(day)
        try:
            make(parent / today)
        except Exception:
            if not last:
                raise
            STALE.append(str(parent / last))
            return parent / last
        lock.truncate(0)
        lock.write(today)
    return parent / today
