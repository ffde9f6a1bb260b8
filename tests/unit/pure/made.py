"""Distributions, interpreters and headers that are on no disk, made from given facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pysharedir.installed.distribution import Distribution, Metadata
from pysharedir.installed.records import Listing
from pysharedir.interpreter.target import Target, View

STDLIB = "/usr/lib/python3.13"
SITE_DIR = "/v/lib/python3.13/site-packages"


def listing(*files: str) -> Listing:
    """Return the listing of a RECORD with these files; those that begin with ``..`` are outside."""
    inside: dict[str, set[str]] = {}
    for file in files:
        if not file.startswith(".."):
            directory, _, name = file.rpartition("/")
            inside.setdefault(directory, set()).add(name)
    return Listing(inside, tuple(file for file in files if file.startswith("..")))


def distribution(name: str, *files: str, directory: str = "/nowhere") -> Distribution:
    """Return a distribution whose RECORD lists *files*."""
    info = Path(directory) / f"{name}-1.0.dist-info"
    metadata = Metadata(name, info)
    vars(metadata)["record"] = listing(*files)
    return Distribution(name, "1.0", info, metadata)


def target(path: tuple[str, ...] = (), **facts: Any) -> Target:
    """Return the interpreter of a venv ``/v`` of ``/usr``.

    :param path: Its ``sys.path`` without the hook; ``/mine`` in it comes from PYTHONPATH.
    :param facts: What is otherwise.
    """
    venv = Target(
        executable=Path("/v/bin/python"),
        sys_executable="/v/bin/python",
        version_info=(3, 13, 1),
        implementation="cpython",
        platform="linux",
        bits=64,
        prefix="/v",
        base_prefix="/usr",
        platlibdir="lib",
        scheme="venv",
        stdlib=STDLIB,
        purelib=SITE_DIR,
        platlib=SITE_DIR,
        scripts="/v/bin",
        markers={},
        cache_tag="cpython-313",
        pycache_prefix=None,
        magic="",
        suffixes=(".py",),
        site_dirs=(SITE_DIR,),
        user_site=None,
        off=View(path, SITE_DIR, SITE_DIR, ("/mine",)),
    )
    return replace(venv, **facts)


def elf(machine: int, *, bits: int = 64, flags: int = 0, order: str = "little") -> bytes:
    """Return the header of a native object."""
    start = b"\x7fELF" + bytes([bits // 32, 1 + (order == "big"), 1]) + bytes(9)
    rest = (3).to_bytes(2, order) + machine.to_bytes(2, order)  # type: ignore[arg-type]
    header = bytearray(start + rest + bytes(44))
    offset = 48 if bits == 64 else 36
    header[offset : offset + 4] = flags.to_bytes(4, order)  # type: ignore[arg-type]
    return bytes(header)
