"""Taking files of the hook away, in an order in which no start meets half of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysharedir.changes import RemoveDirectory, RemoveFile
from pysharedir.interpreter import bytecode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pysharedir.changes import Step


def of_files(site_dir: Path, names: Sequence[str]) -> list[Step]:
    """Return what removes files of the hook: first what starts it, then what that imports.

    :param names: Relative to the site dir, in the order in which they were written.
    """
    paths = [site_dir / name for name in reversed(names)]
    # A pyc that outlives its source would be taken for one of the next.
    steps: list[Step] = [
        RemoveFile(each) for path in paths for each in (*bytecode.pycs([path]), path)
    ]
    for parent in sorted({path.parent for path in paths}, reverse=True):
        steps.append(RemoveDirectory(parent / "__pycache__"))
        if parent != site_dir:
            steps.append(RemoveDirectory(parent))
    return steps
