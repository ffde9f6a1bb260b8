"""Runs pysharedir, and in the middle of a move stops: for ever, until it is killed."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

MARK = Path(os.environ.get("STOPPED_MARK", "/tmp/stopped"))  # noqa: S108
_AT = 6


def _stop_at_rename(event: str, _: object) -> None:
    global _renamed  # noqa: PLW0603
    if event == "os.rename":
        _renamed += 1
        if _renamed == _AT:
            MARK.write_text(str(os.getpid()))
            time.sleep(600)


_renamed = 0
if __name__ == "__main__":
    sys.addaudithook(_stop_at_rename)
    from pysharedir.cli import main

    main()
