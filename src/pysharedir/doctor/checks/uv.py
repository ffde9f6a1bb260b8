"""What uv remembers of the interpreter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.errors import TargetError
from pysharedir.interpreter import processes, uv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination
    from pysharedir.interpreter.answers import Probe

_VARIABLES = ("PYTHON", "PYSHAREDIR")


def disagrees(examination: Examination) -> Iterator[Finding]:
    """Find what uv remembers of this interpreter and that is true no more."""
    for step in uv.stale(examination.target, lambda: _purelib(examination)):
        yield Finding(
            about=str(step.path),
            reason="uv remembers another purelib of this interpreter than it has now, and installs"
            " there",
            remedy="remove that file: uv asks the interpreter again",
            fix=(step,),
        )


def _purelib(examination: Examination) -> str | None:
    """Return what the interpreter says when uv asks it: isolated, whatever the environment."""
    target = examination.target
    if target.user_site is None and not any(name.startswith(_VARIABLES) for name in os.environ):
        return examination.view.purelib  # a plain start is no other than an isolated one
    try:
        answer: Probe = processes.ask(target.executable, "probe", flags=["-I", "-B"])
    except TargetError:
        return None
    return answer["purelib"]
