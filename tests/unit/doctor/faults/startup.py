"""Faults of startup files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.doctor.faults.fault import Fault

if TYPE_CHECKING:
    from unit.conftest import Venv


def add_failing_line(venv: Venv) -> None:
    (venv.site_dir / "broken.pth").write_text("# all is well here\nimport no_such_module\n")


def add_missing_path(venv: Venv) -> None:
    (venv.site_dir / "astray.pth").write_text(f"{venv.root}/nowhere\n")


def hide_sitecustomize(venv: Venv) -> None:
    hidden = venv.root / "hidden"
    hidden.mkdir()
    (venv.site_dir / "hidden.pth").write_text(f"{hidden}\n")
    (hidden / "sitecustomize.py").write_text("HIDDEN = True\n")
    (venv.site_dir / "sitecustomize.py").write_text("HIDDEN = False\n")


FAULTS = {
    "SD501": Fault(add_failing_line, ("/broken.pth",)),
    "SD502": Fault(add_missing_path, ("/astray.pth",)),
    "SD505": Fault(hide_sitecustomize, ("/hidden/sitecustomize.py",)),
}
