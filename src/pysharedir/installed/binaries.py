"""Native objects, recognised by their content, never by their names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ELF = b"\x7fELF"
_PE = b"MZ"
_ARCHIVE = b"!<arch>\n"
_MEMBER = 60  # bytes of a member's header
_HEADER = 64  # bytes that hold the machine and its ABI in ELF, the CPU type in Mach-O
_MACH_O = {
    b"\xce\xfa\xed\xfe": "little",
    b"\xcf\xfa\xed\xfe": "little",
    b"\xfe\xed\xfa\xce": "big",
    b"\xfe\xed\xfa\xcf": "big",
}
_UNIVERSAL = {b"\xca\xfe\xba\xbe": 20, b"\xca\xfe\xba\xbf": 32}  # the size of an entry
_MOST_MACHINES = 30  # a Java class has the same magic number, and then its version
# The bits of e_flags that hold the ABI of a machine, and the name of each ABI.  An object with
# other bits fits all of them.
_ABIS = {
    8: (0x20, {0x20: "n32", 0: "o32"}),  # EM_MIPS
    21: (0x3, {1: "ELFv1", 2: "ELFv2"}),  # EM_PPC64
    40: (0x600, {0x200: "soft-float", 0x400: "hard-float"}),  # EM_ARM
    243: (0x6, {0: "soft-float", 2: "single-float", 4: "double-float", 6: "quad-float"}),  # RISC-V
    258: (0x7, {1: "soft-float", 2: "single-float", 3: "double-float"}),  # EM_LOONGARCH
}
_CPUS = {
    7: "i386",
    12: "arm",
    18: "ppc",
    0x01000007: "x86_64",
    0x0100000C: "arm64",
    0x01000012: "ppc64",
    0x0200000C: "arm64_32",
}


def machines(path: str, platform: str) -> frozenset[str]:
    """Return the machines that a native object is made for.

    Reads the first bytes of a file, and of each member of a static archive.

    :param path: A file.
    :param platform: The operating system, as in :data:`sys.platform`; objects of other systems are
        data.
    :return: Names of machines: one for most objects, several for universal binaries and for objects
        that fit several ABIs, none for any other file.
    :raises OSError: when the file cannot be read.
    """
    tell = _mach_o if platform == "darwin" else _elf
    # With O_NONBLOCK, a FIFO without a writer is empty.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        start = os.read(descriptor, _HEADER)
        if platform == "darwin" and start[:4] in _UNIVERSAL:
            start += os.read(descriptor, _MOST_MACHINES * max(_UNIVERSAL.values()))
        if not start.startswith(_ARCHIVE):
            return tell(start)
        return next(filter(None, map(tell, _members(descriptor))), frozenset())
    finally:
        os.close(descriptor)


def system(path: str) -> str | None:
    """Return the format of a native object of any operating system, or None for any other file.

    :raises OSError: when it cannot be read.
    """
    with open(path, "rb", buffering=0) as file:
        start = file.read(_HEADER)
    if start.startswith(_ELF):
        return "ELF"
    if _mach_o(start) or start[:4] in _UNIVERSAL:
        return "Mach-O"
    return "Windows" if start.startswith(_PE) else None


def in_words(names: Iterable[str]) -> str:
    """Return the names of machines for messages, such as ``AARCH64``."""
    return ", ".join(sorted({_in_words(name) for name in names}))


def _in_words(name: str) -> str:
    form, *facts = name.split(" ", 3)  # in a truncated header the first ones are empty
    if form != "ELF":
        return name
    from elftools.elf.enums import ENUM_E_MACHINE  # noqa: PLC0415  # few commands need it

    words = {code: word for word, code in ENUM_E_MACHINE.items()}
    word = str(words.get(int(facts[1]), name)).removeprefix("EM_")
    return " ".join([word, *facts[2:]])


def _elf(start: bytes) -> frozenset[str]:
    """Read word size, byte order, machine and flags of the ELF header.

    A name has ``e_ident``, ``e_machine`` and, for a machine with several ABIs, the ABI.
    """
    if not start.startswith(_ELF):
        return frozenset()
    order: Literal["little", "big"] = "big" if start[5:6] == b"\x02" else "little"
    number = int.from_bytes(start[18:20], order)
    name = f"ELF {start[4:6].hex()} {number}"
    if number not in _ABIS:
        return frozenset({name})
    offset = 48 if start[4:5] == b"\x02" else 36
    mask, abis = _ABIS[number]
    flags = int.from_bytes(start[offset : offset + 4], order) & mask
    fitting = [abis[flags]] if flags in abis else abis.values()
    return frozenset(f"{name} {abi}" for abi in fitting)


def _mach_o(start: bytes) -> frozenset[str]:
    order = _MACH_O.get(start[:4])
    if order is not None:
        return frozenset({_cpu(int.from_bytes(start[4:8], order))})  # type: ignore[arg-type]
    size, count = _UNIVERSAL.get(start[:4]), int.from_bytes(start[4:8], "big")
    if size is None or count > _MOST_MACHINES:
        return frozenset()
    entries = (start[8 + number * size :][:4] for number in range(count))
    return frozenset(_cpu(int.from_bytes(entry, "big")) for entry in entries)


def _cpu(number: int) -> str:
    return f"Mach-O {_CPUS.get(number, number)}"


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
