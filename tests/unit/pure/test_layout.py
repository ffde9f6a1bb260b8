"""Roots, site dirs and sharedirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir import layout

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("site_dir", "root"),
    [
        ("/usr/lib/python3.13/site-packages", "/usr"),
        ("/usr/lib64/python3.13/site-packages", "/usr"),
        ("/usr/lib/python3/dist-packages", "/usr"),
        ("/usr/local/lib/python3.13/dist-packages", "/usr/local"),
        ("/v/lib/python3.13t/site-packages", "/v"),
        ("/v/lib/pypy3.13/site-packages", "/v"),
        ("/lib/python3.13/site-packages", ""),
        # Of another version, in another directory, or something else.
        ("/v/lib/python3.1/site-packages", None),
        ("/v/lib/python3.12/site-packages", None),
        ("/v/libx/python3.13/site-packages", None),
        ("/v/lib/python3.13/packages", None),
        ("/v/lib/python3.13/site-packages/sub", None),
        ("/v/lib/python3.13/site-packages/", None),
        ("lib/python3.13/site-packages", None),
        ("/v/share/python/3.13", None),
        ("", None),
    ],
)
def test_root_of(site_dir: str, root: str | None) -> None:
    assert layout.root_of(site_dir, "3.13") == root


def test_root_of_goes_by_the_platlibdir() -> None:
    site_dir = "/v/lib32/python3.9/site-packages"
    assert (layout.root_of(site_dir, "3.9"), layout.root_of(site_dir, "3.9", "lib32")) == (
        None,
        "/v",
    )


def test_sharedir_of() -> None:
    assert layout.sharedir_of("/usr", "3.13") == "/usr/share/python/3.13"


def test_same_directory(tmp_path: Path) -> None:
    one, other, link = (str(tmp_path / name) for name in ("one", "other", "link"))
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to("one")
    assert layout.same_directory(one, link, f"{other}/../one")
    assert not layout.same_directory(one, other)
    assert not layout.same_directory(one, link, other)
    assert not layout.same_directory(f"{tmp_path}/none", f"{tmp_path}/none")
    assert layout.lists([other, link], one)
    assert not layout.lists([other], one)
    assert not layout.lists([], one)


@pytest.mark.parametrize(
    ("stdlib", "archive"),
    [
        ("/usr/lib/python3.13", "/usr/lib/python313.zip"),
        ("/usr/lib64/python3.9", "/usr/lib64/python39.zip"),
        ("/opt/lib/python3.14t", "/opt/lib/python314t.zip"),
    ],
)
def test_archive_of(stdlib: str, archive: str) -> None:
    """As getpath has it: ``ABI_THREAD`` is in both names."""
    assert layout.archive_of(stdlib) == archive


@pytest.mark.parametrize(
    ("path", "is_reserved"),
    [
        ("_pysharedir.py", True),
        ("_pysharedir.d/path.py", True),
        (".pysharedir/stage/x", True),
        ("__pycache__/_pysharedir.cpython-311.pyc", True),
        ("_pysharedir_more.py", False),
        ("p/_pysharedir.py", False),
        (".pysharedirs", False),
        ("sitecustomize.py", False),
    ],
)
def test_is_reserved(path: str, is_reserved: bool) -> None:
    assert layout.is_reserved(path) == is_reserved
