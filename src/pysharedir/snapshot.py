"""A target and all that commands ask about it, each fact read once, when it is first asked for."""

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
    """A directory of modules on ``sys.path``: a site dir or a sharedir.

    :ivar path: As it is spelled there.
    :ivar root: The root that it belongs to.
    """

    path: Path
    root: str
    is_sharedir: bool


class Reader:
    """What is installed in directories, each of which is read once, when it is first asked for."""

    def __init__(self) -> None:
        self._installed: dict[tuple[int, int], list[Distribution]] = {}
        self._owners: dict[str, Owners] = {}
        self._hooks: dict[str, Installed] = {}

    def know(self, other: Reader) -> None:
        """Take over what another has read of distributions."""
        vars(self).update(_installed=other._installed, _owners=other._owners)

    def installed(self, directory: str | Path) -> list[Distribution]:
        """Return the distributions in a directory, by the name under which it is asked for."""
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
            return [each.renamed_to(path) for each in distributions]
        return distributions

    def whole(self, directory: str | Path) -> list[Distribution]:
        """Return these without what an interrupted pip has left."""
        return distribution.whole(self.installed(directory))

    def visible(self, path: Iterable[str]) -> dict[str, Distribution]:
        """Return the distributions that importlib.metadata finds on a path, by normalised name."""
        return distribution.first_of_each_name(each for entry in path for each in self.whole(entry))

    def owners_in(self, directory: str | Path) -> Owners:
        """Return whose the files are, by the distributions with their metadata in a directory."""
        key = str(directory)
        if key not in self._owners:  # to read all RECORDs of all directories takes a second
            self._owners[key] = Owners(self.whole(key))
        return self._owners[key]

    def owner_in(self, path: str, directories: Iterable[str | Path]) -> Distribution | None:
        """Return the distribution that lists a file, None when none does.

        :param directories: Where to look for metadata; of several distributions the first owns it.
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
    """The state of a target, read lazily; after a change of the target, make another one.

    What the target says, it says with the environment of this process.
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
        """Return that of the target that *spec* names.

        :param spec: See :func:`pysharedir.interpreter.finding.find`.
        :param prefix: See :meth:`pysharedir.hook.place.Place.of`; so for *destdir*.
        :param changes: Whether it is to be changed.
        :raises ToolEnvironmentError: when it is, and is that of a tool which nobody has named.
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
        """What to know of a report about it."""
        target = self.target
        made = f"{target.prefix}: made by {target.tool} for this command alone"
        return (f"{made}; to look at another interpreter, use --python",) if target.tool else ()

    @cached_property
    def view(self) -> View:
        """One start, as its user does it."""
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
            target.root_of(each) != self.place.root
            for each in (*target.off.path, *target.site_dirs, target.purelib)
        )

    @cached_property
    def loaded(self) -> View:
        """One start with the hook switched on, for which the prefix of a module is named."""
        if not self.is_module:
            return self.on
        named = filter(None, [self.place.root, os.environ.get("PYSHAREDIR_PREFIXES")])
        return self.target.view({"PYSHAREDIR": "1", "PYSHAREDIR_PREFIXES": ":".join(named)})

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of ``sys.path`` of a start as its user does it."""
        return syspath.entries(self.target, self.view, self.prefixes)

    @cached_property
    def hooks(self) -> tuple[Installed, ...]:
        """The hook of the place, and those in the site dirs on ``sys.path``."""
        target = self.target
        site_dirs = [each for each in target.off.path if target.root_of(each) is not None]
        return (self.hook, *map(self.hook_in, site_dirs))

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that variables name, each with the first variable that does."""
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
        """The site dir of the place, where it is on disk now."""
        return self.place.on_disk(self.place.site_dir)

    @cached_property
    def sharedir(self) -> Path:
        """The sharedir of the hook that is there, whether it is there itself or not."""
        return self.place.sharedir(self.target, self.hook.settings)

    @cached_property
    def uses_sharedir(self) -> bool:
        """Whether the sharedir is on ``sys.path`` of a start as its user does it."""
        return layout.lists(self.view.path, str(self.sharedir))

    @cached_property
    def remembered(self) -> Remembered:
        """What pysharedir remembers in the site dir.

        :raises RememberedError: when the file there is not one that pysharedir wrote.
        """
        known = remembered.read(self.site_dir)
        data = (*known.data, *known.directories)
        if not (all(map(self._is_script, known.scripts)) and all(map(self._is_data, data))):
            raise RememberedError(self.site_dir / remembered.NAME)
        return known

    def _is_script(self, name: str) -> bool:
        """Tell whether what is remembered can be a script of the place."""
        directory = str(remembered.path_of(self.site_dir, name).parent)
        own = str(self.place.on_disk(str(self.place.scripts(self.target))))
        if directory != own and not layout.same_directory(directory, own):
            return False
        # A link in a prefix may lead anywhere; the target's own scripts are where it says.
        root = os.path.realpath(self.place.on_disk(self.place.root))
        is_inside = os.path.realpath(own).startswith(f"{root}/")
        return is_inside or self.place.root == self.target.root

    def _is_data(self, name: str) -> bool:
        """Tell whether what is remembered is in the place, and among no modules."""
        path = remembered.path_of(self.site_dir, name)
        place = self.place
        modules = (*map(place.on_disk, place.site_dirs(self.target)), self.sharedir)
        is_below = path.is_relative_to(place.on_disk(place.root))
        return is_below and not any(map(path.is_relative_to, modules))

    def described(self, entry: Entry) -> list[Distribution]:
        """Return the distributions that an entry of ``sys.path`` has metadata of.

        What an editable install put behind its own path line is that install, described twice.
        """
        distributions = self.whole(entry.path)
        line = entry.by if entry.role is syspath.Role.PATH_LINE and distributions else None
        owner = self.owner_in(line, [os.path.dirname(line)]) if line else None
        return [each for each in distributions if owner is None or each.key != owner.key]

    def root_behind(self, entry: Entry) -> str | None:
        """Return the root of an entry of ``sys.path``: what a path line adds belongs to its own."""
        root = self.root_of(entry.path)
        is_line = root is None and entry.role is syspath.Role.PATH_LINE
        return self.root_of(os.path.dirname(entry.by)) if is_line else root

    @property
    def scope(self) -> Scope:
        """The directories that distributions move between."""
        from pysharedir.moving.trust import Scope  # noqa: PLC0415  # few look for moves

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
            is_known = any(layout.same_directory(entry, str(each.path)) for each in known)
            if root is not None and Path(entry).is_dir() and not is_known:
                known.append(Directory(Path(entry), root, self.is_sharedir(entry)))
        return tuple(known)

    def root_of(self, path: str) -> str | None:
        """Return the root of a site dir or of a sharedir, None when *path* is neither."""
        return self.sharedirs.get(path) or self.target.root_of(path)

    @cached_property
    def sharedirs(self) -> dict[str, str]:
        """The sharedirs that a hook adds, if they are there, each with the root that it serves.

        Of several roots the nearest one, for which the hook may have been told a common sharedir.
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
        for root, each in settings.items():
            known.setdefault(str(Place("", root).sharedir(target, each)), root)
        for prefix in self.prefixes:
            known.setdefault(layout.sharedir_of(prefix, target.version), prefix)
        return known

    def is_sharedir(self, path: str) -> bool:
        """Tell whether *path* is a sharedir of any root."""
        tail = layout.sharedir_of("", self.target.version)
        return path.endswith(tail) or layout.same_directory(path, str(self.sharedir))

    def recover(self, *, dry_run: bool = False) -> list[str]:
        """Finish or undo moves that were interrupted, before anything else is changed.

        :return: What was done, and what was left alone, as notes.
        :raises UntrustedHookError: when the hook of a prefix names a sharedir outside of it, and
            whoever wrote it is not to be trusted with that.
        :raises PysharedirError: as :func:`pysharedir.moving.recovery.recover` does.
        """
        from pysharedir.moving import recovery  # noqa: PLC0415  # not for what only reads

        # The target runs the code of its own root anyway.
        if self.hook.settings.sharedir is not None and self.place.root != self.target.root:
            for path in (self.site_dir / name for name in self.hook.files):
                status = path.lstat()
                if not is_own(status):
                    raise UntrustedHookError(path, user(status.st_uid), self.sharedir)
        return recovery.recover(self.scope, dry_run=dry_run)

    def check_used(self) -> None:
        """See that the target uses the sharedir when the hook is switched on.

        That of a module's prefix it uses when a variable names the prefix.

        :raises UnusedSharedirError: when it does not.
        """
        if not self.sharedir.is_dir():
            raise UnusedSharedirError(
                self.sharedir,
                "no such directory",
                "make it, or a link to one that prefixes share"
                if self.is_module
                else "`pysharedir enable` makes it, unless it is to be mounted",
            )
        if not layout.lists(self.loaded.path, str(self.sharedir)):
            raise UnusedSharedirError(
                self.sharedir,
                "not in use here",
                "use `pysharedir enable`; `pysharedir status` tells more",
            )
