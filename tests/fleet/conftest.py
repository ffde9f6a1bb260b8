"""Ansible, and the collection that it is given."""

from __future__ import annotations

import pytest

from fleet.controller import Controller

pytest.importorskip("ansible", reason="ansible-core is in the environment `fleet` only")


@pytest.fixture(scope="session")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Controller:
    return Controller.make(tmp_path_factory.mktemp("ansible") / "controller")
