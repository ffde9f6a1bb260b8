"""A target and everything that commands need to know about it, each fact read once, when needed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import (
    RememberedError,
    ToolEnvironmentError,
    UntrustedHookError,
    UnusedSharedirError,
)
from pysharedir.hook import files, remembered
from pysharedir.hook.place import Place
from pysharedir.installed import distribution
from pysharedir.installed.owners import Owners
from pysharedir.interpreter import syspath
from pysharedir.interpreter.finding import find
from pysharedir.ownership import is_own
from pysharedir.wording import user

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from pysharedir.hook.files import Installed, Settings
    from pysharedir.hook.remembered import Remembered
    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.syspath import Entry
    from pysharedir.interpreter.target import Target, View
    from pysharedir.moving.trust import Scope


@dataclass(frozen=True)
class Directory:
    """A site dir or a sharedir on ``sys.path``.

    :ivar path: The directory, spelled as on ``sys.path``.
    :ivar root: The root that the directory belongs to.
    """

    path: Path
    root: str
    is_sharedir: bool


class Reader:
    """What is installed in directories; reads each directory once, when it is first needed."""

    def __init__(self) -> None:
        self._installed: dict[tuple[int, int], list[Distribution]] = {}
        self._owners: dict[str, Owners] = {}
        self._hooks: dict[str, Installed] = {}

    def know(self, other: Reader) -> None:
        """Take over what another has read of distributions."""
        vars(self).update(_installed=other._installed, _owners=other._owners)

    def installed(self, directory: str | Path) -> list[Distribution]:
        """Return the distributions in a directory, with paths below the name given here.

        A directory that has several names is read once.
        """
        path = Path(directory)
        try:
            status = os.stat(path)
        except OSError:
            return []
        key = status.st_dev, status.st_ino
        if key not in self._installed:
            self._installed[key] = distribution.installed(path)
        distributions = self._installed[key]
        if distributions and distributions[0].directory != path:
            return [known.renamed_to(path) for known in distributions]
        return distributions

    def whole(self, directory: str | Path) -> list[Distribution]:
        """Return the distributions in a directory, without those that pip left half removed."""
        return distribution.whole(self.installed(directory))

    def visible(self, path: Iterable[str]) -> dict[str, Distribution]:
        """Return the distributions that importlib.metadata finds on a path, by normalized name."""
        return distribution.first_of_each_name(
            known for entry in path for known in self.whole(entry)
        )

    def owners_in(self, directory: str | Path) -> Owners:
        """Return the owners of files, by the distributions whose metadata is in a directory."""
        key = str(directory)
        if key not in self._owners:  # reading all RECORDs of all directories takes a second
            self._owners[key] = Owners(self.whole(key))
        return self._owners[key]

    def owner_in(self, path: str, directories: Iterable[str | Path]) -> Distribution | None:
        """Return the first distribution that lists a file, or None.

        :param directories: Where to look for metadata, in this order.
        """
        owners = (self.owners_in(directory).of(path) for directory in directories)
        return next(filter(None, owners), None)

    def hook_in(self, directory: str | Path) -> Installed:
        """Return the hook that is in a site dir."""
        key = str(directory)
        if key not in self._hooks:
            self._hooks[key] = files.read(Path(directory))
        return self._hooks[key]

    def is_of_hook(self, path: str) -> bool:
        """Tell whether a startup file is one that pysharedir wrote."""
        directory, name = os.path.split(path)
        return name in self.hook_in(directory).files


class Snapshot(Reader):
    """The state of a target, read lazily; after a change of the target, make another snapshot.

    The target is started in the environment of this process.
    """

    def __init__(self, target: Target, place: Place) -> None:
        super().__init__()
        self.target = target
        self.place = place

    @classmethod
    def of(
        cls,
        spec: str | None,
        prefix: str | None = None,
        destdir: str | None = None,
        *,
        changes: bool = False,
    ) -> Self:
        """Return a snapshot of the target that *spec* names.

        :param spec: See :func:`pysharedir.interpreter.finding.find`.
        :param prefix: As *destdir*, see :meth:`pysharedir.hook.place.Place.of`.
        :param changes: Whether the command changes the target.
        :raises ToolEnvironmentError: when it does, but the target is the environment of a tool, and
            the user did not name it.
        """
        target = find(spec)
        place = Place.of(target, prefix, destdir)
        if changes and target.tool and place.root == target.root and not place.destdir:
            raise ToolEnvironmentError(target.prefix, target.tool)
        return cls(target, place)

    def enabled(self, settings: Settings) -> Self:
        """Return that of the target with a hook of these settings, be it there or only planned.

        What is installed is the same, and is not read again.
        """
        other = type(self)(self.target, self.place)
        other.hook = replace(self.hook, settings=settings, state=files.State.ENABLED)
        other.know(self)
        return other

    @property
    def caveats(self) -> tuple[str, ...]:
        """What the reader of a report on this target should know."""
        target = self.target
        made = f"{target.prefix}: {target.tool} made this environment for pysharedir alone"
        return (f"{made}; to report on another interpreter, use --python",) if target.tool else ()

    @cached_property
    def view(self) -> View:
        """One start in the environment of this process."""
        return self.target.view()

    @cached_property
    def on(self) -> View:
        """One start with the hook switched on."""
        return self.target.view({"PYSHAREDIR": "1"})

    @cached_property
    def is_module(self) -> bool:
        """Whether the place is a prefix that the target finds only when a variable names it."""
        target = self.target
        return all(
            target.root_of(site_dir) != self.place.root
            for site_dir in (*target.off.path, *target.site_dirs, target.purelib)
        )

    @cached_property
    def loaded(self) -> View:
        """One start with the hook switched on, and with a module's prefix in the variable."""
        if not self.is_module:
            return self.on
        named = filter(None, [self.place.root, os.environ.get("PYSHAREDIR_PREFIXES")])
        return self.target.view({"PYSHAREDIR": "1", "PYSHAREDIR_PREFIXES": ":".join(named)})

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of ``sys.path`` of a start in the environment of this process."""
        return syspath.entries(self.target, self.view, self.prefixes)

    @cached_property
    def hooks(self) -> tuple[Installed, ...]:
        """The hook of the place, and those in the site dirs on ``sys.path``."""
        target = self.target
        site_dirs = [entry for entry in target.off.path if target.root_of(entry) is not None]
        return (self.hook, *map(self.hook_in, site_dirs))

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that variables name, each with the first variable that names it."""
        variables = {
            name: are_site_dirs
            for hook in self.hooks
            for name, are_site_dirs in hook.settings.variables.items()
        }
        return syspath.prefixes(self.target, variables)

    @cached_property
    def hook(self) -> Installed:
        """The hook in the site dir of the place."""
        return self.hook_in(self.site_dir)

    @property
    def site_dir(self) -> Path:
        """The site dir of the place, where it is on disk now: below DESTDIR, if there is one."""
        return self.place.on_disk(self.place.site_dir)

    @cached_property
    def sharedir(self) -> Path:
        """The sharedir that the installed hook adds, whether the directory exists or not."""
        return self.place.sharedir(self.target, self.hook.settings)

    @cached_property
    def uses_sharedir(self) -> bool:
        """Whether the sharedir is on ``sys.path`` of a start in the environment of this process."""
        return layout.lists(self.view.path, str(self.sharedir))

    @cached_property
    def remembered(self) -> Remembered:
        """What pysharedir remembers in the site dir.

        :raises RememberedError: when the file is not one that pysharedir wrote.
        """
        known = remembered.read(self.site_dir)
        data = (*known.data, *known.directories)
        if not (all(map(self._is_script, known.scripts)) and all(map(self._is_data, data))):
            raise RememberedError(self.site_dir / remembered.NAME)
        return known

    def _is_script(self, name: str) -> bool:
        """Tell whether a remembered path can be a script of the place."""
        directory = str(remembered.path_of(self.site_dir, name).parent)
        own = str(self.place.on_disk(str(self.place.scripts(self.target))))
        if directory != own and not layout.same_directory(directory, own):
            return False
        # A link in a prefix may lead anywhere, but the target itself says where its scripts are.
        root = os.path.realpath(self.place.on_disk(self.place.root))
        is_inside = os.path.realpath(own).startswith(f"{root}/")
        return is_inside or self.place.root == self.target.root

    def _is_data(self, name: str) -> bool:
        """Tell whether a remembered path is below the root, but in no directory of modules."""
        path = remembered.path_of(self.site_dir, name)
        place = self.place
        modules = (*map(place.on_disk, place.site_dirs(self.target)), self.sharedir)
        is_below = path.is_relative_to(place.on_disk(place.root))
        return is_below and not any(map(path.is_relative_to, modules))

    def distributions_of(self, entry: Entry) -> list[Distribution]:
        """Return the distributions with metadata in an entry of ``sys.path``.

        An editable install has metadata twice: in the site dir, and in the directory that its path
        line adds.  The second is left out.
        """
        distributions = self.whole(entry.path)
        line = entry.by if entry.role is syspath.Role.PATH_LINE and distributions else None
        owner = self.owner_in(line, [os.path.dirname(line)]) if line else None
        return [known for known in distributions if owner is None or known.key != owner.key]

    def root_of_entry(self, entry: Entry) -> str | None:
        """Return the root of an entry of ``sys.path``; of a path line, that of its .pth file."""
        root = self.root_of(entry.path)
        is_line = root is None and entry.role is syspath.Role.PATH_LINE
        return self.root_of(os.path.dirname(entry.by)) if is_line else root

    @property
    def scope(self) -> Scope:
        """The directories that moves of distributions may change."""
        from pysharedir.moving.trust import Scope  # noqa: PLC0415  # few commands look for moves

        place = self.place
        return Scope(
            root=place.on_disk(place.root),
            sharedir=self.sharedir,
            site_dir=self.site_dir,
            site_dirs=tuple(map(place.on_disk, place.site_dirs(self.target))),
            world_writable=self.hook.settings.allow_world_writable,
        )

    @cached_property
    def directories(self) -> tuple[Directory, ...]:
        """The site dirs and sharedirs on ``sys.path``, each once, in order."""
        known: list[Directory] = []
        for entry in self.view.path:
            root = self.root_of(entry)
            if root is None and layout.same_directory(entry, str(self.sharedir)):
                root = self.place.root
            is_known = any(layout.same_directory(entry, str(other.path)) for other in known)
            if root is not None and Path(entry).is_dir() and not is_known:
                known.append(Directory(Path(entry), root, self.is_sharedir(entry)))
        return tuple(known)

    def root_of(self, path: str) -> str | None:
        """Return the root of a site dir or of a sharedir, or None when *path* is neither."""
        return self.sharedirs.get(path) or self.target.root_of(path)

    @cached_property
    def sharedirs(self) -> dict[str, str]:
        """The sharedirs that hooks add if they exist, each with the root that it serves.

        When a sharedir serves several roots, as with ``--sharedir``, the nearest root is given.
        """
        target = self.target
        settings: dict[str, Settings] = {}
        for entry in (*target.off.path, *self.view.path):
            root = target.root_of(entry)
            if root not in (None, self.place.root):
                hook = self.hook_in(entry)
                if root not in settings or hook.files:
                    settings[str(root)] = hook.settings
        known = {str(self.sharedir): self.place.root}
        for root, of_hook in settings.items():
            known.setdefault(str(Place("", root).sharedir(target, of_hook)), root)
        for prefix in self.prefixes:
            known.setdefault(layout.sharedir_of(prefix, target.version), prefix)
        return known

    def is_sharedir(self, path: str) -> bool:
        """Tell whether *path* is a sharedir of any root."""
        tail = layout.sharedir_of("", self.target.version)
        return path.endswith(tail) or layout.same_directory(path, str(self.sharedir))

    def recover(self, *, dry_run: bool = False) -> list[str]:
        """Finish or undo interrupted moves, before anything else is changed.

        :return: Notes on what was done, and on what was left alone.
        :raises UntrustedHookError: when the hook of a prefix names a sharedir outside that prefix,
            and the hook belongs neither to the caller nor to root.
        :raises PysharedirError: as :func:`pysharedir.moving.recovery.recover` does.
        """
        from pysharedir.moving import recovery  # noqa: PLC0415  # commands that only read do without

        # The target runs the code of its own root anyway.
        if self.hook.settings.sharedir is not None and self.place.root != self.target.root:
            for path in (self.site_dir / name for name in self.hook.files):
                status = path.lstat()
                if not is_own(status):
                    raise UntrustedHookError(path, user(status.st_uid), self.sharedir)
        return recovery.recover(self.scope, dry_run=dry_run)

    def check_used(self) -> None:
        """Check that the target uses the sharedir when the hook is switched on.

        The sharedir of a module's prefix is checked with the prefix in the variable.

        :raises UnusedSharedirError: when the target does not use it.
        """
        if not self.sharedir.is_dir():
            raise UnusedSharedirError(
                self.sharedir,
                "no such directory",
                "make this directory, or a link to a sharedir of several prefixes"
                if self.is_module
                else "`pysharedir enable` makes it; or mount the file system that holds it",
            )
        if not layout.lists(self.loaded.path, str(self.sharedir)):
            raise UnusedSharedirError(
                self.sharedir,
                "this interpreter does not use it",
                "run `pysharedir enable`; `pysharedir status` tells more",
            )
