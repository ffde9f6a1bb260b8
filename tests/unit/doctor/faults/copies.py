"""Faults of modules and distributions that are there more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trees import plant
from unit.doctor.faults.fault import Fault
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from unit.conftest import Venv


def put_platform(directory: Path, name: str, files: Mapping[str, str]) -> None:
    """Install a distribution that is not noarch."""
    put(directory, name, files, purelib="false", tag="cp3-abi3-linux_x86_64")


def put_a_distribution_twice(venv: Venv) -> None:
    """As after two installers that spell a name in two ways."""
    put_platform(venv.site_dir, "spelled.twice", {"spelled.py": ""})
    put_platform(venv.site_dir, "spelled_twice", {"spelled.py": ""})


def put_a_module_twice(venv: Venv) -> None:
    put_platform(venv.site_dir, "twin", {"twin.py": "HERE = 'site dir'"})
    plant(venv.sharedir, {"twin.py": "HERE = 'sharedir'"})


def split_a_package(venv: Venv) -> None:
    put_platform(venv.site_dir, "halves", {"halves/__init__.py": "", "halves/one.py": ""})
    plant(venv.sharedir, {"halves/__init__.py": "", "halves/two.py": "", "halves/sub/three.py": ""})


def hide_a_namespace(venv: Venv) -> None:
    put_platform(venv.site_dir, "spaced", {"space/__init__.py": "", "space/one.py": ""})
    plant(venv.sharedir, {"space/two.py": ""})


FAULTS = {
    "SD201": Fault(put_a_distribution_twice, ("spelled.twice",)),
    "SD202": Fault(put_a_module_twice, ("/twin.py",)),
    "SD203": Fault(split_a_package, ("/halves",)),
    "SD204": Fault(hide_a_namespace, ("/space",)),
}
