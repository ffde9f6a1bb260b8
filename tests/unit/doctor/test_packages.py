"""What doctor says about packages in two directories; the interpreter agrees."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from pysharedir.doctor.checks import packages
from pysharedir.interpreter import processes
from trees import plant
from unit.conftest import VERSION
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from unit.conftest import Command, Venv
    from unit.doctor.conftest import Doctor

SELECT = ("--select", "SD202,SD203,SD204")
EXTENDS = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
DECLARES = "__import__('pkg_resources').declare_namespace(__name__)\n"
PINS = (
    "import sys, types; p = sys._getframe(1).f_locals['sitedir'] + '/'.join(['', *('pinned',)]);"
    " sys.modules.setdefault('pinned', types.ModuleType('pinned')).__path__ = [p]\n"
)

Files = dict[str, str]

# In the site dir, in the sharedir, and the modules that Python finds all the same.
FINE: dict[str, tuple[Files, Files, list[str]]] = {
    "portions": ({"ns/a.py": ""}, {"ns/b.py": ""}, ["ns.a", "ns.b"]),
    "portions below": ({"deep/er/a.py": ""}, {"deep/er/b.py": ""}, ["deep.er.a", "deep.er.b"]),
    "extends": ({"x/__init__.py": EXTENDS}, {"x/a.py": ""}, ["x.a"]),
    "both extend": (
        {"xx/__init__.py": EXTENDS.replace("__ =", "__: list ="), "xx/a.py": ""},
        {"xx/__init__.py": EXTENDS, "xx/b/__init__.py": ""},
        ["xx.a", "xx.b"],
    ),
    "the second extends": (
        {"late/a.py": ""},
        {"late/__init__.py": EXTENDS, "late/b.py": ""},
        ["late.a", "late.b"],
    ),
    "extends by hand": (
        {"hand/__init__.py": "import sys\n__path__ += [p + '/hand' for p in sys.path]\n"},
        {"hand/a.py": ""},
        ["hand.a"],
    ),
    "declares": ({"decl/__init__.py": DECLARES}, {"decl/a.py": ""}, []),
    "pinned": ({"pinned/__init__.py": ""}, {"pinned/a.py": "", "a-nspkg.pth": PINS}, ["pinned.a"]),
    "data": ({"data/__init__.py": ""}, {"data/a.txt": "", "data/no-name/a.py": ""}, ["data"]),
    "pycs": ({"gone/__init__.py": ""}, {"gone/__pycache__/a.cpython-311.pyc": ""}, ["gone"]),
    "no name": ({"no-name.py": "", "no-dir/a.py": ""}, {"no-name.py": "", "no-dir/a.py": ""}, []),
    "of another": ({"other.py": ""}, {"other.cpython-27-nowhere.so": ""}, ["other"]),
    "beside a module": ({"beside.py": "", "beside/a.py": ""}, {}, ["beside"]),
}

# In the site dir, in the sharedir, the finding, and the modules that Python cannot import.
WRONG: dict[str, tuple[Files, Files, tuple[str, str], list[str]]] = {
    "module": ({"m.py": ""}, {"m.py": ""}, ("SD202", "share/m.py"), []),
    "package": (
        {"p/__init__.py": "", "p/a.py": "", "p/b.py": ""},
        {"p/__init__.py": "", "p/b/__init__.py": ""},
        ("SD202", "share/p"),
        [],
    ),
    "module before package": (
        {"mp.py": ""},
        {"mp/__init__.py": "", "mp/a.py": ""},
        ("SD202", "share/mp"),
        ["mp.a"],
    ),
    "package before module": (
        {"pm/__init__.py": "", "pm.py": ""},
        {"pm/__init__.py": "", "pm/a.py": ""},
        ("SD203", "share/pm"),
        ["pm.a"],
    ),
    "halves": (
        {"half/__init__.py": "", "half/a.py": ""},
        {"half/__init__.py": "", "half/b.py": "", "half/sub/__init__.py": "", "half/sub/c.py": ""},
        ("SD203", "share/half"),
        ["half.b", "half.sub", "half.sub.c"],
    ),
    "halves below a namespace": (
        {"sky/core/__init__.py": "", "sky/a.py": ""},
        {"sky/core/__init__.py": "", "sky/core/b.py": ""},
        ("SD203", "share/sky/core"),
        ["sky.core.b"],
    ),
    "halves below what extends": (
        {"y/__init__.py": EXTENDS, "y/core/__init__.py": ""},
        {"y/core/__init__.py": "", "y/core/b.py": ""},
        ("SD203", "share/y/core"),
        ["y.core.b"],
    ),
    "hidden": ({"h/__init__.py": ""}, {"h/a.py": ""}, ("SD204", "share/h"), ["h.a"]),
    "hidden before": ({"hb/a.py": ""}, {"hb/__init__.py": ""}, ("SD204", "site/hb"), ["hb.a"]),
    "hidden below": (
        {"blue/core/__init__.py": ""},
        {"blue/core/deep/er/a.py": ""},
        ("SD204", "share/blue/core"),
        ["blue.core.deep.er.a"],
    ),
    "hidden by a module": ({"hm.py": ""}, {"hm/a.py": ""}, ("SD204", "share/hm"), ["hm.a"]),
}


def importable(venv: Venv, name: str, **env: str) -> bool:
    return venv.run("-c", f"import {name}", **env).returncode == 0


def test_what_is_fine(enabled: Venv, doctor: Doctor) -> None:
    for in_site_dir, in_sharedir, _ in FINE.values():
        plant(enabled.site_dir, {**in_site_dir})
        plant(enabled.sharedir, {**in_sharedir})
    assert doctor.finds(enabled, *SELECT) == {}
    names = [name for *_, modules in FINE.values() for name in modules]
    assert importable(enabled, ", ".join(names))


def test_what_is_wrong(enabled: Venv, doctor: Doctor) -> None:
    for in_site_dir, in_sharedir, _, _ in WRONG.values():
        plant(enabled.site_dir, {**in_site_dir})
        plant(enabled.sharedir, {**in_sharedir})
    places = {"site": enabled.site_dir, "share": enabled.sharedir}
    wanted = set()
    for _, _, (code, about), _ in WRONG.values():
        place, _, path = about.partition("/")
        wanted.add((code, str(places[place] / path)))
    found = doctor.finds(enabled, *SELECT)
    assert {(code, about) for code, abouts in found.items() for about in abouts} == wanted
    assert sum(map(len, found.values())) == len(wanted)
    for *_, modules in WRONG.values():
        assert not [name for name in modules if importable(enabled, name)]


def test_halves_say_what_is_invisible(enabled: Venv, doctor: Doctor) -> None:
    in_site_dir, in_sharedir, _, _ = WRONG["halves"]
    put(enabled.site_dir, "one", in_site_dir, purelib="false", tag="cp3-abi3-linux_x86_64")
    put(enabled.sharedir, "two", in_sharedir)
    (found,) = doctor(enabled, *SELECT)["findings"]
    assert "cannot import half.b and 2 more: " in found["reason"]
    sort = f"`pysharedir --python {enabled.root} sort`"
    assert found["remedy"] == f"{sort} puts one and two into one directory"


def test_sort_is_the_remedy(enabled: Venv, doctor: Doctor) -> None:
    put(enabled.site_dir, "one", {"h/__init__.py": ""}, purelib="false", tag="cp3-abi3-linux_x")
    put(enabled.sharedir, "two", {"h/a.py": ""})
    (found,) = doctor(enabled, *SELECT)["findings"]
    sort = f"`pysharedir --python {enabled.root} sort`"
    assert found["remedy"] == f"{sort} puts one and two into one directory"
    assert not doctor.command("--python", enabled.root, "sort").returncode
    assert doctor.finds(enabled, *SELECT) == {}
    assert importable(enabled, "h.a")


def test_copies_of_one_distribution_are_reported_once(enabled: Venv, doctor: Doctor) -> None:
    put(enabled.site_dir, "same", {"same/__init__.py": "", "s.py": "", "t/__init__.py": ""})
    put(
        enabled.sharedir,
        "same",
        {"same/__init__.py": "", "same/b.py": "", "s.py": "", "t/a.py": ""},
    )
    assert set(doctor.finds(enabled, "--select", "SD2")) == {"SD201"}


def test_a_distribution_in_pieces(enabled: Venv, doctor: Doctor) -> None:
    """As after a wheel with one half of a package in its root and the other in .data."""
    info = put(enabled.site_dir, "split", {"split/__init__.py": "", "split/a.py": ""})
    plant(enabled.sharedir, {"split/__init__.py": "", "split/b.py": ""})
    with (info / "RECORD").open("a") as record:
        record.write(f"../../../share/python/{enabled.sharedir.name}/split/__init__.py,,\n")
        record.write(f"../../../share/python/{enabled.sharedir.name}/split/b.py,,\n")
    (found,) = doctor(enabled, *SELECT)["findings"]
    assert found["code"] == "SD203"
    assert "cannot import split.b: " in found["reason"]
    assert "sort" not in found["remedy"]


def test_another_root_may_have_its_own(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    env = {"PYSHAREDIR_PREFIXES": str(fresh.root)}
    plant(healthy.site_dir, {"own.py": "", "half/__init__.py": "", "space/__init__.py": ""})
    plant(fresh.site_dir, {"own.py": "", "half/__init__.py": "", "half/b.py": ""})
    assert doctor.finds(healthy, *SELECT, **env) == {}
    # A portion is never a copy.
    plant(fresh.site_dir, {"space/a.py": ""})
    assert not importable(healthy, "space.a", **env)
    assert doctor.finds(healthy, *SELECT, **env) == {"SD204": [f"{fresh.site_dir}/space"]}


@pytest.mark.parametrize(
    "name", ["pure", f"share/python/{VERSION}", f"lib/python{VERSION}/site-packages"]
)
def test_a_sharedir_elsewhere_is_of_the_same_root(
    venv: Venv, command: Command, doctor: Doctor, tmp_path: Path, name: str
) -> None:
    sharedir = tmp_path / "elsewhere" / name
    command.json("--python", venv.root, "enable", "--sharedir", sharedir)
    for directory in venv.site_dir, sharedir:
        plant(directory, {"one.py": ""})
    assert doctor.finds(venv, "--select", "SD2") == {"SD202": [str(sharedir / "one.py")]}


def test_a_prefix_is_not_reported(healthy: Venv, fresh: Venv, doctor: Doctor) -> None:
    in_site_dir, in_prefix, _ = FINE["pinned"]
    env = {"PYSHAREDIR_PREFIXES": str(fresh.root)}
    plant(healthy.site_dir, {**in_site_dir})
    plant(fresh.site_dir, {**in_prefix})
    assert not importable(healthy, "pinned.a", **env)
    assert set(doctor.finds(healthy, *SELECT, **env)) == {"SD204"}


def test_a_project_on_the_path(healthy: Venv, doctor: Doctor) -> None:
    def put_project(files: Mapping[str, str]) -> None:
        plant(healthy.root / "project", {**files})

    plant(healthy.site_dir, {"project.pth": f"{healthy.root}/project\n"})
    plant(healthy.site_dir, {"tests/__init__.py": "", "space/__init__.py": ""})
    put_project({"tests/test_a.py": "", "own.py": "", "setup.py": ""})
    assert doctor.finds(healthy, *SELECT) == {}
    put_project({"space/a.py": ""})
    assert doctor.finds(healthy, *SELECT) == {"SD204": [f"{healthy.root}/project/space"]}


def test_what_the_standard_library_shadows_is_left(healthy: Venv, doctor: Doctor) -> None:
    plant(healthy.site_dir, {"json/__init__.py": ""})
    plant(healthy.sharedir, {"json/a.py": ""})
    assert doctor.finds(healthy, *SELECT) == {}


def test_directories_of_pythonpath_are_not_reported(
    healthy: Venv, doctor: Doctor, tmp_path: Path
) -> None:
    plant(tmp_path, {"project": {"pure": {"helper.py": ""}}})
    assert doctor.finds(healthy, PYTHONPATH=str(tmp_path / "project")) == {}


@pytest.fixture(scope="module")
def patterns() -> dict[str, re.Pattern[bytes]]:
    """The patterns of the program that ``why`` runs in a target, which cannot import any other."""
    return {
        str(node.targets[0].id): re.compile(ast.literal_eval(node.value.args[0]))
        for node in ast.parse(processes.text_of("lookup")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "re.compile"
    }


@pytest.mark.parametrize(
    ("text", "does"),
    [
        (EXTENDS, True),
        (DECLARES, True),
        ("from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n", True),
        ("__path__ += [1]\n", True),
        ("__path__.insert(0, 1)\n", True),
        ("__path__.append(1); __path__.extend([])\n", True),
        ("if __path__ == []: print(__path__)\n", False),
        ("from pkgutil import extend_path\n", False),
        ("", False),
    ],
)
def test_why_and_doctor_agree_on_what_extends_a_path(
    patterns: dict[str, re.Pattern[bytes]], text: str, does: bool
) -> None:
    source = text.encode()
    by_why = patterns["EXTENDS"].search(source) or patterns["MOVES"].search(source)
    assert (packages.EXTENDS.search(source) is not None, by_why is not None) == (does, does)
