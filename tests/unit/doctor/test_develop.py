"""What doctor says of what `setup.py develop` has installed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from unit.doctor.faults.develop import develop

if TYPE_CHECKING:
    from unit.conftest import Venv
    from unit.doctor.conftest import Doctor


def unseen(doctor: Doctor, venv: Venv, **env: str) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = doctor(venv, "--select", "SD811", **env)["findings"]
    return findings


@pytest.mark.parametrize("shared", [False, True])
def test_the_remedy_is_of_an_installer_that_sees_it(
    healthy: Venv, doctor: Doctor, *, shared: bool
) -> None:
    develop(healthy)
    if shared:
        for path in healthy.site_dir.glob("pip*"):
            path.rename(healthy.sharedir / path.name)
    (found,) = unseen(doctor, healthy)
    pip = f"`env PYSHAREDIR=0 {healthy.python} -m pip uninstall mine`"
    uv = f"`uv pip uninstall --python {healthy.python} mine`"
    assert found["remedy"] == (uv if shared else pip)


def test_pip_sees_it_without_the_hook(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    develop(healthy)
    develop(fresh)
    assert not unseen(doctor, healthy, PYSHAREDIR="0")
    assert not unseen(doctor, fresh)


def test_uv_sees_it(healthy: Venv, doctor: Doctor) -> None:
    develop(healthy)
    for path in healthy.site_dir.glob("pip-*"):
        shutil.rmtree(path)
    assert not unseen(doctor, healthy)
