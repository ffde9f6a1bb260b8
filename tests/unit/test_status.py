"""Why a hook is not active, as ``status`` says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from unit.conftest import Command, Venv


@pytest.fixture
def inactive(enabled: Venv, command: Command) -> Any:
    """Return what asks why the hook of a venv is not active."""

    def ask(**env: str) -> Any:
        status = command.json("--python", enabled.root, "status", **env)
        assert status["active"] is (status["inactive"] is None)
        said = command("--python", enabled.root, "status", **env).stdout
        if status["inactive"]:
            assert f"; not active: {status['inactive']['reason']}" in said
            assert f"remedy       {status['inactive']['remedy']}" in " ".join(said.split("\n"))
        return status["inactive"]

    return ask


def test_it_is_active(inactive: Any) -> None:
    assert inactive() is None


def test_it_is_switched_off(enabled: Venv, command: Command, inactive: Any) -> None:
    why = inactive(PYSHAREDIR="no")
    assert (why["cause"], why["remedy"]) == ("hook-off", "unset PYSHAREDIR")
    assert "PYSHAREDIR=no" in why["reason"]
    command.json("--python", enabled.root, "enable", "--opt-in")
    why = inactive()
    assert (why["cause"], why["remedy"]) == ("hook-off", "set PYSHAREDIR=1")
    assert inactive(PYSHAREDIR="1") is None


def test_the_sharedir_is_not_there(enabled: Venv, inactive: Any) -> None:
    enabled.sharedir.rename(enabled.root / "away")
    assert inactive()["cause"] == "sharedir-missing"
    enabled.sharedir.write_text("")
    assert inactive()["cause"] == "sharedir-missing"


def test_others_can_write_to_it(enabled: Venv, command: Command, inactive: Any) -> None:
    enabled.sharedir.chmod(0o1777)
    why = inactive(PYSHAREDIR="0")
    assert (why["cause"], why["remedy"]) == ("sharedir-writable", f"chmod o-w {enabled.sharedir}")
    command.json("--python", enabled.root, "enable", "--allow-world-writable")
    assert inactive() is None


def test_it_cannot_be_read(enabled: Venv, inactive: Any) -> None:
    enabled.sharedir.chmod(0o300)
    assert inactive()["cause"] == "sharedir-unreadable"
    enabled.sharedir.chmod(0o755)


def test_the_hook_is_damaged(enabled: Venv, inactive: Any) -> None:
    for path in enabled.site_dir.glob("_pysharedir.*"):
        if path.is_file():
            path.unlink()
    why = inactive()
    assert why["cause"] == "hook-damaged"
    assert why["remedy"].endswith("doctor --select SD6")


def test_its_site_dir_is_not_on_the_path(enabled: Venv, command: Command) -> None:
    prefix = enabled.root / "other"
    prefix.mkdir()
    options = ("--python", enabled.root, "{}", "--prefix", prefix)
    command.json(*(str(each).format("enable") for each in options))
    why = command.json(*(str(each).format("status") for each in options))["inactive"]
    assert why["cause"] == "site-dir-unused"


def test_something_takes_it_off_the_path(enabled: Venv, inactive: Any) -> None:
    code = "import sys; sys.path[:] = [each for each in sys.path if '/share/' not in each]\n"
    (enabled.site_dir / "sitecustomize.py").write_text(code)
    why = inactive()
    assert why["cause"] == "hook-idle"
    assert why["remedy"].endswith(" startup")


def test_another_sitecustomize_comes_first(enabled: Venv, command: Command, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").touch()
    command.json("--python", enabled.root, "enable", "--style", "sitecustomize")
    status = command.json("--python", enabled.root, "status", PYTHONPATH=str(tmp_path))
    assert status["inactive"]["cause"] == "hook-shadowed"
    assert status["inactive"]["remedy"].endswith("enable --style pth")
