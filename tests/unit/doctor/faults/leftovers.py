"""Faults that an interrupted installer leaves."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from unit.doctor.faults.copies import put_platform
from unit.doctor.faults.fault import Fault

if TYPE_CHECKING:
    from unit.conftest import Venv


def interrupt_pip(venv: Venv) -> None:
    put_platform(venv.site_dir, "upgraded", {"upgraded/__init__.py": ""})
    for name in ("upgraded", "upgraded-1.0.dist-info"):
        shutil.copytree(venv.site_dir / name, venv.site_dir / f"~{name[1:]}")


FAULTS = {
    "SD211": Fault(interrupt_pip, ("/~pgraded", "/~pgraded-1.0.dist-info"), fixed=True),
}
