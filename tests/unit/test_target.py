from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import interpreters
from pysharedir.errors import TargetError
from pysharedir.interpreter import finding as target

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv

VERSION = "{}.{}".format(*sys.version_info[:2])


@pytest.mark.parametrize("spec", ["{root}", "{root}/bin/python", "{root}/bin/python3"])
def test_a_path(venv: Venv, spec: str) -> None:
    found = target.find(spec.format(root=venv.root))
    assert (found.prefix, found.version, found.is_venv) == (str(venv.root), VERSION, True)


def test_a_version() -> None:
    found = target.find(VERSION)
    assert found.version == VERSION


@pytest.mark.parametrize("version", ["3.9", "3.13"])
def test_another_version(version: str) -> None:
    if interpreters.find(version) is None:
        pytest.skip(f"CPython {version} is not on this machine")
    assert target.find(version).version == version


def test_a_version_is_not_the_commands_own_environment(venv: Venv) -> None:
    code = f"from pysharedir.interpreter import finding; print(finding.find('{VERSION}').prefix)"
    done = venv.run("-c", code, PYTHONPATH=os.pathsep.join(sys.path))
    assert not done.returncode, done.stderr
    assert done.stdout.strip() != str(venv.root)


def test_the_active_venv(venv: Venv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(venv.root))
    assert target.find(None).prefix == str(venv.root)


@pytest.fixture
def project(venv: Venv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a ``.venv`` in it."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    path = tmp_path / "project"
    path.mkdir()
    (path / ".venv").symlink_to(venv.root)
    monkeypatch.chdir(path)
    return path


def test_that_of_the_working_directory(
    project: Path, make_venv: Callable[[str], Venv], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert target.find(None).executable == project / ".venv" / "bin" / "python"
    other = make_venv("other")
    monkeypatch.setenv("VIRTUAL_ENV", str(other.root))
    assert target.find(None).prefix == str(other.root)
    monkeypatch.delenv("VIRTUAL_ENV")
    monkeypatch.chdir(project / ".venv")
    assert target.find(None).executable == Path(sys.executable)


def test_nor_is_one_that_is_broken_passed_over(project: Path) -> None:
    (project / ".venv" / "pyvenv.cfg").unlink()
    with pytest.raises(TargetError, match=r"not .*/\.venv"):
        target.find(None)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs files of another user")
@pytest.mark.parametrize("follow_symlinks", [False, True])
def test_but_none_that_belongs_to_somebody_else(project: Path, follow_symlinks: bool) -> None:
    os.chown(project / ".venv", 65534, 65534, follow_symlinks=follow_symlinks)
    with pytest.raises(TargetError, match="belongs to nobody") as caught:
        target.find(None)
    assert caught.value.hint.endswith("--python .venv")
    assert target.find(".venv").is_venv


def test_the_interpreter_that_runs_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.chdir(tmp_path)
    assert target.find(None).executable == Path(sys.executable)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("/nowhere/python", "no such file"),
        ("no-such-python", "no such interpreter"),
        ("9.9", "no such Python on this machine"),
        ("/etc/passwd", "permission denied"),
        ("/bin/ls", "not a Python interpreter"),
        ("/bin/sh", "not a Python interpreter"),
        ("/etc", "no bin/python in it"),
        ("", "no such interpreter"),
    ],
)
def test_what_is_no_python(command: Command, spec: str, message: str) -> None:
    done = command("--python", spec, "status")
    assert done.returncode == 2
    assert message in done.stderr
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


def test_a_venv_whose_python_is_gone(venv: Venv, command: Command) -> None:
    for path in (venv.root / "bin").glob("python*"):
        path.unlink()
    (venv.root / "bin" / "python").symlink_to("/nowhere/python")
    done = command("--python", venv.root, "status")
    assert done.returncode == 2
    assert "a link to /nowhere/python, which does not exist" in done.stderr


def test_a_venv_without_pyvenv_cfg_is_not_its_base(venv: Venv, command: Command) -> None:
    (venv.root / "pyvenv.cfg").unlink()
    for options, env in (("--python", str(venv.root)), {}), ((), {"VIRTUAL_ENV": str(venv.root)}):
        done = command(*options, "enable", "--dry-run", **env)
        assert done.returncode == 2
        assert f"not {venv.root}" in done.stderr


def test_a_prefix_that_is_not_there(venv: Venv, command: Command) -> None:
    for name in "status", "doctor", "sort", "enable":
        for prefix in "/nowhere", "":
            done = command("--python", venv.root, name, "--prefix", prefix)
            assert (done.returncode, "no such directory" in done.stderr) == (2, True)


def test_too_old(command: Command, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho Python 3.8.18\n")
    python.chmod(0o755)
    done = command("--python", python, "enable")
    assert done.returncode == 2
    assert "Python 3.8 is too old" in done.stderr


def test_one_that_does_not_start(command: Command, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ntest "$1" = -V && echo Python 3.13.0 || echo broken >&2\n')
    python.chmod(0o755)
    done = command("--python", python, "enable")
    assert done.returncode == 2
    assert "does not start as a Python interpreter should" in done.stderr
    assert "broken" in done.stderr


def test_noise_at_startup_does_no_harm(venv: Venv) -> None:
    (venv.site_dir / "noise.pth").write_text("import sys; print('<pysharedir>{', end='')\n")
    assert target.find(str(venv.root)).prefix == str(venv.root)


def test_the_working_directory_does_not_shadow_the_standard_library(
    venv: Venv, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pysharedir", "--python", venv.root, "status"]
        if sys.version_info >= (3, 11)
        else [sys.executable, "-I", "-m", "pysharedir", "--python", venv.root, "status"],
        cwd=tmp_path,
        env=command.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr


def test_nor_does_a_directory_of_pythonpath(
    venv: Venv, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in "json", "platform", "sysconfig":
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = target.find(str(venv.root))
    assert found.view().path[0] == str(tmp_path)


def test_a_site_dir_of_no_known_form_is_an_error(venv: Venv, command: Command) -> None:
    (venv.site_dir / "odd.pth").write_text(
        "import sysconfig as s; "
        "s.get_paths = lambda *a, f=s.get_paths, **k: dict(f(*a, **k), purelib='/odd')\n"
    )
    done = command("--python", venv.root, "enable")
    assert done.returncode == 1
    assert "/odd: not a site dir of the form" in done.stderr


def test_makes_lib64_as_venv_does(venv: Venv) -> None:
    found = target.find(str(venv.root))
    assert found.makes_lib64 == os.path.lexists(venv.root / "lib64")
    with pytest.raises(TargetError):
        target.find(str(venv.root / "lib"))
