"""``why`` for real packages, and what Python and the installers say themselves."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from installers.python import run

if TYPE_CHECKING:
    from pathlib import Path

    from installers.python import Python


def why(python: Python, name: str, code: int = 0) -> Any:
    done = python.pysharedir("why", name, "--json", check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def file_of(python: Python, name: str) -> str:
    """Return the file that an import takes."""
    code = f"import importlib; answer = importlib.import_module({name!r}).__file__"
    file: str = python.ask(code)
    return file


def outcomes(report: Any) -> dict[str, str]:
    return {row["path"]: row["outcome"] for row in report["rows"] if row["kind"]}


def test_a_shadowed_copy(venv: Python) -> None:
    venv.pip("install", "requests")
    report = why(venv, "requests.adapters")
    assert report["module"]["file"] == file_of(venv, "requests.adapters")
    assert report["module"]["in_sharedir"]
    venv.pip("install", "--quiet", "--no-deps", "--target", venv.site_dir, "requests")
    report = why(venv, "requests.adapters")
    assert report["module"]["file"] == file_of(venv, "requests.adapters")
    assert outcomes(report) == {str(venv.site_dir): "taken", str(venv.sharedir): "hidden"}
    report = why(venv, "requests")
    assert outcomes(report) == {str(venv.site_dir): "taken", str(venv.sharedir): "shadowed"}
    assert [each["path"] for each in report["distribution"]["copies"]] == [str(venv.sharedir)]


def test_a_missing_native_part(venv: Python) -> None:
    """What the remedy says mends it."""
    venv.pip("install", "markupsafe")
    (native,) = (venv.site_dir / "markupsafe").glob("_speedups.*.so")
    assert why(venv, "markupsafe._speedups")["module"]["file"] == str(native)
    native.rename(native.with_name("_speedups.cpython-37m-sparc64-linux-gnu.so"))
    (reason,) = why(venv, "markupsafe._speedups", 1)["reasons"]
    assert reason["code"] == "foreign-part"
    assert "cpython-37m-sparc64-linux-gnu" in reason["reason"]
    (warning,) = why(venv, "markupsafe")["warnings"]
    assert warning == reason
    run(*shlex.split(reason["remedy"]), env=venv.env, cwd=venv.prefix)
    assert why(venv, "markupsafe._speedups")["module"]["file"] == str(native)


def test_a_script(venv: Python) -> None:
    venv.pip("install", "tabulate")
    report = why(venv, "tabulate")
    assert report["module"]["file"] == file_of(venv, "tabulate")
    script = report["script"]
    assert script["file"] == str(venv.prefix / "bin" / "tabulate")
    assert (script["is_own"], script["module_found"]) == (True, True)
    assert (script["entry_point"], script["distribution"]) == ("tabulate:_main", "tabulate")
    assert script["in_sharedir"]


def test_a_name_that_does_not_exist(venv: Python) -> None:
    venv.pip("install", "requests")
    report = why(venv, "reqeusts", 1)
    (reason,) = report["reasons"]
    assert reason["code"] == "similar"
    assert "requests" in reason["remedy"]
    assert venv.which("reqeusts") == {"reqeusts": False}


def test_what_only_an_import_can_tell(venv: Python) -> None:
    """What the remedy says tells it."""
    venv.pip("install", "requests")
    (reason,) = why(venv, "requests.packages.urllib3", 1)["reasons"]
    assert reason["code"] == "needs-import"
    run(*shlex.split(reason["remedy"]), env=venv.env, cwd=venv.prefix)


def test_the_distutils_of_setuptools(venv: Python) -> None:
    venv.pip("install", "setuptools")
    report = why(venv, "distutils.core")
    assert report["module"]["file"] == file_of(venv, "distutils.core")
    assert report["module"]["distribution"] == "setuptools"


def test_the_hook_is_off(venv: Python) -> None:
    venv.pip("install", "requests")
    off = venv.with_env(PYSHAREDIR="0")
    assert off.which("requests") == {"requests": False}
    (reason,) = why(off, "requests", 1)["reasons"]
    assert (reason["code"], reason["remedy"]) == ("hook-off", "unset PYSHAREDIR")


@pytest.mark.parametrize("layout", ["src", "mapped"])
def test_an_editable_install(venv: Python, tmp_path: Path, layout: str) -> None:
    """By a path line, or by setuptools' finder when a line does not do."""
    source = tmp_path / "project" / ("src/mine" if layout == "src" else "odd")
    source.mkdir(parents=True)
    (source / "__init__.py").touch()
    (source / "part.py").touch()
    mapped = "[tool.setuptools]\npackages = ['mine']\npackage-dir = {mine = 'odd'}\n"
    (tmp_path / "project" / "pyproject.toml").write_text(
        "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n"
        "[project]\nname = 'My-Project'\nversion = '1'\n"
        f"{mapped if layout == 'mapped' else ''}"
    )
    venv.pip("install", "--no-deps", "-e", tmp_path / "project")
    for name in "mine", "mine.part":
        module = why(venv, name)["module"]
        assert module["file"] == file_of(venv, name)
        assert module["distribution"].lower().replace("_", "-") == "my-project"
        assert bool(module["finder"]) == (layout == "mapped")
    report = why(venv, "my-project")["distribution"]
    assert (report["editable"], report["modules"]) == (str(tmp_path / "project"), ["mine"])


def test_a_namespace_over_two_trees(online_venv: Python) -> None:
    venv = online_venv
    venv.pip("install", "--quiet", "google-cloud-core", "google-crc32c")
    venv.enable().pysharedir("sort")
    report = why(venv, "google")
    portions = {row["path"]: row["distribution"] for row in report["module"]["portions"]}
    assert set(portions) == {str(venv.site_dir), str(venv.sharedir)}
    assert "protobuf" in portions[str(venv.site_dir)]
    assert "google-cloud-core" in portions[str(venv.sharedir)]
    found = venv.ask("import google; answer = list(google.__path__)")
    assert [row["file"] for row in report["module"]["portions"]] == found
    for name in "google.protobuf.message", "google.cloud.client", "google.api_core":
        assert why(venv, name)["module"]["file"] == file_of(venv, name)
