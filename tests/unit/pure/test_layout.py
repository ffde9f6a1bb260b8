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
