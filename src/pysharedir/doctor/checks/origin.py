"""Shared objects that look for libraries beside themselves (``$ORIGIN``)."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir.doctor.checks import native
from pysharedir.doctor.findings import Finding
from pysharedir.installed.owners import Owners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysharedir.doctor.examination import Examination

_ORIGINS = ("$ORIGIN", "${ORIGIN}")


@dataclass(frozen=True)
class Astray:
    """A library that is in another tree than the one in which it is looked for.

    :ivar user: The shared object that looks for it.
    :ivar wanted: Where that looks.
    :ivar library: Where it is.
    """

    user: str
    wanted: str
    library: str


def astray(examination: Examination) -> Iterator[Finding]:
    """Find libraries that are in the other tree than the one in which they are looked for."""
    target = examination.target
    if target.platform != "linux":
        return
    if not examination.sharedir.is_dir() and target.purelib == target.platlib:
        return  # there is one tree only
    plan = examination.sorting
    owners = Owners(each.distribution for each in plan.verdicts)
    groups: dict[tuple[str, str], list[Astray]] = {}
    for each in _search(examination):
        names = tuple(
            owner.name if (owner := owners.of(path)) else path for path in (each.user, each.library)
        )
        groups.setdefault((names[0], names[1]), []).append(each)
    moving = {
        each.distribution.name for each in plan.moves if each.destination == plan.layout.platlib
    }
    for (user, library), found in groups.items():
        culprits = [name for name in (library, user) if name in moving]
        yield Finding(
            about=found[0].user,
            reason=_reason(found, user, library),
            remedy=f"{examination.command('sort', culprits[0])} moves it to platlib"
            if culprits
            else f"install {user} and {library} into one tree, see "
            + examination.command("sort", "--platform", "NAME"),
            fix=native.relocation(examination, plan.layout.platlib) if culprits else (),
        )


def _reason(found: list[Astray], user: str, library: str) -> str:
    first = found[0]
    more = f" (and {len(found) - 1} more so)" if len(found) > 1 else ""
    return (
        f"{user} looks for {os.path.basename(first.library)} in {first.wanted}, "
        f"but {library} has it in {os.path.dirname(first.library)}{more}"
    )


def _search(examination: Examination) -> Iterator[Astray]:
    objects = list(dict.fromkeys(_objects(examination)))
    trees = sorted({tree for tree, _ in objects})
    for tree, path in objects if len(trees) > 1 else ():
        others = [each for each in trees if each != tree]
        needed, directories = _dynamic(f"{tree}/{path}")
        origin = os.path.dirname(f"{tree}/{path}")
        wanted = [os.path.normpath(_expanded(each, origin)) for each in directories]
        for name in needed:
            if "/" in name or any(os.path.exists(f"{each}/{name}") for each in wanted):
                continue
            beside = [
                each
                for each, spelled in zip(wanted, directories, strict=True)
                if spelled.startswith(_ORIGINS) and f"{each}/".startswith(f"{tree}/")
            ]
            yield from _elsewhere(f"{tree}/{path}", name, tree, beside, others)


def _elsewhere(
    user: str, name: str, tree: str, wanted: list[str], others: list[str]
) -> Iterator[Astray]:
    for directory in wanted:
        for other in others:
            library = f"{other}{directory[len(tree) :]}/{name}"
            if os.path.exists(library):
                yield Astray(user, directory, library)
                return


def _objects(examination: Examination) -> Iterator[tuple[str, str]]:
    """Yield the native objects of all distributions: tree, and path in it."""
    for verdict in examination.sorting.verdicts:
        for path in verdict.files:
            if not path.endswith(".dist-info/WHEEL"):
                yield str(verdict.distribution.directory), path
    if examination.sharedir.is_dir():
        for path, _ in examination.left_objects:
            yield str(examination.sorting.layout.sharedir), path


def _dynamic(path: str) -> tuple[list[str], list[str]]:
    """Return the libraries that an ELF object needs, and where it looks for them first.

    RUNPATH silences RPATH, see ``ld.so(8)``.
    """
    from elftools.common.exceptions import ELFError  # noqa: PLC0415  # few targets need it
    from elftools.elf.dynamic import DynamicSegment  # noqa: PLC0415
    from elftools.elf.elffile import ELFFile  # noqa: PLC0415

    # What the library raises for a damaged file.
    damaged = ELFError, struct.error, ValueError, LookupError, TypeError, AttributeError, OSError
    found: dict[str, list[str]] = {"DT_NEEDED": [], "DT_RPATH": [], "DT_RUNPATH": []}
    try:
        with Path(path).open("rb") as file:
            for segment in ELFFile(file).iter_segments("PT_DYNAMIC"):
                for tag in segment.iter_tags() if isinstance(segment, DynamicSegment) else ():
                    name = tag.entry.d_tag
                    if name in found:
                        found[name].append(getattr(tag, name.removeprefix("DT_").lower()))
    except damaged:
        return [], []
    paths = ":".join(found["DT_RUNPATH"] or found["DT_RPATH"])
    return found["DT_NEEDED"], [each for each in paths.split(":") if each]


def _expanded(directory: str, origin: str) -> str:
    for name in _ORIGINS:
        directory = directory.replace(name, origin)
    return directory
