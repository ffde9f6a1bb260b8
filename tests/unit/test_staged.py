"""``sort --root`` in trees that installers staged for a package."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pysharedir.hook.place import Place
from pysharedir.interpreter import finding as target
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


@pytest.mark.parametrize("command_line", [["sort"], ["sort", "--check"], ["enable"]])
@pytest.mark.parametrize(
    "link",
    [
        ("usr", "{outside}/usr"),
        ("usr/lib", "{outside}/lib"),
        ("usr/lib", "../../outside/lib"),
        ("usr/share", "{outside}/share"),
        ("usr/share/python", "../../../outside"),
    ],
)
def test_links_do_not_lead_out_of_the_package(
    venv: Venv, tmp_path: Path, command: Command, command_line: list[str], link: tuple[str, str]
) -> None:
    destdir, outside = tmp_path / "build", tmp_path / "outside"
    path = destdir / link[0]
    for name in "usr", "lib", "share":
        (outside / name).mkdir(parents=True)
    path.parent.mkdir(parents=True)
    path.symlink_to(link[1].format(outside=outside))
    put(staged(venv, destdir), "hello", HELLO)
    before = names(tmp_path)
    options = ("--root", destdir, "--prefix", "/usr", "--json")
    done = command("--python", venv.root, *command_line, *options)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "destdir-left"
    assert str(path) in json.loads(done.stdout)["error"]["message"]
    assert names(tmp_path) == before


def test_links_in_the_package_are_followed(venv: Venv, tmp_path: Path, command: Command) -> None:
    (tmp_path / "usr/real").mkdir(parents=True)
    (tmp_path / "usr/lib").symlink_to("real")
    put(staged(venv, tmp_path), "hello", HELLO)
    report = command.json("--python", venv.root, "sort", "--root", tmp_path, "--prefix", "/usr")
    assert report["moved"] == ["hello"]


def test_the_hook_is_not_written_out_of_the_package(
    venv: Venv, tmp_path: Path, command: Command
) -> None:
    site_dir = staged(venv, tmp_path / "build")
    site_dir.mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (site_dir / "_pysharedir.d").symlink_to(tmp_path / "outside")
    options = ("--root", tmp_path / "build", "--prefix", "/usr")
    done = command("--python", venv.root, "enable", *options)
    assert (done.returncode, "out of" in done.stderr) == (1, True)
    assert not list((tmp_path / "outside").iterdir())


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


@pytest.mark.parametrize("root", ["", "/", "//."])
@pytest.mark.parametrize("name", ["sort", "enable"])
def test_the_machine_itself_is_no_package(
    venv: Venv, command: Command, name: str, root: str
) -> None:
    put(venv.site_dir, "hello", HELLO)
    before = names(venv.root)
    done = command("--python", venv.root, name, "--root", root, "--prefix", venv.root)
    assert done.returncode == 2
    assert "name the staging directory of a package" in done.stderr
    assert names(venv.root) == before


@pytest.mark.parametrize(
    "name",
    [
        "usr/lib/{}/site-packages/loose.so",
        "usr/lib/{}/site-packages/namespace/loose.so",
        "usr/local/lib/{}/site-packages/loose.so",
        "usr/lib64/python3.99/site-packages/loose.so",
    ],
)
def test_native_code_of_no_distribution_is_not_noarch(
    venv: Venv, tmp_path: Path, command: Command, name: str
) -> None:
    destdir = tmp_path / "destdir"
    put(staged(venv, destdir), "hello", HELLO)
    path = destdir / name.format(venv.site_dir.parent.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sys.executable, path)
    before = names(destdir)
    options = ("--root", destdir, "--prefix", "/usr")
    done = command("--python", venv.root, "sort", *options, "--only-noarch")
    assert done.returncode == 1
    assert f"not noarch: native object: {path.relative_to(destdir)}" in done.stderr
    assert names(destdir) == before
    assert command("--python", venv.root, "sort", *options).returncode == 0


def test_what_is_for_the_platform_stays_in_lib64(
    venv: Venv, tmp_path: Path, command: Command
) -> None:
    site_dir = staged(venv, tmp_path)
    lib64 = tmp_path / "usr/lib64" / site_dir.relative_to(tmp_path / "usr/lib")
    put(lib64, "native", NATIVE)
    put(site_dir, "hello", HELLO)
    report = command.json("--python", venv.root, "sort", "--root", tmp_path, "--prefix", "/usr")
    assert report["moved"] == ["hello"]
    assert (lib64 / "native").is_dir()


def test_the_hook_goes_where_all_architectures_look(venv: Venv, tmp_path: Path) -> None:
    """Fedora's Python reports such paths, except to rpmbuild."""
    lib = f"lib/{venv.site_dir.parent.name}/site-packages"
    of_64_bits = replace(
        target.find(str(venv.root)),
        platlibdir="lib64",
        purelib=f"/usr/local/{lib}",
        platlib=f"/usr/local/lib64{lib[3:]}",
        site_dirs=(f"/usr/local/lib64{lib[3:]}", f"/usr/lib64{lib[3:]}", f"/usr/{lib}"),
    )
    assert Place.of(of_64_bits, "/usr", str(tmp_path)).site_dir == f"/usr/{lib}"
