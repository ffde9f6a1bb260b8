"""Of sys.path entries that are one directory, the first stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hook.conftest import RELEASE, VERSION
from trees import Tree, plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hook.conftest import Python


def lines(python: Python, *texts: object) -> None:
    (python.site_dir / "x.pth").write_text("\n".join(map(str, texts)))


def test_two_spellings(venv: Python, tmp_path: Path) -> None:
    plant(tmp_path, {"real": {}, "link": "-> real", "other": "-> real"})
    lines(venv.hook(), tmp_path / "link", tmp_path / "real", tmp_path / "other")
    assert venv.path()[-2:] == [str(venv.site_dir), str(tmp_path / "link")]


def test_link_to_an_earlier_entry(venv: Python, tmp_path: Path) -> None:
    plant(tmp_path, {"link": f"-> {venv.site_dir}"})
    lines(venv.hook(), tmp_path / "link")
    assert venv.path()[-1] == str(venv.site_dir)


def test_every_distribution_is_found_once(venv: Python) -> None:
    """With lib64 -> lib each was found twice: https://github.com/PyCQA/flake8/pull/1631."""
    if not (venv.prefix / "lib64").exists():
        (venv.prefix / "lib64").symlink_to("lib")
    plant(
        venv.site_dir,
        {
            "x-1.dist-info": {"METADATA": "Metadata-Version: 2.1\nName: x\nVersion: 1\n"},
            "x64.pth": str(venv.prefix / "lib64" / f"python{VERSION}" / "site-packages"),
        },
    )
    code = "import importlib.metadata as m; answer = [d.version for d in m.distributions()]"
    assert venv.ask(code) == ["1", "1"]
    assert venv.hook().ask(code) == ["1"]


def test_lib64_build(base: Python) -> None:
    """A lib64 build has both directories on its path; facts about Fedora's in the docs."""
    if base.site_dir.name == "dist-packages":
        pytest.skip("Debian looks into one directory only")
    (base.prefix / "lib64").symlink_to("lib")
    env = {"PYTHONPLATLIBDIR": "lib64"}
    twice = base.path(env=env)[-2:]
    assert twice == [str(base.site_dir).replace("/lib/", "/lib64/"), str(base.site_dir)]
    base.share()
    assert base.hook().path(env=env)[-2:] == [twice[0], str(base.sharedir)]


def test_linked_share(venv: Python, tmp_path: Path) -> None:
    """Two roots with one sharedir have it once, after the nearer one."""
    venv.share(**{"x.pth": "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"})
    tail: Tree = {f"python{VERSION}": {"site-packages": {}}}
    plant(tmp_path / "r", {"lib": tail, "share": f"-> {venv.prefix / 'share'}"})
    site_dir = str(tmp_path / "r" / "lib" / f"python{VERSION}" / "site-packages")
    lines(venv.hook(), site_dir)
    assert venv.path()[-3:] == [str(venv.site_dir), str(venv.sharedir), site_dir]
    assert venv.ask("import sys; answer = sys.lines") == 1


def test_path_line_in_the_sharedir(hooked: Python, tmp_path: Path) -> None:
    plant(tmp_path, {"real": {}, "link": "-> real"})
    lines = f"{tmp_path / 'link'}\n{tmp_path / 'real'}\n"
    before = hooked.path()
    hooked.share(**{"x.pth": lines})
    assert hooked.path() == [*before, str(tmp_path / "link")]


def test_pythonpath_spelling_is_kept(hooked: Python, tmp_path: Path) -> None:
    plant(tmp_path, {"link": f"-> {hooked.site_dir}"})
    path = hooked.path(env={"PYTHONPATH": str(tmp_path / "link")})
    assert path[0] == str(tmp_path / "link")
    assert str(hooked.site_dir) not in path


UNTOUCHED = {
    "empty": "'', ''",
    "zip": "'{tmp}/x.zip', '{tmp}/link.zip'",
    "directory that is called zip": "'{tmp}/dir.zip', '{tmp}/dirlink.zip'",
    "file": "'{tmp}/file', '{tmp}/filelink'",
    "missing": "'{tmp}/missing', '{tmp}/missing', '{tmp}/dangling', '{tmp}/loop'",
    "odd names": "'{tmp}/' + 'n' * 5000, '\\udcff', '~', '{tmp}//missing/..'",
    "int": "1, 1, True, -1, 2.5",
    "bytes": "b'{tmp}', b'{tmp}', b''",
    "None": "None, None",
    "path": "pathlib.Path('{tmp}'), pathlib.Path('{tmp}')",
    "list": "[], ['{tmp}'], {{}}, ['x.zip'], 'abc.zip'.split()",
    "object": "object(), sys, str, 1j",
}


@pytest.mark.parametrize("where", ["front", "behind"])
@pytest.mark.parametrize("entries", UNTOUCHED.values(), ids=UNTOUCHED)
def test_untouched_and_in_place(venv: Python, tmp_path: Path, entries: str, where: str) -> None:
    if RELEASE < (3, 11) and entries.startswith("b'"):
        pytest.skip("3.9 and 3.10 cannot import with bytes on sys.path")
    links = {"link.zip": "-> x.zip", "filelink": "-> file", "dirlink.zip": "-> dir.zip"}
    broken = {"dangling": "-> nowhere", "loop": "-> loop"}
    plant(tmp_path, {"x.zip": "", "file": "", "dir.zip": {}, **links, **broken})
    plant(tmp_path, {"real": {}, "again": "-> real"})
    odd = f"[{entries.format(tmp=tmp_path)}]"
    spot = "slice(0)" if where == "front" else "slice(len(sys.path), None)"
    dirs = [str(tmp_path / "real"), str(tmp_path / "again")]
    once = f"sys.path.__setitem__({spot}, {odd} + {dirs} + {odd})"
    # A .pth file is run twice in a venv.
    lines(
        venv, f"import sys, pathlib; 'once' in sys._xoptions or {once}; sys._xoptions['once'] = 1"
    )
    code = "import sys, re; answer = [re.sub(' at 0x.*', '', repr(entry)) for entry in sys.path]"
    before = venv.ask(code)
    assert repr(dirs[1]) in before
    expected = [entry for entry in before if entry != repr(dirs[1])]
    assert venv.hook().ask(code) == expected


def test_replaced_by_a_subclass(hooked: Python) -> None:
    lines(hooked, "import sys; sys.path = type('Path', (list,), {})(sys.path)")
    code = "import sys; answer = [type(sys.path).__name__, *sys.path]"
    assert hooked.ask(code)[0] == "Path"
    assert hooked.ask(code)[-1] == str(hooked.sharedir)


def test_explicit_entry_survives_a_skipped_sharedir(venv: Python) -> None:
    venv.share().chmod(0o777)
    lines(venv, venv.sharedir)
    before = venv.path()
    assert before[-1] == str(venv.sharedir)
    assert venv.hook().path() == before


def test_the_command_line_is_left_alone(
    hooked: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    script = tmp_path / "scripts" / "script.py"
    plant(script.parent, {script.name: "import sys; print(sys.path[0])"})
    assert hooked.run(str(script)).stdout.strip() == str(script.parent)
    other = make_venv(tmp_path / "plain")
    assert len(hooked.path()) == len(other.path()) + 1
