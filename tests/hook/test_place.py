"""Where sysconfig and site say that pure packages go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hook.conftest import RELEASE, site_dir_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hook.conftest import Python

EVERYTHING = """
import sysconfig
names = sysconfig.get_scheme_names()
raw = {name: sysconfig.get_paths(name, expand=False) for name in names}
schemes = {name: dict(sysconfig._INSTALL_SCHEMES[name]) for name in names}
elsewhere = {'base': '/b', 'platbase': '/b', 'userbase': '/u', 'installed_base': '/i'}
moved = {name: sysconfig.get_paths(name, elsewhere) for name in names}
default = sysconfig.get_paths()
"""

# Without find_spec; import asked these up to 3.11.
OLD = "import sys; Old = type('Old', (), {'find_module': lambda name, path=None: None})"


def expression(venv: Python, text: str) -> object:
    return venv.ask(f"import sysconfig; from sysconfig import *; answer = {text}")


@pytest.mark.parametrize(
    "call",
    [
        "get_path('purelib')",
        "get_path(name='purelib')",
        "get_paths()['purelib']",
        "get_paths(vars={})['purelib']",
        "get_paths(vars=None, expand=True)['purelib']",
        "get_path('purelib', expand=True)",
        "get_path('purelib', 'posix_prefix')",
        "get_path('purelib', scheme='posix_prefix', vars=None)",
        "get_paths('posix_prefix')['purelib']",
        "get_paths('posix_prefix', {}, True)['purelib']",
        "get_paths(scheme='posix_prefix')['purelib']",
        "get_path('purelib', 'posix_prefix', {'userbase': '/u'})",
    ],
)
def test_purelib_is_the_sharedir(hooked: Python, call: str) -> None:
    assert expression(hooked, call) == str(hooked.sharedir)


@pytest.mark.skipif(RELEASE < (3, 11), reason="the scheme came with 3.11")
def test_venv_scheme(hooked: Python) -> None:
    assert expression(hooked, "get_path('purelib', 'venv')") == str(hooked.sharedir)


@pytest.mark.parametrize(
    "call",
    [
        "get_path('platlib')",
        "get_paths()['platlib']",
        "get_path('scripts')",
        "get_paths(expand=False)",
        "get_path('purelib', expand=False)",
        "get_path('purelib', 'posix_prefix', None, False)",
        "get_paths('posix_prefix', None, False)['purelib']",
        "get_path('purelib', vars={'base': '/b'})",
        "get_path('purelib', 'posix_prefix', {'base': '/b'})",
        "get_paths('posix_prefix', {'base': '/b', 'platbase': '/b'})",
        "get_path('purelib', 'posix_home')",
        "get_path('purelib', 'posix_user')",
        "get_path('purelib', 'nt')",
        "get_scheme_names()",
        "sysconfig._INSTALL_SCHEMES",
    ],
)
def test_all_else_is_as_without_the_hook(venv: Python, call: str) -> None:
    before = expression(venv, call)
    venv.share()
    venv.hook()
    assert expression(venv, "get_path('purelib')") == str(venv.sharedir)
    assert expression(venv, call) == before


def test_only_purelib_of_the_own_tree_changes(venv: Python) -> None:
    code = EVERYTHING + "answer = [raw, schemes, moved, default]"
    before = venv.ask(code)
    before[3]["purelib"] = str(venv.sharedir)
    venv.share()
    assert venv.hook().ask(code) == before


def test_wrong_calls_fail_as_without_the_hook(venv: Python) -> None:
    code = "import sysconfig\ntry: sysconfig.{}\nexcept Exception as e: answer = repr(e)"
    calls = ["get_path('nosuch')", "get_paths('nosuch')", "get_path()", "get_paths(1, 2, 3, 4)"]
    before = [venv.ask(code.format(call)) for call in calls]
    venv.share()
    venv.hook()
    assert [venv.ask(code.format(call)) for call in calls] == before


@pytest.mark.parametrize("what", ["missing", "world-writable", "file", "dangling"])
def test_unused_sharedir_is_nowhere(venv: Python, what: str) -> None:
    code = "import site, sysconfig; answer = [site.getsitepackages(), sysconfig.get_paths()]"
    before = venv.ask(code)
    venv.sharedir.parent.mkdir(parents=True)
    if what == "world-writable":
        venv.share().chmod(0o1777)
    elif what == "file":
        venv.sharedir.write_text("")
    elif what == "dangling":
        venv.sharedir.symlink_to("nowhere")
    assert venv.hook().ask(code) == before


def test_the_sharedir_of_another_root_is_not_used(venv: Python, tmp_path: Path) -> None:
    other = site_dir_of(tmp_path / "r")
    (tmp_path / "r" / "share" / "python").mkdir(parents=True)
    (venv.hook().site_dir / "r.pth").write_text(str(other))
    assert expression(venv, "get_path('purelib')") == str(venv.site_dir)


def test_base(base: Python) -> None:
    base.share()
    assert expression(base.hook(), "get_path('purelib')") == str(base.sharedir)


def test_base_leaves_the_schemes_of_debian_alone(base: Python) -> None:
    if base.site_dir.name != "dist-packages":
        pytest.skip("not Debian's")
    before = expression(base, "get_paths('deb_system'), get_path('purelib', 'posix_prefix')")
    base.share()
    base.hook()
    after = expression(base, "get_paths('deb_system'), get_path('purelib', 'posix_prefix')")
    assert after == before


def test_venv_of_a_hooked_base_is_clean(base: Python, tmp_path: Path) -> None:
    base.share()
    base.hook()
    new = tmp_path / "new"
    base.run("-m", "venv", "--without-pip", str(new)).check_returncode()
    assert not (new / "share").exists()
    assert (new / "lib" / base.executable.name / "site-packages").is_dir()


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_getsitepackages_lists_it(venv: Python, style: str) -> None:
    before = venv.ask("import site; answer = site.getsitepackages()")
    venv.share()
    venv.hook(style)
    assert venv.ask("import site; answer = site.getsitepackages()") == [*before, str(venv.sharedir)]


def test_getsitepackages_of_prefixes(hooked: Python) -> None:
    code = "import site, sys; answer = site.getsitepackages({})"
    assert str(hooked.sharedir) in hooked.ask(code.format("[sys.prefix]"))
    assert str(hooked.sharedir) in hooked.ask(code.format("prefixes=[sys.prefix]"))
    assert str(hooked.sharedir) not in hooked.ask(code.format("['/usr']"))
    assert hooked.ask(code.format("[]")) == []


@pytest.mark.parametrize("shared", [True, False])
def test_pip_on_39_is_told_to_ask_sysconfig(venv: Python, shared: bool) -> None:
    if shared:
        venv.share()
    answer = expression(venv.hook(), "getattr(sysconfig, '_PIP_USE_SYSCONFIG', None)")
    assert answer is (True if shared and RELEASE == (3, 9) else None)


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
@pytest.mark.parametrize("name", ["__early.pth", "zlate.pth"])
def test_sysconfig_imported_by_another_startup_file(venv: Python, name: str, style: str) -> None:
    """As coverage's does, when it measures subprocesses."""
    venv.share()
    venv.hook(style)
    (venv.site_dir / name).write_text("import sysconfig\n")
    assert venv.path()[-1] == str(venv.sharedir)
    assert expression(venv, "get_path('purelib')") == str(venv.sharedir)


def test_sysconfig_looked_up_but_not_imported(hooked: Python) -> None:
    code = "import importlib.util; importlib.util.find_spec('sysconfig')\nimport sys, sysconfig\n"
    assert hooked.ask(code + "answer = sysconfig.get_path('purelib')") == str(hooked.sharedir)


def test_sysconfig_behind_a_finder_of_old(hooked: Python) -> None:
    code = f"{OLD}; sys.meta_path.insert(0, Old)\nimport sysconfig\n"
    assert hooked.ask(code + "answer = sysconfig.get_path('purelib')") == str(hooked.sharedir)


def test_nothing_is_left_behind_the_import(hooked: Python) -> None:
    code = """
import sys, sysconfig
loader = sysconfig.__spec__.loader
answer = ['exec_module' in vars(loader), len(sys.meta_path), sysconfig.__name__]
answer += [sysconfig.get_paths.__doc__, sysconfig.get_paths.__name__]
"""
    own = hooked.ask(code)
    assert own[0] is False
    assert own[2:] == ["sysconfig", own[3], "get_paths"]
    assert own[1] == hooked.ask("import sys; answer = len(sys.meta_path)", "-S")


def test_reload(hooked: Python) -> None:
    code = "import importlib, sysconfig; importlib.reload(sysconfig)\n"
    code += "answer = sysconfig.get_path('platlib')"
    assert hooked.ask(code) == str(hooked.site_dir)


def test_virtual_environment_sees_its_own(
    base: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    venv = make_venv(tmp_path / "venv", base)
    base.share()
    venv.share()
    base.hook()
    assert expression(venv, "get_path('purelib')") == str(venv.site_dir)
    venv.hook()
    assert expression(venv, "get_path('purelib')") == str(venv.sharedir)
