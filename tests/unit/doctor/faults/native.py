"""Faults of noarch and native distributions."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from unit.doctor.faults.fault import Fault
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Venv

BOUND = "cp3-abi3-linux_x86_64"
FOREIGN = ".cpython-37m-sparc64-linux-gnu.so"
# None of these can be there if the sharedir is gone or not used.
NO_SHAREDIR = ("SD603", "SD604", "SD611", "SD612")


def shared_object(*needed: str, rpath: str = "", force_rpath: bool = False) -> bytes:
    """Return a real one: a copy of an extension module, changed by patchelf."""
    if sys.platform != "linux" or shutil.which("patchelf") is None:
        pytest.skip("no patchelf on this machine")
    dynload = Path(sysconfig.get_path("stdlib"), "lib-dynload")
    with TemporaryDirectory() as directory:
        path = Path(shutil.copy(min(dynload.glob("*.so")), directory))
        changes = [["--add-needed", name] for name in needed]
        if rpath:
            changes.append([*(["--force-rpath"] if force_rpath else []), "--set-rpath", rpath])
        for change in changes:  # patchelf 0.14 mixes up the strings of two changes at once
            subprocess.run(["patchelf", *change, path], check=True)
        return path.read_bytes()


def put_native(venv: Venv) -> None:
    start = Path(sys.executable).read_bytes()[:64]
    put(venv.sharedir, "native", {"native/__init__.py": "", "native/data.bin": start})


def put_outside(venv: Venv) -> None:
    put(venv.site_dir, "outside", {"outside.py": ""})


def put_apart(venv: Venv) -> None:
    """Put the libraries of a native distribution into the sharedir, as the labels say."""
    user = shared_object("libthing.so.1", rpath="$ORIGIN/../thing/lib")
    put(venv.site_dir, "user", {"user/_user.so": user}, purelib="false", tag=BOUND)
    put(
        venv.sharedir,
        "thing",
        {"thing/lib/libthing.so.1": shared_object()},
        tag="py3-none-manylinux1_x86_64",
    )


def put_elsewhere(venv: Venv) -> None:
    files = {"elsewhere/__init__.py": "", f"elsewhere/_a{FOREIGN}": "\x7fELF"}
    put(venv.site_dir, "elsewhere", files, purelib="false", tag="cp3-abi3-linux_sparc64")


FAULTS = {
    "SD301": Fault(put_native, ("native",), fixed=True, excludes=NO_SHAREDIR),
    "SD302": Fault(put_outside, ("/site-packages",), fixed=True, excludes=NO_SHAREDIR),
    "SD304": Fault(put_elsewhere, ("elsewhere",)),
    "SD303": Fault(
        put_apart, ("/user/_user.so",), fixed=True, others=("SD301",), excludes=NO_SHAREDIR
    ),
}
