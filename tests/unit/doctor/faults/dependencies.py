"""Faults of what shared distributions require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.doctor.faults.fault import Fault
from unit.doctor.faults.native import NO_SHAREDIR
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Venv


def require(venv: Venv) -> None:
    info = put(venv.sharedir, "needy", {"needy.py": ""})
    with (info / "METADATA").open("a") as metadata:
        metadata.write("Requires-Dist: lacking>=2\n")


FAULTS = {"SD401": Fault(require, ("lacking",), excludes=NO_SHAREDIR)}
