"""The order of the steps of ``why``: say where a name comes from, or why it is not found."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.utils import InvalidName, canonicalize_name

from pysharedir.errors import InvalidNameError
from pysharedir.why import warnings
from pysharedir.why.answer import Answer, Code
from pysharedir.why.distribution import release
from pysharedir.why.lookup import Lookup
from pysharedir.why.module import module
from pysharedir.why.names import is_module
from pysharedir.why.reasons import reasons
from pysharedir.why.script import script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.snapshot import Snapshot
    from pysharedir.why.answer import Reason

_OF_A_SCRIPT = "`python FILE` searches the directory of FILE instead of the working directory"


def explain(snapshot: Snapshot, name: str) -> Answer:
    """Return where *name* comes from when a target is started as its user does.

    :raises InvalidNameError: if nothing can have this name.
    :raises TargetError: if the target does not answer.
    """
    _check(snapshot, name)
    lookup = Lookup(snapshot, name)
    search = lookup.search
    answer = Answer(
        name=name,
        module=module(lookup, search.last) if search else None,
        parent=None,
        distribution=release(lookup),
        script=script(lookup),
        rows=lookup.rows,
        reasons=(),
        warnings=(),
        notes=(_OF_A_SCRIPT,) if search and "" in search.path else (),
    )
    warned = tuple(_warnings(lookup, answer))
    if answer.found:
        return replace(answer, warnings=warned)
    # What is wrong with a script that is missing is the reason why it is not found.
    if answer.script and not answer.lacks_module:
        return _with_parent(lookup, replace(answer, reasons=warned))
    return _with_parent(lookup, replace(answer, reasons=reasons(lookup), warnings=warned))


def _with_parent(lookup: Lookup, answer: Answer) -> Answer:
    """Add the package before the first part of the name that is not found."""
    if lookup.parent is None:
        return answer
    has_some = any(row.kind for row in answer.rows)
    rows = answer.rows if has_some else lookup.rows_of(lookup.parent)
    return replace(answer, parent=module(lookup, lookup.parent), rows=rows)


def _check(snapshot: Snapshot, name: str) -> None:
    directory = snapshot.place.scripts(snapshot.target)
    if is_module(name) or (name and os.sep not in name and (directory / name).is_file()):
        return
    if ".." in name:  # valid for a distribution, but surely a mistyped submodule
        raise InvalidNameError(name)
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        raise InvalidNameError(name) from None


def _warnings(lookup: Lookup, answer: Answer) -> Iterator[Reason]:
    if answer.module:
        yield from warnings.of_module(lookup, answer.module)
    if answer.distribution:
        yield from warnings.of_release(lookup, answer.distribution, answer.module)
    if answer.script:
        for warning in warnings.of_script(lookup, answer.script):
            # That the module is missing is the answer itself, not a warning.
            if not (answer.lacks_module and warning.code is Code.BROKEN_SCRIPT):
                yield warning
