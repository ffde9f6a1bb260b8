"""A target as the checks see it: its snapshot, and what several of them derive from that."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError
from pysharedir.installed import binaries, contents
from pysharedir.installed.owners import Owners
from pysharedir.snapshot import Snapshot
from pysharedir.sort import plan as sorting
from pysharedir.sort.verdicts import Kind
from pysharedir.startup import run as startup
from pysharedir.sync import plan as syncing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.installed.distribution import Distribution
    from pysharedir.startup.spans import Startup


class Examination(Snapshot):
    """A target that is examined."""

    def command(self, *words: str) -> str:
        """Return a command of pysharedir that works on what is examined, in backquotes."""
        return f"`{self.target.command(*words, root=self.place.root)}`"

    def installer(self, *words: str) -> str:
        """Return a command of its pip, or of uv when it has none, in backquotes."""
        return f"`{self.target.installer(*words, has_pip=self.has_pip)}`"

    @cached_property
    def has_pip(self) -> bool:
        """Whether it finds a pip."""
        return any(each.key == "pip" for tree in self.directories for each in self.whole(tree.path))

    @cached_property
    def startup(self) -> Startup:
        """What one start runs."""
        return startup.start(self.target.executable, runs=0, installed=self.installed)

    @cached_property
    def owners(self) -> Owners:
        """Which distribution each file in site dirs and sharedirs belongs to."""
        return Owners(each for tree in self.directories for each in self.whole(tree.path))

    @cached_property
    def sorting(self) -> sorting.Plan:
        """What ``sort`` would move in the root that is examined."""
        overrules = self.remembered.overrules
        return sorting.plan(self, {name: Kind(kind) for name, kind in overrules.items()})

    @cached_property
    def left_objects(self) -> tuple[tuple[str, Distribution | None], ...]:
        """The native objects in the sharedir that ``sort`` leaves there, and their owners."""
        return tuple(_left_objects(self.sorting, self.target.platform))

    @cached_property
    def completion(self) -> syncing.Report:
        """What ``sync`` would do; to be asked only while the sharedir is used."""
        return syncing.plan(self)


def _left_objects(plan: sorting.Plan, platform: str) -> Iterator[tuple[str, Distribution | None]]:
    # By the name under which the plan looks at it.
    sharedir = plan.layout.sharedir
    judged: set[str] = set()
    left: dict[str, Distribution] = {}
    for verdict in plan.verdicts:
        if verdict.distribution.directory != sharedir:
            continue
        with contextlib.suppress(RecordError):
            files = verdict.distribution.listing.files()
            if verdict.kind is Kind.LEFT_ALONE:
                left.update(dict.fromkeys(files, verdict.distribution))
            else:
                judged.update(files)
    for path in sorted(contents.walk(str(sharedir))):
        if path in judged or path.endswith(".pyc") or ".dist-info/" in path:
            continue
        with contextlib.suppress(OSError):  # one that cannot be read cannot be loaded either
            if binaries.machine(f"{sharedir}/{path}", platform):
                yield path, left.get(path)
