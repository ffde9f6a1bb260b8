"""What would become unimportable without a sharedir."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import OccupiedError
from pysharedir.hook import readme
from pysharedir.installed import contents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pysharedir.installed.distribution import Distribution
    from pysharedir.snapshot import Snapshot


@dataclass(frozen=True)
class Lost:
    """What would become unimportable.

    :ivar loose: Modules that belong to no distribution.
    """

    distributions: tuple[Distribution, ...]
    loose: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Of both."""
        return [*(each.name for each in self.distributions), *self.loose]


def without(snapshot: Snapshot, root: str, sharedir: Path) -> Lost:
    """Return what a target loses when it no longer finds the sharedir of *root*."""
    target = snapshot.target
    elsewhere = {
        each.key
        for entry in target.off.path
        if target.root_of(entry) == root and not layout.same_directory(entry, str(sharedir))
        for each in snapshot.whole(entry)
        if not each.is_hollow
    }
    installed = snapshot.whole(sharedir)
    own = {readme.NAME} if readme.is_there(sharedir) else set()
    known = {each.key for each in installed if _is_known(each)}
    return Lost(
        tuple(
            each
            for each in installed
            if each.key not in elsewhere
            and not each.is_hollow
            and (_is_known(each) or each.key not in known)
        ),
        tuple(name for name in contents.loose(sharedir, installed) if name not in own),
    )


def _is_known(distribution: Distribution) -> bool:
    """Tell whether its RECORD says which files it has: what has none is stale beside a copy."""
    return not isinstance(distribution.metadata.record, Exception)


def refuse(sharedir: Path, names: Sequence[str], hint: str) -> None:
    """Refuse to lose something.

    :raises OccupiedError: when there is anything to lose.
    """
    if names:
        raise OccupiedError(sharedir, names, hint)
