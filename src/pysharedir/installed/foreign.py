"""Distributions whose native parts are only for other machines or other interpreters."""

from __future__ import annotations

import contextlib
import os
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pysharedir import layout
from pysharedir.errors import RecordError
from pysharedir.installed import binaries
from pysharedir.installed.distribution import headers, values
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.target import Target

_EXTENSIONS = (".so", ".pyd")
_SOURCES = (".py", ".pyc")


@dataclass(frozen=True)
class Foreign:
    """The native parts of a distribution, none of which the target can use.

    :ivar paths: Their paths, relative to its directory.
    :ivar made_for: The machines or interpreters that they are made for, in words.
    """

    distribution: Distribution
    paths: tuple[str, ...]
    made_for: str

    def __str__(self) -> str:
        distribution = self.distribution
        return (
            f"{distribution.name} {distribution.version} in {distribution.directory}: "
            f"its native parts are made for {self.made_for}: {some(self.paths)}"
        )


class Own:
    """What a target can load."""

    def __init__(self, target: Target) -> None:
        self.target = target

    @cached_property
    def machines(self) -> frozenset[str]:
        """The machines whose objects it loads; none if its executable does not show them."""
        with contextlib.suppress(OSError):
            executable = os.path.realpath(self.target.sys_executable)
            return binaries.machines(executable, self.target.platform)
        return frozenset()

    @property
    def tag(self) -> str:
        """The tag of its extension modules, such as ``cpython-311-x86_64-linux-gnu``."""
        return max(self.target.suffixes, key=len).strip(".").rpartition(".")[0]

    def made_for(self, path: str) -> str | None:
        """Return what an object is made for if the target cannot load it, else None.

        :raises OSError: when the object cannot be read.
        """
        machines = binaries.machines(path, self.target.platform)
        if machines:
            is_own = not self.machines or bool(machines & self.machines)
            return None if is_own else binaries.in_words(machines)
        system = binaries.system(path)
        return f"another operating system ({system})" if system else None

    def lacks(self, distribution: Distribution) -> Foreign | None:
        """Return the native parts of a distribution if the target can use none of them, else None.

        Only the header of each file is read, once.
        """
        made_for: dict[str, str] = {}
        for path in _natives(distribution):
            try:
                reason = self._reason(f"{distribution.directory}/{path}")
            except OSError:
                continue  # another program has removed it
            if reason is None:
                return None
            made_for[path] = reason
        if not made_for:
            return None
        words = ", ".join(dict.fromkeys(made_for.values()))
        return Foreign(distribution, tuple(sorted(made_for)), words)

    def _reason(self, path: str) -> str | None:
        """Return what a native part is made for, or None if it or one next to it can be used."""
        directory, name = os.path.split(path)
        stem, dot, suffix = name.partition(".")
        tag = suffix.rpartition(".")[0]
        is_tagged = bool(tag) and name.endswith(_EXTENSIONS)
        if not is_tagged or dot + suffix in self.target.suffixes:
            return self.made_for(path)
        for own in self.target.suffixes:
            beside = os.path.join(directory, stem + own)
            if os.path.isfile(beside) and (own in _SOURCES or self.made_for(beside) is None):
                return None
        os.stat(path)
        return tag


class Usable:
    """Distributions that a target can use, and those that it cannot.

    :ivar foreign: The ones that it cannot use, of those asked for so far, by normalised name.
    """

    def __init__(self, target: Target, distributions: Mapping[str, Distribution]) -> None:
        self._own = Own(target)
        self._distributions = distributions
        self.foreign: dict[str, Foreign] = {}
        self._versions: dict[str, str | None] = {}

    def version(self, key: str) -> str | None:
        """Return the version of a distribution that the target can use, or None.

        The files of each distribution are read once.
        """
        distribution = self._distributions.get(key)
        if distribution is None:
            return None
        if key not in self._versions:
            foreign = self._own.lacks(distribution)
            if foreign is not None:
                self.foreign[key] = foreign
            self._versions[key] = None if foreign else distribution.version
        return self._versions[key]

    def all(self) -> dict[str, Foreign]:
        """Return all distributions that the target cannot use."""
        for key in self._distributions:
            self.version(key)
        return self.foreign


def _natives(distribution: Distribution) -> Iterator[str]:
    """Yield the files of a distribution that should be native, by their names.

    In a distribution that is tagged for any machine, libraries are data.
    """
    try:
        listing = distribution.listing
    except RecordError:
        return
    wheel = headers(distribution.info / "WHEEL")
    is_noarch = all(tag.strip().endswith("-any") for tag in values(wheel, "Tag"))
    for path in listing.files():
        name = os.path.basename(path)
        is_extension = name.endswith(_EXTENSIONS)
        is_tagged = is_extension and name.count(".") > 1
        is_library = is_extension or ".so." in name or name.endswith(".dylib")
        if is_tagged or (is_library and not is_noarch):
            yield path


def in_user_site(target: Target, distribution: Distribution) -> bool:
    """Tell whether a distribution is in the user site, which several machines may share."""
    directory = str(distribution.directory)
    return target.user_site is not None and layout.same_directory(directory, target.user_site)


def remedy(target: Target, distribution: Distribution, *, has_pip: bool) -> str:
    """Return a command that installs the native parts for a target, and keeps those of others.

    :param distribution: A distribution that is not in a sharedir.
    """
    wanted = f"{distribution.name}=={distribution.version}"
    if not in_user_site(target, distribution):
        again = ("--force-reinstall", "--no-deps", wanted)
        return target.installer("install", *again, has_pip=has_pip)
    root = layout.root_of(str(distribution.directory), target.version, target.platlibdir)
    base = shlex.quote(f"{root}/{target.markers['platform_machine']}")
    install = shlex.join([str(target.executable), "-m", "pip", "install", "--user", wanted])
    return (
        "machines of another kind use that directory: give this kind one of its own, "
        f"`export PYTHONUSERBASE={base}`, then `{install}`"
    )
