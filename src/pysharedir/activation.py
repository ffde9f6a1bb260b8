"""Putting the hook into a target and taking it away: plans of steps."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import changes, distributions, hook, layout, moves, remembered, scripts
from pysharedir.changes import MakeLink, RemoveDirectory, RemoveFile
from pysharedir.errors import (
    ForeignFileError,
    OccupiedError,
    PrefixError,
    ShadowedError,
    SharedirError,
    StartError,
    UnusedSharedirError,
)
from pysharedir.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pysharedir.changes import Step
    from pysharedir.target import Target

_OWNERLESS = "no distribution owns these: move them by hand, or use --force"


@dataclass(frozen=True)
class Place:
    """Where the hook of a target goes.

    :ivar site_dir: The site dir of the hook, as the interpreter sees it.
    :ivar root: The root of that site dir.
    :ivar destdir: What is put before every path while a package is built, or an empty string.
    """

    site_dir: str
    root: str
    destdir: str = ""

    def on_disk(self, path: str) -> Path:
        """Return where *path* is now."""
        return Path(self.destdir + path)

    def read(self) -> hook.Installed:
        """Return the hook that is there."""
        return hook.read(self.on_disk(self.site_dir))

    def site_dirs(self, target: Target) -> list[str]:
        """Return the site dirs of its root: while a package is built, those that are staged."""
        own = [self.site_dir, target.platlib]
        if self.destdir:
            staged = glob.glob(f"{glob.escape(str(self.on_disk(self.root)))}/*/*/*-packages")
            own += sorted(each[len(self.destdir) :] for each in staged)
        return [each for each in dict.fromkeys(own) if target.root_of(each) == self.root]

    def scripts(self, target: Target) -> Path:
        """Return the directory of the scripts that belong to the site dir."""
        return Path(target.scripts if self.root == target.root else f"{self.root}/bin")

    def sharedir(self, target: Target, settings: hook.Settings) -> Path:
        """Return the sharedir of the hook with *settings*."""
        if settings.sharedir is None:
            return self.on_disk(layout.sharedir_of(self.root, target.version))
        return self.on_disk(settings.sharedir.replace("{version}", target.version))


def place(target: Target, prefix: str | None = None, destdir: str | None = None) -> Place:
    """Return where the hook goes.

    :param prefix: The prefix to install for, when it is not the target's own.
    :param destdir: DESTDIR of a package that is being built.
    :raises LayoutError: when the target has no site dir of a known form.
    :raises PrefixError: when the prefix is not there.
    """
    site_dir, root = target.purelib, target.root
    if prefix is not None:
        if not destdir and not os.path.isdir(prefix):
            raise PrefixError(prefix)
        prefix = os.path.abspath(prefix).rstrip("/")
        # Debian's interpreter has several roots, and its packages do not go to the first.
        own = [each for each in target.site_dirs if target.root_of(each) == prefix]
        # Only the Pythons of one architecture look below lib64.
        others = [each for each in own if not each.startswith(f"{prefix}/lib64/")]
        site_dir = next(iter(others or own), prefix + site_dir[len(root) :])
        root = prefix
    return Place(site_dir, root, os.path.abspath(destdir) if destdir else "")


def plan_enable(target: Target, where: Place, settings: hook.Settings) -> list[Step]:
    """Return what makes *target* use a sharedir.

    :raises ForeignFileError: when a file is in the way that pysharedir did not write.
    :raises ShadowedError: when the sitecustomize would never run.
    :raises OccupiedError: when the sharedir is to be another one, and the present one is in use.
    """
    before = where.read()
    site_dir = where.on_disk(where.site_dir)
    sharedir = where.sharedir(target, settings)
    if layout.lists(target.off.path, str(sharedir)):
        raise SharedirError(str(sharedir))
    _refuse_foreign(site_dir, settings)
    if settings.style == "sitecustomize":
        _refuse_shadowed(target, where)
    old = where.sharedir(target, before.settings)
    if before.state != "absent" and old != sharedir:
        _refuse_occupied(
            old, _lost(target, where.root, old).names, "first `pysharedir disable --restore`"
        )

    made: list[Step] = [
        *changes.directories(site_dir, sharedir),
        *_lib64_link(target, where),
    ]
    created = before.created
    if not where.destdir:
        paths = [step.path for step in made if isinstance(step, changes.MakeDirectory | MakeLink)]
        created += tuple(os.path.relpath(path, where.root) for path in paths)
    return [*made, *_files(target, where, before, hook.render(settings, created))]


def check_enabled(
    target: Target, where: Place, settings: hook.Settings, before: Sequence[str]
) -> None:
    """Start the target with the hook switched on, and see that its sharedir is in use.

    :param before: Entries of its path that must be there still.
    :raises StartError: when it is not, or something else is no more.
    """
    sharedir = where.sharedir(target, settings)
    if where.destdir or where.site_dir not in (*target.site_dirs, target.purelib):
        return
    if sharedir.stat().st_mode & 0o002 and not settings.allow_world_writable:
        raise StartError(
            str(sharedir),
            "others can write to it",
            f"chmod o-w {sharedir}, or use --allow-world-writable",
        )
    path = (*target.view({"PYSHAREDIR": "1"}).path, str(sharedir))
    for entry in before:
        if os.path.isdir(entry) and not layout.lists(path, entry):
            raise StartError(
                str(target.executable),
                f"with the hook it does not find {entry} any more",
                "another hook on its path has brought that: enable it in one place only",
            )
    if not layout.lists(path[:-1], str(sharedir)):
        raise StartError(
            str(target.executable),
            f"with the hook it does not find {sharedir}",
            "is it started with PYTHON* variables or a sitecustomize that keep the hook out?",
        )


def check_used(path: Iterable[str], sharedir: Path) -> None:
    """See that an interpreter with *path* uses a sharedir.

    :raises UnusedSharedirError: when it does not.
    """
    if not sharedir.is_dir():
        raise UnusedSharedirError(
            sharedir,
            "no such directory",
            "`pysharedir enable` makes it, unless it is to be mounted",
        )
    if not layout.lists(path, str(sharedir)):
        raise UnusedSharedirError(
            sharedir, "not in use here", "use `pysharedir enable`; `pysharedir status` tells more"
        )


def caveats(target: Target, sharedir: Path, settings: hook.Settings) -> list[str]:
    """Return what one should know before anything is in a sharedir."""
    notes = []
    if target.is_venv and not sharedir.is_relative_to(target.prefix):
        notes.append(
            f"{sharedir}: outside this venv, so pip neither upgrades nor uninstalls there; uv does"
        )
    if settings.opt_in:
        notes.append(f"{sharedir}: found only when PYSHAREDIR=1 is in the environment")
    return notes


def plan_disable(target: Target, where: Place, *, restore: bool, force: bool) -> list[Step]:
    """Return what takes the hook away again, and what ``enable`` made with it.

    :param restore: Move the distributions of the sharedir back to the site dir; copy them when
        the sharedir may serve other prefixes too.
    :param force: Leave what is in sharedirs unimportable.
    :raises OccupiedError: when neither helps what would become unimportable.
    :raises RecordError: when a distribution cannot be moved.
    """
    before = where.read()
    sharedir = where.sharedir(target, before.settings)
    if before.state == "absent":
        lost = _lost(target, where.root, sharedir)
        return _restoration(where, sharedir, lost.distributions, before.settings) if restore else []
    _refuse_altered_starters(where)
    steps: list[Step] = []
    restored: set[str] = set()
    served = before.settings.sharedir is None and _served_by_another(target, where)
    if not force and not served:
        for root in _other_roots(target, where):
            other = Path(layout.sharedir_of(root, target.version))
            names = _lost(target, root, other).names
            _refuse_occupied(other, names, "use --force to disable all the same")
        lost = _lost(target, where.root, sharedir)
        if restore:
            steps += _restoration(where, sharedir, lost.distributions, before.settings)
            restored = {each.key for each in lost.distributions}
            _refuse_occupied(sharedir, lost.loose, _OWNERLESS)
        else:
            hint = "use --restore to move them back" if lost.distributions else _OWNERLESS
            _refuse_occupied(sharedir, lost.names, hint)
    return [*steps, *_removal(where, before, restored)]


def _refuse_altered_starters(where: Place) -> None:
    """Refuse to leave behind what would name a module that is not there any more."""
    for name in hook.STARTERS["pth"]:
        path = where.on_disk(where.site_dir) / name
        if os.path.lexists(path) and not hook.is_ours(path):
            raise ForeignFileError(path, "it was altered: move it away, and run this again")


def _restoration(
    where: Place,
    sharedir: Path,
    lost: Sequence[distributions.Distribution],
    settings: hook.Settings,
) -> list[Step]:
    site_dir = where.on_disk(where.site_dir)
    staying = [each for each in distributions.installed(sharedir) if each not in lost]
    planned = tuple(moves.move(each, site_dir, staying) for each in lost)
    if not planned:
        return []
    if settings.sharedir is None:
        return [*changes.directories(site_dir), moves.Relocation(planned, sharedir)]
    return [moves.Relocation(planned, site_dir, keep=where.root)]


@dataclass(frozen=True)
class _Lost:
    """What would become unimportable without a sharedir."""

    distributions: tuple[distributions.Distribution, ...]
    loose: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Of both."""
        return [*(each.name for each in self.distributions), *self.loose]


def _lost(target: Target, root: str, sharedir: Path) -> _Lost:
    elsewhere = {
        each.key
        for entry in target.off.path
        if target.root_of(entry) == root and not layout.same_directory(entry, str(sharedir))
        for each in distributions.installed(Path(entry))
    }
    return _Lost(
        tuple(each for each in distributions.installed(sharedir) if each.key not in elsewhere),
        tuple(distributions.loose(sharedir)),
    )


def _refuse_occupied(sharedir: Path, names: Sequence[str], hint: str) -> None:
    if names:
        raise OccupiedError(sharedir, names, hint)


def _served_by_another(target: Target, where: Place) -> bool:
    """Tell whether another site dir on the path has a hook, which serves all roots."""
    others = [
        hook.read(Path(entry))
        for entry in target.off.path
        if target.root_of(entry) is not None
        and not layout.same_directory(entry, str(where.on_disk(where.site_dir)))
    ]
    return any(each.state == "enabled" and not each.settings.opt_in for each in others)


def _other_roots(target: Target, where: Place) -> list[str]:
    roots = {target.root_of(entry) for entry in target.off.path} - {None, where.root}
    return sorted(map(str, roots))


def _refuse_foreign(site_dir: Path, settings: hook.Settings) -> None:
    names = (*hook.MODULES, *hook.STARTERS[settings.style])
    parents = {(site_dir / name).parent for name in names}
    for path in (*parents, *(site_dir / name for name in names)):
        if (
            os.path.lexists(path)
            and not (path in parents and path.is_dir())
            and not hook.is_ours(path)
        ):
            hint = (
                "use --style pth, which needs no sitecustomize"
                if path.name == "sitecustomize.py"
                else "move it away"
            )
            raise ForeignFileError(path, hint)


def _refuse_shadowed(target: Target, where: Place) -> None:
    for entry in target.off.path:
        if entry == where.site_dir:
            return
        path = Path(entry, "sitecustomize.py")
        if entry not in target.off.pythonpath and path.is_file():
            raise ShadowedError(str(path))


def _lib64_link(target: Target, where: Place) -> list[Step]:
    """Return the link that venv makes and virtualenv does not (astral-sh/uv#3578)."""
    link = Path(target.prefix, "lib64")
    if not target.makes_lib64 or where.root != target.prefix or where.destdir:
        return []
    return [] if os.path.lexists(link) else [MakeLink(link, "lib", optional=True)]


def _files(
    target: Target, where: Place, before: hook.Installed, wanted: dict[str, bytes]
) -> list[Step]:
    site_dir = where.on_disk(where.site_dir)
    changed = [
        name
        for name, content in wanted.items()
        if name not in before.files or (site_dir / name).read_bytes() != content
    ]
    steps: list[Step] = []
    parents = sorted({(site_dir / name).parent for name in changed} - {site_dir})
    steps += [changes.MakeDirectory(parent) for parent in parents if not parent.is_dir()]
    starters = hook.STARTERS["pth"] + hook.STARTERS["sitecustomize"]
    writes = {name: changes.WriteFile(site_dir / name, wanted[name]) for name in changed}
    modules = [step for name, step in writes.items() if name not in starters]
    steps += modules
    if modules and not where.destdir:
        steps.append(changes.Compile(target.executable, tuple(step.path for step in modules)))
    steps += [step for name, step in writes.items() if name in starters]
    return steps + _remove_modules(site_dir, [n for n in before.files if n not in wanted])


def _removal(where: Place, before: hook.Installed, restored: Collection[str]) -> list[Step]:
    """Return what removes the hook, last of all the gate: in it is recorded what there is."""
    site_dir = where.on_disk(where.site_dir)
    gate = site_dir / hook.GATE
    steps = scripts.plan_removal(site_dir, restored)
    steps += remembered.steps(site_dir, Remembered())
    steps += _remove_modules(site_dir, [name for name in before.files if name != hook.GATE])
    created = [
        where.on_disk(os.path.normpath(os.path.join(where.root, name))) for name in before.created
    ]
    steps += _remove_created([path for path in created if not site_dir.is_relative_to(path)])
    steps += [RemoveFile(path) for path in changes.pycs([gate])]
    steps += [RemoveDirectory(site_dir / "__pycache__")]
    steps += [RemoveFile(gate)] if hook.GATE in before.files else []
    steps += _remove_created([path for path in created if site_dir.is_relative_to(path)])
    return [step for number, step in enumerate(steps) if step not in steps[number + 1 :]]


def _remove_created(paths: Sequence[Path]) -> list[Step]:
    steps: list[Step] = []
    for path in reversed(paths):
        if not path.is_symlink():
            steps.append(RemoveDirectory(path))
        elif os.readlink(path) == "lib":
            steps.append(RemoveFile(path))
    return steps


def _remove_modules(site_dir: Path, names: Sequence[str]) -> list[Step]:
    """Return what removes files of the hook: first what starts it, then what that imports."""
    paths = [site_dir / name for name in reversed(names)]
    steps: list[Step] = [RemoveFile(path) for path in (*paths, *changes.pycs(paths))]
    for parent in sorted({path.parent for path in paths}, reverse=True):
        steps.append(RemoveDirectory(parent / "__pycache__"))
        if parent != site_dir:
            steps.append(RemoveDirectory(parent))
    return steps
