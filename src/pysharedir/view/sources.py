"""The prefixes of a view: which of their directories are merged, and which prefixes are refused."""

from __future__ import annotations

import contextlib
import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.errors import PrefixError, ViewSourceError
from pysharedir.startup import prefixes
from pysharedir.view import machines, names
from pysharedir.view.reading import is_open

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pysharedir.interpreter.answers import Bare
    from pysharedir.view.reading import Reader


@dataclass(frozen=True)
class Source:
    """A prefix of a view.

    :ivar site_dirs: Its site dirs and its sharedir, in the order of ``sys.path``; none if it has
        nothing for this Python.
    :ivar data: By name, for the names in :data:`.names.DATA`: its directories of data.
    """

    prefix: str
    site_dirs: tuple[str, ...]
    data: Mapping[str, tuple[str, ...]]


def sources(facts: Bare, given: Sequence[str], reader: Reader) -> list[Source]:
    """Return the prefixes, with their directories to merge.

    :param facts: The facts about the Python that the view is for.
    :raises OSError: if a prefix cannot be read.
    :raises PrefixError: if a prefix does not exist.
    :raises ViewSourceError: if everybody can write to a site dir, or it is for another machine.
    """
    checked = []
    for prefix in given:
        if not os.path.isdir(prefix):
            raise PrefixError(prefix)
        site_dirs = _different(prefixes.of(facts, [prefix]), reader)
        if not site_dirs:
            _refuse_unreadable(facts, prefix)
        for site_dir in site_dirs:
            if is_open(reader.status(site_dir)):
                raise ViewSourceError(
                    site_dir,
                    "others can write to it",
                    f"`chmod o-w {shlex.quote(site_dir)}`, or leave {prefix} out",
                )
            _refuse_other_machines(facts, site_dir, reader)
        checked.append(Source(prefix, site_dirs, _data(prefix, site_dirs, reader)))
    return checked


def _refuse_unreadable(facts: Bare, prefix: str) -> None:
    """Refuse a prefix that only seems empty: a run would remove all its links from the view."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.stat(f"{prefix}/lib/{os.path.basename(facts['stdlib'])}/site-packages")


def _refuse_other_machines(facts: Bare, site_dir: str, reader: Reader) -> None:
    """Refuse a site dir whose first native wheel is not for the machine of the Python.

    An import of that wheel's modules from the view would fail.  A site dir that has not changed was
    checked before, so it is not read again.
    """
    suffix = facts["extensions"][0]
    own = machines.of_suffix(suffix)
    if own is None or not reader.is_fresh(site_dir):
        return
    for name in reader.list(site_dir).directories:
        if name.endswith(".dist-info"):
            supported = machines.of_wheel(f"{site_dir}/{name}/WHEEL")
            if supported and own not in supported:
                raise ViewSourceError(
                    site_dir,
                    f"{name.removesuffix('.dist-info')} in it is for"
                    f" {', '.join(sorted(supported))}, but {facts['executable']} for {own}",
                    "make a view for each architecture, of its own prefixes",
                )
            if supported:
                return


def _different(directories: Sequence[str], reader: Reader) -> tuple[str, ...]:
    """Return the directories without duplicates under another name, such as lib64."""
    different: dict[tuple[int, int], str] = {}
    for directory in directories:
        status = reader.status(directory)
        different.setdefault((status.st_dev, status.st_ino), directory)
    return tuple(different.values())


def _data(prefix: str, site_dirs: Sequence[str], reader: Reader) -> dict[str, tuple[str, ...]]:
    """Return the directories of data in a prefix; Debian and Fedora have some in ``local`` too."""
    local = f"{prefix}/local"
    is_local = any(site_dir.startswith(f"{local}/") for site_dir in site_dirs)
    roots = (prefix, *((local,) if is_local else ())) if site_dirs else ()
    data: dict[str, list[str]] = {}
    for root in roots:
        present = [name for name in names.DATA if name in reader.list(root).directories]
        for directory in _different([f"{root}/{name}" for name in present], reader):
            data.setdefault(os.path.basename(directory), []).append(directory)
    return {name: tuple(directories) for name, directories in data.items()}
