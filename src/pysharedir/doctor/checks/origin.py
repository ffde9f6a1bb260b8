"""Shared objects that look for libraries next to themselves (``$ORIGIN``)."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.doctor.checks import native
from pysharedir.doctor.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pysharedir.doctor.examination import Examination

_ORIGINS = ("$ORIGIN", "${ORIGIN}")


@dataclass(frozen=True)
class _Stray:
    """A library that is in another tree than the one where a shared object looks for it.

    :ivar user: The shared object that looks for it.
    :ivar wanted: Where that looks.
    :ivar library: Where it is.
    """

    user: str
    wanted: str
    library: str


def astray(examination: Examination) -> Iterator[Finding]:
    """Find libraries that are in another tree than the one where a shared object looks."""
    target = examination.target
    if target.platform != "linux":
        return
    if not examination.sharedir.is_dir() and target.purelib == target.platlib:
        return  # there is only one tree
    plan = examination.sort_plan
    platlib = plan.layout.platlib
    by_names: dict[tuple[str, str], list[_Stray]] = {}
    for stray in _strays(examination):
        names = _name(examination, stray.user), _name(examination, stray.library)
        by_names.setdefault(names, []).append(stray)
    moving = {move.distribution.name for move in plan.moves if move.destination == platlib}
    for (user, library), strays in by_names.items():
        culprits = [name for name in (library, user) if name in moving]
        yield Finding(
            about=strays[0].user,
            reason=_reason(strays, user, library),
            remedy=f"{examination.command('sort', culprits[0])} moves it to platlib"
            if culprits
            else f"install {user} and {library} into one tree; see "
            + examination.command("sort", "--platform", "NAME"),
            fix=native.relocation(examination, platlib) if culprits else (),
        )


def _name(examination: Examination, path: str) -> str:
    """Return the name of the distribution that a file belongs to, or its path."""
    verdicts = examination.sort_plan.verdicts
    directories = dict.fromkeys(verdict.distribution.directory for verdict in verdicts)
    owner = examination.owner_in(path, directories)
    return owner.name if owner else path


def _reason(strays: Sequence[_Stray], user: str, library: str) -> str:
    first = strays[0]
    more = f" (and {len(strays) - 1} more)" if len(strays) > 1 else ""
    return (
        f"{user} looks for {os.path.basename(first.library)} in {first.wanted}, "
        f"but {library} has it in {os.path.dirname(first.library)}{more}"
    )


def _strays(examination: Examination) -> Iterator[_Stray]:
    objects = list(dict.fromkeys(_objects(examination)))
    trees = sorted({tree for tree, _ in objects})
    for tree, path in objects if len(trees) > 1 else ():
        user = f"{tree}/{path}"
        libraries, spellings = _dynamic(user)
        # Where it looks, by the spelling in the object.
        directories = {
            spelling: os.path.normpath(_expanded(spelling, os.path.dirname(user)))
            for spelling in spellings
        }
        for name in libraries:
            if "/" in name or _is_in(directories.values(), name):
                continue
            beside = [
                directory
                for spelling, directory in directories.items()
                if spelling.startswith(_ORIGINS) and f"{directory}/".startswith(f"{tree}/")
            ]
            others = [other for other in trees if other != tree]
            stray = _stray(user, name, tree, beside, others)
            if stray is not None:
                yield stray


def _is_in(directories: Iterable[str], name: str) -> bool:
    return any(os.path.exists(f"{directory}/{name}") for directory in directories)


def _stray(
    user: str, name: str, tree: str, wanted: Sequence[str], others: Sequence[str]
) -> _Stray | None:
    """Return a library by its name, if it is at the same place in another tree.

    :param tree: The one that *user* is in.
    :param wanted: The directories in it where *user* looks.
    """
    for directory in wanted:
        for other in others:
            library = f"{other}{directory[len(tree) :]}/{name}"
            if os.path.exists(library):
                return _Stray(user, directory, library)
    return None


def _objects(examination: Examination) -> Iterator[tuple[str, str]]:
    """Yield the native objects of all distributions: tree, and path in it."""
    for verdict in examination.sort_plan.verdicts:
        for path in verdict.files:
            if not path.endswith(".dist-info/WHEEL"):
                yield str(verdict.distribution.directory), path
    if examination.sharedir.is_dir():
        for path, _ in examination.left_objects:
            yield str(examination.sort_plan.layout.sharedir), path


def _dynamic(path: str) -> tuple[list[str], list[str]]:
    """Return the libraries that an ELF object needs, and the directories where it looks first.

    The loader ignores RPATH if there is a RUNPATH, see ``ld.so(8)``.
    """
    from elftools.common.exceptions import ELFError  # noqa: PLC0415  # few targets need it
    from elftools.elf.dynamic import DynamicSegment  # noqa: PLC0415
    from elftools.elf.elffile import ELFFile  # noqa: PLC0415

    # What the library raises for a damaged file.
    damaged = ELFError, struct.error, ValueError, LookupError, TypeError, AttributeError, OSError
    values: dict[str, list[str]] = {"DT_NEEDED": [], "DT_RPATH": [], "DT_RUNPATH": []}
    try:
        with Path(path).open("rb") as file:
            for segment in ELFFile(file).iter_segments("PT_DYNAMIC"):
                for tag in segment.iter_tags() if isinstance(segment, DynamicSegment) else ():
                    name = tag.entry.d_tag
                    if name in values:
                        values[name].append(getattr(tag, name.removeprefix("DT_").lower()))
    except damaged:
        return [], []
    paths = ":".join(values["DT_RUNPATH"] or values["DT_RPATH"])
    return values["DT_NEEDED"], [path for path in paths.split(":") if path]


def _expanded(directory: str, origin: str) -> str:
    for name in _ORIGINS:
        directory = directory.replace(name, origin)
    return directory
