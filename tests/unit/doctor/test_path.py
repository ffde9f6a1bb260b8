"""What doctor says about directories that are on ``sys.path`` twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trees import plant

if TYPE_CHECKING:
    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor


def twice(doctor: Doctor, venv: Venv, **env: str) -> list[dict[str, str]]:
    findings: list[dict[str, str]] = doctor(venv, "--select", "SD101", **env)["findings"]
    return findings


def test_pythonpath_is_the_cause(fresh: Venv, doctor: Doctor) -> None:
    other = fresh.root / "lib64" / fresh.site_dir.relative_to(fresh.root / "lib")
    (found,) = twice(doctor, fresh, PYTHONPATH=str(other))
    assert found["about"] == str(fresh.site_dir)
    assert "site put it there, and PYTHONPATH" in found["reason"]
    assert "PYTHONPATH" in found["remedy"]


def test_a_prefix_that_is_named_twice(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    link = fresh.root.with_name("link")
    link.symlink_to(fresh.root)
    (found,) = twice(doctor, healthy, PYSHAREDIR_PREFIXES=f"{fresh.root}:{link}")
    assert found["about"].startswith(f"{link}/lib")
    assert "PYSHAREDIR_PREFIXES" in found["remedy"]


def test_startup_code_is_the_cause(healthy: Venv, doctor: Doctor) -> None:
    code = f"import sys; sys.path.append({str(healthy.site_dir)!r})"
    plant(healthy.site_dir, {"sitecustomize.py": code})
    assert healthy.says(f"sys.path.count({str(healthy.site_dir)!r})") == 2
    (found,) = twice(doctor, healthy)
    assert "startup code put it there" in found["reason"]


def test_files_may_be_there_under_two_names(fresh: Venv, doctor: Doctor) -> None:
    plant(fresh.site_dir, {"a.zip": "", "b.zip": "-> a.zip", "zips.pth": "a.zip\nb.zip\n"})
    assert not twice(doctor, fresh)


def test_enable_is_the_remedy(fresh: Venv, doctor: Doctor, command: Command) -> None:
    plant(fresh.site_dir, {"to": "-> .", "line.pth": "to\n"})
    (found,) = twice(doctor, fresh)
    assert f"{fresh.site_dir}/line.pth put it there" in found["reason"]
    assert found["remedy"].startswith(f"remove the line from {fresh.site_dir}/line.pth")
    assert f"`pysharedir --python {fresh.root} enable`" in found["remedy"]
    command.json("--python", fresh.root, "enable")
    assert not twice(doctor, fresh)
