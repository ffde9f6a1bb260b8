"""The hook as a sitecustomize, in front of the one that it shadows."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from hook.conftest import OPT_IN, RELEASE, install, site_dir_of
from trees import Tree, plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hook.conftest import Python


@pytest.fixture
def pair(base: Python, make_venv: Callable[..., Python], tmp_path: Path) -> tuple[Python, Python]:
    """Return a venv, with the hook as sitecustomize, and its base."""
    venv = make_venv(tmp_path / "venv", base)
    venv.share()
    base.share()
    return venv, base


def test_sharedir_is_found(venv: Python) -> None:
    before = venv.path()
    venv.share()
    assert venv.hook("sitecustomize").path() == [*before, str(venv.sharedir)]


def test_it_is_sitecustomize(venv: Python) -> None:
    code = "import sitecustomize as s; answer = [s.__name__, s.__file__]"
    answer = venv.hook("sitecustomize").ask(code)
    assert answer == ["sitecustomize", str(venv.site_dir / "sitecustomize.py")]


SHADOWED = """
import sys
value = 7
def function(): return value
seen = [__name__, __file__, __spec__.name, __spec__.origin, sys.modules[__name__].__file__]
seen += [sys.modules[__name__].__dict__ is globals(), __package__, __doc__]
"""


def test_shadowed_one_is_run_as_if_alone(pair: tuple[Python, Python]) -> None:
    venv, base = pair
    plant(base.site_dir, {"sitecustomize.py": SHADOWED})
    code = """
import sitecustomize as s
answer = [s.seen, s.value, s.function(), s.__name__, s.__file__, s.__spec__.origin]
"""
    before = venv.ask(code)
    assert str(base.site_dir / "sitecustomize.py") in before
    assert venv.hook("sitecustomize").ask(code) == before


def test_shadowed_one_sees_the_sharedirs(pair: tuple[Python, Python]) -> None:
    venv, base = pair
    base.share(**{"noarch.py": "x = 3"})
    plant(base.site_dir, {"sitecustomize.py": "import noarch"})
    venv.hook("sitecustomize")
    assert venv.ask("import sitecustomize; answer = sitecustomize.noarch.x") == 3


def test_shadowed_package(pair: tuple[Python, Python]) -> None:
    venv, base = pair
    files: Tree = {"__init__.py": "from .part import x", "part.py": "x = 4"}
    plant(base.site_dir, {"sitecustomize": files})
    code = "import sitecustomize as s, sitecustomize.part; answer = [s.x, s.__path__]"
    before = venv.ask(code)
    assert venv.hook("sitecustomize").ask(code) == before


FINDER = """
import sys
from importlib.machinery import PathFinder

class Finder:
    def find_spec(name, path=None, target=None):
        return name == "sitecustomize" and PathFinder.find_spec(name, [{!r}]) or None

sys.meta_path.append(Finder)
"""


def plant_form(python: Python, outside: Path, form: str) -> None:
    """Plant a sitecustomize in one of the forms that Python imports."""
    directory = python.site_dir
    source = directory / "sitecustomize.py"
    source.write_text("value = 7")
    if form == "package":
        source.unlink()
        plant(directory, {"sitecustomize": {"__init__.py": "value = 8"}})
    elif form == "bytecode":
        python.run("-m", "compileall", "-b", "-q", str(source)).check_returncode()
        source.unlink()
    elif form == "zip":
        with zipfile.ZipFile(outside / "x.zip", "w") as archive:
            archive.write(source, source.name)
        source.unlink()
        (directory / "x.pth").write_text(f"{outside / 'x.zip'}\n")
    elif form == "finder":
        source.rename(plant(outside / "found", {}) / source.name)
        plant(directory, {"finder.py": FINDER.format(str(outside / "found"))})
        (directory / "x.pth").write_text("import finder\n")


@pytest.mark.parametrize("form", ["module", "package", "bytecode", "zip", "finder"])
def test_every_form_of_a_shadowed_one(
    pair: tuple[Python, Python], tmp_path: Path, form: str
) -> None:
    venv, base = pair
    plant_form(base, tmp_path, form)
    code = "import sitecustomize as s; answer = sorted((k, str(v)) for k, v in vars(s).items()"
    code += " if k in ('value', '__file__', '__name__', '__path__') or '__' not in k)"
    before = venv.ask(code)
    assert "value" in dict(before)
    venv.hook("sitecustomize")
    assert venv.ask(code) == before, "and there is nothing of the hook in it"
    assert venv.ask(code, env={"PYSHAREDIR": "0"}) == before
    assert str(venv.sharedir) in venv.path()


def test_a_shadowed_extension_module(pair: tuple[Python, Python]) -> None:
    """One that fails as it fails alone was found."""
    venv, base = pair
    code = "import importlib.machinery as m; answer = m.EXTENSION_SUFFIXES[0]"
    plant(base.site_dir, {f"sitecustomize{venv.ask(code)}": "no object"})
    before = venv.outcome("-c", "import sitecustomize")
    assert str(base.site_dir) in before[2]
    venv.hook("sitecustomize")
    status, out, err = venv.outcome("-c", "import sitecustomize")
    assert (status, out, ends(err)[1:]) == (*before[:2], ends(before[2])[1:])
    assert str(venv.sharedir) in venv.path()


def test_a_gate_that_is_off_does_not_keep_it_from_its_work(venv: Python, tmp_path: Path) -> None:
    install(tmp_path, "pth", OPT_IN)
    (venv.site_dir / "x.pth").write_text("import _pysharedir\n")
    venv.share()
    code = "import sysconfig; answer = sysconfig.get_path('purelib')"
    venv.hook("sitecustomize")
    assert venv.ask(code, env={"PYTHONPATH": str(tmp_path)}) == str(venv.sharedir)


@pytest.mark.parametrize("off", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "raise SystemExit(3)",
        "raise SystemExit('bye')",
        "import sys; sys.exit()",
        "raise ValueError('x')",
        "raise ImportError('x', name='sitecustomize')",
        "import nosuchmodule",
        "raise KeyboardInterrupt",
        "print('hello')",
        "(",
        "\0",
        "import os; os._exit(5)",
    ],
)
def test_shadowed_one_fails_as_without_the_hook(
    pair: tuple[Python, Python], text: str, off: bool
) -> None:
    venv, base = pair
    plant(base.site_dir, {"sitecustomize.py": text})
    env = {"PYSHAREDIR": "0"} if off else {}
    before = venv.outcome("-c", "print('started')", env=env)
    venv.hook("sitecustomize")
    status, out, err = venv.outcome("-c", "print('started')", env=env)
    assert (status, out, ends(err)) == (*before[:2], ends(before[2]))


def ends(text: str) -> list[str]:
    """Return the first and the last line: a traceback has one more frame, the chain."""
    lines = text.splitlines()
    return lines[:1] + lines[-1:]


def test_lib64_link(venv: Python, tmp_path: Path) -> None:
    plant(tmp_path, {"link": f"-> {venv.site_dir}"})
    venv.share()
    (venv.site_dir / "x.pth").write_text(f"{tmp_path / 'link'}\n")
    venv.hook("sitecustomize")
    for env in ({}, {"PYSHAREDIR": "0"}, {"PYTHONPATH": str(tmp_path / "link")}):
        assert venv.outcome("-c", "pass", env=env) == (0, "", "")


def test_real_lib64(base: Python) -> None:
    (base.prefix / "lib64").symlink_to("lib")
    base.share()
    base.hook("sitecustomize")
    env = {"PYTHONPLATLIBDIR": "lib64"}
    assert base.outcome("-c", "pass", env=env) == (0, "", "")
    assert str(base.sharedir).replace("/lib64/", "/") in base.path(env=env)


@pytest.mark.parametrize("outer", ["pth", "sitecustomize"])
@pytest.mark.parametrize("inner", ["pth", "sitecustomize"])
@pytest.mark.parametrize("off", [False, True])
def test_every_pair_of_styles(
    pair: tuple[Python, Python], inner: str, outer: str, off: bool
) -> None:
    venv, base = pair
    (venv.site_dir / "x.pth").write_text("/usr\n")
    before = venv.path()
    venv.hook(inner)
    base.hook(outer)
    env = {"PYSHAREDIR": "0"} if off else {}
    assert venv.outcome("-c", "pass", env=env) == (0, "", "")
    for each in () if off else (venv, base):
        before.insert(before.index(str(each.site_dir)) + 1, str(each.sharedir))
    if "dist-packages" in base.site_dir.name:  # Debian: more than one site dir, one root
        assert sorted(venv.path(env=env)) == sorted(before)
    else:
        assert venv.path(env=env) == before


@pytest.mark.parametrize("count", [2, 3])
def test_chain_of_hooks_ends_with_the_shadowed_one(
    pair: tuple[Python, Python], tmp_path: Path, count: int
) -> None:
    venv, base = pair
    venv.hook("sitecustomize")
    base.hook("sitecustomize")
    last = tmp_path / "last"
    plant(last, {"sitecustomize.py": "value = 9"})
    (base.site_dir / "x.pth").write_text(f"{last}\n")
    env = {}
    if count == 3:
        plant(tmp_path / "first", {"sitecustomize.py": "value = 10"})
        env = {"PYTHONPATH": str(tmp_path / "first")}
    value = venv.ask("import sitecustomize; answer = sitecustomize.value", env=env)
    assert value == (10 if count == 3 else 9)


def test_finders_of_old(venv: Python) -> None:
    old = "object()" if RELEASE >= (3, 12) else "type('O', (), {'find_module': lambda *a: None})"
    (venv.site_dir / "x.pth").write_text(f"import sys; sys.meta_path.append({old})\n")
    venv.share()
    before = venv.outcome("-c", "pass")
    assert venv.hook("sitecustomize").outcome("-c", "pass") == before


def test_odd_entries(venv: Python) -> None:
    odd = "['', 'x' * 5000, None, 1, [], '/nowhere', '/dev/null']"
    (venv.site_dir / "x.pth").write_text(
        f"import sys; sys.path[0:0] = sys.path[len(sys.path):] = {odd}\n"
    )
    venv.share()
    before = venv.outcome("-c", "pass")
    assert venv.hook("sitecustomize").outcome("-c", "pass") == before
    assert before == (0, "", "")


def test_both_styles_in_one_site_dir(venv: Python) -> None:
    before = venv.path()
    venv.share(**{"x.pth": "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"})
    venv.hook().hook("sitecustomize")
    path, lines = venv.ask("import sys; answer = [sys.path[1:], sys.lines]")
    assert path == [*before, str(venv.sharedir)]
    assert lines == 1


def test_on_a_pythonpath_that_other_versions_see(
    venv: Python, make_base: Callable[[Path], Python], tmp_path: Path
) -> None:
    """For each version it adds the sharedir of that version, and runs the other sitecustomize."""
    base = make_base(tmp_path / "base")
    plant(base.site_dir, {"sitecustomize.py": "import sys; sys.shadowed = True"})
    there = tmp_path / "hook" / "lib" / "python3.99" / "site-packages"
    there.mkdir(parents=True)
    (tmp_path / "hook" / "share" / "python" / "3.99").mkdir(parents=True)
    install(there, "sitecustomize")
    site_dir = site_dir_of(tmp_path / "prefix")
    env = {"PYTHONPATH": str(there), "PYSHAREDIR_PREFIXES": str(tmp_path / "prefix")}
    for python in (venv, base):
        added = [str(site_dir)]
        if python is venv:
            venv.share()
            added.insert(0, str(venv.sharedir))
        path = python.path(env=env)
        assert path[0] == str(there)
        assert [entry for entry in path[1:] if entry not in added] == python.path()
        assert [entry for entry in path if entry in added] == added
        assert python.path("-E", env=env) == python.path()
    assert base.ask("import sys; answer = sys.shadowed", env=env) is True


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_a_pythonpath_without_site_dirs_loads_no_part(
    venv: Python, tmp_path: Path, style: str
) -> None:
    venv.share()
    code = "import sys; this = next(each for each in sys.meta_path if hasattr(each, 'complete'))\n"
    code += "answer = [hasattr(this, 'adjust'), sys.path[-1]]"
    env = {"PYTHONPATH": f"{tmp_path}:{tmp_path}/x.zip"}
    assert venv.hook(style).ask(code, env=env) == [False, str(venv.sharedir)]


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_a_site_dir_after_a_zip_file_of_pythonpath(
    venv: Python, tmp_path: Path, style: str
) -> None:
    """Its sharedir comes after the standard library."""
    site_dir = site_dir_of(tmp_path)
    sharedir = tmp_path / "share" / "python" / ".".join(map(str, RELEASE))
    sharedir.mkdir(parents=True)
    env = {"PYTHONPATH": f"{tmp_path}/x.zip:{site_dir}"}
    path = venv.path(env=env)
    assert path[:2] == [f"{tmp_path}/x.zip", str(site_dir)]
    path.insert(path.index(str(venv.site_dir)), str(sharedir))
    assert venv.hook(style).path(env=env) == path
