"""What shared distributions require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.doctor.faults.dependencies import require
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


def test_says_who_requires_which_version(healthy: Venv, doctor: Doctor) -> None:
    require(healthy)
    put(healthy.site_dir, "lacking", {"lacking.py": ""}, purelib="false")
    (finding,) = doctor(healthy, "--select", "SD401")["findings"]
    assert finding["reason"] == "1.0 is installed, but needy in the sharedir requires lacking>=2"
    assert f"`pysharedir --python {healthy.root} sync --install`" in finding["remedy"]
    assert not finding["fix"]


def test_is_not_reported_outside_the_sharedir(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    info = put(healthy.site_dir, "alone", {"alone.py": ""}, purelib="false")
    with (info / "METADATA").open("a") as metadata:
        metadata.write("Requires-Dist: lacking\n")
    assert not doctor.finds(healthy, "--select", "SD401")
    require(fresh)
    assert "SD401" not in doctor.finds(fresh, "--select", "SD401")


def test_is_silent_while_the_sharedir_is_not_used(
    venv: Venv, doctor: Doctor, command: Command
) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    require(venv)
    assert not doctor.finds(venv, "--select", "SD401")
    assert doctor.finds(venv, "--select", "SD401", PYSHAREDIR="1") == {"SD401": ["lacking"]}
