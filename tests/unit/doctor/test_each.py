"""Every check: silent on a healthy venv, finds its fault, fixes or leaves it, loses nothing."""

from __future__ import annotations

import hashlib
import inspect
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pysharedir.doctor.examination import Examination
from pysharedir.doctor.registry import CHECKS
from pysharedir.hook import files as hook
from unit.conftest import VERSION
from unit.doctor.faults import FAULTS

if TYPE_CHECKING:
    from unit.conftest import Venv
    from unit.doctor.conftest import Doctor

FAULTY = [check.code for check in CHECKS if check.code in FAULTS]


def contents(venv: Venv) -> dict[str, str]:
    """Return the digests of the files that pysharedir cannot make again, by path."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in venv.root.rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and ".pysharedir" not in path.parts
        and not hook.is_ours(path)
    }


def lost(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the files that no longer exist under any name."""
    return [path for path in before.keys() - after.keys() if before[path] not in after.values()]


def test_nothing_is_found_in_a_healthy_venv(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    assert doctor.finds(healthy) == {}
    assert doctor.finds(fresh) == {}


def test_every_check_can_be_loaded() -> None:
    """A call loads the check, which looks for nothing before its first finding is asked for."""
    examination = Examination.__new__(Examination)
    assert all(inspect.isgenerator(check.find(examination)) for check in CHECKS)
    assert len({check.function for check in CHECKS}) == len(CHECKS)


# Makes the named checks, and prints the modules of the package that they load.
LOADING = """
import sys
from pysharedir.doctor.examination import Examination
from pysharedir.doctor.treatment import examine, selected
diagnosis = examine(Examination.of(sys.argv[1]), selected(sys.argv[2:], ()))
assert not diagnosis.unchecked
print(*(name for name in sys.modules if name.startswith("pysharedir.")))
"""


def test_a_check_loads_what_it_needs(healthy: Venv) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADING, healthy.root, "SD111"],
        env=healthy.environment,
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    modules = done.stdout.split()
    checks = "pysharedir.doctor.checks."
    assert [name for name in modules if name.startswith(checks)] == [f"{checks}lib64"]
    rooms = {name.split(".")[1] for name in modules}
    assert rooms.isdisjoint({"activation", "moving", "sort", "startup", "sync", "why"})


def test_every_check_has_its_fault() -> None:
    codes = {check.code for check in CHECKS if not (check.is_note or check.on_request)}
    assert FAULTS.keys() == codes | {"SD302"}  # a note that has a fix


@pytest.mark.parametrize("code", FAULTY)
def test_a_fault(healthy: Venv, doctor: Doctor, code: str) -> None:
    fault = FAULTS[code]
    fault.make(healthy)
    found = doctor.finds(healthy, **fault.env)
    assert set(found) == {code, *fault.others}
    assert len(found[code]) == len(fault.about)
    for about in fault.about:
        end = about.replace("VERSION", VERSION)
        assert any(each.endswith(end) for each in found[code]), found[code]
    before = contents(healthy)
    treated = doctor(healthy, "--fix", **fault.env)
    assert not treated["failed"]
    assert not lost(before, contents(healthy))
    assert (code not in doctor.finds(healthy, **fault.env)) == fault.fixed


def batches() -> list[list[str]]:
    """Return all codes in a few lists of faults that can be in one venv together."""
    found: list[list[str]] = []
    for code in FAULTY:
        fault = FAULTS[code]
        for batch in found:
            if all(
                fault.env == FAULTS[other].env
                and other not in fault.excludes
                and code not in FAULTS[other].excludes
                for other in batch
            ):
                batch.append(code)
                break
        else:
            found.append([code])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("batch", [batch for batch in batches() if len(batch) > 1])
def test_faults_together(healthy: Venv, doctor: Doctor, batch: list[str]) -> None:
    for code in batch:
        FAULTS[code].make(healthy)
    env = FAULTS[batch[0]].env
    assert set(doctor.finds(healthy, **env)) >= set(batch)
    before = contents(healthy)
    assert not doctor(healthy, "--fix", **env)["failed"]
    assert not lost(before, contents(healthy))
    left = set(doctor.finds(healthy, **env))
    assert left.isdisjoint(code for code in batch if FAULTS[code].fixed)
    assert left >= {code for code in batch if not FAULTS[code].fixed}
    assert not doctor(healthy, "--fix", **env)["steps"]
