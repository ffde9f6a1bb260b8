"""What doctor says about distributions that have several copies."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from trees import Tree, plant
from unit.conftest import Venv
from unit.wheels import put

if TYPE_CHECKING:
    from pathlib import Path

    from unit.doctor.conftest import Doctor


def metadata(version: str, name: str = "copied") -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


def copy(version: str) -> Tree:
    return {f"copied-{version}.dist-info": {"METADATA": metadata(version)}}


def twice(doctor: Doctor, venv: Venv, **env: str) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = doctor(venv, "--select", "SD201", **env)["findings"]
    return findings


def test_the_first_on_the_path_wins(healthy: Venv, doctor: Doctor) -> None:
    plant(healthy.sharedir, copy("2.0"))
    plant(healthy.site_dir, copy("1.0"))
    (found,) = twice(doctor, healthy)
    assert found["about"] == "copied"
    wins = f"version 1.0 in {healthy.site_dir} wins over version 2.0 in {healthy.sharedir}"
    assert found["reason"] == wins
    assert healthy.says("__import__('importlib.metadata').metadata.version('copied')") == "1.0"


def test_two_copies_of_one_version(healthy: Venv, doctor: Doctor) -> None:
    put(healthy.site_dir, "pure", {"pure/__init__.py": ""})
    (found,) = twice(doctor, healthy)
    assert "wins over the same version" in found["reason"]


def test_every_copy_is_found(healthy: Venv, doctor: Doctor) -> None:
    plant(healthy.site_dir, copy("1.0"))
    plant(healthy.sharedir, {**copy("1.0"), **copy("2.0")})
    assert len(twice(doctor, healthy)) == 2


def test_two_versions_in_one_directory(fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {**copy("1.0"), **copy("2.0")})
    (found,) = twice(doctor, fresh)
    assert "chance" in found["reason"]


def test_an_egg_info_next_to_a_dist_info_is_debian_s_habit(fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {**copy("1.0"), "copied.egg-info": {"PKG-INFO": metadata("1.0")}})
    assert not twice(doctor, fresh)
    (fresh.site_dir / "copied.egg-info" / "PKG-INFO").write_text(metadata("2.0"))
    assert len(twice(doctor, fresh)) == 1


def test_another_root_may_have_its_own(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    plant(healthy.site_dir, copy("1.0"))
    plant(fresh.site_dir, copy("2.0"))
    env = {"PYSHAREDIR_PREFIXES": str(fresh.root)}
    assert str(fresh.site_dir) in healthy.says("sys.path", **env)
    assert not twice(doctor, healthy, **env)
    plant(fresh.site_dir, copy("3.0"))
    assert len(twice(doctor, healthy, **env)) == 1


def test_fix_removes_an_empty_metadata_directory(fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {**copy("2.0"), "copied-1.0.dist-info": {}})
    (found,) = twice(doctor, fresh)
    assert (
        found["remedy"] == f"remove {fresh.site_dir}/copied-1.0.dist-info, which holds no metadata"
    )
    assert not doctor(fresh, "--fix", "--select", "SD201")["findings"]
    assert [path.name for path in fresh.site_dir.iterdir()] == ["copied-2.0.dist-info"]


def test_pip_removes_the_first_once(healthy: Venv, doctor: Doctor) -> None:
    """The copy in the sharedir stays, and needs its scripts again."""
    for directory in (healthy.site_dir, healthy.sharedir):
        put(directory, "pip", {"pip.py": ""})
    (found,) = twice(doctor, healthy)
    once = f"`{healthy.python} -m pip uninstall pip` once: it removes the copy in "
    assert found["remedy"] == f"{once}{healthy.site_dir}, and the other stays"
    (healthy.sharedir / "pip-1.0.dist-info" / "entry_points.txt").write_text("")
    (found,) = twice(doctor, healthy)
    sync = f"`pysharedir --python {healthy.root} sync`"
    assert found["remedy"].endswith(f"; then {sync}, for its scripts")


def test_uv_removes_both(healthy: Venv, doctor: Doctor) -> None:
    plant(healthy.sharedir, copy("2.0"))
    plant(healthy.site_dir, copy("1.0"))
    (found,) = twice(doctor, healthy)
    uninstall, install = (
        f"`uv pip {name} --python {healthy.python} copied{version}`"
        for name, version in (("uninstall", ""), ("install", "==1.0"))
    )
    assert found["remedy"] == f"{uninstall} removes both; then {install}"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pip", "copied"])
def test_the_remedy_works(
    tmp_path: Path, environment: dict[str, str], doctor: Doctor, name: str
) -> None:
    venv = Venv(tmp_path / "venv", environment)
    base = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001
    subprocess.run([base, "-m", "venv", venv.root], check=True, env=environment)
    doctor.command.json("--python", venv.root, "enable")
    (info,) = venv.site_dir.glob("pip-*.dist-info")
    if name == "pip":
        for each in ("pip", info.name):
            shutil.copytree(venv.site_dir / each, venv.sharedir / each)
    else:
        for directory in (venv.site_dir, venv.sharedir):
            put(directory, name, {f"{name}.py": ""})
    (found,) = twice(doctor, venv)
    command = found["remedy"].split("`")[1]
    done = subprocess.run(
        shlex.split(f"{command} --yes"), env=environment, check=True, capture_output=True, text=True
    )
    assert "Successfully uninstalled" in done.stdout
    assert not twice(doctor, venv)
    assert venv.says(f"__import__({name!r}).__file__").startswith(f"{venv.sharedir}/")


def test_the_remedy_removes_the_older_of_two_in_one_directory(fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {**copy("9.0"), **copy("10.0")})
    (found,) = twice(doctor, fresh)
    install = f"uv pip install --python {fresh.python} --force-reinstall --no-deps copied==10.0"
    remove = f"rm -r {fresh.site_dir}/copied-9.0.dist-info"
    assert found["remedy"] == f"`{remove}`, then `{install}`"
    subprocess.run(shlex.split(remove), check=True)
    assert not twice(doctor, fresh)


def developed(venv: Venv, project: Path) -> None:
    """Install a project as `setup.py develop` does."""
    egg_info: Tree = {"PKG-INFO": metadata("1.0")}
    plant(project, {"copied.egg-info": egg_info, "copied.py": "HERE = 'project'"})
    links: Tree = {"copied.egg-link": f"{project}\n.", "easy-install.pth": f"{project}\n"}
    plant(venv.site_dir, links)


def test_a_copy_that_a_path_line_adds(healthy: Venv, doctor: Doctor, tmp_path: Path) -> None:
    project = tmp_path / "project"
    developed(healthy, project)
    assert not twice(doctor, healthy)
    put(healthy.sharedir, "copied", {"copied.py": "HERE = 'sharedir'"})
    (found,) = twice(doctor, healthy)
    wins = f"version 1.0 in {healthy.sharedir} wins over the same version in {project}"
    assert found["reason"] == wins
    lines, link = healthy.site_dir / "easy-install.pth", healthy.site_dir / "copied.egg-link"
    assert found["remedy"].endswith(f"remove the line {project} from {lines}, and remove {link}")
    lines.unlink()
    assert not twice(doctor, healthy)


def test_an_editable_install_is_described_twice(
    healthy: Venv, doctor: Doctor, tmp_path: Path
) -> None:
    """By its dist-info, and by what the build left next to the source."""
    project = plant(tmp_path / "src", {"copied.egg-info": {"PKG-INFO": metadata("1.0")}})
    put(healthy.site_dir, "copied", {"__editable__.copied.pth": f"{project}\n"})
    assert str(project) in healthy.says("sys.path")
    assert not twice(doctor, healthy)


def test_a_path_line_to_another_root(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    plant(healthy.site_dir, {**copy("1.0"), "base.pth": f"{fresh.site_dir}\n"})
    plant(fresh.site_dir, copy("2.0"))
    assert str(fresh.site_dir) in healthy.says("sys.path")
    assert not twice(doctor, healthy)


def test_a_venv_hides_a_newer_copy_of_its_user(fresh: Venv, doctor: Doctor, tmp_path: Path) -> None:
    env = {"PYTHONUSERBASE": str(tmp_path / "user")}
    user_site = tmp_path / "user" / fresh.site_dir.relative_to(fresh.root)
    plant(fresh.site_dir, {**copy("9.0")})
    plant(user_site, copy("10.0"))
    assert not doctor(fresh, "--all", "--select", "SD205", **env)["findings"]
    config = fresh.root / "pyvenv.cfg"
    config.write_text(config.read_text().replace("= false", "= true"))
    (found,) = doctor(fresh, "--all", "--select", "SD205", **env)["findings"]
    assert found["level"] == "note"
    assert found["reason"] == f"version 9.0 in {fresh.site_dir} hides the newer 10.0 in {user_site}"
    assert "copied==10.0" in found["remedy"]
    plant(fresh.site_dir, copy("11.0"))
    (fresh.site_dir / "copied-9.0.dist-info" / "METADATA").unlink()
    (fresh.site_dir / "copied-9.0.dist-info").rmdir()
    assert not doctor(fresh, "--all", "--select", "SD205", **env)["findings"]
