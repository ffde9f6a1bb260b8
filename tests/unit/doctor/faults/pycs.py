"""Faults of byte-compiled modules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from unit.doctor.faults.fault import Fault
from unit.doctor.faults.native import NO_SHAREDIR
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Venv


def protect(venv: Venv) -> None:
    put(venv.sharedir, "unkept", {"unkept/__init__.py": ""})
    (venv.sharedir / "unkept").chmod(0o555)


def touch(venv: Venv) -> None:
    put(venv.sharedir, "touched", {"touched.py": ""})
    assert not venv.run("-c", "import touched").returncode
    os.utime(venv.sharedir / "touched.py", (1, 1))


FAULTS = {
    "SD701": Fault(protect, ("/share/python/VERSION",), excludes=NO_SHAREDIR),
    "SD702": Fault(touch, ("/share/python/VERSION",), fixed=True, excludes=NO_SHAREDIR),
}
