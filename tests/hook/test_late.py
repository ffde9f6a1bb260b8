"""Site dirs that are added after those of site: as without the hook, and with their sharedirs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hook.conftest import RELEASE, install, near, site_dir_of
from trees import plant

if TYPE_CHECKING:
    from hook.conftest import Python

OFF = {"PYSHAREDIR": "0"}

# What programs do with site dirs.  A and B have the hook, C has not.
CALLS = {
    "added": "site.addsitedir(A)",
    "added twice": "site.addsitedir(A); site.addsitedir(A)",
    "in front before": "sys.path.insert(0, A); site.addsitedir(A)",
    "spelled otherwise": "sys.path.insert(0, A + '/.'); site.addsitedir(A)",
    "before another one": "sys.path.append(C); sys.path.insert(0, A); site.addsitedir(A)",
    "without the hook": "site.addsitedir(C)",
    "two": "site.addsitedir(A); site.addsitedir(B)",
    "in turns": "site.addsitedir(A); site.addsitedir(B); site.addsitedir(A)",
    "two in front": "sys.path[:0] = [A, B]; site.addsitedir(B); site.addsitedir(A)",
    "moved to the front": """
for each in (A, B):
    count = len(sys.path)
    site.addsitedir(each)
    sys.path[:] = sys.path[count:] + sys.path[:count]
""",
    "known": "sys.path.append(A); site.addsitedir(A, set(sys.path))",
    "kept function": "add = site.addsitedir; add(A); add(B)",
    "all of site": "site.PREFIXES[:] = [R + '/A', R + '/B']; site.addsitepackages(set())",
    "state": "s = site.StartupState(); s.addsitedir(A); s.addsitedir(B); s.process()",
}

# What pip's tests, tests/lib/venv.py, do: with a trial run, to learn what to drop.
STRIP = """
import site, sys
original = sys.path[:]
known = set()
for path in site.getsitepackages():
    site.addsitedir(path, known_paths=known)
for path in sys.path[len(original):]:
    if path in original:
        original.remove(path)
sys.path = original
dropped = sys.path[:]
for path in site.getsitepackages():
    site.addsitedir(path)
"""


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """Return where the roots A, B and C are, each with a sharedir."""
    for name in "ABC":
        site_dir = site_dir_of(tmp_path / name)
        plant(Path(near(site_dir)), {})
        if name != "C":
            install(site_dir)
    return tmp_path


def after(roots: Path, call: str) -> str:
    """Return the code that makes *call*, and answers with sys.path."""
    names = {name: str(next((roots / name).glob("lib/*/*"))) for name in "ABC"}
    lines = [f"{name} = {path!r}" for name, path in {**names, "R": str(roots)}.items()]
    return "\n".join(["import site, sys", *lines, call, "answer = sys.path[:]"])


def shared(path: list[str], *hooked: Path) -> list[str]:
    """Return *path* with the sharedir of each *hooked* root right after its site dir."""
    answer = []
    for entry in path:
        answer.append(entry)
        site_dir = Path(entry)  # without the dot
        if site_dir.name == "site-packages" and site_dir.parents[2] in hooked:
            answer.append(near(site_dir))
    return answer


@pytest.mark.parametrize("outer", [None, "pth", "sitecustomize"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_as_without_the_hook(venv: Python, roots: Path, call: str, outer: str | None) -> None:
    if call == CALLS["known"] and RELEASE >= (3, 15):
        pytest.skip("site no longer looks into what is known")
    if call == CALLS["state"] and RELEASE < (3, 15):
        pytest.skip("PEP 829 came with 3.15")
    hooked = [roots / "A", roots / "B"]
    venv.share()  # which counts only if the hook is there
    if outer:
        venv.hook(outer)
        hooked.append(venv.root)
    code = after(roots, call)
    assert venv.ask(code) == shared(venv.ask(code, env=OFF), *hooked)


def test_settings_are_those_of_the_site_dir(hooked: Python, roots: Path) -> None:
    site_dir = roots / "A" / "lib" / hooked.site_dir.parent.name / "site-packages"
    place = plant(roots / "place", {})
    install(site_dir, constants={"SHAREDIR = None": f"SHAREDIR = {str(place)!r}"})
    path = hooked.ask(after(roots, "site.addsitedir(A); site.addsitedir(B)"))
    assert path[path.index(str(site_dir)) + 1] == str(place)
    assert str(roots / "B" / "share") in path[-1]


def test_new_startup_files_of_the_sharedir_are_read(hooked: Python, roots: Path) -> None:
    """As those of a site dir are: `pip install -e` puts one there."""
    code = f"""
import site
open({str(hooked.sharedir / "x.pth")!r}, "w").write({str(roots)!r})
site.addsitedir({str(hooked.site_dir)!r})
import sys; answer = sys.path
"""
    assert hooked.ask(code)[-1] == str(roots)


def test_sharedirs_that_are_stripped_come_back(venv: Python, tmp_path: Path) -> None:
    plant(tmp_path / "first", {"sitecustomize.py": STRIP})
    env = {"PYTHONPATH": str(tmp_path / "first")}
    code = "import sitecustomize, sys; answer = [sitecustomize.dropped, sys.path]"
    dropped, path = venv.ask(code, env=env)
    venv.share()
    if str(venv.site_dir) in dropped:  # from 3.15 on a trial run does not show what is there
        dropped = shared(dropped, venv.root)
    assert venv.hook().ask(code, env=env) == [dropped, shared(path, venv.root)]


def test_sharedirs_are_listed_while_they_are_not_on_the_path(hooked: Python) -> None:
    code = """
import json, site, sys
path, sys.path[:] = sys.path[:], []
answer = site.getsitepackages()
sys.path[:] = path
"""
    assert hooked.ask(code)[-1] == str(hooked.sharedir)


USER = "import sys, sysconfig; answer = [sys.path, sysconfig.get_path('purelib')]"


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_usercustomize_adds_the_own_site_dir(base: Python, style: str) -> None:
    base.share()
    base.hook(style)
    user = Path(base.ask("import site; answer = site.getusersitepackages()"))
    plant(user, {"usercustomize.py": ""})
    before = base.ask(USER)
    assert before[1] == str(base.sharedir)
    plant(user, {"usercustomize.py": f"import site; site.addsitedir({str(base.site_dir)!r})"})
    assert base.ask(USER) == before


@pytest.mark.parametrize("hooked", [False, True])
@pytest.mark.parametrize("name", ["usercustomize.py", "sitecustomize.py"])
def test_customize_adds_another_site_dir(
    base: Python, roots: Path, name: str, hooked: bool
) -> None:
    base.share()
    if hooked:
        base.hook()
    user = Path(base.ask("import site; answer = site.getusersitepackages()"))
    plant(user, {name: after(roots, "site.addsitedir(A); site.addsitedir(B)")})
    own = [roots / "A", roots / "B", *([base.root] if hooked else [])]
    path, purelib = base.ask(USER, env=OFF)
    if base.site_dir.name == "site-packages":  # Debian: more than one site dir, one root
        path = shared(path, *own)
        assert base.ask(USER) == [path, str(base.sharedir) if hooked else purelib]
    assert near(next((roots / "B").glob("lib/*/*"))) in base.ask(USER)[0]


@pytest.mark.parametrize("name", ["usercustomize.py", "sitecustomize.py"])
def test_customize_imports_sysconfig(base: Python, name: str) -> None:
    base.share()
    base.hook()
    user = Path(base.ask("import site; answer = site.getusersitepackages()"))
    plant(user, {name: "import sysconfig"})
    assert base.ask(USER)[1] == str(base.sharedir)


def test_startup_file_of_the_sharedir_adds_another_site_dir(hooked: Python, roots: Path) -> None:
    other = str(next((roots / "A").glob("lib/*/*")))
    hooked.share(**{"x.pth": f"import site; site.addsitedir({other!r})\n"})
    path, purelib = hooked.ask(USER)
    assert path[-2:] == shared([other], roots / "A")
    assert purelib == str(hooked.sharedir)


def test_without_site(venv: Python, roots: Path) -> None:
    code = after(roots, "site.addsitedir(A); site.addsitedir(B)")
    expected = shared(venv.ask(code, "-S", env=OFF), roots / "A", roots / "B")
    assert venv.ask(code, "-S") == expected
