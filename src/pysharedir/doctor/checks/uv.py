"""What uv remembers of the interpreter."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from pysharedir.doctor.findings import Finding
from pysharedir.errors import TargetError
from pysharedir.hook.files import State
from pysharedir.hook.place import is_left_out
from pysharedir.interpreter import processes, uv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination
    from pysharedir.interpreter.answers import Probe

_VARIABLES = ("PYTHON", "PYSHAREDIR")


def disagrees(examination: Examination) -> Iterator[Finding]:
    """Find what uv remembers of this interpreter that is no longer true."""
    for step in uv.stale(examination.target, lambda: _purelib(examination)):
        yield Finding(
            about=str(step.path),
            reason="uv remembers another purelib than this interpreter has now, and installs there",
            remedy="remove this file: uv then asks the interpreter again",
            fix=(step,),
        )


def unseen(examination: Examination) -> Iterator[Finding]:
    """Find a hook that uv cannot see, since an isolated start leaves it out."""
    settings, place = examination.hook.settings, examination.place
    is_used = examination.hook.state is not State.ABSENT and not settings.opt_in
    if is_used and shutil.which("uv") and is_left_out(examination.target, place):
        yield Finding(
            about=str(examination.site_dir),
            reason="an isolated start (-I) leaves it out, so uv does not see the sharedir, and"
            " installs next to it",
            remedy="use pip with this Python, or a venv, or"
            f" {examination.command('sort')} after uv installs something",
        )


def _purelib(examination: Examination) -> str | None:
    """Return what the interpreter says when uv asks it: isolated, whatever the environment."""
    target = examination.target
    if target.user_site is None and not any(name.startswith(_VARIABLES) for name in os.environ):
        return examination.view.purelib  # a plain start is the same as an isolated one
    try:
        answer: Probe = processes.ask(target.executable, "probe", flags=["-I", "-B"])
    except TargetError:
        return None
    return answer["purelib"]
