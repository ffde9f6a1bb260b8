"""Finds the interpreter to work on: a path, a version or the directory of a venv."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pysharedir import layout
from pysharedir.errors import NoAnswerError, NoTargetError, OldTargetError, TargetError
from pysharedir.interpreter import processes, tools
from pysharedir.interpreter.target import FLOOR, Target, view_of
from pysharedir.ownership import is_own
from pysharedir.wording import user

if TYPE_CHECKING:
    from pysharedir.interpreter.answers import Bare, Probe, Trace

    Answer = TypeVar("Answer", Bare, Probe, Trace)

_NAMES = ("python", "python3")
_PRINTED_VERSION = re.compile(r"Python (\d+)\.(\d+)")
_PRINTED_RELEASE = re.compile(r"^Python (\d+(?:\.\d+)+)", re.MULTILINE)
_VERSION = re.compile(r"(?:python|cpython|pypy)?[-@]?\d+(?:\.\d+)*t?")


def find(spec: str | None) -> Target:
    """Return the target that *spec* names.

    :param spec: A path, a version, or the directory of a venv or an installation; None for the
        active venv, else ``.venv`` in the working directory, else the interpreter that runs this,
        else ``python3`` on PATH.
    :raises TargetError: when there is no such interpreter, or it cannot be used.
    """
    executable = locate(spec)
    answer = _probed(executable)
    directory = spec if spec is not None else _default_venv()
    if directory and os.path.isdir(os.path.expanduser(directory)):
        _refuse_another(executable, os.path.expanduser(directory), answer["prefix"])
    major, minor, micro = answer["version"]
    return Target(
        executable=executable,
        sys_executable=answer["executable"],
        version_info=(major, minor, micro),
        implementation=answer["implementation"],
        platform=answer["platform"],
        bits=answer["bits"],
        prefix=answer["prefix"],
        base_prefix=answer["base_prefix"],
        platlibdir=answer["platlibdir"],
        scheme=answer["scheme"],
        stdlib=answer["stdlib"],
        purelib=answer["site_purelib"],
        platlib=answer["platlib"],
        scripts=answer["scripts"],
        markers=answer["markers"],
        cache_tag=answer["cache_tag"],
        pycache_prefix=answer["pycache_prefix"],
        magic=answer["magic"],
        suffixes=tuple(answer["suffixes"]),
        site_dirs=tuple(answer["site_dirs"]),
        user_site=answer["user_site"],
        off=view_of(answer),
        tool=_tool(answer["prefix"]) if spec is None else None,
    )


def bare(executable: Path) -> Bare:
    """Return what an interpreter reports with -I and -S, so that only its own code runs.

    :raises TargetError: when it cannot be used.
    """
    try:
        answer: Bare = processes.ask(executable, "bare", flags=processes.ISOLATED)
    except NoAnswerError:
        _refuse_other_programs(executable)
        raise
    return of_age(executable, answer)


def is_spec(text: str) -> bool:
    """Tell whether a text may name an interpreter; starts nothing to find out."""
    path = Path(os.path.expanduser(text))
    if path.is_dir():
        return any((path / "bin" / name).exists() for name in _NAMES)
    return bool(_VERSION.fullmatch(text)) or (path.is_file() and os.access(path, os.X_OK))


def _probed(executable: Path) -> Probe:
    """Return what an interpreter reports about itself with the hook switched off."""
    try:
        answer: Probe = processes.ask(executable, "probe", env={"PYSHAREDIR": "0"})
    except NoAnswerError:
        _refuse_other_programs(executable)
        raise
    return of_age(executable, answer)


def of_age(executable: Path, answer: Answer) -> Answer:
    """Return what an interpreter answered.

    :raises OldTargetError: when it is too old.
    """
    if tuple(answer["version"]) < FLOOR:
        raise OldTargetError(str(executable), answer["version"], FLOOR)
    return answer


def _refuse_other_programs(executable: Path) -> None:
    """Refuse an executable that gives no answer because it is too old, or not a Python."""
    printed = processes.printed_by(executable, "-V")
    version = _PRINTED_VERSION.match(printed)
    if version is None:
        first = (printed.strip().splitlines() or ["nothing"])[0]
        raise TargetError(
            str(executable),
            f"{executable}: not a Python interpreter",
            f"asked for its version, it printed: {first[:80]}",
        )
    numbers = int(version[1]), int(version[2])
    if numbers < FLOOR:
        raise OldTargetError(str(executable), numbers, FLOOR)


def _refuse_another(executable: Path, directory: str, prefix: str) -> None:
    """Refuse a directory that is not the prefix of its interpreter."""
    if not layout.same_directory(directory, prefix):
        raise TargetError(
            str(executable),
            f"{executable}: its prefix is {prefix}, not {directory}",
            "if pyvenv.cfg is missing, make the venv again; to use that prefix, name it",
        )


def locate(spec: str | None, *, bare: bool = False) -> Path:
    """Return the executable that *spec* names, see :func:`find`.

    :param bare: Start no interpreter, except with -V to get its version.
    """
    if spec is None:
        return _default()
    path = Path(os.path.expanduser(spec))
    if spec and path.is_dir():
        return _in_directory(path)
    if path.is_file() or os.sep in spec:
        return path.absolute()
    if _VERSION.fullmatch(spec):
        return _bare_of_version(spec) if bare else _of_version(spec)
    on_path = shutil.which(spec)
    if on_path is None:
        raise NoTargetError(
            spec,
            f"{spec!r}: no such interpreter",
            "give a path, a version such as 3.13, or the directory of a venv",
        )
    return Path(on_path)


def _default() -> Path:
    venv = _default_venv()
    if venv is not None:
        return _in_directory(Path(venv))
    if sys.executable:
        return Path(sys.executable)
    return locate("python3")


def _default_venv() -> str | None:
    """Return the directory of the default venv, or None: the active venv, else ``.venv``.

    uv does the same, but also looks above the working directory, where it may find the venv of
    another project.

    :raises TargetError: when ``.venv`` belongs to another user, who chooses what is started.
    """
    active = os.environ.get("VIRTUAL_ENV")
    if active:
        return active
    if not os.path.isdir(".venv"):
        return None
    path = os.path.abspath(".venv")
    for status in os.lstat(path), os.stat(path):
        if not is_own(status):
            raise TargetError(
                path,
                f"{path}: belongs to {user(status.st_uid)}, so it is not used by default",
                "to use it all the same, name it: --python .venv",
            )
    return path


def _tool(prefix: str) -> str | None:
    """Return the tool that made the environment at *prefix* for this command, if one did."""
    return tools.maker(prefix) if layout.same_directory(prefix, sys.prefix) else None


def _in_directory(directory: Path) -> Path:
    for name in _NAMES:
        executable = directory.absolute() / "bin" / name
        if executable.exists():
            return executable
        if executable.is_symlink():
            raise NoTargetError(
                str(directory),
                f"{executable}: a link to {executable.readlink()}, which does not exist",
                "the Python of this venv is gone: make the venv again",
            )
    raise NoTargetError(
        str(directory), f"{directory}: no bin/python in it", "give the directory of a venv"
    )


def _of_version(spec: str) -> Path:
    """Return an interpreter of a version: one with this name on PATH, or a discovered one.

    python-discovery takes 0.28 s to import, so it is loaded only here.  It logs what it tries.
    """
    named = shutil.which(spec)
    if named is not None and _PRINTED_VERSION.match(processes.printed_by(Path(named), "-V")):
        return Path(named)
    import logging  # noqa: PLC0415

    import python_discovery  # noqa: PLC0415

    log = logging.getLogger("python_discovery")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    pyenv = os.pathsep.join(map(str, _pyenv_bins()))
    for path in (os.environ.get("PATH", ""), pyenv):
        try:
            interpreter = python_discovery.get_interpreter(spec, env={**os.environ, "PATH": path})
        except RuntimeError:  # python-discovery does not know the version
            continue
        executable = interpreter and interpreter.executable
        if executable and Path(executable).parent == Path(sys.prefix, "bin"):
            # python-discovery offers the interpreter that runs this first, but a version does
            # not mean the command's own environment.
            executable = interpreter.system_executable  # type: ignore[union-attr]
        if executable:
            return Path(executable)
    raise NoTargetError(spec, f"{spec}: no such Python on this machine", "give its path")


def _bare_of_version(spec: str) -> Path:
    """Return an interpreter of a version, found by its name and by what it prints with -V."""
    name, release, suffix = re.fullmatch(r"(\D*?)[-@]?(\d[\d.]*)(t?)", spec).groups()  # type: ignore[union-attr]
    stem = "pypy" if name == "pypy" else "python"
    numbers = release.split(".")
    names = [f"{stem}{'.'.join(numbers[:2])}{suffix}", *([] if suffix else [f"{stem}3", stem])]
    for directory in (*os.environ.get("PATH", "").split(os.pathsep), *map(str, _pyenv_bins())):
        for candidate in names:
            executable = shutil.which(candidate, path=directory) if directory else None
            version = executable and _PRINTED_RELEASE.search(
                processes.printed_by(Path(executable), "-V")
            )
            if version and version[1].split(".")[: len(numbers)] == numbers:
                return Path(str(executable))
    raise NoTargetError(spec, f"{spec}: no such Python on this machine", "give its path")


def _pyenv_bins() -> list[Path]:
    """Return the directories of pyenv's interpreters: its shims start only active versions."""
    home = Path(os.path.expanduser(os.environ.get("PYENV_ROOT", "~/.pyenv")))
    return sorted(home.glob("versions/*/bin"))
