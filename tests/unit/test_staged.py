"""``sort --root`` in trees that installers staged for a package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trees import names
from unit.test_disable import HELLO, SCRIPT, verify
from unit.test_sort import NATIVE
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path

    from unit.conftest import Command, Venv


def staged(venv: Venv, destdir: Path) -> Path:
    """Return where an installer stages what is for /usr."""
    return destdir / "usr/lib" / venv.site_dir.relative_to(venv.root / "lib")


def sharedir(venv: Venv, destdir: Path) -> Path:
    return destdir / "usr" / venv.sharedir.relative_to(venv.root)


def test_noarch_goes_to_the_sharedir_and_nothing_is_left(
    venv: Venv, tmp_path: Path, command: Command
) -> None:
    site_dir, there = staged(venv, tmp_path), sharedir(venv, tmp_path)
    put(site_dir, "hello", HELLO, entry_points=SCRIPT)
    command.json("--python", venv.root, "sort", "--root", tmp_path, "--prefix", "/usr")
    assert {each.name for each in (tmp_path / "usr").iterdir()} == {"bin", "share"}
    assert {each.name for each in there.iterdir()} == {"hello", "hello-1.0.dist-info"}
    assert "../../../bin/hello" in verify(there)


def test_what_is_for_the_platform_stays(venv: Venv, tmp_path: Path, command: Command) -> None:
    site_dir, there = staged(venv, tmp_path), sharedir(venv, tmp_path)
    put(site_dir, "native", NATIVE)
    put(site_dir, "hello", HELLO, entry_points=SCRIPT)
    report = command.json("--python", venv.root, "sort", "--root", tmp_path, "--prefix", "/usr")
    assert report["moved"] == ["hello"]
    assert {each.name for each in there.iterdir()} == {"hello", "hello-1.0.dist-info"}
    assert {each.name for each in site_dir.iterdir()} == {"native", "native-1.0.dist-info"}


def test_the_word_of_the_user_is_not_put_into_the_package(
    venv: Venv, tmp_path: Path, command: Command
) -> None:
    put(staged(venv, tmp_path), "native", NATIVE)
    options = ("--root", tmp_path, "--prefix", "/usr", "--noarch", "native", "--only-noarch")
    command.json("--python", venv.root, "sort", *options)
    there = sharedir(venv, tmp_path)
    assert {each.name for each in there.iterdir()} == {"native", "native-1.0.dist-info"}
    assert not (tmp_path / "usr/lib").exists()


def test_only_noarch_names_every_offending_file_and_changes_nothing(
    venv: Venv, tmp_path: Path, command: Command
) -> None:
    site_dir = staged(venv, tmp_path)
    put(site_dir, "native", {**NATIVE, "native/more.bin": NATIVE["native/data.bin"]})
    put(site_dir, "hello", HELLO)
    before = names(tmp_path)
    options = ("--root", tmp_path, "--prefix", "/usr", "--only-noarch")
    done = command("--python", venv.root, "sort", *options)
    assert done.returncode == 1
    assert "native/data.bin, native/more.bin" in done.stderr
    assert "hello" not in done.stderr
    assert names(tmp_path) == before


def test_other_names_of_site_dirs_are_known(venv: Venv, tmp_path: Path, command: Command) -> None:
    for number, form in enumerate(
        ("python3/dist-packages", f"{venv.site_dir.parent.name}/dist-packages")
    ):
        put(tmp_path / "usr/lib" / form, f"hello{number}", {f"hello{number}.py": ""})
    put(tmp_path / "usr/lib/python2.7/site-packages", "old", {"old.py": ""})
    report = command.json("--python", venv.root, "sort", "--root", tmp_path, "--prefix", "/usr")
    assert set(report["moved"]) == {"hello0", "hello1"}
    assert [each.name for each in (tmp_path / "usr/lib").iterdir()] == ["python2.7"]


def test_dry_run_and_check_only_tell(venv: Venv, tmp_path: Path, command: Command) -> None:
    put(staged(venv, tmp_path), "hello", HELLO)
    before = names(tmp_path)
    options = ("--root", tmp_path, "--prefix", "/usr")
    told = command("--python", venv.root, "sort", *options, "--dry-run", "--json")
    assert json.loads(told.stdout)["misplaced"] == ["hello"]
    assert command("--python", venv.root, "sort", *options, "--check").returncode == 1
    assert names(tmp_path) == before
    command.json("--python", venv.root, "sort", *options)
    assert command("--python", venv.root, "sort", *options, "--check").returncode == 0


def test_a_tree_in_which_nothing_is_staged_is_an_error(
    venv: Venv, tmp_path: Path, command: Command
) -> None:
    put(staged(venv, tmp_path), "hello", HELLO)
    done = command("--python", venv.root, "sort", "--root", tmp_path, "--prefix", "/opt")
    assert done.returncode == 1
    assert f"{tmp_path}: no distribution is staged in it" in done.stderr
    assert "/opt/lib" in done.stderr


def test_a_failure_leaves_the_tree_as_it_was(venv: Venv, tmp_path: Path, command: Command) -> None:
    put(staged(venv, tmp_path), "hello", HELLO)
    (tmp_path / "usr/share").write_text("in the way")
    before = names(tmp_path)
    done = command("--python", venv.root, "sort", "--root", tmp_path, "--prefix", "/usr")
    assert done.returncode == 1
    assert names(tmp_path) == before
