"""A target as the question sees it: facts that several answers need, found out once."""

from __future__ import annotations

import json
import os
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pysharedir import layout
from pysharedir.errors import RecordError
from pysharedir.installed.distribution import top_level
from pysharedir.installed.scripts import entry_points
from pysharedir.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

    from pysharedir.installed.distribution import Distribution
    from pysharedir.interpreter.syspath import Entry


class Scene(Snapshot):
    """A target that a question is put to."""

    @cached_property
    def by_path(self) -> dict[str, Entry]:
        """The entries of ``sys.path`` by their paths."""
        return {each.path: each for each in self.entries}

    @cached_property
    def unused(self) -> dict[str, str]:
        """Directories with modules that are not on ``sys.path``, with what they are."""
        version = f"python{self.target.version}"
        base = self.target.base_prefix
        roots = [root for each in self.view.path if (root := self.target.root_of(each))]
        found = {str(self.sharedir): "sharedir"}
        found |= {layout.sharedir_of(root, self.target.version): "sharedir" for root in roots}
        for lib in "lib", "lib64", "local/lib":
            for name in "site-packages", "dist-packages":
                found[f"{base}/{lib}/{version}/{name}"] = "site dir of the base"
        found[f"{base}/lib/python3/dist-packages"] = "site dir of the base"
        found[layout.sharedir_of(base, self.target.version)] = "sharedir of the base"
        home = os.path.expanduser("~/.local")
        found[f"{home}/lib/{version}/site-packages"] = "user site dir"
        return {
            path: kind
            for path, kind in found.items()
            if os.path.isdir(path) and not layout.lists(self.view.path, path)
        }

    @cached_property
    def by_name(self) -> dict[str, Distribution]:
        """The distributions that importlib.metadata finds, by normalised name."""
        return self.visible(self.view.path)

    def owner(self, path: str, entry: str | None, through: str | None) -> Distribution | None:
        """Return the distribution that a module belongs to.

        :param path: The file of the module.
        :param entry: The entry of ``sys.path`` that it is in.
        :param through: The file without which it were not found: a ``.pth`` file, or that of a
            finder.
        """
        entry = entry or self._entry_above(path)
        found = self._listing(path, entry) if entry else None
        found = found or (self._listing(through, os.path.dirname(through)) if through else None)
        return found or self._unlisted(path, entry)

    def owner_of_script(self, path: str) -> Distribution | None:
        """Return the distribution that lists a script."""
        found = (self._listing(path, entry) for entry in self.view.path)
        return next(filter(None, found), None)

    def _entry_above(self, path: str) -> str | None:
        """Return the nearest entry of ``sys.path`` that a file is in."""
        above = [entry for entry in self.view.path if path.startswith(f"{entry}/")]
        return max(above, key=len, default=None)

    def _listing(self, path: str, directory: str) -> Distribution | None:
        """Return the distribution with its metadata in *directory* that lists a file."""
        return self.owners_in(directory).of(path)

    def owners_of_portion(self, location: str, entry: str) -> list[Distribution]:
        """Return the distributions that have files in a directory, or below it."""
        inside = os.path.relpath(location, entry)
        return [
            each
            for each in self.whole(entry)
            if any(
                directory == inside or directory.startswith(f"{inside}/")
                for directory in _directories(each)
            )
        ]

    def _unlisted(self, path: str, entry: str | None) -> Distribution | None:
        """Return the distribution without a list of files that has a top-level name."""
        if entry is None or not path.startswith(f"{entry}/"):
            return None
        top = path[len(entry) + 1 :].partition("/")[0].partition(".")[0]
        for each in self.whole(entry):
            if not (each.info / "RECORD").exists() and top in (top_level(each) or {each.name}):
                return each
        return None

    def scripts(self) -> Iterator[tuple[Distribution, EntryPoint]]:
        """Yield the scripts that visible distributions declare."""
        for each in self.by_name.values():
            for entry in entry_points(each):
                yield each, entry


def _directories(distribution: Distribution) -> Iterator[str]:
    try:
        yield from distribution.listing.inside
    except RecordError:
        yield from top_level(distribution)


def label(distribution: Distribution | None) -> str | None:
    """Return name and version."""
    return f"{distribution.name} {distribution.version}" if distribution else None


def editable(distribution: Distribution) -> str | None:
    """Return the directory that a distribution is installed from in editable mode.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        facts = json.loads((distribution.info / "direct_url.json").read_text("utf-8"))
        url = urlsplit(facts["url"])
        is_editable = facts.get("dir_info", {}).get("editable", False)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return unquote(url.path) if is_editable and url.scheme == "file" else None
