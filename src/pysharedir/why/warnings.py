"""Warnings about a name that is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pysharedir.errors import full_reason
from pysharedir.interpreter.syspath import Role
from pysharedir.why import broken, native
from pysharedir.why.answer import Code, Reason
from pysharedir.why.entries import installed_in
from pysharedir.why.hidden import CHANGE_DIRECTORY
from pysharedir.why.search import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.why.distribution import Release
    from pysharedir.why.lookup import Lookup
    from pysharedir.why.module import Module
    from pysharedir.why.script import Script

# The roles of the entries that come before all others, whatever is installed.
_BY_THE_USER = {
    Role.WORKING_DIRECTORY: ("the working directory", CHANGE_DIRECTORY),
    Role.PYTHONPATH: (
        "a directory of PYTHONPATH",
        "rename it, or remove that directory from PYTHONPATH",
    ),
}


def of_module(lookup: Lookup, module: Module) -> Iterator[Reason]:
    """Yield what is wrong with a module that is found."""
    others = [row for row in module.shadowed if row.kind is not Kind.PORTION]
    if isinstance(module.role, Role) and module.role in _BY_THE_USER and others:
        what = others[0].distribution or f"that of the {others[0].role}"
        where, remedy = _BY_THE_USER[module.role]
        reason = f"{module.file}, in {where}, shadows {what}"
        yield Reason(Code.SHADOWED_BY_CWD, reason, remedy)
    portions = [row for row in module.shadowed if row.kind is Kind.PORTION]
    if portions and module.file:
        what = ", ".join(filter(None, (row.file for row in portions)))
        reason = f"{module.file} makes {module.name} a regular package, which hides {what}"
        remedy = lookup.command("doctor", "--select", "SD204")
        yield Reason(Code.HIDDEN_PORTION, reason, remedy)
    yield from _native(lookup, module)


def _native(lookup: Lookup, module: Module) -> Iterator[Reason]:
    target, entry = lookup.target, installed_in(module.entry, module.role)
    # A directory of stubs next to a compiled module is a namespace package without the module.
    if module.kind is Kind.NAMESPACE and lookup.search:
        yield from broken.foreign_parts(lookup, lookup.search.last)
    if module.kind is Kind.EXTENSION and module.file:
        part = native.of_another_machine(target, module.file)
        if part:
            yield broken.foreign_part(lookup, part, entry)
    if module.kind is Kind.PACKAGE and not module.is_stdlib:
        for location in module.locations:
            try:
                parts = list(native.missing_in(location, target.suffixes))
            except OSError as error:
                yield Reason(Code.UNREADABLE, full_reason(error), "check its permissions")
                continue
            yield from (broken.foreign_part(lookup, part, entry) for part in parts)


def of_release(lookup: Lookup, release: Release, module: Module | None) -> Iterator[Reason]:
    """Yield what is wrong with a distribution, or surprising about it."""
    missing = _missing(lookup, release) if module is None else []
    yield from missing
    if module is None and release.modules and not missing:
        reason = f"no module has that name: {release.name} is imported under other names"
        remedy = "import " + ", ".join(release.modules[:5])
        yield Reason(Code.OTHER_IMPORT_NAME, reason, remedy)
    for copy in release.copies:
        reason = f"another copy, {release.name} {copy.version}, is shadowed in {copy.path}"
        remedy = lookup.command("doctor", "--select", "SD201")
        if copy.in_other_root:  # doctor finds nothing wrong with that
            wanted = lookup.install(f"{release.name}=={copy.version}")
            reason += f" ({copy.role}): the nearer root wins"
            remedy = f"to install that version in the nearer root: {wanted}"
        yield Reason(Code.SHADOWED_COPY, reason, remedy)


def _missing(lookup: Lookup, release: Release) -> list[Reason]:
    """Return why the module of the distribution's own name is not found, if it has one."""
    distribution = lookup.distributions[canonicalize_name(release.name)]
    missing = list(broken.files_missing(lookup, distribution, lookup.name))
    if not missing and lookup.name in release.modules and lookup.failed:
        return list(broken.foreign_parts(lookup, lookup.failed))
    return missing


def of_script(lookup: Lookup, script: Script) -> Iterator[Reason]:
    """Yield what is wrong with a script."""
    if not script.is_there and script.distribution:
        reason = f"{script.distribution} declares the script, but {script.file} does not exist"
        remedy = (
            lookup.command("sync")
            if script.in_sharedir
            else lookup.reinstall(script.distribution, script.version)
        )
        yield Reason(Code.SCRIPT_MISSING, reason, remedy)
    elif script.interpreter and not script.is_own:
        reason = f"{script.file} runs {script.interpreter}, not this interpreter"
        yield Reason(Code.FOREIGN_INTERPRETER, reason, "reinstall the distribution of the script")
    if script.module_found is False:
        reason = f"it calls {script.entry_point or script.module}, but that module is not found"
        remedy = lookup.command("why", lookup.script_module or "")
        yield Reason(Code.BROKEN_SCRIPT, reason, remedy)
