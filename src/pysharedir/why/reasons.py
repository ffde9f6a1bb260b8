"""Why a name is not found, or not what one expects, and what helps."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir import layout
from pysharedir.hook.files import State
from pysharedir.installed import dependencies
from pysharedir.installed.scripts import entry_points
from pysharedir.why import names, script
from pysharedir.why.distribution import names_in
from pysharedir.why.lookup import CHANGE_DIRECTORY, Reason
from pysharedir.why.module import NAMESPACE, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pysharedir.why.lookup import Case
    from pysharedir.why.module import Row
    from pysharedir.why.search import Found, Level

# Roles of the two trees of an interpreter.
_SORTED = ("site dir", "site dir of the venv", "sharedir")


def reasons(case: Case) -> tuple[Reason, ...]:
    """Return why nothing is found, the nearest reason first."""
    for group in _GROUPS:
        found = tuple(each for tell in group for each in tell(case))
        if found:
            return found
    return ()


def blocked(case: Case) -> Iterator[Reason]:
    """Tell that startup code has put None into ``sys.modules``."""
    for level in case.search.levels if case.search else ():
        if level.is_blocked:
            reason = f"startup code forbids to import {level.name}: sys.modules has None for it"
            yield Reason("blocked", reason, "")


def in_sharedir(case: Case) -> Iterator[Reason]:
    """Tell that it is in a sharedir that a start like this does not use."""
    for path in dict.fromkeys(_beside(case)):
        if case.scene.unused[path] == "sharedir":
            yield _unused_sharedir(case, path)


def elsewhere(case: Case) -> Iterator[Reason]:
    """Tell that it is in a site dir that a start like this does not use."""
    remedy = f"install it here: {case.install(case.wanted())}"
    for path in dict.fromkeys(_beside(case)):
        kind = case.scene.unused[path]
        if kind == "user site dir":
            reason = f"it is in the user site dir, {path}, which this start does not use"
            yield Reason("user-site", reason, remedy)
        elif kind != "sharedir":
            reason = f"it is in the {kind}, {path}, which this venv does not see"
            yield Reason("base-only", reason, remedy)


def _beside(case: Case) -> Iterator[str]:
    unused = case.scene.unused
    yield from (row.path for row in case.rows if row.path in unused)
    for path in unused:
        for each in case.scene.whole(path):
            declared = [entry.name for entry in entry_points(each)]
            if each.key == canonicalize_name(case.name) or case.name in declared:
                yield path


def _unused_sharedir(case: Case, path: str) -> Reason:
    scene = case.scene
    there = f"it is in the sharedir {path}"
    if scene.hook.state is State.ABSENT:
        return Reason(
            "hook-absent", f"{there}, and no hook is enabled to add that", case.command("enable")
        )
    if not layout.lists(scene.on.path, path):
        return Reason("hook-idle", f"{there}, which the hook does not add", case.command("doctor"))
    if scene.hook.settings.opt_in:
        reason = f"{there}, which the hook (enabled with --opt-in) adds with PYSHAREDIR=1 only"
        return Reason("hook-off", reason, "set PYSHAREDIR=1")
    value = os.environ.get("PYSHAREDIR", "")
    reason = f"{there}, which the hook does not add since PYSHAREDIR={value} switches it off"
    return Reason("hook-off", reason, "unset PYSHAREDIR")


def program(case: Case) -> Iterator[Reason]:
    """Tell that it is what Python runs."""
    if case.failed and case.failed.name == "__main__":
        reason = "__main__ is the program that Python runs, and no entry of sys.path has that"
        yield Reason("program", reason, "")


def moves(case: Case) -> Iterator[Reason]:
    """Tell that what comes before it looks elsewhere for it once it is imported."""
    yield from _needs_import(case, "__path__")


def fills(case: Case) -> Iterator[Reason]:
    """Tell that what comes before it may make it when it is imported."""
    yield from _needs_import(case, "sys.modules")


def _needs_import(case: Case, what: str) -> Iterator[Reason]:
    if case.failed and not case.failed.is_blocked and case.parent and case.parent.changes == what:
        package = case.parent.name
        reason = (
            f"whether there is a module {case.failed.name} cannot be told without importing"
            f" {package}, which changes {what}"
        )
        executable = str(case.scene.target.executable)
        yield Reason("needs-import", reason, shlex.join([executable, "-c", f"import {case.name}"]))


def files_missing(case: Case) -> Iterator[Reason]:
    """Tell that the files of the distribution that should have it are gone."""
    installed = case.scene.by_name.get(canonicalize_name(case.wanted()))
    if case.search and installed:
        yield from case.files_missing(installed, case.top)


def unmounted(case: Case) -> Iterator[Reason]:
    """Tell that the sharedir of the hook is not there."""
    scene = case.scene
    if scene.hook.state is not State.ABSENT and not scene.sharedir.is_dir():
        reason = f"the sharedir of the hook, {scene.sharedir}, is not there"
        yield Reason("sharedir-missing", reason, "mount it, or " + case.command("enable"))


def foreign_part(case: Case) -> Iterator[Reason]:
    """Tell that its native part is there for another interpreter."""
    if case.failed:
        yield from case.foreign_parts(case.failed)


def hidden(case: Case) -> Iterator[Reason]:
    """Tell that it is in a tree of its package that another one hides."""
    there = [row for row in case.rows if row.outcome == "hidden" and row.file]
    there = [row for row in there if row.path not in case.scene.unused]
    hider = _hider(case)
    if not (there and hider and hider.found and case.parent):
        return
    what = f"{there[0].file} ({there[0].distribution or 'of no distribution'})"
    hiding = hider.found.path
    if _is_from_cwd(case, hider, hider.found):
        reason = f"{hiding}, in the working directory, hides {what}"
        yield Reason("shadowed-by-cwd", reason, CHANGE_DIRECTORY)
        return
    how = "made by startup code of" if hider.found.kind == NAMESPACE else "found as"
    reason = f"{hider.name} is {how} {hiding}, which hides {what}"
    yield Reason("other-half", reason, _one_tree(case, hider, there[0]))


def _hider(case: Case) -> Level | None:
    """Return the first part of the name whose import leaves out others of that name.

    A namespace does so when startup code has made it, of one of its portions.
    """
    return next(
        (
            each
            for each in (case.search.levels if case.search else ())
            if each.found and (each.found.kind != NAMESPACE or each.by == "startup")
        ),
        None,
    )


def _one_tree(case: Case, hider: Level, other: Row) -> str:
    """Say how a package comes into one directory, as far as that can be had by a command."""
    found = rows(case.scene, case.search, hider) if case.search else ()
    own = next((row for row in found if row.outcome in ("taken", "portion")), None)
    if own and own.role == "PYTHONPATH":
        return f"take {own.path} out of PYTHONPATH, or rename {own.file}"
    together = f"have {hider.name} in one tree: "
    if not (own and own.role in _SORTED and other.role in _SORTED):
        return f"{together}move or uninstall one of the two"
    owners = (own.distribution or "").split(", ")
    if other.distribution in owners:
        same = other.distribution.replace(" ", "==")
        return together + case.install("--force-reinstall", "--no-deps", same)
    return together + case.command("sort")


def _is_from_cwd(case: Case, level: Level, found: Found) -> bool:
    return any(
        place.found and place.found.path == found.path and case.entry_of(place) == ""
        for place in level.asked
    )


def no_such_part(case: Case) -> Iterator[Reason]:
    """Tell that it is not in what comes before it in the name, which is there."""
    if not (case.failed and case.parent and case.parent.found):
        return
    package, part = case.failed.name.rpartition(".")[::2]
    if case.parent.found.locations is None:
        reason = f"{package} is a {case.parent.found.kind}, not a package"
        remedy = f"if {part} is an object in it: from {package} import {part}"
        yield Reason("no-package", reason, remedy)
        return
    reason = f"{package} has no module {part}"
    there = set().union(*map(names_in, case.parent.found.locations))
    same = names.same(part, there) or names.close(part, there)
    remedy = (
        names.question(f"{package}.{each}" for each in same)
        if same
        else f"if {part} is an object in it: from {package} import {part}"
    )
    yield Reason("no-such-part", reason, remedy)


def not_in_stdlib(case: Case) -> Iterator[Reason]:
    """Tell that it belongs to the standard library, of this or of other versions."""
    version = case.scene.target.version_info[:2]
    has_top = case.search is not None and case.search.levels[0].found is not None
    for first, removed in names.REMOVED.items():
        if case.top in removed.split() and version >= first and not has_top:
            reason = f"{case.top} left the standard library in Python {first[0]}.{first[1]}"
            has_one = case.top == "distutils"
            remedy = f"setuptools brings its own: {case.install('setuptools')}" if has_one else ""
            yield Reason("left-stdlib", reason, remedy)
    is_top = case.failed is not None and case.failed.name == case.top
    if case.search and is_top and case.top in case.search.stdlib:
        if case.top in names.WINDOWS:
            yield Reason("windows-only", f"{case.top} is in Pythons for Windows only", "")
            return
        reason = f"{case.top} is of the standard library, but not in {case.scene.target.stdlib}"
        remedy = "install the package of your system that has it, or build Python with it"
        yield Reason("incomplete-stdlib", reason, remedy)


def required(case: Case) -> Iterator[Reason]:
    """Tell that something that is installed requires it."""
    scene = case.scene
    shared = {key for key, each in scene.by_name.items() if scene.is_sharedir(str(each.directory))}
    markers = scene.target.markers
    versions = {key: each.version for key, each in scene.by_name.items()}
    wanted, _ = dependencies.requirements_of(scene.by_name, (), markers)
    for each in dependencies.unmet(wanted, versions, scene.by_name, markers):
        if each.installed is None and names.is_called(case.top, each.name):
            by = ", ".join(each.required_by)
            reason = f"{each.requirement} is required by {by}, and missing"
            of_shared = shared & {canonicalize_name(name) for name in each.required_by}
            remedy = case.command("sync", "--install")
            remedy = remedy if of_shared else case.install(each.requirement)
            yield Reason("dependency-missing", reason, remedy)


def foreign_script(case: Case) -> Iterator[Reason]:
    """Tell that a shell finds a script of this name which is not the target's."""
    file = shutil.which(case.name) if os.sep not in case.name else None
    if file:
        interpreter = script.interpreter_of(Path(file))
        runs = f", which runs {interpreter}" if interpreter else ""
        reason = f"{file} on PATH{runs}, is not of this interpreter"
        command = ["pysharedir", "--python", interpreter or "", "why", case.name]
        is_python = "python" in os.path.basename(interpreter or "")
        yield Reason("foreign-script", reason, shlex.join(command) if is_python else "")


def other_spelling(case: Case) -> Iterator[Reason]:
    """Tell that something is there whose name differs in case, ``-`` and ``_`` only."""
    for kind, there in case.names().items():
        for each in names.same(case.name, there):
            reason = f"the {kind} is spelled {each}"
            yield Reason("other-spelling", reason, names.question([each]))


def absent(case: Case) -> Iterator[Reason]:
    """Tell that it is just not there, and what is that has a similar name."""
    similar = [names.close(case.name, there) for there in case.names().values()]
    found = dict.fromkeys(each for several in similar for each in several)
    if found:  # to install by a misspelled name may install what waits for that
        reason = "no entry of sys.path has it, but there is something of a similar name"
        yield Reason("similar", reason, names.question(found))
        return
    wanted = case.wanted()
    called = "" if case.top in names.DISTRIBUTIONS else ", if the distribution is called so"
    reason = f"no entry of sys.path has it, and {wanted} is not installed"
    yield Reason("not-installed", reason, f"{case.install(wanted)}{called}")


_GROUPS: tuple[tuple[Callable[[Case], Iterable[Reason]], ...], ...] = (
    (program,),
    (moves,),  # of which the next would tell only what is true before it is imported
    (blocked, foreign_part, hidden, in_sharedir),
    (fills, files_missing),
    (no_such_part, not_in_stdlib, required, elsewhere, other_spelling),
    (unmounted, foreign_script, absent),
)
