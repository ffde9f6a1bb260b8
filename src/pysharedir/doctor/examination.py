"""A target as the checks see it: its snapshot, and what several checks derive from it."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError
from pysharedir.snapshot import Snapshot

# The first check that needs a plan or a start loads its module.
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.installed.distribution import Distribution
    from pysharedir.sort.plan import Plan
    from pysharedir.startup.spans import Startup
    from pysharedir.sync.plan import Report


class Examination(Snapshot):
    """The target that doctor examines."""

    def command(self, *words: str) -> str:
        """Return a command of pysharedir for this target, in backquotes."""
        return f"`{self.target.command(*words, root=self.place.root)}`"

    def installer(self, *words: str) -> str:
        """Return a command of its pip, or of uv if it has none, in backquotes."""
        return f"`{self.target.installer(*words, has_pip=self.has_pip)}`"

    def reinstalling(self, distribution: Distribution) -> str:
        """Return the remedy that installs a distribution again."""
        requirement = f"{distribution.name}=={distribution.version}"
        if self.place.root != self.target.root:
            return f"install {requirement} again into {self.place.root}"
        return self.installer("install", "--force-reinstall", "--no-deps", requirement)

    @cached_property
    def has_pip(self) -> bool:
        """Whether it has a pip."""
        return any(
            distribution.key == "pip"
            for directory in self.directories
            for distribution in self.whole(directory.path)
        )

    @cached_property
    def startup(self) -> Startup:
        """What one start runs."""
        from pysharedir.startup import run  # noqa: PLC0415

        return run.start(self.target.executable, runs=0, reader=self)

    def owner_of(self, path: str) -> Distribution | None:
        """Return the distribution in a site dir or sharedir that a file belongs to."""
        return self.owner_in(path, (directory.path for directory in self.directories))

    @cached_property
    def sort_plan(self) -> Plan:
        """What ``sort`` would move in the root that is examined."""
        from pysharedir.sort import plan  # noqa: PLC0415
        from pysharedir.sort.verdicts import Kind  # noqa: PLC0415

        overrules = self.remembered.overrules
        return plan.plan(self, {name: Kind(kind) for name, kind in overrules.items()})

    @cached_property
    def left_objects(self) -> tuple[tuple[str, Distribution | None], ...]:
        """The native objects in the sharedir that ``sort`` leaves there, and their owners."""
        return tuple(_left_objects(self.sort_plan, self.target.platform))

    @cached_property
    def sync_report(self) -> Report:
        """What ``sync`` would do; ask only if the target uses the sharedir."""
        from pysharedir.sync import plan  # noqa: PLC0415

        return plan.plan(self)


def _left_objects(plan: Plan, platform: str) -> Iterator[tuple[str, Distribution | None]]:
    from pysharedir.installed import binaries, contents  # noqa: PLC0415
    from pysharedir.sort.verdicts import Kind  # noqa: PLC0415

    # By the name that the plan uses.
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
        with contextlib.suppress(OSError):  # what cannot be read cannot be loaded either
            if binaries.machines(f"{sharedir}/{path}", platform):
                yield path, left.get(path)
