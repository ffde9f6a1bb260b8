"""Byte-compiled modules that do not match their sources, or cannot be written."""

from __future__ import annotations

import importlib.util
import os
import time
from typing import TYPE_CHECKING

import pytest

from pysharedir.doctor.checks import pycs
from pysharedir.doctor.examination import Examination
from pysharedir.hook.place import Place
from pysharedir.interpreter.finding import find
from unit.doctor.faults.pycs import protect, touch
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path

    from unit.conftest import Venv
    from unit.doctor.conftest import Doctor

MAGIC = importlib.util.MAGIC_NUMBER


def compile_(venv: Venv, mode: str = "TIMESTAMP", level: int = 0) -> Path:
    """Put and compile a module; return it."""
    put(venv.sharedir, "sample", {"sample.py": "X = 1\n"})
    source = venv.sharedir / "sample.py"
    code = (
        "import py_compile, sys\n"
        f"mode = py_compile.PycInvalidationMode.{mode}\n"
        f"py_compile.compile(sys.argv[1], optimize={level}, invalidation_mode=mode)\n"
    )
    assert not venv.run("-c", code, str(source)).returncode
    return source


def pyc_of(source: Path, level: int | str = "") -> Path:
    return type(source)(importlib.util.cache_from_source(str(source), optimization=level))


def stale(doctor: Doctor, venv: Venv, **env: str) -> bool:
    return bool(doctor.finds(venv, "--select", "SD702", **env))


def test_a_hash_that_is_not_checked_hides_changes(healthy: Venv, doctor: Doctor) -> None:
    source = compile_(healthy, "UNCHECKED_HASH")
    os.utime(source, (1, 1))
    assert not stale(doctor, healthy)
    source.write_text("X = 2\n")
    assert healthy.says("__import__('sample').X") == 1
    (finding,) = doctor(healthy, "--select", "SD702")["findings"]
    assert finding["reason"].startswith(
        "1 module with a pyc that does not match: sample.py; some hide"
    )
    assert not doctor(healthy, "--fix", "--select", "SD702")["findings"]
    assert healthy.says("__import__('sample').X") == 2
    assert pyc_of(source).read_bytes()[4] == 1


def test_a_hash_that_is_checked_hides_nothing(healthy: Venv, doctor: Doctor) -> None:
    compile_(healthy, "CHECKED_HASH").write_text("X = 2\n")
    assert not stale(doctor, healthy)


@pytest.mark.parametrize("level", [1, 2])
def test_optimized_ones_are_compiled_again_too(healthy: Venv, doctor: Doctor, level: int) -> None:
    source = compile_(healthy, level=level)
    source.write_text("X = 22\nassert X, 'SLOW'\n")
    assert stale(doctor, healthy)
    report = doctor(healthy, "--fix", "--select", "SD702")
    assert not report["findings"]
    assert [each["step"] for each in report["steps"]] == [
        f"byte-compile 1 module in {healthy.sharedir}"
    ]
    assert not pyc_of(source).exists()
    assert b"SLOW" not in pyc_of(source, level).read_bytes()


@pytest.mark.parametrize(
    ("damage", "is_stale"),
    [
        (lambda pyc: pyc, False),
        (lambda pyc: b"\0\0\r\n" + pyc[4:], True),
        (lambda pyc: pyc[:15], True),
        (lambda pyc: pyc[:4] + b"\x03\0\0\0", True),
        (lambda pyc: pyc[:4] + b"\x04" + pyc[5:], True),
        (lambda pyc: pyc[:12] + b"\x07" + pyc[13:], True),
    ],
)
def test_headers(healthy: Venv, doctor: Doctor, damage: object, is_stale: bool) -> None:
    assert callable(damage)
    pyc = pyc_of(compile_(healthy))
    pyc.write_bytes(damage(pyc.read_bytes()))
    assert stale(doctor, healthy) == is_stale


def test_a_pyc_of_another_interpreter(healthy: Venv, doctor: Doctor) -> None:
    pyc = pyc_of(compile_(healthy))
    for name in ("sample.cpython-20.pyc", "sample.pyc", pyc.name + ".txt", f"gone{pyc.name[6:]}"):
        (pyc.parent / name).write_bytes(b"")
    assert not stale(doctor, healthy)


def test_nothing_is_checked_with_a_pycache_prefix(
    healthy: Venv, doctor: Doctor, tmp_path: Path
) -> None:
    touch(healthy)
    protect(healthy)
    assert not doctor.finds(healthy, "--select", "SD7", PYTHONPYCACHEPREFIX=str(tmp_path))
    assert len(doctor.finds(healthy, "--select", "SD7")) == 2


def test_one_that_cannot_be_written_is_left(healthy: Venv, doctor: Doctor) -> None:
    source = compile_(healthy)
    os.utime(source, (1, 1))
    pyc_of(source).parent.chmod(0o555)
    report = doctor(healthy, "--fix", "--select", "SD702")
    assert not report["steps"]
    assert len(report["findings"]) == 1


def test_a_source_that_does_not_compile_is_reported(healthy: Venv, doctor: Doctor) -> None:
    compile_(healthy).write_text("X =\n")
    report = doctor(healthy, "--fix", "--select", "SD702")
    assert len(report["findings"]) == 1
    assert [each["code"] for each in report["failed"]] == ["SD702"]
    assert "sample.py" in report["failed"][0]["reason"]


def test_says_who_can_write(healthy: Venv, doctor: Doctor) -> None:
    protect(healthy)
    (finding,) = doctor(healthy, "--select", "SD701")["findings"]
    assert finding["reason"].startswith("1 module without a pyc")
    assert finding["reason"].endswith("unkept/__init__.py")
    assert finding["remedy"].endswith(f"-m compileall -q {healthy.sharedir}")


def test_protected_modules_with_pycs_are_healthy(healthy: Venv, doctor: Doctor) -> None:
    protect(healthy)
    (healthy.sharedir / "unkept").chmod(0o755)
    assert not healthy.run("-c", "import unkept").returncode
    (healthy.sharedir / "unkept" / "__pycache__").chmod(0o555)
    (healthy.sharedir / "unkept").chmod(0o555)
    assert not doctor.finds(healthy, "--select", "SD7")


def test_a_file_that_is_not_a_module_needs_no_pyc(healthy: Venv, doctor: Doctor) -> None:
    files = {
        "tree/template.py": "'\\d'; {{ name }} = \n",
        "tree/py-2/old.py": "",
        "tree/{{x}}.py": "",
    }
    put(healthy.sharedir, "tree", files)
    for directory in ("tree/py-2", "tree"):
        (healthy.sharedir / directory).chmod(0o555)
    assert not doctor.finds(healthy, "--select", "SD7")


@pytest.mark.slow
def test_ten_thousand_in_a_second(healthy: Venv) -> None:
    for package in range(100):
        cache = healthy.sharedir / f"package{package}" / "__pycache__"
        cache.mkdir(parents=True)
        for number in range(100):
            source = cache.parent / f"module{number}.py"
            source.write_bytes(b"")
            mtime = int(source.stat().st_mtime).to_bytes(4, "little")
            (cache / pyc_of(source).name).write_bytes(MAGIC + bytes(4) + mtime + bytes(4))
    os.utime(source, (1, 1))
    target = find(str(healthy.root))
    examination = Examination(target, Place.of(target))
    assert examination.directories
    start = time.process_time()
    (finding,) = pycs.stale(examination)
    assert time.process_time() - start < 1
    assert finding.reason.startswith("1 module ")
