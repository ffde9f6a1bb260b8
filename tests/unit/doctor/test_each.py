"""Every check: silent on a healthy venv, finds its fault, mends it or leaves it; loses nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pysharedir.doctor.registry import CHECKS
from unit.doctor.faults import FAULTS

if TYPE_CHECKING:
    from unit.conftest import Venv
    from unit.doctor.conftest import Doctor

FAULTY = [check.code for check in CHECKS if not check.is_note]


def contents(venv: Venv) -> Counter[str]:
    """Return the files below a venv by their content, wherever they are; without pycs, RECORDs."""
    return Counter(
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in venv.root.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.name != "RECORD"
    )


def test_nothing_is_found_in_a_healthy_venv(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    assert doctor.finds(healthy) == {}
    assert doctor.finds(fresh) == {}


def test_every_check_has_its_fault() -> None:
    assert sorted(FAULTS) == sorted(FAULTY)


@pytest.mark.parametrize("code", FAULTY)
def test_a_fault(healthy: Venv, doctor: Doctor, code: str) -> None:
    fault = FAULTS[code]
    fault.make(healthy)
    found = doctor.finds(healthy, **fault.env)
    assert set(found) == {code, *fault.others}
    assert len(found[code]) == len(fault.about)
    for end in fault.about:
        assert any(about.endswith(end) for about in found[code]), found[code]
    before = contents(healthy)
    treated = doctor(healthy, "--fix", **fault.env)
    assert not treated["failed"]
    lost = before - contents(healthy)
    assert not lost
    assert (code not in doctor.finds(healthy, **fault.env)) == fault.mended
