"""The reasons why a name is not found, with their remedies."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.activation.unused import Cause, why_unused
from pysharedir.installed import dependencies
from pysharedir.installed.scripts import entry_points
from pysharedir.why import broken, names
from pysharedir.why.answer import Code, Reason
from pysharedir.why.entries import OffPath
from pysharedir.why.first_lines import interpreter_of
from pysharedir.why.hidden import hidden
from pysharedir.why.imports import names_in
from pysharedir.why.script import is_target
from pysharedir.why.search import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pysharedir.why.lookup import Lookup


def reasons(lookup: Lookup) -> tuple[Reason, ...]:
    """Return why nothing is found: the reasons of the first group that has any."""
    for group in _GROUPS:
        found = tuple(reason for find in group for reason in find(lookup))
        if found:
            return found
    return ()


def blocked(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if startup code has put None into ``sys.modules``."""
    for level in lookup.levels:
        if level.is_blocked:
            reason = f"startup code blocks the import of {level.name}: sys.modules has None for it"
            yield Reason(Code.BLOCKED, reason)


def in_sharedir(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if it is in a sharedir that this start does not use."""
    for path in _off_path(lookup):
        if lookup.unused[path] is OffPath.SHAREDIR:
            yield from _unused_sharedir(lookup, path)


def elsewhere(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if it is in a site dir that this start does not use."""
    remedy = f"install it here: {lookup.install(lookup.wanted)}"
    for path in _off_path(lookup):
        kind = lookup.unused[path]
        if kind is OffPath.USER_SITE_DIR:
            reason = f"it is in the user site dir, {path}, which this start does not use"
            yield Reason(Code.IN_USER_SITE_DIR, reason, remedy)
        elif kind is OffPath.LIB64:
            reason = f"it is in {path}, which is not on sys.path, since lib64 is no link to lib"
            yield Reason(Code.IN_LIB64, reason, lookup.command("doctor", "--select", "SD114"))
        elif kind is not OffPath.SHAREDIR:
            reason = f"it is in the {kind.noun}, {path}, which this venv does not see"
            yield Reason(Code.IN_BASE_ONLY, reason, remedy)


def _off_path(lookup: Lookup) -> Iterable[str]:
    """Return the directories not on ``sys.path`` that have something of the name."""
    directories = {row.path: None for row in lookup.rows if row.path in lookup.unused}
    for path in lookup.unused:
        for distribution in lookup.snapshot.whole(path):
            declared = [entry.name for entry in entry_points(distribution)]
            if distribution.key == canonicalize_name(lookup.name) or lookup.name in declared:
                directories[path] = None
    return directories


def _unused_sharedir(lookup: Lookup, path: str) -> Iterator[Reason]:
    unused = why_unused(lookup.snapshot, Path(path))
    if unused:
        reason = f"it is in the sharedir {path}, which is not used: {unused.reason}"
        yield Reason(Code(unused.cause.value), reason, unused.remedy)


def program(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if it is the program that Python runs."""
    if lookup.failed and lookup.failed.name == "__main__":
        reason = "__main__ is the program that Python runs, so no entry of sys.path has it"
        yield Reason(Code.PROGRAM, reason)


def changes_path(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if its package changes where submodules are found, when it is imported."""
    yield from _needs_import(lookup, Change.PATH)


def changes_modules(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if its package may make it, when the package is imported."""
    yield from _needs_import(lookup, Change.MODULES)


def _needs_import(lookup: Lookup, change: Change) -> Iterator[Reason]:
    failed, parent = lookup.failed, lookup.parent
    if failed and not failed.is_blocked and parent and parent.changes is change:
        reason = (
            f"pysharedir cannot tell whether there is a module {failed.name} without importing"
            f" {parent.name}, which changes {change}"
        )
        command = [str(lookup.target.executable), "-c", f"import {lookup.name}"]
        yield Reason(Code.NEEDS_IMPORT, reason, shlex.join(command))


def files_missing(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if files of the distribution that should have it are missing."""
    distribution = lookup.distributions.get(canonicalize_name(lookup.wanted))
    if lookup.search and distribution:
        yield from broken.files_missing(lookup, distribution, lookup.top)


def unmounted(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if the hook's sharedir does not exist."""
    unused = why_unused(lookup.snapshot, lookup.snapshot.sharedir)
    if unused and unused.cause is Cause.SHAREDIR_MISSING:
        reason = f"the hook's sharedir, {lookup.snapshot.sharedir}, does not exist"
        yield Reason(Code.SHAREDIR_MISSING, reason, unused.remedy)


def foreign_part(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if it has a native part, but one for another interpreter."""
    if lookup.failed:
        yield from broken.foreign_parts(lookup, lookup.failed)


def no_such_part(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if its package is found, but has no such module."""
    if not (lookup.failed and lookup.parent and lookup.parent.spec):
        return
    package, part = lookup.failed.name.rpartition(".")[::2]
    spec = lookup.parent.spec
    remedy = f"if {part} is an object in it: from {package} import {part}"
    if spec.locations is None:
        yield Reason(Code.NO_PACKAGE, f"{package} is a {spec.kind}, not a package", remedy)
        return
    parts = set().union(*map(names_in, spec.locations))
    similar = names.same(part, parts) or names.close(part, parts)
    if similar:
        remedy = names.question(f"{package}.{name}" for name in similar)
    yield Reason(Code.NO_SUCH_PART, f"{package} has no module {part}", remedy)


def left_stdlib(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if earlier versions of Python have it in their standard library."""
    if lookup.levels and lookup.levels[0].spec:
        return
    for first, removed in names.REMOVED.items():
        if lookup.top in removed.split() and lookup.target.version_info[:2] >= first:
            reason = f"Python {first[0]}.{first[1]} removed {lookup.top} from the standard library"
            is_replaced = lookup.top == "distutils"
            remedy = f"setuptools has its own copy: {lookup.install('setuptools')}"
            yield Reason(Code.LEFT_STDLIB, reason, remedy if is_replaced else "")


def not_in_stdlib(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if it belongs to the standard library, but the target lacks it."""
    top, search = lookup.top, lookup.search
    is_top = lookup.failed is not None and lookup.failed.name == top
    if not (search and is_top and top in search.stdlib):
        return
    if top in names.WINDOWS:
        yield Reason(Code.WINDOWS_ONLY, f"only Pythons for Windows have {top}")
        return
    reason = f"{top} belongs to the standard library, but is not in {lookup.target.stdlib}"
    remedy = "install the system package that has it, or build Python with it"
    yield Reason(Code.STDLIB_INCOMPLETE, reason, remedy)


def required(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if an installed distribution requires it."""
    installed, markers = lookup.distributions, lookup.target.markers
    versions = {key: distribution.version for key, distribution in installed.items()}
    requirements, _ = dependencies.requirements_of(installed, (), markers)
    for dependency in dependencies.unmet(requirements, versions.get, installed, markers):
        if dependency.installed is None and names.is_called(lookup.top, dependency.name):
            by = ", ".join(dependency.required_by)
            reason = f"{dependency.requirement} is missing (required by {by})"
            requirers = (installed[canonicalize_name(name)] for name in dependency.required_by)
            in_sharedir = (
                lookup.snapshot.is_sharedir(str(distribution.directory))
                for distribution in requirers
            )
            remedy = (
                lookup.command("sync", "--install")
                if any(in_sharedir)
                else lookup.install(dependency.requirement)
            )
            yield Reason(Code.DEPENDENCY_MISSING, reason, remedy)


def foreign_script(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if a shell finds a script of this name that is not the target's."""
    file = shutil.which(lookup.name) if os.sep not in lookup.name else None
    interpreter = interpreter_of(Path(file)) if file else None
    if file and not is_target(lookup.target, interpreter):
        runs = f", which runs {interpreter}," if interpreter else ""
        reason = f"{file} on PATH{runs} does not belong to this interpreter"
        command = ["pysharedir", "--python", interpreter or "", "why", lookup.name]
        is_python = "python" in os.path.basename(interpreter or "")
        yield Reason(Code.FOREIGN_SCRIPT, reason, shlex.join(command) if is_python else "")


def other_spelling(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason if there is something whose name differs only in case, ``-`` and ``_``."""
    for word, present in lookup.present.items():
        for name in names.same(lookup.name, present):
            reason = f"the {word} is spelled {name}"
            yield Reason(Code.OTHER_SPELLING, reason, names.question([name]))


def absent(lookup: Lookup) -> Iterator[Reason]:
    """Yield the reason that nothing has the name, with the similar names that there are."""
    close = (names.close(lookup.name, present) for present in lookup.present.values())
    similar = dict.fromkeys(name for several in close for name in several)
    if similar:  # no hint to install a misspelled name: somebody may have registered it as a trap
        reason = "no entry of sys.path has it, but there is a similar name"
        yield Reason(Code.SIMILAR_NAME, reason, names.question(similar))
        return
    is_known = lookup.top in names.DISTRIBUTIONS
    caveat = "" if is_known else ", if that is the name of the distribution"
    reason = f"no entry of sys.path has it, and {lookup.wanted} is not installed"
    yield Reason(Code.NOT_INSTALLED, reason, f"{lookup.install(lookup.wanted)}{caveat}")


_GROUPS: tuple[tuple[Callable[[Lookup], Iterable[Reason]], ...], ...] = (
    (program,),
    (changes_path,),  # before the next group, whose reasons hold only until the package is imported
    (blocked, foreign_part, hidden, in_sharedir),
    (changes_modules, files_missing),
    (no_such_part, left_stdlib, not_in_stdlib, required, elsewhere, other_spelling),
    (unmounted, foreign_script, absent),
)
