"""An interpreter as frozen facts: what it is, and what one start of it reports."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import LayoutError
from pysharedir.interpreter import processes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pysharedir.interpreter.answers import Probe

FLOOR = (3, 9)


@dataclass(frozen=True)
class View:
    """What one start of an interpreter reports: its path, and where installers put packages."""

    path: tuple[str, ...]
    purelib: str
    platlib: str
    pythonpath: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """An interpreter with the hook switched off.

    :ivar purelib: The directory for pure wheels without the hook.
    :ivar sys_executable: Its ``sys.executable``; ``executable`` may be a script that starts it.
    :ivar markers: The environment of its markers (the specification of dependency specifiers).
    :ivar cache_tag: The tag in the names of its pycs (PEP 3147), such as ``cpython-313``.
    :ivar magic: The first four bytes of its pycs, in hexadecimal.
    :ivar suffixes: The suffixes of the modules that it imports, in no particular order.
    :ivar site_dirs: The directories that ``site.getsitepackages()`` lists.
    :ivar tool: The tool that made it for pysharedir alone, if the user has not named it.
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
    tool: str | None = None

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

    def uses(self, site_dir: str) -> bool:
        """Tell whether the interpreter puts a site dir on ``sys.path`` by itself, if it exists."""
        return site_dir in (*self.off.path, *self.site_dirs, self.purelib, self.platlib)

    def root_of(self, site_dir: str) -> str | None:
        """Return the root of a site dir of this interpreter, or None for any other path."""
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
        """The value for ``--python``, in any directory: that of the venv, or the executable."""
        own = Path(self.prefix, "bin", "python")
        names_it = self.is_venv and own.exists() and own.samefile(self.executable)
        return self.prefix if names_it else str(self.executable)

    def command(self, *words: str, root: str | None = None) -> str:
        """Return a command of pysharedir for this target.

        :param root: The root to work on, if it is not the target's own.
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
        """Start the interpreter, and return what it reports.

        :param env: Variables to set in addition to this process's environment.
        """
        return view_of(processes.ask(self.executable, "probe", env=env))


def view_of(answer: Probe) -> View:
    """Return what a probe reports about the start that it ran in."""
    return View(
        path=tuple(answer["path"]),
        purelib=answer["purelib"],
        platlib=answer["platlib"],
        pythonpath=tuple(answer["pythonpath"]),
    )
