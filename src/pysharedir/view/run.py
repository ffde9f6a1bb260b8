"""The order of the steps of ``view``: merge, compare with the existing view, replace it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import __version__
from pysharedir.errors import NoViewError, OtherPythonError, PrefixError, ViewError, ViewSourceError
from pysharedir.view import generations, manifest, names
from pysharedir.view.generations import Place
from pysharedir.view.manifest import Manifest
from pysharedir.view.merge import explained, merge
from pysharedir.view.reading import Reader
from pysharedir.view.sources import sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pysharedir.interpreter.answers import Bare
    from pysharedir.view.merge import Hidden, Left, Merged


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    :ivar prefixes: In the order of ``sys.path``; none for those of the existing view.
    :ivar is_relative: Whether links are relative; None for as in the existing view, else absolute.
    :ivar is_check: Whether to compare only, and ignore differences in pycs.
    """

    directory: str
    prefixes: tuple[str, ...] = ()
    is_relative: bool | None = None
    is_check: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What ``view`` did, or would do.

    :ivar directory: The directory of the view.
    :ivar is_new: Whether there was no view.
    :ivar reasons: Why the view had to be replaced, other than for its links.
    :ivar added: The paths of links that are new, or lead elsewhere than before.
    :ivar removed: The paths of links that are gone, or lead elsewhere than before.
    :ivar empty: The prefixes that have nothing for this Python.
    """

    executable: str
    directory: Path
    site_dir: str
    prefixes: tuple[str, ...]
    links: int
    directories: int
    is_new: bool
    reasons: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    hidden: tuple[Hidden, ...]
    left: tuple[Left, ...]
    empty: tuple[str, ...]
    dry_run: bool

    @property
    def differs(self) -> bool:
        """Whether the view was not what it should be."""
        return bool(self.is_new or self.reasons or self.added or self.removed)


def run(facts: Bare, request: Request) -> Outcome:
    """Make a view, or compare it with its prefixes.

    :param facts: The facts about the Python that the view is for.
    :raises NoViewError: if there is no view to compare, or to take the prefixes from.
    :raises OtherPythonError: if the view was made for another Python.
    :raises ViewError: if the view cannot be made.
    """
    place = Place.of(request.directory)
    if request.is_check or request.dry_run:
        return _run(facts, request, place)
    with generations.locked(place):
        return _run(facts, request, place)


def _run(facts: Bare, request: Request, place: Place) -> Outcome:
    current = place.current()
    if not request.is_check:
        place.check_trust(current)
    described = None if current is None else manifest.read(place.generation(current))
    before = described.moved(str(place.directory)) if described else None
    wanted, outcome, merged = _compared(facts, request, place, current, before)
    if outcome.dry_run:
        return outcome
    try:
        generations.clean(place, current, generations.before(place, current))
        if current is None or outcome.differs:
            _replace(place, current, wanted, merged)
        elif described != wanted:
            with contextlib.suppress(OSError):  # it only makes the next run faster
                generations.describe(place, current, wanted)
    except OSError as error:
        raise ViewError(place.directory, error) from error
    return outcome


def _compared(
    facts: Bare, request: Request, place: Place, current: int | None, before: Manifest | None
) -> tuple[Manifest, Outcome, Merged]:
    """Return the manifest that a view should have, how it differs from before, and its content."""
    is_relative = _is_relative(request, before)
    prefixes = _prefixes(request, before, is_relative=is_relative)
    if not prefixes or (request.is_check and before is None):
        raise NoViewError(place.directory)
    site_dir, suffix = f"lib/{_python(facts)}/site-packages", facts["extensions"][0]
    if before and (before.site_dir, before.suffix) != (site_dir, suffix):
        python = f"{before.site_dir} and *{before.suffix}"
        raise OtherPythonError(place.directory, python, facts["executable"])
    is_known = before is not None and before.made_by == __version__
    reader = Reader(before.listings if before and is_known else {})
    _refuse_itself(place, prefixes)
    checked = sources(facts, prefixes, reader)
    merged = merge(checked, site_dir, facts["extensions"], reader)
    wanted = Manifest(
        directory=str(place.directory),
        site_dir=site_dir,
        suffix=suffix,
        is_relative=is_relative,
        prefixes=prefixes,
        links=merged.links,
        own=before.own if before else {},
        listings=reader.listings,
    )
    outcome = Outcome(
        executable=facts["executable"],
        directory=place.directory,
        site_dir=site_dir,
        prefixes=prefixes,
        links=len(merged.links),
        directories=len(merged.directories),
        is_new=current is None,
        reasons=tuple(_reasons(place, current, before, wanted)),
        added=_added(before, wanted, pycs=not request.is_check),
        removed=_added(wanted, before, pycs=not request.is_check) if before else (),
        hidden=tuple(merged.hidden),
        left=tuple(explained(merged.left, facts["version"])),
        empty=tuple(source.prefix for source in checked if not source.site_dirs),
        dry_run=request.is_check or request.dry_run,
    )
    return wanted, outcome, merged


def _replace(place: Place, current: int | None, wanted: Manifest, merged: Merged) -> None:
    number = generations.make(
        place, merged.directories, merged.links, is_relative=wanted.is_relative
    )
    own = generations.times(place, number, merged.directories)
    facts = {**vars(wanted), "own": own}
    # The manifest before the switch, so that the current generation always has one.
    generations.describe(place, number, Manifest(**facts))
    generations.switch(place, number)
    generations.clean(place, number, current)


def _reasons(
    place: Place, current: int | None, before: Manifest | None, wanted: Manifest
) -> list[str]:
    """Return why an existing view has to be replaced, other than for its links."""
    if current is None:
        return []
    if before is None:
        return ["its manifest cannot be read"]
    reasons = []
    if before.is_relative != wanted.is_relative:
        old, new = ("absolute", "relative") if wanted.is_relative else ("relative", "absolute")
        reasons.append(f"its links are {old}, and should be {new}")
    if before.prefixes != wanted.prefixes:
        reasons.append("it was made of other prefixes")
    reasons += [
        f"{place.directory / path} was changed in the view itself"
        for path in generations.changed(place, current, before)
    ]
    return reasons


def _added(before: Manifest | None, wanted: Manifest, *, pycs: bool) -> tuple[str, ...]:
    """Return the links of *wanted* that *before* does not have, or that lead elsewhere there."""
    known = before.links if before else {}
    return tuple(
        path
        for path, to in wanted.links.items()
        if known.get(path) != to and (pycs or not path.endswith(".pyc"))
    )


def _is_relative(request: Request, before: Manifest | None) -> bool:
    if request.is_relative is not None:
        return request.is_relative
    return before is not None and before.is_relative


def _prefixes(request: Request, before: Manifest | None, *, is_relative: bool) -> tuple[str, ...]:
    """Return the prefixes to merge, without duplicates.

    :raises PrefixError: if one is empty, as from an unset variable.
    """
    given = request.prefixes or (before.prefixes if before else ())
    if "" in given:
        raise PrefixError("")
    return tuple(dict.fromkeys(map(_real if is_relative else os.path.abspath, given)))


def _real(path: str) -> str:
    """Return a path whose parent is resolved; its last name may be a link, such as ``current``."""
    path = os.path.abspath(path)
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _python(facts: Bare) -> str:
    """Return the name of the directory that holds the site dir, such as ``python3.13``."""
    name = os.path.basename(facts["stdlib"])
    return "python{}.{}".format(*facts["version"]) if name.endswith(".zip") else name


def _refuse_itself(place: Place, prefixes: Sequence[str]) -> None:
    """Refuse prefixes inside the view, under whatever name, and those that would contain it."""
    own = f"{place.directory}/", f"{place.work}/"
    for prefix in prefixes:
        real = os.path.realpath(prefix)
        if f"{real}/".startswith(own):
            raise ViewSourceError(prefix, "it is in the view itself", "leave it out")
        name = own[0].removeprefix(f"{real}/").partition("/")[0]
        if name in names.DATA and own[0].startswith(f"{real}/{name}/"):
            hint = f"name a DIR that is not in {os.path.join(prefix, name)}"
            reason = f"the view would be in its {name}, and so contain itself"
            raise ViewSourceError(prefix, reason, hint)
