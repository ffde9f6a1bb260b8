"""A target as the checks see it: facts that several of them need, found out once."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import binaries, distributions, layout, records, remembered, sorting, startup, sync
from pysharedir.errors import RecordError
from pysharedir.owners import Owners
from pysharedir.subject import Subject
from pysharedir.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.distributions import Distribution
    from pysharedir.startup import Startup


@dataclass(frozen=True)
class Room:
    """A directory of modules on ``sys.path``: a site dir or a sharedir.

    :ivar path: As it is spelled there.
    :ivar root: The root that it belongs to.
    """

    path: Path
    root: str
    is_sharedir: bool


class Patient(Subject):
    """A target that is examined."""

    def command(self, *words: str) -> str:
        """Return a command of pysharedir that works on what is examined, in backquotes."""
        return f"`{self.target.command(*words, root=self.where.root)}`"

    def installer(self, *words: str) -> str:
        """Return a command of its pip, or of uv when it has none, in backquotes."""
        return f"`{self.target.installer(*words, has_pip=self.has_pip)}`"

    @cached_property
    def has_pip(self) -> bool:
        """Whether it finds a pip."""
        return any(each.key == "pip" for found in self.installed.values() for each in found)

    @cached_property
    def startup(self) -> Startup:
        """What one start runs."""
        return startup.start(self.target.executable, runs=0)

    @property
    def site_dir(self) -> Path:
        """The site dir that is examined."""
        return Path(self.where.site_dir)

    @cached_property
    def uses_sharedir(self) -> bool:
        """Whether that is on ``sys.path``."""
        return layout.lists(self.view.path, str(self.sharedir))

    @cached_property
    def rooms(self) -> tuple[Room, ...]:
        """The site dirs and sharedirs on ``sys.path``, each once, in order."""
        found: list[Room] = []
        for entry in self.view.path:
            root = self.target.root_of(entry)
            is_sharedir = root is None and self.is_sharedir(entry)
            if is_sharedir:
                root = self.where.root
                tail = layout.sharedir_of("", self.target.version)
                if entry.endswith(tail) and entry != str(self.sharedir):
                    root = entry.removesuffix(tail)
            known = any(layout.same_directory(entry, str(each.path)) for each in found)
            if root is not None and Path(entry).is_dir() and not known:
                found.append(Room(Path(entry), root, is_sharedir))
        return tuple(found)

    @cached_property
    def installed(self) -> dict[Path, list[Distribution]]:
        """The distributions in each room."""
        return {room.path: distributions.visible(room.path) for room in self.rooms}

    @cached_property
    def owners(self) -> Owners:
        """Which distribution each file in these rooms belongs to."""
        return Owners(each for found in self.installed.values() for each in found)

    @cached_property
    def plan(self) -> sorting.Plan:
        """What ``sort`` would move in the root that is examined."""
        overrules = remembered.read(self.site_dir).overrules
        return sorting.plan(
            self.target, self.where, {name: Kind(kind) for name, kind in overrules.items()}
        )

    @cached_property
    def left_objects(self) -> tuple[tuple[str, Distribution | None], ...]:
        """The native objects in the sharedir that ``sort`` leaves there, and their owners."""
        return tuple(_left_objects(self.plan, self.target.platform))

    @cached_property
    def completion(self) -> sync.Report:
        """What ``sync`` would do; to be asked only while the sharedir is used."""
        return sync.plan(self.target, self.where)


def _left_objects(plan: sorting.Plan, platform: str) -> Iterator[tuple[str, Distribution | None]]:
    # By the name under which the plan looks at it.
    sharedir = plan.layout.sharedir
    judged: set[str] = set()
    left: dict[str, Distribution] = {}
    for verdict in plan.verdicts:
        if verdict.distribution.info.parent != sharedir:
            continue
        with contextlib.suppress(RecordError):
            files = records.read(verdict.distribution).files()
            if verdict.kind is Kind.LEFT_ALONE:
                left.update(dict.fromkeys(files, verdict.distribution))
            else:
                judged.update(files)
    for path in sorted(distributions.walk(str(sharedir))):
        if path in judged or path.endswith(".pyc") or ".dist-info/" in path:
            continue
        with contextlib.suppress(OSError):  # one that cannot be read cannot be loaded either
            if binaries.machine(f"{sharedir}/{path}", platform):
                yield path, left.get(path)
