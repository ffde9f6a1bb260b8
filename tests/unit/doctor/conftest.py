"""Healthy venvs, and what doctor says about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv


@dataclass(frozen=True)
class Doctor:
    """The command ``doctor``, as its users run it."""

    command: Command

    def __call__(self, venv: Venv, *arguments: str, **env: str) -> Any:
        """Return its JSON, and check its exit status."""
        done = self.command("--python", venv.root, "doctor", "--json", *arguments, **env)
        assert done.returncode in (0, 1), done.stderr
        report = json.loads(done.stdout)
        assert not done.stderr
        faults = [each for each in report["findings"] if each["level"] == "fault"]
        assert done.returncode == bool(faults or report["unchecked"])
        return report

    def finds(self, venv: Venv, *arguments: str, **env: str) -> dict[str, list[str]]:
        """Return what its findings are about, by code.

        Of the notes only those that ``--fix`` does something about, unless they are selected.
        """
        report = self(venv, *arguments, **env)
        assert not report["unchecked"], report["unchecked"]
        found: dict[str, list[str]] = {}
        for each in report["findings"]:
            if each["level"] == "fault" or each["fix"] or "--select" in arguments:
                found.setdefault(each["code"], []).append(each["about"])
        return found


@pytest.fixture
def doctor(command: Command) -> Doctor:
    return Doctor(command)


@pytest.fixture
def healthy(enabled: Venv) -> Venv:
    """A venv with the hook, a noarch distribution with a script, and one for the platform."""
    put(enabled.sharedir, "pure", {"pure/__init__.py": "", "pure/more.py": ""})
    put(enabled.site_dir, "bound", {"bound.py": ""}, purelib="false", tag="cp3-abi3-linux_x86_64")
    return enabled


@pytest.fixture
def fresh(make_venv: Callable[[str], Venv]) -> Venv:
    """A venv without the hook."""
    return make_venv("fresh")
