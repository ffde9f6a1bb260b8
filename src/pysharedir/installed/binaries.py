"""Native objects: told by their content, never by their names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELF = b"\x7fELF"
_ARCHIVE = b"!<arch>\n"
_MEMBER = 60  # bytes of a member's header
_HEADER = 20  # bytes that name the machine in ELF, the CPU type in Mach-O
_MACH_O = {
    b"\xce\xfa\xed\xfe": "little",
    b"\xcf\xfa\xed\xfe": "little",
    b"\xfe\xed\xfa\xce": "big",
    b"\xfe\xed\xfa\xcf": "big",
}
_UNIVERSAL = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_MOST_MACHINES = 30  # a Java class starts as a universal binary does, and has a version here


def machine(path: str, platform: str) -> str | None:
    """Return the machine that a native object is made for.

    Reads the first 20 bytes of a file, and of each member of a static archive.

    :param path: A file.
    :param platform: The operating system whose objects count, as in :data:`sys.platform`; the
        others' are data.
    :return: A name that is the same for objects of one machine, or None for any other file.
    :raises OSError: when it cannot be read.
    """
    tell = _mach_o if platform == "darwin" else _elf
    # Without blocking, a FIFO that nobody writes to reads as empty.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        start = os.read(descriptor, _HEADER)
        if not start.startswith(_ARCHIVE):
            return tell(start)
        return next(filter(None, map(tell, _members(descriptor))), None)
    finally:
        os.close(descriptor)


def _elf(start: bytes) -> str | None:
    """Read word size, byte order and machine (``e_ident`` and ``e_machine`` of the ELF header)."""
    if not start.startswith(_ELF):
        return None
    order = "big" if start[5:6] == b"\x02" else "little"
    return f"ELF {start[4:6].hex()} {int.from_bytes(start[18:20], order)}"  # type: ignore[arg-type]


def _mach_o(start: bytes) -> str | None:
    order = _MACH_O.get(start[:4])
    if order is not None:
        return f"Mach-O {int.from_bytes(start[4:8], order)}"  # type: ignore[arg-type]
    if start[:4] in _UNIVERSAL and int.from_bytes(start[4:8], "big") <= _MOST_MACHINES:
        return "Mach-O universal"
    return None


def _members(descriptor: int) -> Iterator[bytes]:
    """Yield the start of each member of a static archive, up to the first that is malformed."""
    offset = len(_ARCHIVE)
    while True:
        header = os.pread(descriptor, _MEMBER, offset)
        size = header[48:58].strip()
        if not (header.endswith(b"`\n") and size.isdigit()):
            return
        name = header[3:16].strip()
        # The BSD form puts a long name in front of the content.
        skip = int(name) if header.startswith(b"#1/") and name.isdigit() else 0
        yield os.pread(descriptor, _HEADER, offset + _MEMBER + skip)
        offset += _MEMBER + int(size) + int(size) % 2
