"""The command in the runner's Python, for tests of what it does to real targets."""

from __future__ import annotations

import atexit
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from forks import Forks, at_a_start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping


def pysharedir(
    *args: str | Path, env: Mapping[str, str], check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run the command, in a fork."""
    done = _forks(tuple(at_a_start(env).items()))(args, env)
    if check:
        assert done.returncode == 0, f"{args}\n{done.stdout}\n{done.stderr}"
    return done


@cache
def _forks(at_a_start: tuple[tuple[str, str], ...]) -> Forks:
    """Return the process that makes the forks; it runs until the tests end."""
    scratch = tempfile.TemporaryDirectory(prefix="pysharedir-forks")
    environment = {"PATH": os.environ["PATH"], **dict(at_a_start)}
    forks = Forks(environment, Path(scratch.name))
    atexit.register(scratch.cleanup)
    atexit.register(forks.close)
    return forks
