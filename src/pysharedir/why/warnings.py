"""What to know about a name although it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.errors import said
from pysharedir.why import native
from pysharedir.why.lookup import CHANGE_DIRECTORY, Case, Reason
from pysharedir.why.module import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.why.distribution import Release
    from pysharedir.why.module import Module
    from pysharedir.why.script import Script

# Roles of entries that come before all others, whatever is installed.
_BY_THE_USER = {
    "working directory": ("the working directory", CHANGE_DIRECTORY),
    "PYTHONPATH": ("a directory of PYTHONPATH", "rename it, or take that out of PYTHONPATH"),
}


def of_module(case: Case, module: Module) -> Iterator[Reason]:
    """Yield what is wrong with a module that is found."""
    others = [row for row in module.shadowed if row.kind != "namespace portion"]
    if module.role in _BY_THE_USER and others:
        what = others[0].distribution or f"that of the {others[0].role}"
        where, remedy = _BY_THE_USER[module.role]
        reason = f"{module.file} is in {where}, and shadows {what}"
        yield Reason("shadowed-by-cwd", reason, remedy)
    portions = [row for row in module.shadowed if row.kind == "namespace portion"]
    if portions and module.file:
        what = ", ".join(filter(None, (each.file for each in portions)))
        reason = f"{module.file} makes {module.name} a regular package, which hides {what}"
        yield Reason("hidden-portion", reason, case.command("doctor", "--select", "SD204"))
    yield from _native(case, module)


def _native(case: Case, module: Module) -> Iterator[Reason]:
    target = case.scene.target
    if module.kind == NAMESPACE and case.search:  # of stubs, say, beside the compiled module
        yield from case.foreign_parts(case.search.last)
    if module.kind == "extension module" and module.file:
        part = native.of_another_machine(target, module.file)
        if part:
            yield case.unloadable(part, module.entry)
    if module.kind == "package" and not module.is_stdlib:
        for location in module.locations:
            try:
                parts = list(native.missing_in(location, target.suffixes))
            except OSError as error:
                yield Reason("unreadable", said(error), "see to its permissions")
                continue
            yield from (case.unloadable(part, module.entry) for part in parts)


def of_release(case: Case, release: Release, module: Module | None) -> Iterator[Reason]:
    """Yield what to know about a distribution."""
    missing = _missing(case, release) if module is None else []
    yield from missing
    if module is None and release.modules and not missing:
        reason = f"there is no module of that name: {release.name} is imported by other names"
        yield Reason("other-import-name", reason, "import " + ", ".join(release.modules[:5]))
    for each in release.copies:
        reason = f"another copy, {release.name} {each.version}, is shadowed in {each.path}"
        yield Reason("shadowed-copy", reason, case.command("doctor", "--select", "SD201"))


def _missing(case: Case, release: Release) -> list[Reason]:
    """Return why a module of the distribution's own name is not found, if there should be one."""
    installed = case.scene.by_name[canonicalize_name(release.name)]
    found = list(case.files_missing(installed, case.name))
    if not found and case.name in release.modules and case.failed:
        found = list(case.foreign_parts(case.failed))
    return found


def of_script(case: Case, script: Script) -> Iterator[Reason]:
    """Yield what is wrong with a script."""
    if not script.is_there:
        reason = f"{script.distribution} declares the script, but {script.file} is not there"
        same = f"{script.distribution}=={script.version}"
        remedy = case.install("--force-reinstall", "--no-deps", same)
        yield Reason(
            "script-missing", reason, case.command("sync") if script.in_sharedir else remedy
        )
    elif script.interpreter and not script.is_own:
        reason = f"{script.file} runs {script.interpreter}, not this interpreter"
        yield Reason("foreign-interpreter", reason, "reinstall what it belongs to")
    if script.module_found is False:
        reason = f"it calls {script.entry_point}, and that module is not found"
        module = (script.entry_point or "").partition(":")[0].strip()
        yield Reason("broken-script", reason, case.command("why", module))
