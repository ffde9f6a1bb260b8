"""``why`` for real packages, and what Python and the installers say themselves."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from installers.conftest import NAMESPACE
from installers.python import run

if TYPE_CHECKING:
    from pathlib import Path

    from installers.conftest import MakeVenv
    from installers.python import Python


@pytest.fixture(scope="module")
def stocked(make_venv: MakeVenv, tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Return a hooked venv with some packages, which tests only look at."""
    venv = make_venv(tmp_path_factory.mktemp("why") / "venv", "pip", hook=True)
    venv.uv("install", "requests", "setuptools", "tabulate")
    return venv


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
    venv.uv("install", "requests")
    report = why(venv, "requests.adapters")
    assert report["module"]["file"] == file_of(venv, "requests.adapters")
    assert report["module"]["in_sharedir"]
    venv.uv("install", "--no-deps", "--link-mode", "copy", "--target", venv.site_dir, "requests")
    report = why(venv, "requests.adapters")
    assert report["module"]["file"] == file_of(venv, "requests.adapters")
    assert outcomes(report) == {str(venv.site_dir): "taken", str(venv.sharedir): "hidden"}
    report = why(venv, "requests")
    assert outcomes(report) == {str(venv.site_dir): "taken", str(venv.sharedir): "shadowed"}
    assert [each["path"] for each in report["distribution"]["copies"]] == [str(venv.sharedir)]


def test_a_missing_native_part(venv: Python) -> None:
    """The command in the remedy fixes it."""
    venv.uv("install", "markupsafe")
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


def test_a_script(stocked: Python) -> None:
    report = why(stocked, "tabulate")
    assert report["module"]["file"] == file_of(stocked, "tabulate")
    script = report["script"]
    assert script["file"] == str(stocked.prefix / "bin" / "tabulate")
    assert (script["is_own"], script["module_found"]) == (True, True)
    assert (script["entry_point"], script["distribution"]) == ("tabulate:_main", "tabulate")
    assert script["in_sharedir"]


def test_a_name_that_does_not_exist(stocked: Python) -> None:
    report = why(stocked, "reqeusts", 1)
    (reason,) = report["reasons"]
    assert reason["code"] == "similar"
    assert "requests" in reason["remedy"]
    assert stocked.which("reqeusts") == {"reqeusts": False}


def test_what_only_an_import_can_tell(stocked: Python) -> None:
    """The command in the remedy shows it."""
    (reason,) = why(stocked, "requests.packages.urllib3", 1)["reasons"]
    assert reason["code"] == "needs-import"
    run(*shlex.split(reason["remedy"]), env=stocked.env, cwd=stocked.prefix)


def test_the_distutils_of_setuptools(stocked: Python) -> None:
    report = why(stocked, "distutils.core")
    assert report["module"]["file"] == file_of(stocked, "distutils.core")
    assert report["module"]["distribution"] == "setuptools"


def test_the_hook_is_off(stocked: Python) -> None:
    off = stocked.with_env(PYSHAREDIR="0")
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
    venv.uv("install", "--no-deps", "-e", tmp_path / "project")
    for name in "mine", "mine.part":
        module = why(venv, name)["module"]
        assert module["file"] == file_of(venv, name)
        assert module["distribution"].lower().replace("_", "-") == "my-project"
        assert bool(module["finder"]) == (layout == "mapped")
    report = why(venv, "my-project")["distribution"]
    assert (report["editable"], report["modules"]) == (str(tmp_path / "project"), ["mine"])


def test_a_namespace_over_two_trees(world: Python) -> None:
    venv = world
    venv.uv("install", *NAMESPACE.split())
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
