"""What each installed distribution is: noarch, for one platform, or to be left alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from email.parser import BytesHeaderParser
from enum import Enum
from typing import TYPE_CHECKING

from packaging.tags import parse_tag

from pysharedir import binaries, records
from pysharedir.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from email.message import Message
    from pathlib import Path

    from pysharedir.distributions import Distribution

# What package managers of operating systems write into INSTALLER; their databases are asked too.
_MANAGERS = frozenset({"apk", "apt", "conda", "debian", "dpkg", "pacman", "portage", "rpm"})


class Kind(str, Enum):
    """Where a distribution belongs: noarch to the sharedir, platform to platlib."""

    NOARCH = "noarch"
    PLATFORM = "platform"
    LEFT_ALONE = "left alone"


@dataclass(frozen=True)
class Verdict:
    """What a distribution is.

    :ivar reason: Why, in a few words.
    :ivar files: Every offending file, relative to the directory of the distribution.
    :ivar overruled: Whether the user said so.
    """

    distribution: Distribution
    kind: Kind
    reason: str
    files: tuple[str, ...] = ()
    overruled: bool = False


@dataclass(frozen=True)
class Court:
    """What verdicts depend on beside the distributions.

    :ivar platform: The target's :data:`sys.platform`.
    :ivar bounds: Directories that the files of a distribution may be in, beside its own.
    :ivar overrules: Normalised names, with the kind that they are by the user's word.
    """

    platform: str
    bounds: tuple[str, ...]
    overrules: Mapping[str, Kind]


def judge(distributions: Sequence[Distribution], court: Court) -> list[Verdict]:
    """Return the verdict of each of *distributions*, seen by itself.

    When in doubt a distribution is for the platform, where it always works; what cannot be moved
    safely is left alone, whatever it is and whatever the user says.
    """
    owners = _owners(distributions)
    return [_judge(each, court, owners.get(each)) for each in distributions]


def _judge(distribution: Distribution, court: Court, owner: str | None) -> Verdict:
    try:
        listing = records.read(distribution)
        reason = _immovable(distribution, listing, court) or (owner and f"belongs to {owner}")
    except RecordError as error:
        reason = error.reason
    if reason:
        return Verdict(distribution, Kind.LEFT_ALONE, reason)
    found = _by_labels(distribution) or _by_content(distribution, listing, court.platform)
    wanted = court.overrules.get(distribution.key)
    if wanted is None:
        return found
    return replace(found, kind=wanted, reason=f"overruled by --{wanted.value}", overruled=True)


def _immovable(distribution: Distribution, listing: records.Listing, court: Court) -> str | None:
    """Return why a distribution must stay where it is."""
    base = distribution.info.parent
    for path in listing.outside:
        # What is behind ".." is the path's own business: installers do not resolve links there.
        there = os.path.normpath(base / path)
        if not any(there.startswith(f"{bound}/") for bound in court.bounds):
            return f"RECORD climbs out of the installation: {path}"
    if not (distribution.info / "WHEEL").is_file():
        return "has no WHEEL, so it is not known what it was built for"
    if _is_editable(distribution, listing):
        return "editable"
    installer = _text(distribution.info / "INSTALLER").strip()
    if installer.lower() in _MANAGERS:
        return f"belongs to {installer}"
    return None


def _is_editable(distribution: Distribution, listing: records.Listing) -> bool:
    """Tell whether it only points to its modules (PEP 610, or a path in a ``.pth`` file)."""
    try:
        url = json.loads(_text(distribution.info / "direct_url.json") or "{}")
        if url.get("dir_info", {}).get("editable"):
            return True
    except (ValueError, AttributeError):
        return True  # damaged: in doubt
    base = distribution.info.parent
    lines = [
        line
        for name in listing.inside.get("", ())
        if name.endswith(".pth")
        for line in _text(base / name).splitlines()
    ]
    return any(os.path.isabs(line.strip()) for line in lines)


def _by_labels(distribution: Distribution) -> Verdict | None:
    """Return a verdict if the labels in WHEEL suffice for one."""
    path = f"{distribution.info.name}/WHEEL"
    wheel = _headers(distribution.info / "WHEEL")
    tags = [tag for text in wheel.get_all("Tag", []) for tag in parse_tag(str(text).strip())]
    bound = sorted({tag.platform for tag in tags} - {"any"})
    if bound:
        reason = f"tagged {', '.join(bound)}"
    elif not tags:
        reason = "WHEEL has no tag"
    elif str(wheel["Root-Is-Purelib"]).strip().lower() != "true":
        reason = "WHEEL says that its root is platlib"
    else:
        return None
    return Verdict(distribution, Kind.PLATFORM, reason, (path,))


def _by_content(distribution: Distribution, listing: records.Listing, platform: str) -> Verdict:
    base = str(distribution.info.parent)
    native: list[str] = []
    unread: list[str] = []
    for path in (*listing.files(), *listing.outside):
        try:
            if binaries.machine(f"{base}/{path}", platform):
                native.append(path)
        except (FileNotFoundError, IsADirectoryError):
            pass
        except OSError:
            unread.append(path)
    if native:
        reason, files = "native object", sorted(native)
    elif unread:
        reason, files = "cannot be read", sorted(unread)
    else:
        return Verdict(distribution, Kind.NOARCH, "no native object, tagged any")
    return Verdict(distribution, Kind.PLATFORM, reason, tuple(files))


def _owners(distributions: Iterable[Distribution]) -> dict[Distribution, str]:
    """Return which of *distributions* package managers say are theirs."""
    records_of = {str(each.info / "RECORD"): each for each in distributions}
    owners = {}
    if records_of and shutil.which("dpkg-query"):
        for line in _lines(["dpkg-query", "--search", "--", *records_of]):
            package, _, path = line.rpartition(": ")
            if path in records_of:
                owners[records_of[path]] = f"the package {package} of dpkg"
    if records_of and shutil.which("rpm"):
        # One line a file, in order; the format has no slash, which the complaint about one has.
        said = _lines(["rpm", "--query", "--file", "--queryformat", "%{NAME}\\n", *records_of])
        for path, line in zip(records_of, said, strict=False):
            if "/" not in line and " " not in line:
                owners[records_of[path]] = f"the package {line} of rpm"
    return owners


def _lines(command: Sequence[str]) -> list[str]:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        text=True,
        errors="surrogateescape",
        check=False,
    )
    return done.stdout.splitlines()


def _headers(path: Path) -> Message:
    return BytesHeaderParser().parsebytes(_text(path).encode())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
