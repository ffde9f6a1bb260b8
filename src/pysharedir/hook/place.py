"""Where the hook of a target goes."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import DestdirError, PathLineError, PrefixError, TargetError
from pysharedir.hook import files, pathline
from pysharedir.interpreter import processes

if TYPE_CHECKING:
    from pysharedir.hook.files import Installed, Settings
    from pysharedir.interpreter.answers import Probe
    from pysharedir.interpreter.target import Target


_WITHOUT_IMPORT_LINES = (3, 18)


@dataclass(frozen=True)
class Place:
    """Where the hook of a target goes.

    :ivar site_dir: The site dir of the hook, as the interpreter sees it.
    :ivar root: The root of that site dir.
    :ivar destdir: DESTDIR, which precedes every path while a package is built; else empty.
    """

    site_dir: str
    root: str
    destdir: str = ""

    @classmethod
    def of(cls, target: Target, prefix: str | None = None, destdir: str | None = None) -> Place:
        """Return where the hook goes.

        :param prefix: The prefix to install for, if it is not the target's own.
        :param destdir: DESTDIR of a package that is being built.
        :raises LayoutError: when the target has no site dir of a known form.
        :raises PrefixError: when the prefix does not exist.
        """
        site_dir, root = target.purelib, target.root
        if prefix is not None:
            if not destdir and not os.path.isdir(prefix):
                raise PrefixError(prefix)
            prefix = os.path.abspath(prefix).rstrip("/")
            # Debian's interpreter has several roots, and its packages do not use the first.
            own = [site_dir for site_dir in target.site_dirs if target.root_of(site_dir) == prefix]
            # Prefer a site dir that is not below lib64, where 32-bit Pythons do not look.
            others = [path for path in own if not path.startswith(f"{prefix}/lib64/")]
            foreign = prefix + site_dir[len(root) :]
            if not destdir and not os.path.isdir(foreign):
                # With --prefix, pip uses site-packages even on Debian.
                made = f"{os.path.dirname(foreign)}/site-packages"
                foreign = made if os.path.isdir(made) else foreign
            site_dir = next(iter(others or own), foreign)
            root = prefix
        return cls(site_dir, root, os.path.abspath(destdir) if destdir else "")

    def on_disk(self, path: str) -> Path:
        """Return where *path* is now: below DESTDIR, if there is one.

        :raises DestdirError: when a link leads out of DESTDIR.
        """
        there = self.destdir + path
        if self.destdir:
            real, inside = os.path.realpath(there), os.path.realpath(self.destdir)
            if not f"{real}/".startswith(f"{inside.rstrip('/')}/"):
                raise DestdirError(self.destdir, there, real)
        return Path(there)

    def site_dirs(self, target: Target) -> list[str]:
        """Return the site dirs of its root; while a package is built, also those in DESTDIR."""
        own = [self.site_dir, target.platlib]
        if self.destdir:
            staged = glob.glob(f"{glob.escape(str(self.on_disk(self.root)))}/*/*/*-packages")
            own += sorted(path[len(self.destdir) :] for path in staged)
        return [path for path in dict.fromkeys(own) if target.root_of(path) == self.root]

    def scripts(self, target: Target) -> Path:
        """Return the directory of the scripts that belong to the site dir."""
        return Path(target.scripts if self.root == target.root else f"{self.root}/bin")

    def sharedir(self, target: Target, settings: Settings) -> Path:
        """Return the sharedir of the hook with *settings*."""
        if settings.sharedir is None:
            return self.on_disk(layout.sharedir_of(self.root, target.version))
        return self.on_disk(settings.sharedir.replace("{version}", target.version))

    def is_for_one_version(self, target: Target) -> bool:
        """Tell whether only Pythons of one version read the site dir; Debian has one for all."""
        return target.version in os.path.basename(os.path.dirname(self.site_dir))

    def needs_start_file(self, target: Target, settings: Settings) -> bool:
        """Tell whether the hook needs a ``.start`` file to start it.

        Python 3.18 ignores import lines (PEP 829).  On earlier versions a ``.start`` file adds
        three quarters to the cost of a start, since site imports pkgutil and re for it.

        :param settings: The settings of the installed hook.  If it has a ``.start`` file, which a
            newer version needs that reads the same site dir, the file stays.
        """
        if settings.style != "pth":
            return False
        is_kept = settings.start_file and not self.is_for_one_version(target)
        return target.version_info >= _WITHOUT_IMPORT_LINES or is_kept

    def costly_start_file(self, target: Target, hook: Installed) -> Path | None:
        """Return the ``.start`` file of a hook that does not need it, or None."""
        is_costly = (
            hook.settings.style == "pth"
            and files.START in hook.names
            and not self.needs_start_file(target, hook.settings)
        )
        return hook.site_dir / files.START if is_costly else None

    def path_line(self, target: Target, settings: Settings) -> str:
        """Return the path line for tools of a hook with *settings*.

        :raises PathLineError: when the hook cannot have one.
        """
        if settings.style != "pth":
            raise PathLineError(
                self.site_dir, "a sitecustomize has no .pth file", "use --style pth"
            )
        if not self.is_for_one_version(target):
            raise PathLineError(
                self.site_dir,
                "Pythons of several versions read the file, and each has its own sharedir",
                "name the sharedir in the settings of the tools that need the line",
            )
        sharedir = settings.sharedir or layout.sharedir_of(self.root, "{version}")
        path = os.path.relpath(sharedir.replace("{version}", target.version), self.site_dir)
        line = pathline.leading_to(path, target.version_info)
        if line is None:
            cause = f"it cannot name {path!r}"
            raise PathLineError(self.site_dir, cause, "use a --sharedir in plain ASCII")
        return line


def is_left_out(target: Target, place: Place) -> bool:
    """Tell whether the site dir of the hook is missing on ``sys.path`` of a start with ``-I``.

    uv starts Python with ``-I``.  Fedora's Python then leaves out ``/usr/local``, but still names
    it as the place to install to.
    """
    if place.root != target.root or place.root == target.prefix:
        return False
    try:
        answer: Probe = processes.ask(target.executable, "probe", flags=["-I", "-B"])
    except TargetError:
        return False
    return place.site_dir not in answer["site_dirs"]


def caveats(target: Target, place: Place, settings: Settings) -> list[str]:
    """Return notes on what a sharedir cannot do for this target."""
    notes = []
    sharedir = place.sharedir(target, settings)
    if target.is_venv and not sharedir.is_relative_to(target.prefix):
        notes.append(
            f"{sharedir}: outside this venv, so pip neither upgrades nor uninstalls there; uv does"
        )
    if settings.opt_in:
        notes.append(f"{sharedir}: found only when PYSHAREDIR=1 is in the environment")
    elif is_left_out(target, place):
        notes.append(
            f"{place.site_dir}: not on sys.path of an isolated start (-I), which uv asks: uv "
            "installs beside the sharedir, and does not see what is in it; pip does"
        )
    return notes
