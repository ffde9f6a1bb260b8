"""Finds the interpreter to work on, and asks it about itself."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_discovery import get_interpreter

from pysharedir import layout, processes
from pysharedir.errors import LayoutError, TargetError

if TYPE_CHECKING:
    from collections.abc import Mapping

FLOOR = (3, 9)
_PROBE = Path(__file__).with_name("_probe.py")
_SAID_VERSION = re.compile(r"Python (\d+)\.(\d+)")
_VERSION = re.compile(r"(?:python|cpython|pypy)?[-@]?\d+(?:\.\d+)*t?")


@dataclass(frozen=True)
class View:
    """What one start of an interpreter says: the path it has and where it installs to."""

    path: tuple[str, ...]
    purelib: str
    platlib: str
    pythonpath: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """An interpreter, as it is with the hook switched off.

    :ivar purelib: Where it installs pure wheels to, without the hook.
    :ivar sys_executable: What it calls itself; ``executable`` may be a script that starts it.
    :ivar markers: The environment of its markers (the specification of dependency specifiers).
    :ivar cache_tag: Of the names of its pycs (PEP 3147), such as ``cpython-313``.
    :ivar magic: The first four bytes of its pycs, in hexadecimal.
    :ivar suffixes: Those of the modules that it imports, in no particular order.
    :ivar site_dirs: What ``site.getsitepackages()`` lists.
    """

    executable: Path
    sys_executable: str
    version_info: tuple[int, int, int]
    implementation: str
    platform: str
    bits: int
    prefix: str
    base_prefix: str
    platlibdir: str
    scheme: str
    stdlib: str
    purelib: str
    platlib: str
    scripts: str
    markers: dict[str, str]
    cache_tag: str
    pycache_prefix: str | None
    magic: str
    suffixes: tuple[str, ...]
    site_dirs: tuple[str, ...]
    user_site: str | None
    off: View

    @property
    def version(self) -> str:
        """``X.Y``."""
        return "{}.{}".format(*self.version_info[:2])

    @property
    def is_venv(self) -> bool:
        """Whether it is a virtual environment (PEP 405)."""
        return self.prefix != self.base_prefix

    @cached_property
    def root(self) -> str:
        """The root of its purelib.

        :raises LayoutError: when that is no site dir of a known form.
        """
        root = self.root_of(self.purelib)
        if root is None:
            raise LayoutError(self.purelib)
        return root

    def root_of(self, site_dir: str) -> str | None:
        """Return the root of a site dir of this interpreter, or None when it is none."""
        return layout.root_of(site_dir, self.version, self.platlibdir)

    @property
    def makes_lib64(self) -> bool:
        """Whether venv would make a ``lib64 -> lib`` link here (python/cpython PR#137139)."""
        return (
            self.is_venv
            and self.bits == 64  # noqa: PLR2004
            and self.platform not in ("darwin", "win32")
            and self.version_info < (3, 15)
        )

    @property
    def spec(self) -> str:
        """What names it to ``--python``, wherever one is: a venv's directory, if that does."""
        own = Path(self.prefix, "bin", "python")
        names_it = self.is_venv and own.exists() and own.samefile(self.executable)
        return self.prefix if names_it else str(self.executable)

    def command(self, *words: str, root: str | None = None) -> str:
        """Return a command of pysharedir for this target.

        :param root: The root to work on, when it is not the target's own.
        """
        prefix = [] if root in (None, self.root) else ["--prefix", str(root)]
        return shlex.join(["pysharedir", "--python", self.spec, *words, *prefix])

    def installer(self, *words: str, has_pip: bool) -> str:
        """Return a command of pip for this target, or of uv when the target has no pip."""
        executable = str(self.executable)
        if has_pip:
            return shlex.join([executable, "-m", "pip", *words])
        name, *arguments = words
        return shlex.join(["uv", "pip", name, "--python", executable, *arguments])

    def view(self, env: Mapping[str, str] | None = None) -> View:
        """Start the interpreter as its user does, and return what it says then.

        :param env: Variables that are set for it, on top of this process's environment.
        """
        return _view(_probe(self.executable, env or {}))


def find(spec: str | None) -> Target:
    """Return the target that *spec* names.

    :param spec: A path, a version, or the directory of a venv or an installation; None for the
        active venv, else the interpreter that runs this, else ``python3`` on PATH.
    :raises TargetError: when there is none, or it cannot be used.
    """
    executable = locate(spec)
    version = _version(executable)
    if version < FLOOR:
        raise TargetError(
            str(executable),
            "{}: Python {}.{} is too old".format(executable, *version),
            "pysharedir supports Python {}.{} and later".format(*FLOOR),
        )
    found = _probe(executable, {"PYSHAREDIR": "0"})
    directory = spec if spec is not None else os.environ.get("VIRTUAL_ENV")
    if directory and os.path.isdir(os.path.expanduser(directory)):
        _refuse_another(executable, os.path.expanduser(directory), found["prefix"])
    return Target(
        executable=executable,
        sys_executable=found["executable"],
        version_info=(found["version"][0], found["version"][1], found["version"][2]),
        purelib=found["site_purelib"],
        suffixes=tuple(found["suffixes"]),
        site_dirs=tuple(found["site_dirs"]),
        off=_view(found),
        **{
            key: found[key]
            for key in (
                "implementation",
                "platform",
                "bits",
                "prefix",
                "base_prefix",
                "platlibdir",
                "scheme",
                "stdlib",
                "platlib",
                "scripts",
                "markers",
                "cache_tag",
                "pycache_prefix",
                "magic",
                "user_site",
            )
        },
    )


def _refuse_another(executable: Path, directory: str, prefix: str) -> None:
    """Refuse a directory whose interpreter works on another one."""
    if not layout.same_directory(directory, prefix):
        raise TargetError(
            str(executable),
            f"{executable}: its prefix is {prefix}, not {directory}",
            "is pyvenv.cfg missing? To work on that prefix, name it",
        )


def locate(spec: str | None) -> Path:
    """Return the executable that *spec* names, see :func:`find`."""
    if spec is None:
        return _default()
    path = Path(os.path.expanduser(spec))
    if spec and path.is_dir():
        return _in_directory(path)
    if path.is_file() or os.sep in spec:
        return path.absolute()
    if _VERSION.fullmatch(spec):
        return _of_version(spec)
    on_path = shutil.which(spec)
    if on_path is None:
        raise TargetError(
            spec,
            f"{spec!r}: no such interpreter",
            "give a path, a version such as 3.13, or the directory of a venv",
        )
    return Path(on_path)


def _default() -> Path:
    active = os.environ.get("VIRTUAL_ENV")
    if active:
        return _in_directory(Path(active))
    if sys.executable:
        return Path(sys.executable)
    return locate("python3")


def _in_directory(directory: Path) -> Path:
    for name in ("python", "python3"):
        executable = directory.absolute() / "bin" / name
        if executable.exists():
            return executable
        if executable.is_symlink():
            raise TargetError(
                str(directory),
                f"{executable}: a link to {executable.readlink()}, which is not there",
                "the Python that it was made with is gone: make it anew",
            )
    raise TargetError(
        str(directory), f"{directory}: no bin/python in it", "give the directory of a venv"
    )


def _of_version(spec: str) -> Path:
    named = shutil.which(spec)
    if named is not None and _SAID_VERSION.match(processes.run(Path(named), "-V")):
        return Path(named)
    # pyenv's shims, which are what it has on PATH, start only the versions that are active.
    home = Path(os.path.expanduser(os.environ.get("PYENV_ROOT", "~/.pyenv")))
    pyenv = os.pathsep.join(map(str, home.glob("versions/*/bin")))
    for path in (os.environ.get("PATH", ""), pyenv):
        try:
            found = get_interpreter(spec, env={**os.environ, "PATH": path})
        except RuntimeError:  # of a version that python-discovery does not know
            continue
        executable = found and found.executable
        if executable and Path(executable).parent == Path(sys.prefix, "bin"):
            # python-discovery offers the interpreter that runs this first, but a version does
            # not mean the command's own environment.
            executable = found.system_executable  # type: ignore[union-attr]
        if executable:
            return Path(executable)
    raise TargetError(spec, f"{spec}: no such Python on this machine", "give its path")


def _version(executable: Path) -> tuple[int, int]:
    said = processes.run(executable, "-V")
    version = _SAID_VERSION.match(said)
    if version is None:
        first = (said.strip().splitlines() or ["nothing"])[0]
        raise TargetError(
            str(executable),
            f"{executable}: not a Python interpreter",
            f"asked for its version it said: {first[:80]}",
        )
    return int(version[1]), int(version[2])


def _probe(executable: Path, env: Mapping[str, str]) -> dict[str, Any]:
    return processes.ask(executable, "-c", _PROBE.read_text("utf-8"), env=env)


def _view(found: Mapping[str, Any]) -> View:
    return View(
        path=tuple(found["path"]),
        purelib=found["purelib"],
        platlib=found["platlib"],
        pythonpath=tuple(found["pythonpath"]),
    )
