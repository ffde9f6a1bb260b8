"""The scripts that distributions declare, with their expected content.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pysharedir.errors import RecordError
from pysharedir.installed.distribution import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from installer.scripts import Script

    from pysharedir.installed.distribution import Distribution

_SECTIONS: dict[str, Literal["console", "gui"]] = {
    "console_scripts": "console",
    "gui_scripts": "gui",
}
_VERSIONED = re.compile(r"(?:pip|easy_install-)(\d+\.\d+)")


@dataclass(frozen=True)
class Wanted:
    """A script with its expected content.

    :ivar distribution: The normalized name of the distribution that it belongs to.
    """

    distribution: str
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of its content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def wanted_scripts(
    distributions: Iterable[Distribution], directory: Path, interpreter: str, version: str
) -> tuple[dict[Path, Wanted], list[str]]:
    """Return the expected scripts of distributions, and notes on those that cannot be made.

    Of several distributions with one script, the first by name has it.

    :param directory: The directory of scripts.
    :param interpreter: The interpreter that runs them.
    :param version: ``X.Y`` of the interpreter; scripts with another version in their names are left
        out.
    """
    wanted: dict[Path, Wanted] = {}
    notes: list[str] = []
    for distribution in sorted(distributions, key=lambda distribution: distribution.key):
        declared = entry_points(distribution, notes.append)
        left_out = _left_out(distribution, {entry.name for entry in declared})
        for entry in declared:
            if _is_of_another_version(entry.name, version):
                continue
            script = _script(entry)
            if script is None:
                notes.append(
                    f"{distribution.name}: script {entry.name!r} cannot be made: {entry.value!r}"
                )
                continue
            if entry.name in left_out:
                continue
            _, content = script.generate(interpreter, kind="posix")
            wanted.setdefault(directory / script.name, Wanted(distribution.key, content))
    return wanted, notes


def entry_points(
    distribution: Distribution, note: Callable[[str], object] = bool
) -> list[EntryPoint]:
    """Return the scripts that a distribution declares.

    :param note: Called with a note when they cannot be read.
    """
    try:
        return [entry for entry in distribution.metadata.entry_points if entry.group in _SECTIONS]
    except UNREADABLE:
        note(f"{distribution.name}: its entry points cannot be read")
        return []


def _left_out(distribution: Distribution, declared: set[str]) -> set[str]:
    """Return the declared scripts of a distribution that its installer deliberately did not make.

    ensurepip, for example, makes ``pip3`` and no ``pip``.  When RECORD lists no script at all,
    another program was to make them, so none is left out.
    """
    try:
        outside = distribution.listing.outside if declared else ()
    except RecordError:
        return set()
    listed = declared.intersection(map(os.path.basename, outside))
    return declared - listed if listed else set()


def is_versioned(name: str) -> bool:
    """Tell whether a script is one that pip makes for a version of Python, or does not make."""
    return _VERSIONED.fullmatch(name) is not None


def _is_of_another_version(name: str, version: str) -> bool:
    """Tell whether a script is for another Python: pip's wheel declares that of its builder."""
    versioned = _VERSIONED.fullmatch(name)
    return versioned is not None and versioned[1] != version


def _script(entry: EntryPoint) -> Script | None:
    """Return the script that an entry point declares, or None when it is not valid."""
    from installer.scripts import Script  # noqa: PLC0415  # as in records

    try:
        module, attr = entry.module, entry.attr
    except (AttributeError, AssertionError):  # no object reference; before 3.13, and since
        return None
    valid = (
        all(part.isidentifier() for part in f"{module}.{attr or ''}".split("."))
        and entry.name not in ("", os.curdir, os.pardir)
        and entry.name.isprintable()
        and os.sep not in entry.name
    )
    return Script(entry.name, module, attr, _SECTIONS[entry.group]) if valid else None
