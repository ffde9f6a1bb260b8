"""The prefixes of a view: what of them is merged, and which are refused."""

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
    """A prefix.

    :ivar site_dirs: Its site dirs and its sharedir, in the order of ``sys.path``.
    :ivar data: Its directories for each name in :data:`.names.DATA` that it has.
    """

    prefix: str
    site_dirs: tuple[str, ...]
    data: Mapping[str, tuple[str, ...]]


def sources(facts: Bare, given: Sequence[str], reader: Reader) -> list[Source]:
    """Return the prefixes; of one that has nothing for this Python nothing is taken.

    :param facts: Of the Python that the view is for.
    :raises OSError: when it cannot be told what is in one.
    :raises PrefixError: when there is no such directory.
    :raises ViewSourceError: when everybody can write to where modules are.
    """
    found = []
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
        found.append(Source(prefix, site_dirs, _data(prefix, site_dirs, reader)))
    return found


def _refuse_unreadable(facts: Bare, prefix: str) -> None:
    """Refuse a prefix that only seems to be empty: a run would remove all of it from the view."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.stat(f"{prefix}/lib/{os.path.basename(facts['stdlib'])}/site-packages")


def _refuse_other_machines(facts: Bare, site_dir: str, reader: Reader) -> None:
    """Refuse a site dir whose first native wheel is not for the machine of the Python.

    The view would have it, and its import would fail.  Where nothing has changed, nothing is read.
    """
    suffix = facts["extensions"][0]
    own = machines.of_suffix(suffix)
    if own is None or not reader.is_fresh(site_dir):
        return
    for name in reader.list(site_dir).directories:
        if name.endswith(".dist-info"):
            its = machines.of_wheel(f"{site_dir}/{name}/WHEEL")
            if its and own not in its:
                raise ViewSourceError(
                    site_dir,
                    f"{name.removesuffix('.dist-info')} in it is for {', '.join(sorted(its))}, "
                    f"and {facts['executable']} for {own}",
                    "make a view for each architecture, of its own prefixes",
                )
            if its:
                return


def _different(directories: Sequence[str], reader: Reader) -> tuple[str, ...]:
    """Return the directories without those that are there under another name, such as lib64."""
    different: dict[tuple[int, int], str] = {}
    for directory in directories:
        status = reader.status(directory)
        different.setdefault((status.st_dev, status.st_ino), directory)
    return tuple(different.values())


def _data(prefix: str, site_dirs: Sequence[str], reader: Reader) -> dict[str, tuple[str, ...]]:
    """Return where a prefix has files of another kind; Debian and Fedora use ``local`` too."""
    local = f"{prefix}/local"
    is_local = any(each.startswith(f"{local}/") for each in site_dirs)
    roots = (prefix, *((local,) if is_local else ())) if site_dirs else ()
    data: dict[str, list[str]] = {}
    for root in roots:
        present = [name for name in names.DATA if name in reader.list(root).directories]
        for directory in _different([f"{root}/{name}" for name in present], reader):
            data.setdefault(os.path.basename(directory), []).append(directory)
    return {name: tuple(directories) for name, directories in data.items()}
