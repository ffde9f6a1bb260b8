"""What follows from the facts of an interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pysharedir.errors import LayoutError
from unit.pure.made import SITE_DIR, target

if TYPE_CHECKING:
    from pathlib import Path


def test_root() -> None:
    assert target().root == "/v"
    assert target(purelib="/usr/lib/python3/dist-packages").root == "/usr"
    with pytest.raises(LayoutError):
        _ = target(purelib="/somewhere").root


@pytest.mark.parametrize(
    ("facts", "makes_lib64"),
    [
        ({}, True),
        ({"version_info": (3, 14, 9)}, True),
        ({"version_info": (3, 15, 0)}, False),
        ({"base_prefix": "/v"}, False),
        ({"bits": 32}, False),
        ({"platform": "freebsd14"}, True),
        ({"platform": "darwin"}, False),
    ],
)
def test_makes_lib64(facts: dict[str, Any], makes_lib64: bool) -> None:
    assert target(**facts).makes_lib64 == makes_lib64


def test_spec_is_the_venv_if_that_names_it(tmp_path: Path) -> None:
    for name in "a b", "other":
        (tmp_path / name / "bin").mkdir(parents=True)
    own, other = tmp_path / "a b/bin/python", tmp_path / "other/bin/python"
    assert target(executable=own, prefix=str(tmp_path / "a b")).spec == str(own)
    own.touch()
    other.touch()
    venv = target(executable=own, prefix=str(tmp_path / "a b"))
    assert venv.spec == str(tmp_path / "a b")
    assert venv.command("sort", "x y") == f"pysharedir --python '{tmp_path}/a b' sort 'x y'"
    assert target(executable=other, prefix=str(tmp_path / "a b")).spec == str(other)
    base = target(executable=own, prefix=str(tmp_path / "a b"), base_prefix=str(tmp_path / "a b"))
    assert base.spec == str(own)


def test_command_names_another_root() -> None:
    command = "pysharedir --python /v/bin/python sort"
    assert target().command("sort") == target().command("sort", root="/v") == command
    assert target().command("sort", root="/usr") == f"{command} --prefix /usr"


def test_installer() -> None:
    words = ("install", "a>1")
    assert target().installer(*words, has_pip=True) == "/v/bin/python -m pip install 'a>1'"
    assert target().installer(*words, has_pip=False) == (
        "uv pip install --python /v/bin/python 'a>1'"
    )


def test_another_version_has_other_site_dirs() -> None:
    assert target().root_of(SITE_DIR) == "/v"
    assert target(version_info=(3, 12, 0)).root_of(SITE_DIR) is None
