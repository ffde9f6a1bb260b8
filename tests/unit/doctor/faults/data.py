"""Faults of data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.doctor.faults.fault import Fault
from unit.doctor.faults.native import NO_SHAREDIR
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Venv


def put_data_elsewhere(venv: Venv) -> None:
    """Let another prefix install a distribution with data into the sharedir."""
    files: dict[str, str | bytes] = {"dated.py": "", "dated-1.0.data/data/share/dated/x": "x"}
    put(venv.sharedir, "dated", files, prefix=venv.root.with_name("elsewhere"))


FAULTS = {
    "SD414": Fault(put_data_elsewhere, ("dated",), fixed=True, excludes=NO_SHAREDIR),
}
