"""The verdict on each installed distribution: noarch, for one platform, or left alone."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir.errors import RecordError
from pysharedir.hook import files as hook
from pysharedir.installed import binaries, system_packages
from pysharedir.installed.distribution import headers, text, values
from pysharedir.wording import Label, some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pysharedir.installed.distribution import Distribution
    from pysharedir.installed.records import Listing

# What system package managers write into INSTALLER; their databases are asked too.
_SYSTEM = frozenset({"apk", "apt", "conda", "debian", "dpkg", "pacman", "portage", "rpm"})
_PARTS = 3  # of a tag: Python, ABI and platform, each a set with dots between


class Kind(Label):
    """Where a distribution belongs: noarch to the sharedir, platform to platlib."""

    NOARCH = "noarch"
    PLATFORM = "platform"
    LEFT_ALONE = "left alone"


@dataclass(frozen=True)
class Verdict:
    """The verdict on one distribution.

    :ivar reason: Why, in a few words.
    :ivar files: Every offending file, relative to the directory of the distribution.
    :ivar overruled: Whether the user gave the verdict.
    :ivar tops: The top-level names that it installs, without its metadata.
    """

    distribution: Distribution
    kind: Kind
    reason: str
    files: tuple[str, ...] = ()
    overruled: bool = False
    tops: frozenset[str] = frozenset()

    @property
    def explained(self) -> str:
        """The reason, with the first of the files that it is about."""
        return self._about(some(self.files))

    @property
    def at_length(self) -> str:
        """The reason, with all the files that it is about."""
        return self._about(", ".join(self.files))

    def _about(self, files: str) -> str:
        labeled = self.files and self.files[0].endswith(".dist-info/WHEEL")
        return f"{self.reason}: {files}" if files and not labeled else self.reason


@dataclass(frozen=True)
class Rules:
    """What verdicts depend on, other than the distributions.

    :ivar platform: The target's :data:`sys.platform`.
    :ivar bounds: The directories that a distribution may have files in, besides its own.
    :ivar overrules: The kinds that the user has set, by normalized name.
    """

    platform: str
    bounds: tuple[str, ...]
    overrules: Mapping[str, Kind]


def judge(distributions: Sequence[Distribution], rules: Rules) -> list[Verdict]:
    """Return the verdict on each of *distributions*, regardless of the others.

    When in doubt, a distribution is for the platform: platlib is where it always works.  One that
    cannot be moved safely is left alone, whatever it is and whatever the user says.
    """
    records_of = {distribution: str(distribution.info / "RECORD") for distribution in distributions}
    packages = system_packages.packages(records_of.values())
    return [
        _judge(distribution, rules, packages.get(path)) for distribution, path in records_of.items()
    ]


def _judge(distribution: Distribution, rules: Rules, owner: str | None) -> Verdict:
    if distribution.is_left_behind:
        return Verdict(distribution, Kind.LEFT_ALONE, f"pip left it behind: {distribution.info}")
    try:
        listing = distribution.listing
    except RecordError as error:
        return Verdict(distribution, Kind.LEFT_ALONE, error.reason)
    reason = _immovable(distribution, listing, rules) or (owner and f"belongs to {owner}")
    if reason:
        return Verdict(distribution, Kind.LEFT_ALONE, reason, tops=listing.tops())
    kind, reason, offending = _by_labels_and_content(distribution, listing, rules.platform)
    wanted = rules.overrules.get(distribution.key)
    if wanted is not None:
        kind, reason = wanted, f"overruled by --{wanted.value}"
    return Verdict(distribution, kind, reason, offending, wanted is not None, listing.tops())


def _immovable(distribution: Distribution, listing: Listing, rules: Rules) -> str | None:
    """Return why a distribution must stay where it is."""
    info = str(distribution.info)
    if os.path.islink(info):
        return f"its metadata is a link to {os.readlink(info)}"
    reason = _astray(distribution, listing, rules)
    if reason:
        return reason
    if not os.path.isfile(f"{info}/WHEEL"):
        return "has no WHEEL, so it is not known what it was built for"
    if _is_editable(distribution, listing):
        return "editable"
    installer = text(distribution.info / "INSTALLER").strip()
    return f"belongs to {installer}" if installer.lower() in _SYSTEM else None


def _astray(distribution: Distribution, listing: Listing, rules: Rules) -> str | None:
    """Return what is wrong with a path in RECORD that does not belong to the distribution."""
    base = str(distribution.directory)
    for path in listing.outside:
        # Resolved as text, as installers do: they follow no links before "..".
        there = os.path.normpath(f"{base}/{path}")
        if not any(there.startswith(f"{bound}/") for bound in rules.bounds):
            return f"RECORD leads out of the installation: {path}"
        if there.startswith(f"{base}/"):
            return f"RECORD leads out of the directory and back: {path}"
    style = "sitecustomize.py"  # the hook's in one style, but a distribution may have its own
    is_hook = style in listing.inside.get("", ()) and hook.is_ours(distribution.directory / style)
    foreign = (*listing.foreign, *([style] if is_hook else []))
    return f"RECORD lists a file of something else: {foreign[0]}" if foreign else None


def _is_editable(distribution: Distribution, listing: Listing) -> bool:
    """Tell whether it only points to its modules, by PEP 610 or by a path in a ``.pth`` file."""
    try:
        url = json.loads(text(distribution.info / "direct_url.json") or "{}")
        if url.get("dir_info", {}).get("editable"):
            return True
    except (ValueError, AttributeError, RecursionError):
        return True  # the file is damaged; when in doubt, leave the distribution alone
    base = distribution.directory
    lines = [
        line
        for name in listing.inside.get("", ())
        if name.endswith(".pth")
        for line in text(base / name).splitlines()
    ]
    return any(os.path.isabs(line.strip()) for line in lines)


def _by_labels_and_content(
    distribution: Distribution, listing: Listing, platform: str
) -> tuple[Kind, str, tuple[str, ...]]:
    label = _label(distribution)
    native, unread = _by_content(distribution, listing, platform)
    if label:
        return Kind.PLATFORM, label, native or (f"{distribution.info.name}/WHEEL",)
    if native or unread:
        return Kind.PLATFORM, "native object" if native else "cannot be read", native or unread
    return Kind.NOARCH, "pure, tagged any", ()


def _label(distribution: Distribution) -> str | None:
    """Return what in WHEEL makes it specific to a platform."""
    wheel = headers(distribution.info / "WHEEL")
    tags = [line.strip().lower().split("-") for line in values(wheel, "Tag")]
    if any(len(tag) != _PARTS or "" in tag for tag in tags):
        return "WHEEL has a malformed tag"
    bound = sorted({platform for tag in tags for platform in tag[-1].split(".")} - {"any"})
    if bound:
        return f"tagged {', '.join(bound)}"
    if not tags:
        return "WHEEL has no tag"
    if "".join(values(wheel, "Root-Is-Purelib")[:1]).strip().lower() != "true":
        return "WHEEL says that its root is platlib"
    return None


def _by_content(
    distribution: Distribution, listing: Listing, platform: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the native objects among its files, and those that cannot be read."""
    base = str(distribution.directory)
    native: list[str] = []
    unread: list[str] = []
    for path in (*listing.files(), *listing.outside):
        try:
            if binaries.machines(f"{base}/{path}", platform):
                native.append(path)
        except (FileNotFoundError, IsADirectoryError):
            pass
        except OSError:
            unread.append(path)
    return tuple(sorted(native)), tuple(sorted(unread))
