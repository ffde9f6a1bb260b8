"""The hook started by a ``.start`` file, as from Python 3.18 on; 3.15 reads it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hook.conftest import RELEASE

if TYPE_CHECKING:
    from hook.conftest import Python

pytestmark = pytest.mark.skipif(RELEASE < (3, 15), reason=".start files are read from 3.15 on")


@pytest.mark.parametrize("flags", [(), ("-I",), ("-W", "error"), ("-X", "dev")])
def test_it_starts_the_hook(venv: Python, flags: tuple[str, ...]) -> None:
    before = venv.path(*flags)
    venv.share(**{"x.pth": "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"})
    venv.hook("start")
    assert venv.path(*flags) == [*before, str(venv.sharedir)]
    assert venv.ask("import sys; answer = sys.lines", *flags) == 1
    code = "import sysconfig; answer = sysconfig.get_path('purelib')"
    assert venv.ask(code, *flags) == str(venv.sharedir)


def test_it_needs_no_import_line(venv: Python) -> None:
    before = venv.path()
    venv.share()
    (venv.hook("start").site_dir / "_pysharedir.pth").unlink()
    assert venv.path() == [*before, str(venv.sharedir)]
    assert venv.path(env={"PYSHAREDIR": "0"}) == before


@pytest.mark.parametrize("flags", [("-W", "error"), ("-X", "dev"), ("-bb", "-W", "always")])
def test_without_it_the_import_line_warns_nowhere(venv: Python, flags: tuple[str, ...]) -> None:
    venv.share()
    assert venv.hook().outcome(*flags, "-c", "pass") == (0, "", "")
    assert str(venv.sharedir) in venv.path(*flags)


@pytest.mark.parametrize(("style", "imported"), [("start", True), ("pth", False)])
def test_what_it_makes_site_import(venv: Python, style: str, imported: bool) -> None:
    venv.share()
    code = "import sys; answer = 'pkgutil' in sys.modules"
    assert venv.hook(style).ask(code) is imported
