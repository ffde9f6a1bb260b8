"""Faults of the lib64 next to lib."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.changes import MakeLink, RemoveFile
from pysharedir.doctor.findings import Finding
from pysharedir.interpreter import pyvenv
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination


def missing(examination: Examination) -> Iterator[Finding]:
    """Find a venv that no longer has the link that venv or ``enable`` made."""
    link = _link(examination)
    if not examination.target.makes_lib64 or os.path.lexists(link):
        return
    if "lib64" in examination.hook.created or _made_with_link(examination):
        yield Finding(
            about=str(link),
            reason="missing, so programs that look for libraries in lib64 find none",
            remedy=f"ln -s lib {link}",
            fix=(MakeLink(link, "lib", optional=True),),
        )


def absolute(examination: Examination) -> Iterator[Finding]:
    """Find a link that breaks if its venv moves (astral-sh/uv#4265)."""
    link = _link(examination)
    if not examination.target.is_venv or not link.is_symlink():
        return
    to = os.readlink(link)
    if os.path.isabs(to) and _leads_to_lib(link):
        yield Finding(
            about=str(link),
            reason=f"points to {to}: after a move or copy of the venv, it still points there",
            remedy=f"ln -sfn lib {link}",
            fix=_relink(link),
        )


def astray(examination: Examination) -> Iterator[Finding]:
    """Find a link of a venv that does not point to lib."""
    link = _link(examination)
    if not examination.target.is_venv or not link.is_symlink() or _leads_to_lib(link):
        return
    to = os.readlink(link)
    lib = link.with_name("lib")
    if not lib.is_dir():
        yield Finding(
            about=str(link),
            reason=f"points to {to}, and {lib} is gone",
            remedy="restore lib, or create the venv again: all that was installed is in lib",
        )
        return
    is_dangling = not os.path.exists(link)
    yield Finding(
        about=str(link),
        reason=f"points to {to}, which {'is missing' if is_dangling else 'is not lib'}",
        remedy=f"ln -sfn lib {link}" + ("" if is_dangling else ", if the venv needs nothing there"),
        # Another place outside may just not be mounted.
        fix=_relink(link)
        if is_dangling and (not os.path.isabs(to) or os.path.basename(to) == "lib")
        else (),
    )


def separate(examination: Examination) -> Iterator[Finding]:
    """Find distributions of a venv in a separate lib64, where the interpreter does not look.

    A 32-bit one rightly leaves lib64 to another, and builds with a platlibdir look in both.
    """
    if not examination.target.is_venv or examination.target.bits != 64:  # noqa: PLR2004
        return
    other = _other(examination.site_dir)
    if layout.lists(examination.view.path, str(other)):
        return
    names = [distribution.name for distribution in examination.whole(other)]
    if names:
        yield Finding(
            about=str(other),
            reason=f"not on sys.path, so Python cannot import what is there: {some(names)}",
            remedy=f"move {_link(examination)} away, run `ln -s lib {_link(examination)}`, and"
            " install " + ("them" if names[1:] else "it") + " again",
        )


def _link(examination: Examination) -> Path:
    return Path(examination.target.prefix, "lib64")


def _leads_to_lib(link: Path) -> bool:
    return layout.same_directory(str(link), str(link.with_name("lib")))


def _relink(link: Path) -> tuple[Step, ...]:
    return RemoveFile(link), MakeLink(link, "lib")


def _other(site_dir: Path) -> Path:
    """Return the twin of a site dir in lib64, or in lib when it is in lib64 itself."""
    *root, library, python, name = site_dir.parts
    return Path(*root, "lib" if library == "lib64" else "lib64", python, name)


def _made_with_link(examination: Examination) -> bool:
    """Tell whether venv or uv made it; virtualenv makes no such link (astral-sh/uv#3578)."""
    keys = pyvenv.settings(examination.target.prefix).keys()
    return "virtualenv" not in keys and bool(keys & {"uv", "version"})
