"""What `setup.py develop` has installed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pysharedir.doctor.examination import Examination


def unseen(examination: Examination) -> Iterator[Finding]:
    """Find egg-links that pip does not: it looks for them in purelib, and in the user site dir.

    setuptools, which asks distutils, puts them into the purelib that there is without the hook.
    """
    purelib = examination.view.purelib
    for directory in examination.directories if examination.has_pip else ():
        if directory.root != examination.place.root:
            continue
        if not layout.same_directory(str(directory.path), purelib):
            for link in sorted(directory.path.glob("*.egg-link")):
                yield Finding(
                    about=str(link),
                    reason=f"pip looks for it in {purelib}, and so leaves {link.stem} when it is"
                    " to uninstall or to replace that",
                    remedy=_remedy(examination, link),
                )


def _remedy(examination: Examination, link: Path) -> str:
    """Say how it goes: by a pip that is found without the hook, else by uv."""
    target = examination.target
    is_seen = layout.same_directory(target.purelib, str(link.parent))
    found_without = examination.visible(target.off.path)
    if is_seen and "pip" in found_without:
        words = [str(target.executable), "-m", "pip", "uninstall", link.stem]
        return f"`{shlex.join(['env', 'PYSHAREDIR=0', *words])}`"
    return f"`{target.installer('uninstall', link.stem, has_pip=False)}`"
