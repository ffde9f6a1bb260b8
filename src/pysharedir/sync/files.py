"""The files of shared distributions that are missing, outdated or obsolete in one target."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from pysharedir.hook import remembered
from pysharedir.hook.remembered import MadeFile
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pysharedir.installed.distribution import Distribution


# System packages compress man and info pages.
_COMPRESSED = ("", ".gz", ".xz", ".zst", ".bz2")


class Wanted(Protocol):
    """A file that should be there."""

    @property
    def distribution(self) -> str:
        """The normalized name of the distribution that it belongs to."""

    @property
    def digest(self) -> str | None:
        """The SHA-256 of its content in hexadecimal, None if it is not known."""


@dataclass(frozen=True)
class Lack:
    """A file that is missing or outdated, and cannot be copied.

    :ivar reason: Why it cannot be copied.
    """

    path: Path
    distribution: Distribution
    reason: str


@dataclass(frozen=True)
class Todo:
    """What there is to do about files.

    :ivar missing: Those that do not exist.
    :ivar outdated: Those that ``sync`` made, whose content should have changed since.
    :ivar obsolete: Those that ``sync`` made, which no distribution declares any longer.
    :ivar foreign: Those that ``sync`` made, which somebody has changed or replaced since.
    :ivar lacks: Those that are missing or outdated, and cannot be copied.
    :ivar made: All files that ``sync`` has made once this is done.
    """

    missing: tuple[Path, ...] = ()
    outdated: tuple[Path, ...] = ()
    obsolete: tuple[Path, ...] = ()
    foreign: tuple[Path, ...] = ()
    lacks: tuple[Lack, ...] = ()
    made: Mapping[Path, MadeFile] = field(default_factory=dict)

    @property
    def lacking(self) -> list[tuple[Distribution, str]]:
        """For each distribution, a sentence about its files that cannot be copied."""
        groups: dict[Distribution, list[Lack]] = {}
        for lack in self.lacks:
            groups.setdefault(lack.distribution, []).append(lack)
        return [
            (
                distribution,
                f"{some([str(lack.path) for lack in own])} cannot be copied: {own[0].reason}",
            )
            for distribution, own in groups.items()
        ]

    def after(self, before: Todo) -> Todo:
        """Return this together with what was done *before*."""
        return replace(
            self,
            missing=before.missing + self.missing,
            outdated=before.outdated + self.outdated,
            obsolete=before.obsolete + self.obsolete,
        )

    def without(self, lacks: Iterable[Lack], made: Mapping[Path, MadeFile]) -> Todo:
        """Return this without the files that cannot be copied.

        A distribution with such a file keeps the files that it has here: if the prefix that it was
        installed in is gone, it may not be known which of its files they are.

        :param made: The files that ``sync`` made before.
        """
        lacks = tuple(lacks)
        paths = {lack.path for lack in lacks}
        lacking = {lack.distribution.key for lack in lacks}
        stay = {path: made[path] for path in self.outdated if path in paths}
        stay |= {path: made[path] for path in self.obsolete if made[path].distribution in lacking}
        kept = {path: file for path, file in self.made.items() if path not in paths}
        return replace(
            self,
            missing=tuple(path for path in self.missing if path not in paths),
            outdated=tuple(path for path in self.outdated if path not in paths),
            obsolete=tuple(path for path in self.obsolete if path not in stay),
            lacks=lacks,
            made={**kept, **stay},
        )


def compare(
    wanted: Mapping[Path, Wanted],
    made: Mapping[Path, MadeFile],
    is_owned: Callable[[Path], bool] = lambda _: False,
) -> Todo:
    """Compare files that should exist with those that do.

    :param wanted: The files that should exist.
    :param made: The files that ``sync`` made.
    :param is_owned: Tells whether a file belongs to a distribution that is not shared.
    """
    missing, outdated, obsolete, foreign = [], [], [], []
    kept = {}
    for path in sorted({*wanted, *made}):
        want, listed = wanted.get(path), made.get(path)
        there = None
        if want is not None and not _is_there(path):
            missing.append(path)
        elif listed is None:
            continue  # the file exists, but sync did not make it
        elif (there := _digest(path)) not in (listed.digest, want and want.digest) or not there:
            if os.path.lexists(path):
                foreign.append(path)
            continue
        elif want is None:
            if not is_owned(path):
                obsolete.append(path)
            continue
        elif want.digest not in (there, None):
            outdated.append(path)
        kept[path] = MadeFile(want.distribution, want.digest or there or "")
    return Todo(tuple(missing), tuple(outdated), tuple(obsolete), tuple(foreign), made=kept)


def _is_there(path: Path) -> bool:
    """Tell whether a path exists, for a man or info page also in compressed form."""
    is_page = path.parent.name.startswith(("man", "info"))
    return any(os.path.lexists(f"{path}{end}") for end in (_COMPRESSED if is_page else ("",)))


def _digest(path: Path) -> str | None:
    """Return the digest of a file, None if it does not exist or is a link."""
    content = remembered.content(path)
    return None if content is None else remembered.digest(content)
