"""What doctor says about what an interrupted pip leaves behind, and what it removes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pysharedir.doctor.checks import leftovers
from trees import Tree, names, plant
from unit.conftest import Venv
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path

    from unit.doctor.conftest import Doctor


@pytest.mark.parametrize(
    ("renamed", "name", "fits"),
    [
        ("~dna", "idna", True),
        ("~-na", "idna", True),
        ("~0~a", "idna", True),
        ("~idna", "idna", True),
        ("~-=idna", "idna", True),
        ("~ackports_abc", "backports.abc", True),
        ("~idn", "idna", False),
        ("~na", "idna", False),  # pip keeps the length
        ("~xna", "idna", False),
        ("~", "idna", False),
        ("~~~~", "idna", False),
        ("~dna.bak", "idna", False),
    ],
)
def test_names_that_pip_gives(renamed: str, name: str, fits: bool) -> None:
    assert leftovers._fits(renamed, name) == fits  # noqa: SLF001


NEW: Tree = {
    "new": {"__init__.py": "", "sub": {"a.py": ""}},
    "new-2.0.dist-info": {
        "METADATA": "Name: new\nVersion: 2.0\n",
        "RECORD": "new/__init__.py,,\nnew/sub/a.py,,\n",
    },
}


@pytest.mark.parametrize(
    ("tree", "about", "is_fixed"),
    [
        ({**NEW, "~ew": {"old.py": ""}}, "~ew", True),
        ({**NEW, "~-w-1.9.dist-info": {"RECORD": ""}}, "~-w-1.9.dist-info", True),
        ({**NEW, "~new-1.9.dist-info": {}}, "~new-1.9.dist-info", True),
        ({**NEW, "~ew-1.9-py3.9.egg-info": {}}, "~ew-1.9-py3.9.egg-info", True),
        ({**NEW, "new/~ub/x": ""}, "new/~ub", True),
        # Nothing is in their places, or nobody knows what is.
        ({"~ew": {"old.py": ""}}, "~ew", False),
        ({**NEW, "new-2.0.dist-info": {"METADATA": "Name: new\n"}, "~ew": {}}, "~ew", False),
        ({"~ew-1.9.dist-info": {}}, "~ew-1.9.dist-info", False),
        ({**NEW, "~ther": {"mine": ""}, "other": {}}, "~ther", False),
        ({**NEW, "new-2.0.dist-info": {}, "~ew": {}}, "~ew", False),
        ({**NEW, "n": {"~ew": {"mine": ""}}}, "n/~ew", False),
    ],
)
def test_only_what_was_replaced_is_removed(
    fresh: Venv, doctor: Doctor, tree: Tree, about: str, is_fixed: bool
) -> None:
    plant(fresh.site_dir, tree)
    before = names(fresh.root)
    found = doctor.finds(fresh, "--select", "SD211")
    assert found == {"SD211": [str(fresh.site_dir / about)]}
    assert doctor(fresh, "--fix", "--select", "SD211")["failed"] == []
    left = [name for name in before if about not in name] if is_fixed else before
    assert names(fresh.root) == left
    assert (fresh.site_dir / about).exists() != is_fixed


def test_a_directory_with_an_owner_and_a_link_are_none(fresh: Venv, doctor: Doctor) -> None:
    put(fresh.site_dir, "odd", {"~dd/a.py": "", "odd/__init__.py": ""})
    plant(fresh.site_dir, {"~link": "-> odd", "~file": "", "odd": {"~": ""}})
    assert doctor.finds(fresh, "--select", "SD211") == {}


def test_another_root_is_left_alone(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {**NEW, "~ew": {"old.py": ""}})
    env = {"PYSHAREDIR_PREFIXES": str(fresh.root)}
    assert list(doctor.finds(healthy, "--select", "SD211", **env)) == ["SD211"]
    assert not doctor(healthy, "--fix", "--select", "SD211", **env)["steps"]


def test_a_distribution_that_sort_moved_is_a_replacement(healthy: Venv, doctor: Doctor) -> None:
    plant(healthy.site_dir, {"~ew": {"old.py": ""}, "~ew-1.9.dist-info": {}})
    plant(healthy.sharedir, NEW)
    assert doctor(healthy, "--fix", "--select", "SD211")["findings"] == []
    assert [path.name for path in healthy.site_dir.glob("~*")] == []


@pytest.mark.slow
def test_what_a_killed_pip_leaves(
    tmp_path: Path, environment: dict[str, str], doctor: Doctor
) -> None:
    """A real pip, killed after it renamed the old version, and run again."""
    venv = Venv(tmp_path / "venv", environment)
    base = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001
    subprocess.run([base, "-m", "venv", venv.root], check=True, env=environment)
    doctor.command.json("--python", venv.root, "enable")
    put(venv.sharedir, "killed", {"killed/__init__.py": "", "killed/data": ""})
    code = (
        "import os, sys\n"
        "from pip._internal.req import req_uninstall as stash\n"
        "stash.UninstallPathSet.commit = lambda self: os.kill(os.getpid(), 9)\n"
        "from pip._internal.cli.main import main\n"
        "main(['uninstall', '--yes', 'killed'])\n"
    )
    assert venv.run("-c", code).returncode == -signal.SIGKILL
    renamed = ["~illed", "~illed-1.0.dist-info"]
    assert sorted(os.listdir(venv.sharedir)) == ["README.txt", *renamed]
    assert doctor(venv, "--fix", "--select", "SD211")["steps"] == []
    put(venv.sharedir, "killed", {"killed/__init__.py": "", "killed/data": ""})
    assert "Ignoring invalid distribution ~illed" in venv.run("-m", "pip", "list").stderr
    assert doctor(venv, "--fix", "--select", "SD211")["findings"] == []
    assert sorted(os.listdir(venv.sharedir)) == ["README.txt", "killed", "killed-1.0.dist-info"]
    assert venv.run("-m", "pip", "list").stderr == ""
