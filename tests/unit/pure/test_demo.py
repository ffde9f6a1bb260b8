"""The interpreter of another architecture that the demo finds by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pysharedir import demo
from pysharedir.errors import NoAnswerError
from unit.pure.made import elf, target

if TYPE_CHECKING:
    import pytest

X86_64, I386, AARCH64 = elf(62), elf(3, bits=32), elf(183)
FILES = {
    "one/i386-linux-gnu-python3.13": I386,
    "one/python3": X86_64,
    "one/python3-32": I386,
    "one/python3-config": b"#!/bin/sh",
    "one/python3.12-i386": I386,
    "one/mypython3.13": I386,
    "one/python3.13-old": I386,
    "two/python3.13": AARCH64,
    "relative/python3.13": AARCH64,
}
VERSIONS = {"python3-32": (3, 12, 1), "python3.13-old": None}


def test_reads_headers_to_choose_what_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def find(path: str) -> object:
        name = Path(path).name
        started.append(name)
        version = VERSIONS.get(name, (3, 13, 0))
        if version is None:
            raise NoAnswerError(path, "")
        return target(executable=Path(path), version_info=version)

    monkeypatch.setattr(demo, "find", find)
    monkeypatch.chdir(tmp_path)
    for path, header in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(header)
    own = target(sys_executable=f"{tmp_path}/one/python3")
    path = f"{tmp_path}/missing:relative::{tmp_path}/one:{tmp_path}/two"
    others = demo.others(own, path)
    chosen = [other.executable.name for other in others]
    assert started == ["i386-linux-gnu-python3.13", "python3-32", "python3.13-old", "python3.13"]
    assert chosen == ["i386-linux-gnu-python3.13", "python3.13"]
