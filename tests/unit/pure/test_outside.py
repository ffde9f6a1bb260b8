"""Files of distributions outside their directory: the prefix that they were installed in."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from pysharedir.installed import outside
from pysharedir.installed.outside import File
from trees import plant
from unit.pure.made import distribution

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"content"


def encoded(algorithm: str) -> str:
    digest = hashlib.new(algorithm, TEXT).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def test_usr_local_of_another_host() -> None:
    # This host has a Python in /usr, and perhaps none in /usr/local.
    shared = distribution("hello", "../../usr/local/bin/hello", directory="/apps/share")
    (file,) = outside.files(shared, "3.0", ["/usr"])
    assert (file.prefix, file.script) == ("/usr/local", "hello")


@pytest.mark.parametrize(
    ("rows", "prefix"),
    [
        # What is on disk tells: nothing, a venv, a Python's own prefix, one without an interpreter.
        (["../gone/share/x"], "gone"),
        (["../gone/share/man/man1/x.1"], "gone"),
        (["../gone/etc/x", "../gone/share/y/z"], "gone"),
        (["../share/gone/share/x/y"], "share/gone"),
        (["../venv/odd/x"], "venv"),
        (["../venv/LICENSE"], "venv"),
        (["../own/odd/x", "../own/bin/x"], "own"),
        (["../other/odd/x"], "other"),
        (["../own/inner/share/x"], "own/inner"),
        (["../known/odd/x"], "known"),
        (["../known/share/x"], "known"),
        (["../gone/odd/x"], None),
        (["../gone/odd/x", "../gone/share/x"], None),
        (["../gone/share/x", "../venv/share/x"], None),
    ],
)
def test_prefix(tmp_path: Path, rows: list[str], prefix: str | None) -> None:
    plant(
        tmp_path,
        {
            "venv/pyvenv.cfg": "",
            "own": {"bin": {"python3": "-> nowhere"}, "inner/pyvenv.cfg": ""},
            "other/lib64/python3.13": {},
        },
    )
    shared = distribution("hello", *rows, "hello.py", directory=str(tmp_path / "shared"))
    known = [str(tmp_path / "known")]
    files = outside.files(shared, "3.13", known)
    assert {file.prefix for file in files} == {str(tmp_path / prefix) if prefix else ""}
    paths = [os.path.normpath(tmp_path / "shared" / row) for row in rows]
    assert [str(file.path) for file in files] == paths


def test_a_directory_that_is_known_by_a_link(tmp_path: Path) -> None:
    plant(tmp_path, {"real": {"shared": {}, "venv/pyvenv.cfg": ""}, "deep": {}})
    plant(tmp_path / "deep", {"shared": "-> ../real/shared"})
    shared = distribution("hello", "../venv/share/x", directory=str(tmp_path / "deep/shared"))
    (file,) = outside.files(shared, "3.13", [])
    assert file.path == tmp_path / "real/venv/share/x"


def test_pycs_are_left_out() -> None:
    shared = distribution("hello", "../a/share/__pycache__/x.pyc", "../a/share/x.py")
    assert [file.name for file in outside.files(shared, "3.13", ["/a"])] == ["share/x.py"]
    assert outside.files(distribution("hello", "hello.py"), "3.13", []) == []


@pytest.mark.parametrize(
    ("name", "script"), [("bin/x", "x"), ("bin/sub/x", None), ("share/bin/x", None), ("x", None)]
)
def test_scripts(name: str, script: str | None) -> None:
    assert File(distribution("hello"), "/a", name, "").script == script


@pytest.mark.parametrize(
    ("said", "is_read"),
    [
        (encoded("sha256"), True),
        (encoded("sha512"), True),
        (encoded("sha256")[:-1], False),
        ("sha256=", False),
        ("sha256", False),
        ("sha384=nonsense", False),
        ("", True),  # so far as it can be nobody else's
        ("md5=nonsense", True),
    ],
)
def test_content_is_what_was_installed(tmp_path: Path, said: str, is_read: bool) -> None:
    (tmp_path / "x").write_bytes(TEXT)
    (tmp_path / "x").chmod(0o644)
    file = File(distribution("hello"), str(tmp_path), "x", said)
    if is_read:
        assert file.read() == TEXT
        assert file.digest in (hashlib.sha256(TEXT).hexdigest(), None)
    else:
        with pytest.raises(OSError, match="not what was installed"):
            file.read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another")
def test_without_a_hash_it_is_nobody_elses(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(TEXT)
    os.chown(tmp_path / "x", 65534, 65534)
    (tmp_path / "x").chmod(0o644)
    with pytest.raises(OSError, match=r"it belongs to .+, and no hash"):
        File(distribution("hello"), str(tmp_path), "x", "").read()
    assert File(distribution("hello"), str(tmp_path), "x", encoded("sha256")).read() == TEXT


@pytest.mark.parametrize("way", ["link", "linked directory"])
def test_without_a_hash_no_link_is_followed(tmp_path: Path, way: str) -> None:
    plant(tmp_path, {"secret": {"x": "secret"}})
    plant(tmp_path, {"share": "-> secret"} if way != "link" else {"share": {"x": "-> ../secret/x"}})
    file = File(distribution("hello"), str(tmp_path), "share/x", "")
    with pytest.raises(OSError, match="a link leads to it"):
        file.read()


@pytest.mark.parametrize("said", ["", "sha512=x", "sha256", "sha256=", "sha256=\u00e4", "sha256=a"])
def test_no_digest(said: str) -> None:
    assert File(distribution("hello"), "/a", "x", said).digest is None
