"""Distributions that cannot be imported: files are missing, or built for other interpreters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pysharedir.installed import foreign
from pysharedir.installed.foreign import Own
from pysharedir.why import imports, native, owner
from pysharedir.why.answer import Code, Reason
from pysharedir.why.entries import installed_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.installed.distribution import Distribution
    from pysharedir.why.lookup import Lookup
    from pysharedir.why.native import Part
    from pysharedir.why.search import Level


def files_missing(lookup: Lookup, distribution: Distribution, module: str) -> Iterator[Reason]:
    """Yield the reason if files of *module*, or of all modules of a distribution, are missing."""
    missing = imports.missing(distribution)
    if not missing:
        return
    if module in missing or missing == imports.modules(distribution, lookup.target.version_info):
        label, some = owner.label(distribution), ", ".join(missing[:5])
        reason = f"RECORD of {label} lists files of {some} that are missing"
        remedy = lookup.reinstall(distribution.name, distribution.version)
        yield Reason(Code.FILES_MISSING, reason, remedy)


def foreign_parts(lookup: Lookup, level: Level) -> Iterator[Reason]:
    """Yield the native parts that other interpreters would import for a part of the name."""
    name = level.name.rpartition(".")[2]
    cwd = lookup.search.cwd if lookup.search else None
    for answer in level.answers:
        entry = lookup.entry_of(answer)
        path = installed_in(entry.path, entry.role) if entry else None
        for part in native.under_name(answer.path or cwd or "", name, lookup.target.suffixes):
            yield foreign_part(lookup, part, path)


def foreign_part(lookup: Lookup, part: Part, entry: str | None) -> Reason:
    """Return the reason that the target cannot load a native part.

    :param entry: The entry of ``sys.path`` that it is installed in.
    """
    own = Own(lookup.target).tag
    reason = f"{part.file} is built for {part.made_for}, but this Python is {own}"
    # If another architecture's copy was put over the package, RECORD does not list this file.
    package = os.path.join(os.path.dirname(part.file), "__init__.py")
    owners = (owner.of_module(lookup.snapshot, file, entry, None) for file in (part.file, package))
    remedy = _reinstall(lookup, next(filter(None, owners), None), part.file)
    return Reason(Code.FOREIGN_PART, reason, remedy)


def _reinstall(lookup: Lookup, distribution: Distribution | None, file: str) -> str:
    if distribution is None:
        return "rebuild it for this interpreter, or remove it"
    if not lookup.snapshot.is_sharedir(str(distribution.directory)):
        has_pip = "pip" in lookup.distributions
        return foreign.remedy(lookup.target, distribution, has_pip=has_pip)
    return (
        "native parts do not belong in a sharedir: run `pysharedir sort` for the interpreter"
        f" that {os.path.basename(file)} is built for, then"
        f" {lookup.install(f'{distribution.name}=={distribution.version}')}"
    )
