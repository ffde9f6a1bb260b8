"""Where names come from, or why they are not found, in real venvs."""

from __future__ import annotations

import ast
import json
import os
import py_compile
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from pysharedir.errors import InvalidNameError, TargetError
from pysharedir.hook.place import Place
from pysharedir.interpreter import finding as target
from pysharedir.interpreter import inside
from pysharedir.snapshot import Snapshot
from pysharedir.why import search
from pysharedir.why.run import explain
from trees import Tree, plant
from unit.conftest import VERSION, Command, Venv
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from pysharedir.why.answer import Answer, Reason
    from pysharedir.why.rows import Row

ASK = Path(inside.__file__).with_name("lookup.py")
OTHER_VERSIONS = sorted({"3.9", "3.13", "3.15"} - {VERSION})
TAG = f"cpython-{VERSION.replace('.', '')}-sparc64-linux-gnu"


class Why(Protocol):
    def __call__(self, venv: Venv, name: str) -> Answer: ...


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """The working directory of every question."""
    return plant(tmp_path / "cwd", {})


@pytest.fixture
def why(environment: dict[str, str], cwd: Path, monkeypatch: pytest.MonkeyPatch) -> Why:
    """Return a function that explains a name in a venv."""
    for name in set(os.environ) - {*environment, "PYTEST_CURRENT_TEST"}:
        if not name.startswith(("PYSHAREDIR_PYTHON_", "PYSHAREDIR_REQUIRE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", environment["HOME"])
    monkeypatch.chdir(cwd)

    def ask(venv: Venv, name: str) -> Answer:
        found = target.find(str(venv.root))
        return explain(Snapshot(found, Place.of(found)), name)

    return ask


def there(rows: tuple[Row, ...]) -> dict[str, str]:
    """Return what is where, by the outcome."""
    return {row.path: row.outcome for row in rows if row.outcome not in ("nothing", "not asked")}


def first(reasons: tuple[Reason, ...], code: str) -> Reason:
    assert [each.code for each in reasons][:1] == [code], reasons
    return reasons[0]


def only(answer: Answer, code: str) -> Reason:
    """Return the one reason why nothing is found."""
    assert not answer.found
    assert len(answer.reasons) == 1
    return first(answer.reasons, code)


# What is found


def test_a_module(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "Some_Thing", {"thing/__init__.py": "", "thing/part.py": ""})
    answer = why(venv, "thing.part")
    module = answer.module
    assert module is not None
    assert (module.kind, module.file) == ("module", str(venv.site_dir / "thing" / "part.py"))
    assert (module.distribution, module.version) == ("Some_Thing", "1.0")
    assert (module.entry, module.role) == (str(venv.site_dir), "site dir of the venv")
    assert not module.in_sharedir
    assert not answer.warnings
    assert there(answer.rows) == {str(venv.site_dir): "taken"}


def test_every_entry_is_told_in_order(enabled: Venv, why: Why, cwd: Path) -> None:
    put(enabled.site_dir, "one", {"one.py": ""})
    answer = why(enabled, "one")
    assert [row.path for row in answer.rows] == [str(cwd), *enabled.says("sys.path[1:]")]
    assert answer.rows[0].role == "working directory"
    outcomes = {row.path: row.outcome for row in answer.rows}
    assert outcomes[str(enabled.sharedir)] == "not asked"
    assert set(outcomes.values()) == {"nothing", "taken", "not asked"}
    put_by = {row.path: row.by for row in answer.rows}
    assert put_by[str(enabled.sharedir)] == "pysharedir"


def test_in_a_sharedir(enabled: Venv, why: Why) -> None:
    put(enabled.sharedir, "one", {"one.py": ""})
    module = why(enabled, "one").module
    assert module is not None
    assert (module.in_sharedir, module.by_hook) == (True, True)
    assert (module.role, module.distribution) == ("sharedir", "one")


def test_a_shadowed_copy(enabled: Venv, why: Why) -> None:
    put(enabled.site_dir, "one", {"one.py": ""})
    put(enabled.sharedir, "one", {"one.py": ""})
    answer = why(enabled, "one")
    assert answer.module is not None
    assert answer.module.entry == str(enabled.site_dir)
    (copy,) = answer.module.shadowed
    assert (copy.path, copy.distribution) == (str(enabled.sharedir), "one 1.0")
    assert there(answer.rows) == {str(enabled.site_dir): "taken", str(enabled.sharedir): "shadowed"}
    assert answer.distribution is not None
    assert [each.path for each in answer.distribution.copies] == [str(enabled.sharedir)]


def test_a_copy_behind_a_path_line(enabled: Venv, why: Why, tmp_path: Path) -> None:
    """Of another project it is a copy, of an editable install it is that install."""
    egg_info: Tree = {"PKG-INFO": "Metadata-Version: 2.1\nName: one\nVersion: 1.0\n"}
    project = plant(tmp_path / "project", {"one.egg-info": egg_info})
    put(enabled.sharedir, "one", {"one.py": ""})
    line = plant(enabled.site_dir, {"easy-install.pth": f"{project}\n"}) / "easy-install.pth"
    (warning,) = why(enabled, "one").warnings
    assert (warning.code, str(project) in warning.reason) == ("shadowed-copy", True)
    assert warning.remedy.endswith("doctor --select SD201")
    line.unlink()
    put(enabled.sharedir, "one", {"one.py": "", "_one.pth": f"{project}\n"})
    assert not why(enabled, "one").warnings


def test_a_copy_in_another_root(
    venv: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by `pip install --user` in a venv that sees the user site dir."""
    config = venv.root / "pyvenv.cfg"
    config.write_text(config.read_text().replace("= false", "= true"))
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path / "user"))
    site_dir = tmp_path / "user" / venv.site_dir.relative_to(venv.root)
    put(site_dir, "one", {"one.py": "newer"})
    put(venv.site_dir, "one", {"one.py": ""})
    (warning,) = why(venv, "one").warnings
    assert "(user site dir): the nearer root wins" in warning.reason
    assert warning.remedy.endswith(" one==1.0")
    assert "SD201" not in warning.remedy


def test_a_namespace_over_two_trees(enabled: Venv, why: Why) -> None:
    put(enabled.site_dir, "space_a", {"space/deep/a/__init__.py": "", "space/a.py": ""})
    put(enabled.sharedir, "space_b", {"space/deep/b/__init__.py": ""})
    put(enabled.sharedir, "other", {"other.py": ""})
    for name in "space", "space.deep":
        answer = why(enabled, name)
        assert answer.module is not None
        assert answer.module.kind == "namespace package"
        parts = [(row.path, row.distribution) for row in answer.module.portions]
        assert parts == [
            (str(enabled.site_dir), "space_a 1.0"),
            (str(enabled.sharedir), "space_b 1.0"),
        ]
        assert answer.module.in_sharedir
        assert answer.module.distribution is None
    module = why(enabled, "space.deep.b").module
    assert module is not None
    assert (module.distribution, module.entry) == ("space_b", str(enabled.sharedir))


def test_a_hidden_portion(enabled: Venv, why: Why) -> None:
    put(enabled.site_dir, "space_a", {"space/__init__.py": ""})
    put(enabled.sharedir, "space_b", {"space/b.py": ""})
    answer = why(enabled, "space")
    assert there(answer.rows) == {str(enabled.site_dir): "taken", str(enabled.sharedir): "hidden"}
    assert str(enabled.sharedir / "space") in first(answer.warnings, "hidden-portion").reason


def test_the_same_file_is_no_copy(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "one", {"one.py": ""})
    plant(venv.root, {"again": "-> lib"})
    again = str(venv.site_dir).replace("/lib/", "/again/")
    (venv.site_dir / "twice.pth").write_text(f"{again}\n")
    answer = why(venv, "one")
    assert answer.module is not None
    assert not answer.module.shadowed
    assert there(answer.rows)[again] == "same file"


@pytest.mark.parametrize(
    ("name", "kind"), [("sys", "built-in"), ("zipimport", "frozen"), ("this", "module")]
)
def test_the_standard_library(venv: Venv, why: Why, name: str, kind: str) -> None:
    module = why(venv, name).module
    assert module is not None
    assert module.is_stdlib
    assert module.kind.startswith(kind)
    assert module.distribution is None


def test_every_kind(venv: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds in the answers of the program in the target are those that the command knows."""
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("zipped/__init__.py", "")
        archive.writestr("in_zip.py", "")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "some.zip"))
    files: Tree = {"package": {"__init__.py": ""}, "space": {"a.py": ""}, "source.py": ""}
    plant(venv.site_dir, {**files, "native.abi3.so": ""})
    py_compile.compile(str(venv.site_dir / "source.py"), cfile=str(venv.site_dir / "compiled.pyc"))
    kinds = {
        "source": search.Kind.MODULE,
        "package": search.Kind.PACKAGE,
        "space": search.Kind.NAMESPACE,
        "native": search.Kind.EXTENSION,
        "compiled": search.Kind.BYTECODE,
        "sys": search.Kind.BUILT_IN,
        "zipimport": search.Kind.FROZEN,
        "in_zip": search.Kind.ZIPPED_MODULE,
        "zipped": search.Kind.ZIPPED_PACKAGE,
    }
    answers = {name: why(venv, name) for name in kinds}
    assert {name: answer.module and answer.module.kind for name, answer in answers.items()} == kinds
    portions = {row.kind for row in answers["space"].rows if row.kind}
    assert {*kinds.values(), *portions} == set(search.Kind)


def test_what_startup_code_has_imported(venv: Venv, why: Why, cwd: Path) -> None:
    plant(cwd, {"os.py": ""})
    answer = why(venv, "os")
    assert answer.module is not None
    assert (answer.module.at_startup, answer.module.is_stdlib) == (True, True)
    assert there(answer.rows)[str(cwd)] == "shadowed"
    assert not answer.warnings


def test_a_zip(venv: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("zipped/__init__.py", "")
        archive.writestr("zipped/part.py", "")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "some.zip"))
    answer = why(venv, "zipped.part")
    assert answer.module is not None
    assert (answer.module.kind, answer.module.role) == ("module in a zip", "PYTHONPATH")
    assert answer.module.file == str(tmp_path / "some.zip" / "zipped" / "part.py")


def test_pythonpath(venv: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"mine": {"one.py": ""}})
    put(venv.site_dir, "one", {"one.py": ""})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "mine"))
    answer = why(venv, "one")
    assert there(answer.rows) == {str(tmp_path / "mine"): "taken", str(venv.site_dir): "shadowed"}
    assert answer.module is not None
    assert (answer.module.by_hook, answer.module.distribution) == (False, None)


def test_an_editable_install_by_path_line(venv: Venv, why: Why, tmp_path: Path) -> None:
    plant(tmp_path, {"project": {"src": {"mine": {"__init__.py": ""}}}})
    source = tmp_path / "project" / "src"
    info = put(venv.site_dir, "mine", {"_mine.pth": f"{source}\n"})
    url = {"url": (tmp_path / "project").as_uri(), "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(url))
    answer = why(venv, "mine")
    assert answer.module is not None
    assert (answer.module.role, answer.module.distribution) == ("path line", "mine")
    assert answer.distribution is not None
    assert answer.distribution.editable == str(tmp_path / "project")
    assert answer.distribution.modules == ("mine",)


FINDER = """
import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location

class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname == "mine":
            return spec_from_file_location(fullname, {file!r}, submodule_search_locations=[{dir!r}])

def install():
    sys.meta_path.append(_EditableFinder)
"""


def editable_by_finder(site_dir: Path, project: Path) -> None:
    """Install a project as setuptools does when one path line is not enough."""
    plant(project, {"odd": {"__init__.py": "", "part.py": ""}})
    code = FINDER.format(file=str(project / "odd" / "__init__.py"), dir=str(project / "odd"))
    start = "import __editable___mine_1_0_finder; __editable___mine_1_0_finder.install()\n"
    files = {"__editable__.mine-1.0.pth": start, "__editable___mine_1_0_finder.py": code}
    put(site_dir, "mine", files)


def test_an_editable_install_by_finder(venv: Venv, why: Why, tmp_path: Path) -> None:
    editable_by_finder(venv.site_dir, tmp_path / "project")
    for name in "mine", "mine.part":
        module = why(venv, name).module
        assert module is not None
        assert module.file is not None
        assert module.file.startswith(f"{tmp_path}/project/odd/")
        assert module.finder == "__editable___mine_1_0_finder._EditableFinder"
        assert module.distribution == "mine"


def test_an_editable_install_that_is_shadowed(venv: Venv, why: Why, tmp_path: Path) -> None:
    editable_by_finder(venv.site_dir, tmp_path / "project")
    plant(venv.site_dir, {"mine.py": ""})
    module = why(venv, "mine").module
    assert module is not None
    (shadowed,) = module.shadowed
    assert (shadowed.role, shadowed.distribution) == ("finder", "mine 1.0")


DISTUTILS = """
import importlib.abc, importlib.util, os, sys

class Finder:
    def find_spec(self, name, path, target=None):
        if name == "distutils":
            class Loader(importlib.abc.Loader):
                def create_module(self, spec):
                    return importlib.import_module("tools._distutils")
                def exec_module(self, module):
                    pass
            origin = os.path.join(os.path.dirname(__file__), "tools", "_distutils", "__init__.py")
            return importlib.util.spec_from_loader(name, Loader(), origin=origin)

sys.meta_path.insert(0, Finder())
"""


def test_a_package_by_a_loader_that_does_not_say_so(venv: Venv, why: Why) -> None:
    """As setuptools replaces distutils by its own copy."""
    files = {"tools/_distutils/__init__.py": "", "tools/_distutils/core.py": ""}
    hack = {"_hack.py": DISTUTILS, "hack.pth": "import _hack\n"}
    put(venv.site_dir, "tools", {**files, **hack})
    answer = why(venv, "distutils.core")
    assert answer.module is not None
    assert answer.module.file == str(venv.site_dir / "tools" / "_distutils" / "core.py")
    assert venv.says("__import__('distutils.core').core.__file__") == answer.module.file
    module = why(venv, "distutils").module
    assert module is not None
    assert module.kind == "package"
    assert "tools._distutils" not in venv.says("list(sys.modules)")
    only(why(venv, "distutils.none"), "no-such-part")


def test_an_entry_that_is_spelled_oddly(venv: Venv, why: Why, tmp_path: Path) -> None:
    put(plant(tmp_path / "a" / "b" / "c", {}), "one", {"one.py": ""})
    spelled = f"{tmp_path}/a/b/../b/c/"
    (venv.site_dir / "odd.pth").write_text(f"import sys; sys.path.append({spelled!r})\n")
    answer = why(venv, "one")
    assert answer.module is not None
    assert (answer.module.entry, answer.module.distribution) == (spelled, "one")
    assert answer.distribution is not None
    assert answer.distribution.path == spelled


@pytest.mark.parametrize("listing", ["top_level.txt", None])
def test_a_distribution_without_record(venv: Venv, why: Why, listing: str | None) -> None:
    info = put(venv.site_dir, "one", {"one.py": ""})
    (info / "RECORD").unlink()
    if listing:
        (info / listing).write_text("one\n")
    module = why(venv, "one").module
    assert module is not None
    assert module.distribution == "one"


def test_all_that_a_name_is(enabled: Venv, why: Why) -> None:
    points = "[console_scripts]\none = one:main\n"
    put(enabled.sharedir, "one", {"one.py": ""}, entry_points=points)
    answer = why(enabled, "one")
    assert answer.module is not None
    assert answer.distribution is not None
    assert answer.distribution.scripts == ("one",)
    assert answer.script is not None
    assert answer.script.in_sharedir


def test_a_script_of_a_sharedir_elsewhere_is_in_the_target(
    venv: Venv, command: Command, why: Why, tmp_path: Path
) -> None:
    sharedir = tmp_path / "apps" / "share" / "python" / VERSION
    command.json("--python", venv.root, "enable", "--sharedir", sharedir)
    points = "[console_scripts]\none = one:main\n"
    put(sharedir, "one", {"one.py": ""}, entry_points=points)
    script = why(venv, "one").script
    assert script is not None
    assert (script.file, script.in_sharedir) == (str(venv.root / "bin" / "one"), True)


def test_a_distribution_of_another_import_name(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "PyOne", {"one/__init__.py": "", "one/two.py": "", "_one.py": ""})
    for name in "PyOne", "pyone":
        answer = why(venv, name)
        assert answer.module is None
        assert answer.distribution is not None
        assert answer.distribution.modules == ("_one", "one")
        assert "import _one, one" in first(answer.warnings, "other-import-name").remedy


@pytest.mark.parametrize("name", ["pure9", "pure9.part", "yaml"])
def test_a_distribution_whose_files_are_gone(venv: Venv, why: Why, name: str) -> None:
    called = "PyYAML" if name == "yaml" else "pure9"
    top = name.partition(".")[0]
    put(venv.site_dir, called, {f"{top}/__init__.py": "", f"{top}/part.py": ""})
    shutil.rmtree(venv.site_dir / top)
    for asked in name, called:
        answer = why(venv, asked)
        assert answer.module is None
        reason = first(answer.warnings or answer.reasons, "files-missing")
        assert reason.remedy.endswith(f"--force-reinstall --no-deps {called}==1.0")


def test_a_distribution_whose_module_is_for_another_interpreter(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "one", {f"one.{TAG}.so": ""})
    first(why(venv, "one").warnings, "foreign-part")


@pytest.mark.parametrize("line", ["nul\0\n", None])
def test_an_editable_install_by_a_bad_path_line(venv: Venv, why: Why, line: str | None) -> None:
    info = put(venv.site_dir, "mine", {"_mine.pth": ""})
    url = {"url": "file:///nowhere", "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(url))
    if line:
        (venv.site_dir / "_mine.pth").write_text(line)
    else:
        (venv.site_dir / "_mine.pth").unlink()
    answer = why(venv, "mine")
    assert answer.distribution is not None
    assert (answer.distribution.editable, answer.distribution.modules) == ("/nowhere", ())


def test_a_distribution_in_a_namespace(venv: Venv, why: Why) -> None:
    files = {"space/one/__init__.py": "", "space/one/part.py": "", "space/two.py": ""}
    put(venv.site_dir, "space_one", files)
    answer = why(venv, "space_one")
    assert answer.distribution is not None
    assert answer.distribution.modules == ("space.one", "space.two")


# Scripts


def script(venv: Venv, first_line: str = "", module: str = "one") -> None:
    points = f"[console_scripts]\nrun-one = {module}:main\n"
    put(venv.site_dir, "one", {"one.py": ""}, entry_points=points)
    path = venv.root / "bin" / "run-one"
    rest = path.read_text().partition("\n")[2]
    path.write_text(f"{first_line or f'#!{venv.python}'}\n{rest}")


def test_a_script(venv: Venv, why: Why, monkeypatch: pytest.MonkeyPatch) -> None:
    script(venv)
    monkeypatch.setenv("PATH", f"{venv.root}/bin:{os.environ['PATH']}")
    answer = why(venv, "run-one")
    assert answer.script is not None
    assert (answer.script.file, answer.script.is_there) == (f"{venv.root}/bin/run-one", True)
    assert answer.script.on_path == answer.script.file
    assert (answer.script.interpreter, answer.script.is_own) == (str(venv.python), True)
    assert (answer.script.distribution, answer.script.entry_point) == ("one", "one:main")
    assert answer.script.module_found
    assert not answer.warnings
    assert not answer.rows


@pytest.mark.parametrize(
    "first_line",
    [
        "#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''",
        "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''",
        "#!{python} -I",
    ],
)
def test_the_interpreter_of_a_script(venv: Venv, why: Why, first_line: str) -> None:
    script(venv, first_line.format(python=venv.python))
    answer = why(venv, "run-one")
    assert answer.script is not None
    assert (answer.script.interpreter, answer.script.is_own) == (str(venv.python), True)


def test_a_script_that_finds_its_interpreter_itself(venv: Venv, why: Why) -> None:
    """As uv makes them in a venv that can be moved."""
    computed = '"$(dirname -- "$(realpath -- "$0")")"/\'python\''
    script(venv, f"#!/bin/sh\n'''exec' {computed} \"$0\" \"$@\"\n' '''")
    answer = why(venv, "run-one")
    assert answer.script is not None
    assert answer.script.interpreter is None
    assert not answer.warnings


def test_a_script_of_a_sharedir_of_another_root(
    make_venv: Callable[[str], Venv], command: Command, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sharedir's path does not tell whose it is; the hook that adds it does."""
    venv, other = make_venv("venv"), make_venv("other")
    sharedir = venv.root.parent / "apps" / "share" / "python" / VERSION
    command.json("--python", other.root, "enable", "--sharedir", sharedir)
    points = "[console_scripts]\nrun-one = one:main\n"
    put(sharedir, "one", {"one.py": ""}, scripts=other.root / "bin", entry_points=points)
    # As for an interpreter that has both.
    monkeypatch.setenv("PYTHONPATH", f"{other.site_dir}:{sharedir}")
    script = why(venv, "run-one").script
    assert script is not None
    assert (script.file, script.is_there) == (str(other.root / "bin" / "run-one"), True)


@pytest.mark.parametrize("form", ["lib/{}/site-packages", "share/python/{}"])
def test_a_script_of_another_root(
    venv: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    name = venv.site_dir.parent.name
    directory = tmp_path / "other" / form.format(name if "lib" in form else VERSION)
    put(directory, "one", {"one.py": ""}, entry_points="[console_scripts]\nrun-one = one:main\n")
    monkeypatch.setenv("PYTHONPATH", str(directory))
    answer = why(venv, "run-one")
    assert answer.script is not None
    assert answer.script.file == f"{tmp_path}/other/bin/run-one"


def test_the_script_of_another_interpreter(
    venv: Venv, make_venv: Callable[[str], Venv], why: Why
) -> None:
    other = make_venv("other")
    script(venv, f"#!{other.python}")
    answer = why(venv, "run-one")
    assert answer.script is not None
    assert not answer.script.is_own
    assert str(other.python) in first(answer.warnings, "foreign-interpreter").reason


def test_a_script_that_is_not_first_on_path(
    venv: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(venv)
    plant(tmp_path, {"elsewhere": {"run-one": "#!/bin/sh\n"}})
    (tmp_path / "elsewhere" / "run-one").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/elsewhere:{venv.root}/bin")
    found = why(venv, "run-one").script
    assert found is not None
    assert found.on_path == str(tmp_path / "elsewhere" / "run-one")


def test_a_script_without_its_module(venv: Venv, why: Why) -> None:
    script(venv, module="gone")
    answer = why(venv, "run-one")
    assert answer.script is not None
    assert answer.script.module_found is False
    assert "gone:main" in first(answer.warnings, "broken-script").reason


@pytest.mark.parametrize("shared", [True, False])
def test_a_script_that_is_not_there(enabled: Venv, why: Why, *, shared: bool) -> None:
    points = "[console_scripts]\nrun-one = one:main\n"
    put(enabled.sharedir if shared else enabled.site_dir, "one", {}, entry_points=points)
    (enabled.root / "bin" / "run-one").unlink()
    answer = why(enabled, "run-one")
    assert not answer.found
    remedy = first(answer.reasons, "script-missing").remedy
    assert remedy.endswith("sync" if shared else "--no-deps one==1.0")


def test_a_program_is_no_script(venv: Venv, why: Why) -> None:
    assert why(venv, "python").script is None


def test_a_script_that_cannot_be_read_to_its_end(
    venv: Venv, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(venv)
    path = venv.root / "bin" / "run-one"
    path.unlink()
    os.mkfifo(path, 0o755)
    monkeypatch.setenv("PATH", f"{venv.root}/bin")
    first(why(venv, "run-one").reasons, "script-missing")


def test_a_native_script(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "one", {"one-1.0.data/scripts/run-one": b"\x7fELF"})
    found = why(venv, "run-one").script
    assert found is not None
    assert (found.distribution, found.interpreter) == ("one", None)


# Why something is not found


def test_nothing_of_that_name(venv: Venv, why: Why) -> None:
    reason = only(why(venv, "nonesuch"), "not-installed")
    assert reason.remedy.startswith(f"uv pip install --python {venv.python} nonesuch")
    put(venv.site_dir, "pip", {"pip.py": ""})
    reason = only(why(venv, "nonesuch"), "not-installed")
    assert reason.remedy.startswith(f"{venv.python} -m pip install nonesuch")


def test_the_distribution_of_a_well_known_module(venv: Venv, why: Why) -> None:
    assert only(why(venv, "sklearn.svm"), "not-installed").remedy.endswith(" scikit-learn")


@pytest.mark.parametrize("name", ["one", "one.part", "PyOne", "run-one"])
def test_the_hook_is_off(
    enabled: Venv, why: Why, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = "[console_scripts]\nrun-one = one:main\n"
    files = {"one/__init__.py": "", "one/part.py": ""}
    put(enabled.sharedir, "PyOne", files, entry_points=points)
    (enabled.root / "bin" / "run-one").unlink()
    monkeypatch.setenv("PYSHAREDIR", "0")
    reason = only(why(enabled, name), "hook-off")
    assert str(enabled.sharedir) in reason.reason
    assert "PYSHAREDIR=0" in reason.reason
    assert reason.remedy == "unset PYSHAREDIR"
    monkeypatch.delenv("PYSHAREDIR")
    assert not why(enabled, name).reasons or name == "run-one"


def test_the_hook_is_opt_in(venv: Venv, command: Command, why: Why) -> None:
    command.json("--python", venv.root, "enable", "--opt-in")
    put(venv.sharedir, "one", {"one.py": ""})
    reason = only(why(venv, "one"), "hook-off")
    assert "--opt-in" in reason.reason
    assert reason.remedy == "set PYSHAREDIR=1"


def test_there_is_no_hook(venv: Venv, why: Why) -> None:
    put(venv.sharedir, "one", {"one.py": ""})
    assert only(why(venv, "one"), "hook-absent").remedy.endswith(" enable")


def test_the_hook_does_not_take_the_sharedir(enabled: Venv, why: Why) -> None:
    put(enabled.sharedir, "one", {"one.py": ""})
    enabled.sharedir.chmod(0o777)
    reason = only(why(enabled, "one"), "sharedir-writable")
    assert reason.remedy == f"chmod o-w {enabled.sharedir}"


@pytest.mark.parametrize("cause", ["off", "writable"])
def test_a_script_does_not_hide_that_its_module_is_not_found(
    enabled: Venv, why: Why, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = "[console_scripts]\none = one.cli:main\nother = one.cli:main\n"
    put(enabled.sharedir, "one", {"one/__init__.py": "", "one/cli.py": ""}, entry_points=points)
    assert why(enabled, "one").found
    if cause == "off":
        monkeypatch.setenv("PYSHAREDIR", "0")
    else:
        enabled.sharedir.chmod(0o777)
    answer = why(enabled, "one")
    assert not answer.found
    first(answer.reasons, "hook-off" if cause == "off" else "sharedir-writable")
    assert answer.script is not None
    assert (answer.script.is_there, answer.script.module) == (True, "one.cli")
    answer = why(enabled, "other")  # no module is called so
    assert answer.found
    first(answer.warnings, "foreign-interpreter")
    assert len(answer.warnings) == 1  # that may find the module
    file = enabled.root / "bin" / "other"
    file.write_text(f"#!{enabled.python}\n{file.read_text().partition(chr(10))[2]}")
    (warning,) = why(enabled, "other").warnings
    assert (warning.code, warning.remedy.split()[-2:]) == ("broken-script", ["why", "one.cli"])


def test_a_script_that_is_left_is_not_its_module(
    venv: Venv, why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import sys\nfrom one import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
    plant(venv.root / "bin", {"one": f"#!{venv.python}\n{text}"})
    (venv.root / "bin" / "one").chmod(0o755)
    monkeypatch.setenv("PATH", f"{venv.root}/bin:{os.environ['PATH']}")
    answer = why(venv, "one")
    assert only(answer, "not-installed").remedy.startswith("uv pip install")
    assert answer.script is not None
    assert answer.script.is_own


def test_the_sharedir_is_gone(venv: Venv, command: Command, why: Why, tmp_path: Path) -> None:
    command.json("--python", venv.root, "enable", "--sharedir", tmp_path / "mounted")
    shutil.rmtree(tmp_path / "mounted")
    assert str(tmp_path / "mounted") in first(why(venv, "one").reasons, "sharedir-missing").reason


@pytest.mark.parametrize("name", ["one._native", "_one"])
def test_the_native_part_is_of_another_architecture(venv: Venv, why: Why, name: str) -> None:
    file = f"{name.replace('.', '/')}.{TAG}.so"
    put(venv.site_dir, "one", {"one/__init__.py": "", file: ""}, tag="cp3-abi3-linux_sparc64")
    reason = only(why(venv, name), "foreign-part")
    assert str(venv.site_dir / file) in reason.reason
    assert TAG in reason.reason
    assert reason.remedy.endswith("--force-reinstall --no-deps one==1.0")


def test_the_native_part_in_a_sharedir_is_of_another_architecture(enabled: Venv, why: Why) -> None:
    put(enabled.sharedir, "one", {"one/__init__.py": "", f"one/_native.{TAG}.so": ""})
    assert "`pysharedir sort`" in only(why(enabled, "one._native"), "foreign-part").remedy


def test_the_native_part_in_a_home_of_several_machines(
    venv: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other machine needs these files, so no remedy says to reinstall them."""
    config = venv.root / "pyvenv.cfg"
    config.write_text(config.read_text().replace("= false", "= true"))
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path / "user"))
    site_dir = tmp_path / "user" / venv.site_dir.relative_to(venv.root)
    put(site_dir, "one", {"one/__init__.py": "", f"one/_native.{TAG}.so": ""})
    for remedy in (
        only(why(venv, "one._native"), "foreign-part").remedy,
        first(why(venv, "one").warnings, "foreign-part").remedy,
    ):
        assert f"`export PYTHONUSERBASE={tmp_path}/user/" in remedy
        assert "reinstall" not in remedy


def test_a_package_that_lacks_its_native_part(venv: Venv, why: Why) -> None:
    own = max(target.find(str(venv.root)).suffixes, key=len)
    files = {f"one/deep/_here{own}": "", f"one/deep/_here.{TAG}.so": "", "one/__init__.py": ""}
    put(venv.site_dir, "one", files)
    assert not why(venv, "one").warnings
    put(venv.site_dir, "one", {**files, f"one/deep/_gone.{TAG}.so": ""})
    answer = why(venv, "one")
    assert answer.found
    assert f"_gone.{TAG}.so" in first(answer.warnings, "foreign-part").reason


def test_stubs_in_the_place_of_a_native_part(venv: Venv, why: Why) -> None:
    """As in pydantic_core: Python takes their directory for a namespace package."""
    files = {"one/__init__.py": "", "one/_native/__init__.pyi": "", f"one/_native.{TAG}.so": ""}
    put(venv.site_dir, "one", files)
    answer = why(venv, "one._native")
    assert answer.module is not None
    assert answer.module.kind == "namespace package"
    assert f"_native.{TAG}.so" in first(answer.warnings, "foreign-part").reason


def test_a_native_part_that_is_labelled_wrongly(venv: Venv, why: Why) -> None:
    own = venv.python.resolve().read_bytes()[:64]
    put(venv.site_dir, "one", {"_one.so": own})
    answer = why(venv, "_one")
    assert answer.module is not None
    assert answer.module.kind == "extension module"
    assert not answer.warnings
    sparc = own[:18] + (43).to_bytes(2, "little") + own[20:]
    (venv.site_dir / "_one.so").write_bytes(sparc)
    reason = first(why(venv, "_one").warnings, "foreign-part").reason
    assert "_one.so is built for SPARCV9, but" in reason


def requiring(directory: Path, requirement: str) -> None:
    info = put(directory, "one", {"one.py": ""})
    with (info / "METADATA").open("a") as file:
        file.write(f"Requires-Dist: {requirement}\n")


@pytest.mark.parametrize(
    ("requirement", "name"), [("two>=2", "two.part"), ("two-py", "two"), ("PyYAML", "yaml")]
)
def test_a_dependency_is_missing(enabled: Venv, why: Why, requirement: str, name: str) -> None:
    requiring(enabled.sharedir, requirement)
    reason = first(why(enabled, name).reasons, "dependency-missing")
    assert "(required by one)" in reason.reason
    assert reason.remedy.endswith(" sync --install")


def test_a_dependency_of_what_is_not_shared_is_missing(venv: Venv, why: Why) -> None:
    requiring(venv.site_dir, "two>=2")
    assert only(why(venv, "two"), "dependency-missing").remedy.endswith(" 'two>=2'")


def test_a_file_in_the_working_directory_hides_it(venv: Venv, why: Why, cwd: Path) -> None:
    native = "one/_native" + max(target.find(str(venv.root)).suffixes, key=len)
    put(venv.site_dir, "one", {"one/__init__.py": "", "one/part.py": "", native: ""})
    plant(cwd, {"one.py": "", "this.py": ""})
    only(why(venv, "one._native"), "shadowed-by-cwd")
    reason = only(why(venv, "one.part"), "shadowed-by-cwd")
    assert str(cwd / "one.py") in reason.reason
    assert str(venv.site_dir / "one" / "part.py") in reason.reason
    answer = why(venv, "one")
    assert "shadows one 1.0" in first(answer.warnings, "shadowed-by-cwd").reason
    answer = why(venv, "this")
    assert "standard library" in first(answer.warnings, "shadowed-by-cwd").reason


def test_the_working_directory_is_told_of(venv: Venv, why: Why, cwd: Path) -> None:
    plant(cwd, {"one.py": ""})
    answer = why(venv, "one")
    assert answer.module is not None
    assert (answer.module.entry, answer.module.role) == (str(cwd), "working directory")
    assert not answer.warnings
    assert any("python FILE" in note for note in answer.notes)


def test_what_is_built_in_the_working_directory_is_of_no_distribution(
    venv: Venv, why: Why, cwd: Path
) -> None:
    metadata: Tree = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: one\nVersion: 1.0\n",
        "top_level.txt": "one\nspace\n",
    }
    foreign = "_native.cpython-34-x86_64-linux-gnu.so"
    plant(cwd, {"one": {"__init__.py": "", foreign: ""}, "space": {"part.py": ""}})
    plant(cwd, {"one.egg-info": metadata})
    answer = why(venv, "one")
    assert answer.module is not None
    assert answer.module.distribution is None
    assert answer.rows[0].distribution is None
    assert first(answer.warnings, "foreign-part").remedy.startswith("rebuild it")
    assert why(venv, "space").rows[0].distribution is None


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there is no PYTHONSAFEPATH")
def test_the_working_directory_is_left_out(
    venv: Venv, why: Why, cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(cwd, {"one.py": ""})
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    answer = why(venv, "one")
    assert not answer.found
    assert not answer.notes


def test_the_other_half_of_a_package(enabled: Venv, why: Why) -> None:
    put(enabled.site_dir, "one", {"one/__init__.py": ""})
    put(enabled.sharedir, "two", {"one/deep/part.py": ""})
    for name in "one.deep", "one.deep.part":
        reason = only(why(enabled, name), "other-half")
        assert str(enabled.site_dir / "one" / "__init__.py") in reason.reason
        assert "two 1.0" in reason.reason


def test_the_other_half_of_a_package_is_of_the_same_distribution(enabled: Venv, why: Why) -> None:
    put(enabled.site_dir, "one", {"one/__init__.py": ""})
    put(enabled.sharedir, "one", {"one/__init__.py": "", "one/part.py": ""})
    remedy = only(why(enabled, "one.part"), "other-half").remedy
    assert remedy.endswith("--force-reinstall --no-deps one==1.0")
    assert str(enabled.python) in remedy


def test_the_other_half_of_a_package_is_on_pythonpath(
    enabled: Venv, why: Why, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = plant(tmp_path / "mine", {"one": {"__init__.py": ""}})
    put(enabled.sharedir, "one", {"one/__init__.py": "", "one/part.py": ""})
    monkeypatch.setenv("PYTHONPATH", str(mine))
    remedy = only(why(enabled, "one.part"), "other-half").remedy
    assert remedy == f"remove {mine} from PYTHONPATH, or rename {mine}/one/__init__.py"


def test_the_other_half_of_a_package_is_unowned(enabled: Venv, why: Why) -> None:
    plant(enabled.site_dir, {"one": {"__init__.py": ""}})
    line = plant(enabled.root / "line", {"one": {"extra.py": ""}})
    (enabled.site_dir / "line.pth").write_text(f"{line}\n")
    remedy = only(why(enabled, "one.extra"), "other-half").remedy
    assert remedy == "put one into one directory: move or uninstall one of the two"


PINNED = (
    "import sys, types, os, importlib.util; from importlib.machinery import ModuleSpec;"
    " p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('space',));"
    " m = sys.modules.setdefault('space', {made});"
    " mp = m.__dict__.setdefault('__path__', []); (p not in mp) and mp.append(p)\n"
)


@pytest.mark.parametrize(
    "made",
    [
        "types.ModuleType('space')",
        "importlib.util.module_from_spec(ModuleSpec('space', None, is_package=True))",
    ],
)
def test_the_other_half_of_a_namespace_that_startup_code_makes(
    enabled: Venv, why: Why, made: str
) -> None:
    """As the ``-nspkg.pth`` files of setuptools do; with a spec, it is a namespace package."""
    pth = PINNED.format(made=made)
    put(enabled.site_dir, "space_a", {"space/aa.py": "", "space_a-nspkg.pth": pth})
    put(enabled.sharedir, "space_b", {"space/bb.py": ""})
    assert "No module named 'space.bb'" in enabled.run("-c", "import space.bb").stderr
    assert why(enabled, "space.aa").found
    reason = only(why(enabled, "space.bb"), "other-half")
    assert str(enabled.sharedir / "space" / "bb.py") in reason.reason
    assert reason.remedy.endswith(" sort")


FILLS = "import sys, types\nsys.modules[__name__ + '.made'] = types.ModuleType('made')\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (FILLS + "__path__ = []\n", "__path__"),
        (FILLS, "sys.modules"),
        ("__path__.append(__path__[0] + '/vendor')\n", "__path__"),
        ("import os\n__path__ += [os.path.join(__path__[0], 'vendor')]\n", "__path__"),
    ],
)
def test_what_only_an_import_can_tell(venv: Venv, why: Why, text: str, what: str) -> None:
    is_module = text == FILLS + "__path__ = []\n"
    file = "one.py" if is_module else "one/__init__.py"
    put(venv.site_dir, "one", {file: text, "one/vendor/made.py": "", "one/here.py": ""})
    reason = only(why(venv, "one.made"), "needs-import")
    assert reason.reason.endswith(f"without importing one, which changes {what}")
    assert reason.remedy == f"{venv.python} -c 'import one.made'"
    assert not venv.run("-c", "import one.made").returncode
    assert is_module or why(venv, "one.here").found
    (venv.site_dir / "early.pth").write_text("import one\n")
    code = "no-package" if is_module else "no-such-part"
    assert what == "__path__" or only(why(venv, "one.none"), code)


def test_what_only_an_import_can_tell_is_not_what_is_hidden(enabled: Venv, why: Why) -> None:
    put(enabled.site_dir, "one", {"one/__init__.py": "import sys\nsys.modules\n"})
    put(enabled.sharedir, "two", {"one/part.py": ""})
    only(why(enabled, "one.part"), "other-half")
    (enabled.site_dir / "one" / "__init__.py").write_text(
        "import sys\n__path__ += [each + '/one' for each in sys.path]\n"
    )
    only(why(enabled, "one.part"), "needs-import")


def test_the_program(venv: Venv, why: Why, cwd: Path) -> None:
    plant(cwd, {"__main__.py": ""})
    for name in "__main__", "__main__.part":
        only(why(venv, name), "program")
    plant(venv.site_dir, {"one": {"__init__.py": "", "__main__.py": ""}})
    assert why(venv, "one.__main__").found


def test_no_such_part_of_a_package(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "one", {"one/__init__.py": "", "one/adapters.py": "", "two.py": ""})
    answer = why(venv, "one.adapter")
    assert only(answer, "no-such-part").remedy == "did you mean one.adapters?"
    assert answer.parent is not None
    assert answer.parent.distribution == "one"
    assert there(answer.rows) == {str(venv.site_dir): "taken"}
    assert "from one import get" in only(why(venv, "one.get"), "no-such-part").remedy
    assert "not a package" in only(why(venv, "two.get"), "no-package").reason


@pytest.mark.parametrize(
    ("name", "code"),
    [("symbol", "left-stdlib"), ("winreg", "windows-only"), ("_scproxy", "incomplete-stdlib")],
)
@pytest.mark.skipif(sys.platform != "linux", reason="modules of other systems")
def test_what_the_standard_library_lacks(venv: Venv, why: Why, name: str, code: str) -> None:
    only(why(venv, name), code)


def test_what_left_the_standard_library_is_there_again(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "again", {"symbol/__init__.py": ""})
    only(why(venv, "symbol.none"), "no-such-part")


@pytest.mark.parametrize("name", ["ONE_two", "onetwo", "one-two"])
def test_another_spelling(venv: Venv, why: Why, name: str) -> None:
    plant(venv.site_dir, {"one_two.py": ""})
    assert only(why(venv, name), "other-spelling").remedy == "did you mean one_two?"


def test_a_similar_name(venv: Venv, why: Why) -> None:
    put(venv.site_dir, "Requests", {"requests.py": ""})
    assert "requests" in only(why(venv, "reqeusts"), "similar").remedy


def test_in_the_user_site_dir(venv: Venv, why: Why) -> None:
    directory = Path(os.environ["HOME"], ".local", "lib", f"python{VERSION}", "site-packages")
    plant(directory, {"mine_alone.py": ""})
    assert str(directory) in only(why(venv, "mine_alone"), "user-site").reason


@pytest.mark.parametrize("name", ["lost", "bare"])
def test_in_a_separate_lib64(venv: Venv, why: Why, name: str) -> None:
    (venv.root / "lib64").unlink()
    lib64 = venv.root / "lib64" / venv.site_dir.relative_to(venv.root / "lib")
    lib64.mkdir(parents=True)
    put(lib64, "lost", {"lost.py": ""}, purelib="false")
    plant(lib64, {"bare.py": ""})
    reason = first(why(venv, name).reasons, "in-lib64")
    assert f"{lib64}, which is not on sys.path" in reason.reason
    assert reason.remedy.endswith("doctor --select SD114")


def test_in_the_base(venv: Venv, why: Why) -> None:
    base = target.find(str(venv.root)).base_prefix
    if not list(Path(base).glob(f"lib/python{VERSION}/site-packages/pip/__init__.py")):
        pytest.skip("no pip in the base")
    reason = first(why(venv, "pip").reasons, "base-only")
    assert f"{base}/lib" in reason.reason
    assert "install" in reason.remedy
    assert str(venv.python) in reason.remedy


def test_an_import_that_startup_code_forbids(venv: Venv, why: Why) -> None:
    (venv.site_dir / "block.pth").write_text("import sys; sys.modules['this'] = None\n")
    only(why(venv, "this"), "blocked")


def test_a_script_of_another_interpreter_on_path(
    venv: Venv, make_venv: Callable[[str], Venv], why: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_venv("other")
    script(other)
    monkeypatch.setenv("PATH", f"{other.root}/bin")
    reason = first(why(venv, "run-one").reasons, "foreign-script")
    assert str(other.python) in reason.reason
    assert str(other.python) in reason.remedy


@pytest.mark.parametrize("name", ["", "../one", "one two", "one/two", "-", "a..b ", "a..b", "a."])
def test_what_is_no_name(venv: Venv, why: Why, name: str) -> None:
    with pytest.raises(InvalidNameError):
        why(venv, name)


# The question in the target


EXTENDED = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)"
WORLD: dict[str, Tree] = {
    "site": {
        "package": {"__init__.py": "", "part.py": "", "only_here.py": ""},
        "module.py": "",
        "space": {"a.py": "", "deep": {"a.py": ""}},
        "both": {"__init__.py": ""},
        "halves": {
            "__init__.py": EXTENDED,
            "a.py": "",
        },
        "native.abi3.so": "",
        "name-with-dash.py": "",
        "late": {"x.py": ""},
    },
    "path": {
        "package": {"__init__.py": "", "hidden.py": ""},
        "space": {"b.py": "", "deep": {"b": {"__init__.py": ""}}},
        "both": {"sub.py": ""},
        "halves": {"__init__.py": EXTENDED, "b.py": ""},
        "late.py": "",
        "json.py": "",
    },
}
ASKED = """
    package package.part package.only_here package.hidden package.none module module.part space
    space.a space.b space.deep space.deep.a space.deep.b space.deep.none both both.sub halves
    halves.a halves.b native late late.x json json.decoder os os.path sys this zipimport xml.dom
    email.mime.text none none.none mine mine.part in_cwd in_cwd.part encodings.utf_8
"""
NOWHERE = """
    package.part package.only_here package.none module.part space.deep.none both.sub late.x
    json.decoder none none.none
"""
SPECS = """
import importlib.util, sys
def spec(name):
    try:
        found = importlib.util.find_spec(name)
    except ImportError:
        found = None
    return found and (found.origin, sorted(found.submodule_search_locations or []))
print({name: spec(name) for name in sys.argv[1:]})
"""


@pytest.mark.parametrize(
    "version",
    [VERSION, *(pytest.param(each, marks=pytest.mark.slow) for each in OTHER_VERSIONS)],
)
@pytest.mark.usefixtures("why")
def test_agrees_with_an_import(
    find_interpreter: Callable[[str], Path],
    version: str,
    tmp_path: Path,
    cwd: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It tells what ``importlib.util.find_spec`` does, which imports the parents to know it."""
    python = find_interpreter(version)
    venv = tmp_path / "venv"
    subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True)
    site_dir = venv / "lib" / f"python{version}" / "site-packages"
    plant(site_dir, WORLD["site"])
    plant(tmp_path / "path", WORLD["path"])
    plant(cwd, {"in_cwd": {"part.py": ""}, "this.py": ""})
    editable_by_finder(site_dir, tmp_path / "project")
    asked = target.find(str(venv))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    names = ASKED.split()
    expected = ast.literal_eval(
        subprocess.check_output([venv / "bin" / "python", "-c", SPECS, *names], text=True)
    )
    searches = search.ask(asked, names)
    specs = {name: searches[name].last.spec for name in names}
    assert expected == {
        name: spec and (spec.origin, sorted(spec.locations or ())) for name, spec in specs.items()
    }
    assert {name for name in names if not expected[name]} == set(NOWHERE.split())
    if version == VERSION:  # what is asked for in the same start makes no difference
        assert all(search.ask(asked, [name]) == {name: searches[name]} for name in names)


@pytest.mark.usefixtures("why")
def test_imports_and_writes_nothing(venv: Venv) -> None:
    finder = (
        "import sys\n"
        "class Lazy:\n    def find_spec(name, *_):\n        if name == 'package': import helper\n"
        "sys.meta_path.append(Lazy)\n"
    )
    plant(venv.site_dir, {"helper.py": "", "lazy.py": finder, "lazy.pth": "import lazy\n"})
    plant(venv.site_dir / "package", {"__init__.py": "raise SystemExit(1)", "part.py": "1/0"})
    found = target.find(str(venv.root))
    before = set(venv.root.rglob("*"))
    assert search.ask(found, ["package.part"])["package.part"].last.spec
    shutil.rmtree(venv.site_dir / "package")
    assert not search.ask(found, ["package.part"])["package.part"].last.spec
    assert set(venv.root.rglob("*")) <= before


def test_noise_at_startup_does_no_harm(venv: Venv, why: Why) -> None:
    noise = "import sys; print('<pysharedir>{', end=''); print('}</pysharedir>', file=sys.stderr)\n"
    (venv.site_dir / "noise.pth").write_text(noise)
    (venv.site_dir / "sitecustomize.py").write_text("print('x' * 9); import json.nothing\n")
    assert why(venv, "this").found


def test_a_finder_that_fails(venv: Venv) -> None:
    code = (
        "import sys\n"
        "class Bad:\n    def find_spec(name, *_):\n        return 1 / (name != 'this') and None\n"
        "sys.meta_path.insert(0, Bad)\n"
    )
    plant(venv.site_dir, {"bad.py": code, "bad.pth": "import bad\n"})
    finder = search.ask(target.find(str(venv.root)), ["this"])["this"].last.finders[0]
    assert (finder.name, finder.error) == ("bad.Bad", "ZeroDivisionError: division by zero")
    assert finder.file == str(venv.site_dir / "bad.py")


def test_a_target_that_stops(venv: Venv) -> None:
    found = target.find(str(venv.root))
    (venv.site_dir / "stop.pth").write_text("import os; print('stopped', flush=1); os._exit(0)\n")
    with pytest.raises(TargetError, match="does not start as a Python interpreter should"):
        search.ask(found, ["this"])


def test_the_question_is_for_all_pythons() -> None:
    tree = ast.parse(ASK.read_text("utf-8"), feature_version=(3, 9))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported == {"importlib.machinery", "json", "os", "re", "sys"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


# The command


def test_says_it_in_one_sentence_first(enabled: Venv, command: Command) -> None:
    put(enabled.site_dir, "one", {"one/__init__.py": ""})
    put(enabled.sharedir, "one", {"one/__init__.py": ""})
    done = command("--python", enabled.root, "why", "one")
    assert not done.returncode, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "one is a package of one 1.0, in the site dir of the venv"
    table = {line.split()[0]: line for line in lines if line.startswith("/")}
    assert "package of one 1.0: taken" in table[str(enabled.site_dir)]
    assert "package of one 1.0: shadowed" in table[str(enabled.sharedir)]
    assert "sharedir, pysharedir" in table[str(enabled.sharedir)]
    assert "\x1b" not in done.stdout


def test_says_why_not(venv: Venv, command: Command) -> None:
    put(venv.sharedir, "one", {"one.py": ""})
    done = command("--python", venv.root, "why", "one")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "one is not found"
    assert lines[1].startswith(f"it is in the sharedir {venv.sharedir}, which is not used: no hook")
    assert lines[2] == f"  remedy: pysharedir --python {venv.root} enable"


def test_says_the_module_first(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "one", {"one.py": ""}, entry_points="[console_scripts]\none = one:main\n")
    done = command("--python", enabled.root, "why", "one", PYSHAREDIR="0")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "one is not found"
    assert "PYSHAREDIR=0 switches the hook off" in lines[1]
    assert lines[2:4] == ["  remedy: unset PYSHAREDIR", "one is a script of no distribution"]


def test_says_what_cannot_be_told(venv: Venv, command: Command, tmp_path: Path) -> None:
    plant(tmp_path, {"mine": {"one.py": FILLS}})
    environment = {"PYTHONPATH": f"{tmp_path}/mine"}
    done = command("--python", venv.root, "why", "one.made", **environment)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "not found" not in done.stdout
    assert lines[1].startswith("pysharedir cannot tell whether there is a module one.made")
    table = {line.split()[0]: line for line in lines if line.startswith("/")}
    assert table[f"{tmp_path}/mine"].rstrip().endswith("module: taken  PYTHONPATH")


def test_refuses_what_is_no_name(venv: Venv, command: Command) -> None:
    done = command("--python", venv.root, "why", "no name")
    assert done.returncode == 2
    assert "'no name': not the name" in done.stderr


def test_json_has_all_of_it(enabled: Venv, command: Command) -> None:
    points = "[console_scripts]\none = one:main\n"
    put(enabled.sharedir, "one", {"one.py": ""}, entry_points=points)
    report = command.json("--python", enabled.root, "why", "one")
    assert report["found"]
    assert report["module"]["file"] == str(enabled.sharedir / "one.py")
    assert report["distribution"]["version"] == "1.0"
    assert report["script"]["entry_point"] == "one:main"
    assert {"path", "role", "by", "outcome", "kind", "file", "distribution"} == set(
        report["rows"][0]
    )
    done = command("--python", enabled.root, "why", "nonesuch", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["found"], report["module"]) == (False, None)
    assert set(report["reasons"][0]) == {"code", "reason", "remedy"}


def test_the_command_is_not_shadowed_itself(venv: Venv, command: Command, cwd: Path) -> None:
    plant(cwd, {"json.py": "raise SystemExit", "random.py": ""})
    isolated = "-P" if sys.version_info >= (3, 11) else "-I"
    done = subprocess.run(
        [sys.executable, isolated, "-m", "pysharedir", "--python", venv.root, "why", "json.tool"],
        cwd=cwd,
        env=command.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert f"{cwd}/json.py, in the working directory, hides" in done.stdout


def test_completes_names(enabled: Venv, command: Command) -> None:
    put(enabled.sharedir, "PyOne", {"one.py": ""})
    put(enabled.site_dir, "other", {"two.py": ""})
    done = command(
        _PYSHAREDIR_COMPLETE="bash_complete",
        COMP_WORDS=f"pysharedir --python {enabled.root} why py",
        COMP_CWORD="4",
    )
    assert done.stdout == "plain,PyOne\n"
