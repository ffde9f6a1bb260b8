"""Who owns a file, and who else can write to it."""

from __future__ import annotations

import os
import stat


def is_own(status: os.stat_result) -> bool:
    """Tell whether a file belongs to the caller or to root, so that nobody else has made it."""
    return status.st_uid in (os.geteuid(), 0)


def only_owner_writes(status: os.stat_result) -> bool:
    """Tell whether nobody but its owner can write to a file, by its mode; so for a link, too."""
    return not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
