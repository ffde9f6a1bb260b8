"""The machines that a Python and a wheel are for, by their names."""

from __future__ import annotations

import re

# As suffixes of extension modules have them, and as tags of wheels do: of one machine.
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
    """Return the machine in the suffix of extension modules, None when it does not tell one."""
    named = _SUFFIX.search(suffix)
    return _SAME.get(named[1], named[1]) if named else None


def of_wheel(path: str) -> frozenset[str]:
    """Return the machines that a wheel is for by its WHEEL; none when it is for all, or unknown."""
    try:
        with open(path, "rb", buffering=0) as file:
            text = file.read(_MOST).decode("utf-8", "replace")
    except OSError:
        return frozenset()
    return frozenset(_SAME.get(name, name) for name in _TAG.findall(text))
