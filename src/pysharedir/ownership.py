"""Whose something on disk is, and who else can write to it."""

from __future__ import annotations

import os
import stat


def is_own(status: os.stat_result) -> bool:
    """Tell whether it belongs to the caller or to root, so that nobody else could have made it."""
    return status.st_uid in (os.geteuid(), 0)


def is_closed(status: os.stat_result) -> bool:
    """Tell whether nobody but its owner can write to it; a link is as open as its mode says."""
    return not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
