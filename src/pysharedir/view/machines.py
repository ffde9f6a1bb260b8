"""The machines that a Python and a wheel are built for, by the names of suffixes and tags."""

from __future__ import annotations

import re

# Suffixes of extension modules and tags of wheels name one machine differently.
_SAME = {
    "i386": "i686",
    "i586": "i686",
    "arm": "armv7l",
    "armv6l": "armv7l",
    "armv8l": "armv7l",
    "powerpc64": "ppc64",
    "powerpc64le": "ppc64le",
}
_SUFFIX = re.compile(r"-([a-z0-9_]+)-linux-")
_TAG = re.compile(
    r"^Tag:.*-\w*linux\w*?_"
    r"(x86_64|i[356]86|aarch64|armv[678]l|ppc64le|ppc64|s390x|riscv64|loongarch64|mips64el|mips64)"
    r"\s*$",
    re.MULTILINE,
)
_MOST = 16384  # bytes of a WHEEL that are read


def of_suffix(suffix: str) -> str | None:
    """Return the machine that a suffix of extension modules names, None if it names none."""
    named = _SUFFIX.search(suffix)
    return _SAME.get(named[1], named[1]) if named else None


def of_wheel(path: str) -> frozenset[str]:
    """Return the machines that a WHEEL file names; none if it is for all, or cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            text = file.read(_MOST).decode("utf-8", "replace")
    except OSError:
        return frozenset()
    return frozenset(_SAME.get(name, name) for name in _TAG.findall(text))
