"""What doctor says of distributions of which there are several copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trees import Tree, plant
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Venv
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


def test_the_same_version_is_said_to_be_the_same(healthy: Venv, doctor: Doctor) -> None:
    put(healthy.site_dir, "pure", {"pure/__init__.py": ""})
    (found,) = twice(doctor, healthy)
    assert "wins over the same version" in found["reason"]


def test_every_further_copy_is_found(healthy: Venv, doctor: Doctor) -> None:
    plant(healthy.site_dir, copy("1.0"))
    plant(healthy.sharedir, {**copy("1.0"), **copy("2.0")})
    assert len(twice(doctor, healthy)) == 2


def test_two_versions_in_one_directory(fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {**copy("1.0"), **copy("2.0")})
    (found,) = twice(doctor, fresh)
    assert "chance" in found["reason"]


def test_an_egg_info_beside_a_dist_info_is_debian_s_habit(fresh: Venv, doctor: Doctor) -> None:
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


def test_an_empty_directory_that_was_left_is_removed(fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {**copy("2.0"), "copied-1.0.dist-info": {}})
    (found,) = twice(doctor, fresh)
    assert found["remedy"] == f"remove {fresh.site_dir}/copied-1.0.dist-info, which is empty"
    assert not doctor(fresh, "--fix", "--select", "SD201")["findings"]
    assert [path.name for path in fresh.site_dir.iterdir()] == ["copied-2.0.dist-info"]
