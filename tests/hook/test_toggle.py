"""PYSHAREDIR switches the hook off and on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hook.conftest import OPT_IN

if TYPE_CHECKING:
    from hook.conftest import Python

NO = ["0", "off", "OFF", "false", "False", "no", "nO"]
YES = ["1", "on", "ON", "true", "True", "yes", "yEs"]
NEITHER = [None, "", " ", " 0", "0 ", "off false", "1 on", "2", "\x00"[:0] + "-1", "ja", "nein"]
NEITHER_BYTES = [b"\xff", b"0\xff", b"\xc4\xb0", b"0" * 100_000]

FACTS = """
import sys
answer = {"path": list(sys.path), "modules": sorted(sys.modules)}
import site, sysconfig
answer["finders"] = [repr(finder).split()[1] for finder in sys.meta_path]
answer["site"] = site.getsitepackages()
answer["paths"] = {scheme: sysconfig.get_paths(scheme) for scheme in sysconfig.get_scheme_names()}
answer["default"] = sysconfig.get_paths()
"""


def is_on(python: Python, *flags: str, value: str | bytes | None = None) -> bool:
    env = {} if value is None else {"PYSHAREDIR": value}
    return str(python.sharedir) in python.path(*flags, env=env)


@pytest.mark.parametrize("value", NO)
def test_no_switches_off(hooked: Python, value: str) -> None:
    assert not is_on(hooked, value=value)


@pytest.mark.parametrize("value", [*YES, *NEITHER, *NEITHER_BYTES], ids=repr)
def test_all_else_leaves_it_on(hooked: Python, value: str | bytes | None) -> None:
    assert is_on(hooked, value=value)


@pytest.mark.parametrize("value", YES)
def test_yes_switches_on_what_was_baked_off(venv: Python, value: str) -> None:
    venv.share()
    assert is_on(venv.hook(constants=OPT_IN), value=value)


@pytest.mark.parametrize("value", [*NO, *NEITHER, *NEITHER_BYTES], ids=repr)
def test_all_else_leaves_it_off(venv: Python, value: str | bytes | None) -> None:
    venv.share()
    assert not is_on(venv.hook(constants=OPT_IN), value=value)


@pytest.mark.parametrize("flag", ["-E", "-I"])
def test_environment_is_ignored(hooked: Python, flag: str) -> None:
    assert is_on(hooked, flag, value="0")


@pytest.mark.parametrize("flag", ["-E", "-I"])
def test_environment_is_ignored_by_what_was_baked_off(venv: Python, flag: str) -> None:
    venv.share()
    assert not is_on(venv.hook(constants=OPT_IN), flag, value="1")


def test_without_site_nothing_runs(hooked: Python) -> None:
    code = "import sys; answer = [sys.path, '_pysharedir' in sys.modules]"
    path, loaded = hooked.ask(code, "-S")
    assert str(hooked.sharedir) not in path
    assert not loaded


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_off_is_as_without_the_hook(dumb: Python, style: str) -> None:
    (dumb.site_dir / "zlast.pth").write_text("/\n")
    dumb.share()
    if style == "sitecustomize":
        (dumb.site_dir / "sitecustomize.py").write_text("import os, sys")
    before: dict[str, Any] = dumb.ask(FACTS)
    dumb.hook(style)
    after = dumb.ask(FACTS, env={"PYSHAREDIR": "0"})
    if style == "pth":
        after["modules"].remove("_pysharedir")
    assert after == before
    assert dumb.ask(FACTS)["path"] != before["path"]
