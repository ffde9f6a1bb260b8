"""Faults of what `setup.py develop` has installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trees import plant
from unit.doctor.faults.copies import put_platform
from unit.doctor.faults.fault import Fault
from unit.doctor.faults.native import NO_SHAREDIR

if TYPE_CHECKING:
    from unit.conftest import Venv


def develop(venv: Venv) -> None:
    """Leave a project as setuptools before version 80 does, and a pip."""
    egg_info = {"PKG-INFO": "Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n"}
    project = plant(venv.root.parent / "mine", {"mine.egg-info": {**egg_info}, "mine.py": ""})
    lines = {"mine.egg-link": f"{project}\n.", "easy-install.pth": f"{project}\n"}
    plant(venv.site_dir, {**lines})
    put_platform(venv.site_dir, "pip", {"pip.py": ""})


FAULTS = {"SD811": Fault(develop, ("/mine.egg-link",), excludes=NO_SHAREDIR)}
