"""Native parts that an interpreter can load, or that are built for another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir.installed import foreign
from pysharedir.installed.foreign import Own, Usable
from unit.pure.made import distribution, elf, target

if TYPE_CHECKING:
    from pathlib import Path

    from pysharedir.interpreter.target import Target

Files = dict[str, bytes]


X86_64, I386, AARCH64, RISCV = elf(62), elf(3, bits=32), elf(183), elf(243, flags=4)
X32 = elf(62, bits=32)
HARD, SOFT, ANY_ARM = (elf(40, bits=32, flags=0x5000000 | abi) for abi in (0x400, 0x200, 0))
MACHO_X86, MACHO_ARM = (
    b"\xcf\xfa\xed\xfe" + cpu + bytes(24) for cpu in (b"\x07\x00\x00\x01", b"\x0c\x00\x00\x01")
)
UNIVERSAL = b"\xca\xfe\xba\xbe\x00\x00\x00\x02" + b"".join(
    cpu + bytes(16) for cpu in (b"\x01\x00\x00\x07", b"\x01\x00\x00\x0c")
)
HERE = ".cpython-313-x86_64-linux-gnu.so"
THERE = ".cpython-313-aarch64-linux-gnu.so"
SUFFIXES = (".py", ".pyc", HERE, ".abi3.so", ".so")
LINUX = "Tag: cp313-cp313-manylinux_2_17_aarch64"
ANY = "Tag: py3-none-any"


def interpreter(tmp_path: Path, header: bytes, platform: str = "linux") -> Target:
    executable = tmp_path / "python"
    executable.write_bytes(header)
    return target(sys_executable=str(executable), platform=platform, suffixes=SUFFIXES)


def lacks(tmp_path: Path, own: Target, files: Files, tag: str = LINUX) -> str | None:
    """Return what native parts that the target cannot load are built for."""
    site_dir = tmp_path / "site"
    for path, content in files.items():
        (site_dir / path).parent.mkdir(parents=True, exist_ok=True)
        (site_dir / path).write_bytes(content)
    its = distribution("one", *files, directory=str(site_dir))
    its.info.mkdir(parents=True)
    (its.info / "WHEEL").write_text(f"{tag}\n")
    found = Own(own).lacks(its)
    return found.made_for if found else None


@pytest.mark.parametrize(
    ("header", "files", "made_for"),
    [
        (X86_64, {f"a/_a{HERE}": X86_64}, None),
        (X86_64, {f"a/_a{THERE}": AARCH64}, "cpython-313-aarch64-linux-gnu"),
        (X86_64, {f"a/_a{THERE}": AARCH64, f"a/_a{HERE}": X86_64}, None),
        (X86_64, {f"a/_a{THERE}": AARCH64, "a/_a.abi3.so": X86_64}, None),
        (X86_64, {f"a/_a{THERE}": AARCH64, "a/_a.py": b""}, None),
        (X86_64, {f"a/_a{THERE}": AARCH64, f"a/_b{HERE}": X86_64}, None),
        (X86_64, {f"a/_a{HERE}": AARCH64}, "AARCH64"),
        (X86_64, {"a/_a.abi3.so": AARCH64}, "AARCH64"),
        (X86_64, {"_a.so": I386}, "386"),
        (X86_64, {"_a.so": X32}, "X86_64"),  # of 32 bits
        (I386, {"_a.so": X86_64}, "X86_64"),
        (X86_64, {"_a.cpython-312-x86_64-linux-gnu.so": X86_64}, "cpython-312-x86_64-linux-gnu"),
        (X86_64, {"_a.cp313-win_amd64.pyd": b"MZ"}, "cp313-win_amd64"),
        (X86_64, {"_a.abi3.so": MACHO_X86}, "another operating system (Mach-O)"),
        (X86_64, {"a.libs/liba.so.1.2": AARCH64}, "AARCH64"),
        (X86_64, {"a.libs/liba.so.1.2": AARCH64, "a/_a.abi3.so": X86_64}, None),
        (X86_64, {"a/__init__.py": b""}, None),
        (X86_64, {"_a.so": b"\x7fELF"}, "NONE"),
        (X86_64, {"_a.so": b"INPUT ( libm.so.6 )"}, None),  # who knows
        (b"#!/bin/sh", {"_a.so": AARCH64}, None),
        # ABIs of one machine.
        (HARD, {"_a.so": HARD}, None),
        (HARD, {"_a.so": SOFT}, "ARM soft-float"),
        (HARD, {"_a.so": ANY_ARM}, None),
        (SOFT, {"_a.so": HARD}, "ARM hard-float"),
        (RISCV, {"_a.so": elf(243)}, "RISCV soft-float"),
        (elf(8, order="big", bits=32), {"_a.so": elf(8, bits=32)}, "MIPS o32"),
    ],
)
def test_on_linux(tmp_path: Path, header: bytes, files: Files, made_for: str | None) -> None:
    assert lacks(tmp_path, interpreter(tmp_path, header), files) == made_for


@pytest.mark.parametrize(
    ("header", "content", "made_for"),
    [
        (MACHO_ARM, MACHO_ARM, None),
        (MACHO_ARM, UNIVERSAL, None),
        (UNIVERSAL, MACHO_X86, None),
        (UNIVERSAL, UNIVERSAL, None),
        (MACHO_ARM, MACHO_X86, "Mach-O x86_64"),
        (MACHO_ARM, X86_64, "another operating system (ELF)"),
    ],
)
def test_on_macos(tmp_path: Path, header: bytes, content: bytes, made_for: str | None) -> None:
    own = interpreter(tmp_path, header, "darwin")
    assert lacks(tmp_path, own, {"_a.abi3.so": content}) == made_for


@pytest.mark.parametrize(
    ("files", "made_for"),
    [
        ({"a/attach_amd64.so": AARCH64, "a/libb.so.1": AARCH64}, None),  # data, as in debugpy
        ({"a/_a.abi3.so": AARCH64}, "AARCH64"),
    ],
)
def test_in_one_for_any_machine_libraries_are_data(
    tmp_path: Path, files: Files, made_for: str | None
) -> None:
    assert lacks(tmp_path, interpreter(tmp_path, X86_64), files, ANY) == made_for


def test_files_that_are_gone_say_nothing(tmp_path: Path) -> None:
    gone = distribution("one", f"_a{THERE}", "_b.so", directory=str(tmp_path))
    assert Own(interpreter(tmp_path, X86_64)).lacks(gone) is None


def test_what_is_of_use(tmp_path: Path) -> None:
    own = interpreter(tmp_path, X86_64)
    (tmp_path / f"_a{THERE}").write_bytes(AARCH64)
    its = distribution("one", f"_a{THERE}", directory=str(tmp_path))
    usable = Usable(own, {"one": its, "two": distribution("two")})
    assert [usable.version(name) for name in ("two", "three")] == ["1.0", None]
    assert not usable.foreign
    assert usable.all().keys() == {"one"}
    assert usable.version("one") is None


def test_the_remedy_in_a_home_of_several_machines(tmp_path: Path) -> None:
    user_site = tmp_path / "lib/python3.13/site-packages"
    user_site.mkdir(parents=True)
    markers = {"platform_machine": "x86_64"}
    own = target(user_site=str(user_site), markers=markers)
    there = distribution("one", directory=str(user_site))
    told = foreign.remedy(own, there, has_pip=True)
    assert f"`export PYTHONUSERBASE={tmp_path}/x86_64`" in told
    assert "--user one==1.0" in told
    assert "reinstall" not in told
    elsewhere = foreign.remedy(own, distribution("one"), has_pip=True)
    assert elsewhere.endswith("install --force-reinstall --no-deps one==1.0")


def test_each_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several distributions may require one."""
    its = {name: distribution(name, directory=str(tmp_path)) for name in ("one", "two")}
    asked = []
    monkeypatch.setattr(Own, "lacks", lambda _, each: asked.append(each.name))
    usable = Usable(interpreter(tmp_path, X86_64), its)
    assert usable.version("one") == usable.version("one") == its["one"].version
    assert usable.all() == {}
    assert asked == ["one", "two"]
