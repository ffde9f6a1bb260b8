"""Native objects by their content: real ones, and files that look like one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pysharedir.installed.binaries import machines

if TYPE_CHECKING:
    from pathlib import Path

OWN = os.path.realpath(sys.executable)
ELF_I386 = b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x03\x00\x03\x00"
ELF_S390X = b"\x7fELF\x02\x02\x01" + bytes(9) + b"\x00\x03\x00\x16"
MACH_O = b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01" + bytes(24)
CPUS = (b"\x01\x00\x00\x07", b"\x01\x00\x00\x0c")
UNIVERSAL = b"\xca\xfe\xba\xbe\x00\x00\x00\x02" + b"".join(cpu + bytes(16) for cpu in CPUS)
UNIVERSAL_64 = b"\xca\xfe\xba\xbf\x00\x00\x00\x02" + b"".join(cpu + bytes(28) for cpu in CPUS)
JAVA = b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(24)
WINDOWS = b"MZ\x90\x00" + bytes(60)


def archive(*members: bytes, long_names: bool = False) -> bytes:
    """Make a static archive, as ``ar`` writes it on Linux, or on a BSD when names are long."""
    content = b"!<arch>\n"
    for number, member in enumerate(members):
        name = b"%d.o/" % number
        if long_names:
            name, member = b"#1/12", b"long_name.o\0" + member  # noqa: PLW2901
        content += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, len(member))
        content += member + b"\n" * (len(member) % 2)
    return content


@pytest.mark.parametrize(
    ("content", "platform", "found"),
    [
        (ELF_I386, "linux", {"ELF 0101 3"}),
        (ELF_S390X, "linux", {"ELF 0202 22"}),
        (ELF_S390X, "freebsd14", {"ELF 0202 22"}),
        (ELF_I386, "darwin", set()),
        (MACH_O, "darwin", {"Mach-O arm64"}),
        (MACH_O[3::-1] + MACH_O[7:3:-1], "darwin", {"Mach-O arm64"}),
        (MACH_O, "linux", set()),
        (UNIVERSAL, "darwin", {"Mach-O x86_64", "Mach-O arm64"}),
        (UNIVERSAL_64, "darwin", {"Mach-O x86_64", "Mach-O arm64"}),
        (UNIVERSAL, "linux", set()),
        (JAVA, "darwin", set()),
        (WINDOWS, "linux", set()),
        (b"", "linux", set()),
        (b"\x7fEL", "linux", set()),
        (b"print('\x7fELF')", "linux", set()),
        (archive(b"text", ELF_I386), "linux", {"ELF 0101 3"}),
        (archive(b"odd", b"", ELF_S390X), "linux", {"ELF 0202 22"}),
        (archive(ELF_I386, long_names=True), "linux", {"ELF 0101 3"}),
        (archive(MACH_O, long_names=True), "darwin", {"Mach-O arm64"}),
        (archive(WINDOWS, JAVA), "linux", set()),
        (archive(), "linux", set()),
        (archive(b"text", ELF_I386)[:100], "linux", set()),
        (b"!<arch>\n" + b"x" * 60 + ELF_I386, "linux", set()),
        (b"!<arch>\n" + b"%-48s%-10d`\n" % (b"loop/", -60), "linux", set()),
    ],
)
def test_the_machine_of(tmp_path: Path, content: bytes, platform: str, found: set[str]) -> None:
    path = tmp_path / "data.txt"
    path.write_bytes(content)
    assert machines(str(path), platform) == found


def test_a_real_object_in_a_real_archive_is_for_this_machine(tmp_path: Path) -> None:
    compiler, archiver = shutil.which("cc"), shutil.which("ar")
    if not compiler or not archiver:
        pytest.skip("no compiler on this machine")
    source = tmp_path / "a.c"
    source.write_text("int f(void) { return 1; }\n")
    subprocess.run([compiler, "-c", source, "-o", tmp_path / "a.o"], check=True)
    subprocess.run([archiver, "rcs", tmp_path / "odd.name", source, tmp_path / "a.o"], check=True)
    assert machines(str(tmp_path / "odd.name"), sys.platform) == machines(OWN, sys.platform)


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert machines(str(tmp_path / "fifo"), "linux") == set()


def test_no_more_is_read_than_needed(tmp_path: Path) -> None:
    """The header of a file, and two headers of each member of an archive."""
    (tmp_path / "large").write_bytes(b"x" * 10_000)
    (tmp_path / "archive").write_bytes(archive(b"x" * 10_000, b"y" * 10_000))
    code = (
        f"from pysharedir.installed.binaries import machines\nfor name in {os.listdir(tmp_path)}:\n"
    )
    code += f"    machines({str(tmp_path)!r} + '/' + name, 'linux')"
    trace = tmp_path / "trace"
    if not shutil.which("strace"):
        pytest.skip("no strace on this machine")
    strace = ["strace", "-qq", "-y", "-o", str(trace), "-e", "read,pread64"]
    subprocess.run([*strace, sys.executable, "-c", code], check=True)
    sizes = [
        int(line.rpartition("= ")[2])
        for line in trace.read_text().splitlines()
        if str(tmp_path) in line
    ]
    assert sorted(sizes) == [0, 60, 60, 64, 64, 64, 64]
