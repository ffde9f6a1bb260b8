"""Faults of ``sys.path`` and of lib64."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.doctor.faults.fault import Fault

if TYPE_CHECKING:
    from unit.conftest import Venv


def remove_lib64(venv: Venv) -> None:
    (venv.root / "lib64").unlink()


FAULTS = {
    "SD111": Fault(remove_lib64, ("/lib64",), mended=True),
}
