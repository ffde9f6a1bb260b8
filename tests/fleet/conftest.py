"""Ansible, and the collection that it is given."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from fleet.controller import Controller
from lab.conftest import skip


@pytest.fixture(scope="session")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Controller:
    skip(None if find_spec("ansible") else "ansible-core is in the dependency group `fleet` only")
    return Controller.make(tmp_path_factory.mktemp("ansible") / "controller")
