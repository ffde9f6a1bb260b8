"""Faults of ``sys.path`` and of lib64."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.doctor.faults.copies import put_platform
from unit.doctor.faults.fault import Fault

if TYPE_CHECKING:
    from pathlib import Path

    from unit.conftest import Venv


def put_on_path_twice(venv: Venv) -> None:
    """As the site dirs of a build with lib64 are; here by a path line."""
    line = f"../../../lib64/{venv.site_dir.parent.name}/site-packages\n"
    put_platform(venv.site_dir, "line", {"line.pth": line})


def remove_lib64(venv: Venv) -> None:
    (venv.root / "lib64").unlink()


def relink_lib64(venv: Venv, to: str | Path) -> None:
    remove_lib64(venv)
    (venv.root / "lib64").symlink_to(to)


def make_lib64_absolute(venv: Venv) -> None:
    relink_lib64(venv, venv.root / "lib")


def make_lib64_dangle(venv: Venv) -> None:
    """As an absolute one does after the venv moved."""
    relink_lib64(venv, venv.root.with_name("where-it-was") / "lib")


def separate_lib64(venv: Venv) -> Path:
    """Return the site dir in it."""
    remove_lib64(venv)
    site_dir = venv.root / "lib64" / venv.site_dir.parent.name / "site-packages"
    site_dir.mkdir(parents=True)
    put_platform(site_dir, "torchlike", {"torchlike.py": ""})
    return site_dir


FAULTS = {
    # With the hook off, Python finds nothing in the sharedir.
    "SD101": Fault(
        put_on_path_twice,
        ("/site-packages",),
        excludes=("SD111", "SD114", "SD202", "SD203", "SD204"),
        env={"PYSHAREDIR": "0"},
    ),
    "SD111": Fault(remove_lib64, ("/lib64",), fixed=True, excludes=("SD101", "SD112", "SD113")),
    "SD112": Fault(make_lib64_absolute, ("/lib64",), fixed=True, excludes=("SD111", "SD113")),
    "SD113": Fault(make_lib64_dangle, ("/lib64",), fixed=True, excludes=("SD111", "SD112")),
    "SD114": Fault(
        separate_lib64, ("/site-packages",), excludes=("SD101", "SD111", "SD112", "SD113")
    ),
}
