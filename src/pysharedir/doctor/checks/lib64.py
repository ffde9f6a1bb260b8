"""What is wrong with the lib64 beside lib."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.changes import MakeLink
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.patient import Patient


def missing(patient: Patient) -> Iterator[Finding]:
    """Find a venv that has lost the link that venv, or ``enable``, made."""
    link = _link(patient)
    if not patient.target.makes_lib64 or os.path.lexists(link):
        return
    if "lib64" in patient.hook.created or not _made_by_virtualenv(patient):
        yield Finding(
            about=str(link),
            reason="missing, so that what looks for libraries in lib64 finds none",
            remedy=f"ln -s lib {link}",
            fix=(MakeLink(link, "lib", optional=True),),
        )


def _link(patient: Patient) -> Path:
    return Path(patient.target.prefix, "lib64")


def _made_by_virtualenv(patient: Patient) -> bool:
    """Tell whether virtualenv made it, which makes no such link (astral-sh/uv#3578)."""
    try:
        lines = Path(patient.target.prefix, "pyvenv.cfg").read_text("utf-8", "replace")
    except OSError:
        return False
    return any(line.partition("=")[0].strip() == "virtualenv" for line in lines.splitlines())
