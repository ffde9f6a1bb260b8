"""Moving whole distributions from one directory of modules to another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.changes import (
    CopyFile,
    RemoveDirectory,
    RemoveFile,
    Step,
    WriteFile,
    directories,
)
from pysharedir.distributions import Distribution, files_of, rewritten_record
from pysharedir.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def plan(
    distributions: Iterable[Distribution], directory: Path, *, keep: bool = False
) -> list[Step]:
    """Return the steps that move *distributions* to *directory*.

    All are put there first, each with its metadata last, and then taken away where they were,
    metadata first: whenever it is looked at, one whole copy is there.

    :param keep: Leave them where they were, too.
    :raises RecordError: when one cannot be moved.
    """
    parents: list[Path] = [directory]
    there: list[Step] = []
    here: list[Step] = []
    planned: set[Path] = set()
    for each in distributions:
        base = each.info.parent
        # What two distributions list is the one file that is there.
        files = [path for path in files_of(each) if directory / path not in planned]
        for path in files:
            target = directory / path
            planned.add(target)
            parents.append(target.parent)
            if os.path.lexists(target):
                raise RecordError(each.name, f"{target} is there already")
            if target == directory / each.info.name / "RECORD":
                there.append(WriteFile(target, rewritten_record(each, directory)))
            else:
                there.append(CopyFile(target, base / path, link=not keep))
        if not keep:
            here += _removal(base, directory, files)
    return [*directories(*parents), *there, *here]


def _removal(base: Path, directory: Path, files: Sequence[str]) -> list[Step]:
    steps: list[Step] = [RemoveFile(base / path, directory / path) for path in reversed(files)]
    parents = {parent for path in files for parent in Path(path).parents if parent != Path()}
    deepest_first = sorted(parents, key=lambda path: len(path.parts), reverse=True)
    return steps + [RemoveDirectory(base / path) for path in deepest_first]
