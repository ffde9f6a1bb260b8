"""Hooks and sharedirs that are as somebody wants them to be, and some that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


@pytest.mark.parametrize("env", [{}, {"PYSHAREDIR": "0"}, {"PYSHAREDIR": "1"}])
@pytest.mark.parametrize("option", ["--opt-in", "--no-opt-in", "--style=sitecustomize"])
def test_a_toggle_is_no_fault(
    venv: Venv, command: Command, doctor: Doctor, option: str, env: dict[str, str]
) -> None:
    command.json("--python", venv.root, "enable", option)
    put(venv.sharedir, "pure", {"pure.py": ""})
    assert doctor.finds(venv, **env) == {}


def test_who_allows_others_to_write_may_do_so(venv: Venv, command: Command, doctor: Doctor) -> None:
    command.json("--python", venv.root, "enable", "--allow-world-writable")
    venv.sharedir.chmod(0o777)
    assert doctor.finds(venv) == {}


def test_a_sharedir_to_be_mounted_is_not_made(
    venv: Venv, command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    command.json("--python", venv.root, "enable", "--sharedir", outside)
    assert doctor.finds(venv) == {}
    outside.rmdir()
    assert doctor(venv, "--fix")["steps"] == []
    assert doctor.finds(venv) == {"SD611": [str(outside)]}


def test_parents_that_others_can_write_to(healthy: Venv, doctor: Doctor) -> None:
    share = healthy.root / "share"
    share.chmod(0o777)
    assert doctor.finds(healthy) == {"SD613": [str(share)]}
    share.chmod(0o1777)  # as /tmp: nobody can replace what is another's
    assert doctor.finds(healthy) == {}


def test_a_sharedir_that_the_hook_skips(healthy: Venv, doctor: Doctor) -> None:
    healthy.sharedir.chmod(0o777)
    assert doctor.finds(healthy) == {"SD613": [str(healthy.sharedir)]}
    doctor(healthy, "--fix")
    assert doctor.finds(healthy) == {}


@pytest.fixture
def two_hooks(enabled: Venv, make_venv: Callable[[str], Venv]) -> tuple[Venv, Venv]:
    """A hooked venv, and a hooked prefix whose site dir it has on its path too."""
    other = make_venv("other")
    (enabled.site_dir / "other.pth").write_text(f"{other.site_dir}\n")
    return enabled, other


def test_hooks_of_two_roots_go_together(
    two_hooks: tuple[Venv, Venv], command: Command, doctor: Doctor
) -> None:
    first, second = two_hooks
    command.json("--python", second.root, "enable")
    assert doctor.finds(first) == {}


def test_two_hooks_that_are_to_differ(
    two_hooks: tuple[Venv, Venv], command: Command, doctor: Doctor, tmp_path: Path
) -> None:
    first, second = two_hooks
    command.json("--python", second.root, "enable", "--sharedir", tmp_path / "outside")
    assert doctor.finds(first) == {"SD605": [str(second.site_dir / "_pysharedir.py")]}


def test_the_settings_survive_a_fix(venv: Venv, command: Command, doctor: Doctor) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    (venv.site_dir / "_pysharedir.d" / "adjust.py").unlink()
    assert list(doctor.finds(venv)) == ["SD603"]
    doctor(venv, "--fix")
    assert doctor.finds(venv) == {}
    assert command.json("--python", venv.root, "status")["hook"]["settings"]["opt_in"]
