"""Scripts in bin: whether they are there, and which Python they start or activate."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.changes import WriteFile
from pysharedir.doctor.findings import Finding
from pysharedir.errors import RecordError
from pysharedir.installed import shebangs, system_packages
from pysharedir.installed.scripts import wanted_scripts
from pysharedir.interpreter import content as file_content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pysharedir.changes import Step
    from pysharedir.doctor.examination import Examination
    from pysharedir.installed.distribution import Distribution
    from pysharedir.installed.scripts import Wanted
    from pysharedir.installed.shebangs import Head

    # Returns the scripts that a distribution declares, for an interpreter.
    Declared = Callable[[Distribution, str], dict[Path, Wanted]]

# As venv (in double quotes up to 3.12), virtualenv and uv write it.
_ACTIVATES = re.compile(r"^[ \t]*(?:export[ \t]+)?VIRTUAL_ENV=(.+?)[ \t]*$", re.MULTILINE)
# What virtualenv writes for the case that the venv has moved.
_FINDS_ITSELF = '"$CURRENT_ENV"'


@dataclass(frozen=True)
class _Script:
    """A script.

    :ivar is_listed: Whether RECORD lists it; a script that is only declared may be another's.
    """

    path: Path
    distribution: Distribution
    is_listed: bool


def missing(examination: Examination) -> Iterator[Finding]:
    """Find scripts of shared distributions that are missing."""
    if not examination.uses_sharedir:
        return
    report = examination.sync_report
    for path in report.scripts.missing:
        yield Finding(
            about=str(path),
            reason="missing, but a distribution in the sharedir declares it",
            remedy=f"{examination.command('sync')} makes it",
            fix=report.steps,
        )
    for distribution, lacking in report.scripts.lacking:
        yield Finding(distribution.name, lacking, examination.reinstalling(distribution))


def misdirected(examination: Examination) -> Iterator[Finding]:
    """Find scripts that start a missing interpreter, or another one."""
    declared = _declared(examination)
    for script in _scripts(examination, declared):
        content = _content(script.path)
        head = parse(content)
        if head is None:
            continue
        interpreter = _interpreter(examination, head)
        wanted = declared(script.distribution, interpreter)
        wrapper = _wrapper(content[len(head.text) :], wanted)
        fault = _fault(head.interpreter, script, examination, made=wrapper is not None)
        if fault is not None:
            yield Finding(
                about=str(script.path),
                reason=f"starts {head.interpreter}, which is {fault}",
                remedy=_remedy(script, examination),
                fix=_fix(script, content[len(head.text) :], head, wrapper, examination),
            )


def activating(examination: Examination) -> Iterator[Finding]:
    """Find an activate script that belongs to another venv, as after a copy."""
    prefix = examination.target.prefix
    path = Path(prefix, "bin", "activate")
    if not examination.target.is_venv:
        return
    try:
        values = _ACTIVATES.findall(file_content.read(path).decode("utf-8", "surrogateescape"))
    except OSError:
        return
    directories = {_literal(value) for value in values} - {None}
    for directory in sorted(map(str, directories)):
        if layout.same_directory(directory, prefix):
            continue
        is_there = os.path.isdir(directory)
        if not is_there and _FINDS_ITSELF in values:
            continue
        yield Finding(
            about=str(path),
            reason=f"activates {directory}, which is {'another venv' if is_there else 'missing'}",
            remedy=f"create the venv again, or replace {directory} with {prefix} in the script",
        )


def _literal(value: str) -> str | None:
    """Return the directory that a shell takes *value* for, None when it has to compute it."""
    try:
        words = shlex.split(value)
    except ValueError:
        return None
    is_literal = len(words) == 1 and os.path.isabs(words[0]) and not re.search("[$`]", value)
    return words[0] if is_literal else None


def parse(content: bytes) -> Head | None:
    """Return how a script names its Python, None if not by an absolute path."""
    head = shebangs.parse(content)
    if head is None or not os.path.isabs(head.interpreter):
        return None
    return head if shebangs.PYTHON.fullmatch(os.path.basename(head.interpreter)) else None


def _declared(examination: Examination) -> Declared:
    """Return a function that gives the scripts of a distribution, and remembers them."""
    target = examination.target
    directory = examination.place.scripts(target)

    @cache
    def declared(distribution: Distribution, interpreter: str) -> dict[Path, Wanted]:
        scripts, _ = wanted_scripts([distribution], directory, interpreter, target.version)
        return scripts

    return declared


def _scripts(examination: Examination, declared: Declared) -> Iterator[_Script]:
    """Yield the scripts of the root that is examined."""
    target, root = examination.target, examination.place.root
    directory = examination.place.scripts(target)
    seen: set[Path] = set()
    for distribution in (
        distribution
        for tree in examination.directories
        if tree.root == root
        for distribution in examination.whole(tree.path)
    ):
        listed = [path for path in _listed(distribution) if path.parent == directory]
        for path in (*declared(distribution, target.sys_executable), *listed):
            if path not in seen:
                seen.add(path)
                yield _Script(path, distribution, is_listed=path in listed)


def _listed(distribution: Distribution) -> list[Path]:
    """Return the files of a distribution that are outside its directory."""
    try:
        outside = distribution.listing.outside
    except RecordError:
        return []
    return [Path(os.path.normpath(distribution.directory / path)) for path in outside]


def _fault(
    interpreter: str, script: _Script, examination: Examination, *, made: bool
) -> str | None:
    """Return what is wrong with an interpreter.

    The real file tells nothing: in a venv, it is that of the Python that made it.

    :param made: Whether an installer wrote the script; others may name a Python on purpose.
    """
    if not os.path.exists(interpreter):
        return "missing"
    target = examination.target
    home, own = os.path.dirname(interpreter), os.path.dirname(target.sys_executable)
    if layout.same_directory(home, own):
        version = _version(interpreter)
        other = version and not f"{target.version}.".startswith(f"{version}.")
        return "of another version" if target.is_venv and other else None
    in_venv = os.path.exists(os.path.join(os.path.dirname(home), "pyvenv.cfg"))
    # Interpreters of one prefix overwrite each other's scripts.
    same = not target.is_venv and (
        layout.same_directory(home, str(script.path.parent))
        or os.path.samefile(interpreter, target.sys_executable)
    )
    return "another one" if in_venv or (made and not same) else None


def _version(interpreter: str) -> str | None:
    """Return the version in a name: of ``python3.13`` it is ``3.13``."""
    name = shebangs.PYTHON.fullmatch(os.path.basename(interpreter))
    return name and name[1]


def _remedy(script: _Script, examination: Examination) -> str:
    if examination.uses_sharedir and script.path in examination.sync_report.scripts.outdated:
        return f"{examination.command('sync')} makes it again"
    return examination.reinstalling(script.distribution)


def _interpreter(examination: Examination, head: Head) -> str:
    """Return what a script should name: the target, by the name that the script uses."""
    executable = Path(examination.target.sys_executable)
    own = executable.with_name(os.path.basename(head.interpreter))
    return str(own if own.exists() and own.samefile(executable) else executable)


def _wrapper(body: bytes, wanted: dict[Path, Wanted]) -> bytes | None:
    """Return the right wrapper, if a script does what the wrapper of an entry point does.

    :param wanted: The scripts that its distribution declares.
    """
    # By what it does: the names of pip's scripts have versions that pip does not declare.
    wrappers = (script.content for script in wanted.values())
    return next((wrapper for wrapper in wrappers if _is_wrapper(body, wrapper)), None)


def _fix(
    script: _Script, body: bytes, head: Head, wrapper: bytes | None, examination: Examination
) -> tuple[Step, ...]:
    """Return the steps that correct the interpreter of a script that an installer wrote."""
    if examination.uses_sharedir and script.path in examination.sync_report.scripts.outdated:
        return examination.sync_report.steps  # `sync` made it, and has its digest
    new = wrapper and parse(wrapper)
    if not new or not script.is_listed or system_packages.packages([str(script.path)]):
        return ()
    text = shebangs.with_arguments(new, head.arguments)
    return (WriteFile(script.path, text + body, executable=True),)


def _is_wrapper(body: bytes, wrapper: bytes) -> bool:
    """Tell whether a script does only what one of an installer does."""
    imports = re.search(rb"^from \S+ import \S+$", wrapper, re.MULTILINE)
    return imports is not None and imports[0] in body.splitlines() and b"sys.exit(" in body


def _content(path: Path) -> bytes:
    try:
        if path.is_symlink() or not path.is_file():  # a FIFO would block
            return b""
        with path.open("rb") as file:
            start = file.read(2)
            return start + file.read() if start == b"#!" else b""
    except OSError:
        return b""
