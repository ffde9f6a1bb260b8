"""Says where a name comes from: a module, a distribution, a script, or all of these."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import InvalidName, canonicalize_name

from pysharedir.errors import InvalidNameError
from pysharedir.why import search as searching
from pysharedir.why import warnings
from pysharedir.why.distribution import Release, release
from pysharedir.why.lookup import Case, Reason
from pysharedir.why.module import Module, Row, module, rows
from pysharedir.why.reasons import reasons
from pysharedir.why.scene import Scene
from pysharedir.why.script import Script, script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.hook.place import Place
    from pysharedir.interpreter.target import Target

_OF_A_SCRIPT = "python FILE has the directory of FILE in place of the working directory"


@dataclass(frozen=True)
class Answer:
    """What a name stands for.

    :ivar module: What an import of the name takes.
    :ivar parent: When that fails, what comes before the part of the name that is not found.
    :ivar rows: The entries of ``sys.path`` as they were asked for the one or the other; none when
        the name can be no module's.
    :ivar reasons: Why nothing is found, the nearest reason first.
    :ivar warnings: What to know about what is found.
    """

    name: str
    module: Module | None
    parent: Module | None
    distribution: Release | None
    script: Script | None
    rows: tuple[Row, ...]
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    notes: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether there is anything of that name."""
        return bool(self.module or self.distribution or (self.script and self.script.is_there))


def explain(target: Target, place: Place, name: str) -> Answer:
    """Return where *name* comes from when *target* is started as its user does.

    :raises InvalidNameError: when nothing can be called so.
    :raises TargetError: when the target does not answer.
    """
    scene = Scene(target, place)
    importable = all(map(str.isidentifier, name.split(".")))
    _check(scene, name, importable=importable)
    search = searching.ask(target, name, scene.unused) if importable else None
    found = rows(scene, search, search.last) if search else ()
    case = Case(scene, name, search, found)
    a_module = module(scene, search, search.last, found) if search else None
    a_release = release(scene, name)
    a_script = script(scene, name)
    answer = Answer(
        name=name,
        module=a_module,
        parent=None,
        distribution=a_release,
        script=a_script,
        rows=found,
        reasons=(),
        warnings=tuple(_warnings(case, a_module, a_release, a_script)),
        notes=(_OF_A_SCRIPT,) if search and "" in search.path else (),
    )
    if answer.found:
        return answer
    lacking = answer.warnings if a_script else reasons(case)
    answer = replace(answer, reasons=lacking, warnings=())
    return _with_parent(answer, case)


def _with_parent(answer: Answer, case: Case) -> Answer:
    """Tell of what comes before the part of the name that is not found."""
    search, level = case.search, case.parent
    if search is None or level is None:
        return answer
    found = rows(case.scene, search, level)
    parent = module(case.scene, search, level, found)
    has_some = any(row.kind for row in answer.rows)
    return replace(answer, parent=parent, rows=answer.rows if has_some else found)


def _check(scene: Scene, name: str, *, importable: bool) -> None:
    directory = scene.place.scripts(scene.target)
    if importable or (name and os.sep not in name and (directory / name).is_file()):
        return
    if ".." in name:  # distributions may be called so, but none is: a mistyped submodule
        raise InvalidNameError(name)
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        raise InvalidNameError(name) from None


def _warnings(
    case: Case, a_module: Module | None, a_release: Release | None, a_script: Script | None
) -> Iterator[Reason]:
    if a_module:
        yield from warnings.of_module(case, a_module)
    if a_release:
        yield from warnings.of_release(case, a_release, a_module)
    if a_script:
        yield from warnings.of_script(case, a_script)
