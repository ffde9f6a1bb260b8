"""``enable --path-line``: what tools read in ``_pysharedir.pth``, and Python does not."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from pysharedir.hook import files
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path

    from unit.conftest import Command, Venv

IS_FREE = sys.version_info >= (3, 13)


def shown(venv: Venv) -> list[str]:
    """Return what a tool takes from the file: lines end in newlines, ``..`` leaves anything."""
    lines = (venv.site_dir / "_pysharedir.pth").read_text().split("\n")
    paths = [line for line in lines if line and not line.startswith(("#", "import "))]
    return [os.path.normpath(venv.site_dir / path) for path in paths]


def test_by_default_where_it_costs_nothing(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    assert shown(venv) == [str(venv.sharedir)] * IS_FREE
    command.json("--python", venv.root, "enable", "--path-line")
    assert shown(venv) == [str(venv.sharedir)]
    assert command.json("--python", venv.root, "status")["hook"]["state"] == "enabled"
    assert command.json("--python", venv.root, "enable")["steps"] == []
    command.json("--python", venv.root, "enable", "--no-path-line")
    assert shown(venv) == []
    assert command.json("--python", venv.root, "enable")["steps"] == []


@pytest.mark.slow
def test_not_by_default_where_the_hook_is_off(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    assert shown(venv) == []
    command.json("--python", venv.root, "enable", "--path-line")
    assert shown(venv) == [str(venv.sharedir)]


def test_it_changes_nothing_in_a_start(venv: Venv, command: Command) -> None:
    """Whatever PYSHAREDIR says; also for code that adds the site dir again."""
    settings: list[dict[str, str]] = [{}, {"PYSHAREDIR": "0"}, {"PYSHAREDIR": "1"}]
    code = "import site, sys; a = sys.path[:]; site.addsitedir({!r}); print(a, sys.path)"
    again = code.format(str(venv.site_dir))
    known = again.replace("')", "', set())")
    said = []
    for option in "--no-path-line", "--path-line":
        command.json("--python", venv.root, "enable", option)
        starts = [
            venv.run(*flags, "-c", each, **env)
            for env in settings
            for flags in ((), ("-I",), ("-E", "-s"))
            for each in (again, known)
        ]
        assert {done.stderr for done in starts} == {""}
        said.append([done.stdout for done in starts])
    assert said[0] == said[1]
    assert str(venv.sharedir) in said[0][0]


@pytest.mark.slow
def test_what_others_can_write_to_stays_out(venv: Venv, command: Command) -> None:
    (venv.site_dir / "first.pth").write_text("import sys; sys.first = sys.path[:]\n")
    (venv.site_dir / "zlast.pth").write_text("import sys; sys.last = sys.path[:]\n")
    command.json("--python", venv.root, "enable", "--path-line")
    venv.sharedir.chmod(0o777)
    assert str(venv.sharedir) not in venv.says("[*sys.path, *sys.first, *sys.last]")


def test_a_missing_sharedir_prints_nothing(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--path-line")
    (venv.sharedir / "README.txt").unlink()
    venv.sharedir.rmdir()
    done = venv.run("-c", "pass")
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.slow
def test_path_lines_beside_it_and_in_the_sharedir(
    venv: Venv, command: Command, tmp_path: Path
) -> None:
    for name in "before", "after", "inside":
        (tmp_path / name).mkdir()
    (venv.site_dir / "Before.pth").write_text(f"{tmp_path}/before\n")
    (venv.site_dir / "after.pth").write_text(f"{tmp_path}/after\n")
    command.json("--python", venv.root, "enable", "--path-line")
    (venv.sharedir / "inside.pth").write_text(f"{tmp_path}/inside\n")
    path = venv.says("sys.path")
    assert path[path.index(str(venv.site_dir)) :] == [
        *map(str, (venv.site_dir, venv.sharedir)),
        *(f"{tmp_path}/{name}" for name in ("inside", "before", "after")),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["outside/{version}", "a b/{version}", "venv/lib/pure"])
def test_another_sharedir(venv: Venv, command: Command, tmp_path: Path, place: str) -> None:
    sharedir = str(tmp_path / place)
    command.json("--python", venv.root, "enable", "--path-line", "--sharedir", sharedir)
    version = "{}.{}".format(*sys.version_info[:2])
    assert shown(venv) == [sharedir.format(version=version)]
    command.json("--python", venv.root, "enable", "--sharedir", tmp_path / "other")
    assert shown(venv) == [str(tmp_path / "other")]
    assert venv.says("sys.path").count(str(tmp_path / "other")) == 1


@pytest.mark.slow
def test_where_there_can_be_none(venv: Venv, command: Command, tmp_path: Path) -> None:
    for options, cause in (
        (("--style", "sitecustomize"), "a sitecustomize has no .pth file"),
        (("--sharedir", tmp_path / "ä"), "it cannot name "),
    ):
        done = command("--python", venv.root, "enable", "--path-line", *options)
        assert (done.returncode, cause in done.stderr) == (1, True)
        assert venv.has_no_hook()
        command.json("--python", venv.root, "enable", *options)
        assert files.read(venv.site_dir).settings.path_line is None
        command.json("--python", venv.root, "disable")


@pytest.mark.slow
def test_the_line_goes_with_its_style(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--path-line")
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    assert not (venv.site_dir / "_pysharedir.pth").exists()
    assert command.json("--python", venv.root, "enable")["steps"] == []


@pytest.mark.slow
def test_disable_takes_it(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--path-line")
    command.json("--python", venv.root, "disable")
    assert venv.has_no_hook()


@pytest.mark.slow
def test_reports_know_that_it_does_nothing(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--path-line")
    put(venv.sharedir, "pure", {"pure.py": ""})
    entries = command.json("--python", venv.root, "status")["path"]
    (entry,) = (each for each in entries if each["path"] == str(venv.sharedir))
    assert (entry["role"], entry["by"]) == ("sharedir", "pysharedir")
    assert not command("--python", venv.root, "doctor").returncode
