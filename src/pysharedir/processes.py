"""Interpreters as processes: what they print, and what programs in them answer as JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

from pysharedir.errors import TargetError, reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FENCED = re.compile(r"^<pysharedir>(\{.*\})</pysharedir>$", re.MULTILINE)
_PATIENCE = 120  # seconds


def ask(
    executable: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    within: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the JSON that an interpreter prints between fences; see :func:`run`.

    :raises TargetError: when it prints none.
    """
    said = run(executable, *arguments, env=env, within=within)
    fenced = _FENCED.search(said)
    if fenced is None:
        last = (said.strip().splitlines() or ["nothing"])[-1]
        raise TargetError(
            str(executable),
            f"{executable}: does not start as a Python should",
            f"it said: {last}; `pysharedir startup` shows what a start runs",
        )
    found: dict[str, Any] = json.loads(fenced[1])
    return found


def run(
    executable: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    within: Sequence[str] = (),
) -> str:
    """Return what an interpreter prints, on both streams.

    :param env: Variables that are set for it, on top of this process's environment.
    :param within: A command that runs it.
    :raises TargetError: when it cannot be started, or does not come to an end.
    """
    try:
        return subprocess.run(
            [*within, executable, *arguments],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="surrogateescape",
            check=False,
            timeout=_PATIENCE,
        ).stdout
    except subprocess.TimeoutExpired as error:
        raise TargetError(
            str(executable),
            f"{executable}: does not answer within {_PATIENCE} s",
            "does one of its startup files wait for something?",
        ) from error
    except OSError as error:
        message = f"{executable}: {reason(error)}"
        raise TargetError(str(executable), message, "is it a Python interpreter?") from error
