"""The hook leaves no traces, and may be started again at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hook.conftest import RELEASE, VERSION, near, site_dir_of
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hook.conftest import Python

# What pip puts into the environment of a build, pip/_internal/build_env.py.
BUILD = """
import os, site, sys

original_sys_path = sys.path[:]
known_paths = set()
for path in {dirs!r}:
    site.addsitedir(path, known_paths=known_paths)
system_paths = set(os.path.normcase(path) for path in sys.path[len(original_sys_path):])
sys.path = [path for path in original_sys_path if os.path.normcase(path) not in system_paths]
"""

MODULES = "import sys; answer = sorted(sys.modules)"
SITES = "import site; answer = site.getsitepackages()"


def needs_isolation(venv: Python, build: Path) -> None:
    """Skip where pip's builds see the site dir of a Python without the hook, too."""
    plant(build, {"sitecustomize.py": BUILD.format(dirs=venv.ask(SITES))})
    if str(venv.site_dir) in venv.path(env={"PYTHONPATH": str(build)}):
        assert RELEASE >= (3, 15)
        pytest.skip("site.addsitedir() no longer appends what is on sys.path")


def test_no_module_is_left_behind(dumb: Python) -> None:
    before = dumb.ask(MODULES)
    dumb.share()
    dumb.hook()
    assert dumb.ask(MODULES) == before


def test_sysconfig_is_not_imported(hooked: Python) -> None:
    assert hooked.ask("import sys; answer = 'sysconfig' in sys.modules") is False


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_main_of_site_again(venv: Python, style: str) -> None:
    venv.share()
    venv.hook(style)
    code = "import site, sys; sys.path.pop(0); site.main(); answer = sys.path"
    assert venv.ask(code, "-s") == venv.path()


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_every_copy_of_the_hook_starts(
    base: Python, make_venv: Callable[..., Python], tmp_path: Path, style: str
) -> None:
    venv = make_venv(tmp_path / "venv", base)
    (venv.site_dir / "x.pth").write_text(f"{tmp_path}\n")
    for each in (venv, base):
        each.share(**{"x.pth": "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"})
        each.hook(style)
    path, lines = venv.ask("import sys; answer = [sys.path, sys.lines]")
    assert lines == 2
    assert path.count(str(venv.sharedir)) == path.count(str(base.sharedir)) == 1
    assert path.index(str(venv.sharedir)) < path.index(str(base.sharedir))


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_start_again(venv: Python, style: str) -> None:
    venv.share(**{"x.pth": "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"})
    venv.hook(style)
    code = "import _pysharedir, sys; _pysharedir.start(); answer = [sys.path[1:], sys.lines]"
    assert venv.ask(code) == [venv.path(), 1]


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
@pytest.mark.parametrize("prefixes", [False, True])
def test_builds_of_pip_see_nothing(
    venv: Python, tmp_path: Path, small: list[str], style: str, prefixes: bool
) -> None:
    needs_isolation(venv, tmp_path / "probe")
    venv.share(**{"x.pth": f"{tmp_path}\n"})
    hooked = venv.hook(style)
    env = {}
    if prefixes:
        site_dir = site_dir_of(tmp_path / "prefix")
        plant(tmp_path / "prefix", {"share": {"python": {VERSION: {}}}})
        env = {"PYSHAREDIR_PREFIXES": str(tmp_path / "prefix")}
    dirs = hooked.ask(SITES, env=env)
    if prefixes:
        assert {str(site_dir), near(site_dir)} < set(dirs)
    plant(tmp_path / "build", {"sitecustomize.py": BUILD.format(dirs=dirs)})
    env["PYTHONPATH"] = str(tmp_path / "build")
    assert hooked.path(env=env) == [str(tmp_path / "build"), *small]


def test_builds_of_pip_see_nothing_of_a_base(
    base: Python, make_venv: Callable[..., Python], tmp_path: Path, small: list[str]
) -> None:
    venv = make_venv(tmp_path / "venv", base)
    needs_isolation(venv, tmp_path / "probe")
    for each in (venv, base):
        each.share()
        each.hook()
    dirs = venv.ask(SITES)
    assert {str(venv.sharedir), str(base.sharedir)} < set(dirs)
    plant(tmp_path / "build", {"sitecustomize.py": BUILD.format(dirs=dirs)})
    path = venv.path(env={"PYTHONPATH": str(tmp_path / "build")})
    names = [entry.replace(str(base.prefix), "") for entry in path[1:]]
    assert len(names) == len(small)
    assert not any("site" in name or "dist-p" in name or "share" in name for name in names)


def test_late_addsitedir_finds_the_sharedir(
    hooked: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    plain = make_venv(tmp_path / "plain")
    before = plain.path()
    code = f"import site, sys; site.addsitedir({str(hooked.site_dir)!r}); answer = sys.path[1:]"
    hooked.share(**{"x.pth": "/usr\n"})
    added = [str(hooked.site_dir), str(hooked.sharedir), "/usr"]
    assert plain.ask(code) == before + added


def test_late_addsitedir_skips_a_world_writable_one(
    hooked: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    plain = make_venv(tmp_path / "plain")
    hooked.sharedir.chmod(0o777)
    code = f"import site, sys; site.addsitedir({str(hooked.site_dir)!r}); answer = sys.path[1:]"
    assert plain.ask(code) == [*plain.path(), str(hooked.site_dir)]


def test_late_addsitedir_without_sharedir(
    venv: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    plain = make_venv(tmp_path / "plain")
    code = (
        f"import site, sys; site.addsitedir({str(venv.hook().site_dir)!r}); answer = sys.path[1:]"
    )
    assert plain.ask(code) == [*plain.path(), str(venv.site_dir)]


def test_late_addsitedir_with_a_line_that_changes_the_front(
    hooked: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    plain = make_venv(tmp_path / "plain")
    hooked.share(**{"x.pth": "import sys; sys.path.insert(0, '/usr')\n"})
    code = f"import site, sys; site.addsitedir({str(hooked.site_dir)!r}); answer = sys.path"
    assert plain.ask(code) == [
        "/usr",
        "",
        *plain.path(),
        str(hooked.site_dir),
        str(hooked.sharedir),
    ]


def test_sitecustomize_is_looked_for_later(hooked: Python) -> None:
    """To look is as without the hook, and changes nothing."""
    hooked.share(**{"x.pth": "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"})
    code = """
import importlib.util, sys
before = sys.path[:]
answer = [importlib.util.find_spec('sitecustomize')]
try:
    import sitecustomize
except ImportError as error:
    answer += [error.name, str(error), sys.path == before, sys.lines]
"""
    message = "No module named 'sitecustomize'"
    assert hooked.ask(code) == [None, "sitecustomize", message, True, 1]


def test_sitecustomize_and_usercustomize_are_run(base: Python) -> None:
    base.share(**{"noarch.py": ""})
    text = "import noarch, sys; sys.customized = [*getattr(sys, 'customized', ()), __name__]"
    for name in ("sitecustomize", "usercustomize"):
        (base.site_dir / f"{name}.py").write_text(text)
    code = "import sys; answer = sys.customized"
    assert base.hook().ask(code) == ["sitecustomize", "usercustomize"]


def test_sitecustomize_in_the_sharedir_is_not_run(hooked: Python) -> None:
    hooked.share(**{"sitecustomize.py": "raise SystemExit(3)"})
    assert hooked.outcome("-c", "pass") == (0, "", "")


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_children(hooked: Python, how: str) -> None:
    hooked.share(**{"noarch.py": "def f(x): return x + 1"})
    code = f"""
import multiprocessing, noarch
if __name__ == '__main__':
    with multiprocessing.get_context({how!r}).Pool(1) as pool:
        print(pool.map(noarch.f, [1]))
"""
    script = plant(hooked.home, {"script.py": code}) / "script.py"
    flags = ("-W", "ignore") if RELEASE >= (3, 12) else ()
    assert hooked.outcome(*flags, str(script)) == (0, "[2]\n", "")
