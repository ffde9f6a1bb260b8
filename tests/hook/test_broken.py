"""Whatever is broken, a start ends and prints what it would without the hook."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hook.conftest import VERSION, near, site_dir_of
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from hook.conftest import Python

USUAL = "import sys, site, sysconfig; print(len(sysconfig.get_paths()), sys.argv)"
FLAGS = [(), ("-I",), ("-W", "error"), ("-bb",), ("-X", "dev")]


def no_dac() -> tuple[str, ...]:
    """Return the command that takes from root the right to read everything."""
    if os.getuid():
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def as_without(venv: Python, *args: str, **kwargs: Any) -> None:
    """Assert that a start of *venv* does what it does with the hook, which is installed here."""
    before = venv.outcome(*(args or ("-c", USUAL)), **kwargs)
    venv.hook()
    assert venv.outcome(*(args or ("-c", USUAL)), **kwargs) == before


@pytest.mark.parametrize("flags", FLAGS, ids="".join)
def test_nothing_broken(venv: Python, flags: tuple[str, ...]) -> None:
    venv.share()
    as_without(venv, *flags, "-c", USUAL)


BROKEN: dict[str, Callable[[Path], object]] = {
    "file": lambda path: path.write_text(""),
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link loop": lambda path: path.symlink_to(path.name),
    "link to a file": lambda path: path.symlink_to("/dev/null"),
    "fifo": os.mkfifo,
}


@pytest.mark.parametrize("flags", [(), ("-W", "error")], ids=["", "-Werror"])
@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN)
def test_broken_sharedir(
    venv: Python, make: Callable[[Path], object], depth: int, flags: tuple[str, ...]
) -> None:
    path = [venv.sharedir, *venv.sharedir.parents][depth]
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)
    before = venv.path()
    as_without(venv, *flags, "-c", USUAL)
    assert venv.path() == before


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN)
def test_broken_entries(venv: Python, tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "broken")
    site_dir = tmp_path / "r" / "lib" / f"python{VERSION}" / "site-packages"
    site_dir.parent.mkdir(parents=True)
    make(site_dir)
    entries = [str(tmp_path / "broken"), str(site_dir), str(site_dir / "x"), "n" * 5000]
    env = {"PYTHONPATH": ":".join(entries), "PYSHAREDIR_PREFIXES": f"{tmp_path / 'broken'}:/x"}
    as_without(venv, env=env)


@pytest.mark.parametrize("mode", [0o000, 0o100, 0o400], ids=oct)
@pytest.mark.parametrize("what", ["sharedir", "above", "site dir", "prefix"])
def test_unreadable(venv: Python, tmp_path: Path, what: str, mode: int) -> None:
    under = no_dac()
    other = site_dir_of(tmp_path / "r")
    Path(near(other)).mkdir(parents=True)
    venv.share(**{"x.pth": "/usr\n"})
    path = {
        "sharedir": venv.sharedir,
        "above": venv.sharedir.parent,
        "site dir": other,
        "prefix": tmp_path / "r",
    }[what]
    path.chmod(mode)
    try:
        env = {"PYTHONPATH": str(other), "PYSHAREDIR_PREFIXES": str(tmp_path / "r")}
        assert venv.run("-c", f"import os; os.listdir({str(path)!r})", under=under).returncode == (
            0 if mode & 0o400 else 1
        )
        as_without(venv, under=under, env=env)
    finally:
        path.chmod(0o700)


def test_unreadable_startup_file_in_the_sharedir(venv: Python) -> None:
    """As in any site dir: site skips it, or speaks of it."""
    under = no_dac()
    (venv.site_dir / "x.pth").write_text("")
    (venv.site_dir / "x.pth").chmod(0)
    before = venv.outcome("-c", USUAL, under=under)
    (venv.site_dir / "x.pth").unlink()
    venv.share(**{"x.pth": ""})
    (venv.sharedir / "x.pth").chmod(0)
    status, out, err = venv.hook().outcome("-c", USUAL, under=under)
    assert (status, out) == before[:2]
    assert bool(err) == bool(before[2])


def test_deleted_cwd(venv: Python, tmp_path: Path) -> None:
    venv.share()
    gone = tmp_path / "gone"
    script = 'cd "$0" && rmdir "$0" && exec "$@"'
    outcomes = []
    for style in (None, "pth"):
        gone.mkdir()
        if style:
            venv.hook(style)
        under = ("sh", "-c", script, str(gone))
        outcomes.append(venv.outcome("-c", USUAL, under=under))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] == 0


@pytest.mark.parametrize("lang", ["C", "C.UTF-8", "POSIX"])
def test_names_that_are_not_utf8(venv: Python, tmp_path: Path, lang: str) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff\xfe"
    tail = f"/lib/python{VERSION}/site-packages".encode()
    os.makedirs(odd + tail)
    os.makedirs(odd + f"/share/python/{VERSION}".encode())
    os.makedirs(os.fsencode(venv.share()) + b"/\xff")
    env = {"PYTHONPATH": odd + b":" + odd + tail, "LC_ALL": lang, "PYSHAREDIR_PREFIXES": odd}
    as_without(venv, env=env)
    path = venv.ask("import sys, os; answer = [os.fsencode(e).hex() for e in sys.path]", env=env)
    assert (odd + f"/share/python/{VERSION}".encode()).hex() in path


def test_tree_that_is_not_utf8(make_venv: Callable[..., Python], tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "v\udcff")
    venv.share(**{"noarch.py": ""})
    as_without(venv)
    assert venv.hook().ask("import noarch, os; answer = os.fsencode(noarch.__file__).hex()") == (
        os.fsencode(venv.sharedir / "noarch.py").hex()
    )


def test_startup_file_that_is_not_utf8(venv: Python) -> None:
    """As in any site dir, site decides what happens."""
    for name in (b"\xff.pth", b"x.pth", b"y.start"):
        with open(os.fsencode(venv.share()) + b"/" + name, "wb") as file:
            file.write(b"/\xff\n\xff")
    status, out, _ = venv.hook().outcome("-c", "print(1)")
    assert (status, out) == (0, "1\n")


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702], ids=oct)
def test_world_writable_is_skipped(venv: Python, mode: int) -> None:
    before = venv.path()
    venv.share(**{"x.pth": "/usr\n"}).chmod(mode)
    as_without(venv)
    assert venv.path() == before
    venv.hook(constants={"UNSAFE = 0o002": "UNSAFE = 0"})
    assert venv.path() == [*before, str(venv.sharedir), "/usr"]
    purelib = venv.ask("import sysconfig; answer = sysconfig.get_path('purelib')")
    assert purelib == str(venv.sharedir)


def test_group_writable_is_not_skipped(hooked: Python) -> None:
    hooked.sharedir.chmod(0o2775)
    assert hooked.path()[-1] == str(hooked.sharedir)


def test_ten_thousand_entries(venv: Python) -> None:
    spellings = f"'{venv.prefix}/' + './' * i for i in range(1000)"
    many = f"[*('/nowhere/%d' % i for i in range(7000)), *({spellings}), *range(2000)]"
    # A .pth file is run twice in a venv.
    lines = f"import sys; 2 in sys.path or sys.path.extend({many})\n"
    (venv.site_dir / "x.pth").write_text(lines)
    venv.share(**{"x.pth": "/usr\n"})
    before = len(venv.path())
    assert before > 10_000
    venv.hook()
    began = time.monotonic()
    after = len(venv.path())
    assert time.monotonic() - began < 5
    assert after == before - 999 + 2  # one spelling is kept; the sharedir and /usr are new


@pytest.mark.parametrize("body", ["raise OSError", "raise RecursionError", "return 1", "0 / 0"])
def test_finder_that_raises(venv: Python, body: str) -> None:
    finder = f"""
class Finder:
    def find_spec(name, path=None, target=None):
        if name in ('sitecustomize', 'sysconfig', 'colorsys'):
            {body}
"""
    plant(venv.site_dir, {"finder.py": finder})
    (venv.site_dir / "x.pth").write_text(
        "import sys, finder; sys.meta_path.insert(0, finder.Finder)\n"
    )
    venv.share(**{"noarch.py": ""})
    for code in ("pass", "import sysconfig", "import colorsys"):
        before = venv.outcome("-c", code)
        venv.hook()
        assert normal(venv.outcome("-c", code)) == normal(before)
        (venv.site_dir / "_pysharedir.pth").unlink()


def normal(outcome: tuple[int, str, str]) -> tuple[int, str, list[str]]:
    """Return *outcome* with the last line of stderr only: tracebacks name importlib's lines."""
    return outcome[0], outcome[1], outcome[2].splitlines()[-1:]


@pytest.mark.parametrize("name", ["a.pth", "z.pth"])
def test_finder_that_raises_does_not_hide_the_sharedir(venv: Python, name: str) -> None:
    plant(
        venv.hook().site_dir,
        {
            "finder.py": "def find_spec(name, *args):\n    if name == 'sitecustomize': 0 / 0",
            name: "import sys, finder; finder in sys.meta_path or sys.meta_path.append(finder)\n",
        },
    )
    venv.share()
    done = venv.run("-c", "import sys; print(sys.path[-1])")
    assert done.stdout.strip() == str(venv.sharedir)


FINDERS = {
    "of old": "find_module = lambda self, name, path=None: None",
    "that raises": "def find_spec(self, name, *args): 0 / 0 if name == 'sitecustomize' else None",
    "without either": "",
}


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
@pytest.mark.parametrize("place", ["insert(0, ", "append("])
@pytest.mark.parametrize("finder", FINDERS.values(), ids=FINDERS)
def test_sitecustomize_in_the_sharedir_is_not_run(
    venv: Python, finder: str, place: str, style: str
) -> None:
    lines = f"import sys\nclass Finder:\n    {finder or 'pass'}\nsys.meta_path.{place}Finder())\n"
    plant(venv.site_dir, {"finder.py": lines, "a.pth": "import finder\n"})
    venv.share(**{"sitecustomize.py": "print('run')", "noarch.py": ""})
    before = venv.outcome("-c", "pass")
    assert normal(venv.hook(style).outcome("-c", "pass")) == normal(before)
    if place == "append(":  # otherwise it raises before the hook is asked
        code = "import sys; print(sys.path[-1])"
        assert venv.run("-c", code).stdout.strip() == str(venv.sharedir)


@pytest.mark.parametrize("part", ["", "path.py", "adjust.py", "more.py"])
@pytest.mark.parametrize("env", [{}, {"PYSHAREDIR_PREFIXES": "/usr"}], ids=["", "prefixes"])
def test_missing_part(venv: Python, part: str, env: dict[str, str]) -> None:
    venv.share()
    code = "import sysconfig; print(sysconfig.get_path('platlib'))"
    before = venv.outcome("-c", code, env=env)
    venv.hook()
    if part:
        (venv.site_dir / "_pysharedir.d" / part).unlink()
    else:
        shutil.rmtree(venv.site_dir / "_pysharedir.d")
    assert venv.outcome("-c", code, env=env) == before
    assert venv.run("-v", "-c", code, env=env).returncode == before[0]


@pytest.mark.parametrize("flags", [(), ("-O",), ("-OO",)], ids=["", "-O", "-OO"])
@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_without_sources(venv: Python, style: str, flags: tuple[str, ...]) -> None:
    """As buildroot makes its images: `compileall -b`, and the sources go."""
    venv.share(**{"noarch.py": "", "x.pth": "/usr\n"})
    code = "import noarch, site, sys, sysconfig\n"
    code += "answer = [sys.path, sysconfig.get_paths(), site.getsitepackages()]"
    before = venv.hook(style).ask(code)
    venv.run("-m", "compileall", "-q", "-b", str(venv.root)).check_returncode()
    for path in [*venv.root.rglob("*.py"), *venv.root.rglob("__pycache__")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert venv.ask(code, *flags) == before
    assert before[0][-2:] == [str(venv.sharedir), "/usr"]


def test_standard_library_in_a_zip(base: Python, stdlib: Path, tmp_path: Path) -> None:
    """Python 3.9 has no spec of a module in it before the module has run."""
    base.share(**{"noarch.py": ""})
    site_dir_of(tmp_path / "prefix")
    env = {"PYSHAREDIR_PREFIXES": str(tmp_path / "prefix"), "PYTHONPATH": str(tmp_path)}
    code = "import json, noarch, sys, sysconfig\n"
    code += "answer = [sys.path, sysconfig.get_paths()['purelib'], json.__file__]"
    *before, _ = base.hook().ask(code, env=env)
    assert str(tmp_path / "prefix") in "".join(before[0])
    lib = base.prefix / "lib"
    with zipfile.ZipFile(lib / f"python{VERSION.replace('.', '')}.zip", "w") as archive:
        for path in stdlib.rglob("*.py"):
            name = path.relative_to(stdlib)
            unused = {"test", "tests", "site-packages", "dist-packages", "idlelib"}
            if path.is_file() and not unused & {*name.parts}:
                archive.write(path, name)
    for path in (lib / f"python{VERSION}").iterdir():
        if path.is_symlink() and path.name not in ("lib-dynload", "os.py"):  # so it finds the rest
            path.unlink()
    *after, place = base.ask(code, env=env)
    assert ".zip/" in place
    assert after == before


@pytest.mark.parametrize(
    "part", [f"_pysharedir.d/{name}.py" for name in ("path", "adjust", "more")]
)
@pytest.mark.parametrize("text", ["(", "raise OSError", "\0", "x = nosuch"])
def test_spoilt_part(venv: Python, part: str, text: str) -> None:
    venv.share(**{"x.pth": ""})
    before = venv.outcome("-c", USUAL)
    venv.hook()
    (venv.site_dir / part).write_text(text)
    assert venv.outcome("-c", USUAL) == before


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("flags", [(), ("-v",)], ids=["", "-v"])
def test_closed_streams(venv: Python, tmp_path: Path, closed: str, flags: tuple[str, ...]) -> None:
    venv.share()
    under = ("sh", "-c", f'exec "$0" "$@" {closed}')
    found = tmp_path / "found"
    code = f"import sys; open({str(found)!r}, 'w').write(repr(sys.path))"
    before = venv.run(*flags, "-c", code, under=under)
    done = venv.hook().run(*flags, "-c", code, under=under)
    assert (done.returncode, done.stdout) == (before.returncode, before.stdout)
    if not flags:  # what -v says goes to the file that gets the number of stderr
        assert str(venv.sharedir) in found.read_text()


@pytest.mark.parametrize("device", ["/dev/full", "/dev/null"])
def test_streams_that_fail(venv: Python, device: str) -> None:
    venv.share()
    with Path(device).open("w") as stream:
        before = venv.run("-c", "pass", stdout=stream, stderr=stream).returncode
        assert venv.hook().run("-c", "pass", stdout=stream, stderr=stream).returncode == before


@pytest.mark.parametrize("name", ["PYSHAREDIR", "PYSHAREDIR_PREFIXES"])
@pytest.mark.parametrize("value", ["", " ", ":", "=", "%s", "{}", "\n", b"\xff", "x" * 100_000])
def test_absurd_environment(venv: Python, name: str, value: str | bytes) -> None:
    venv.share()
    as_without(venv, env={name: value})


def test_empty_environment(venv: Python) -> None:
    venv.share()
    venv.hook()
    code = "import sys; print(sys.path[-1])"
    done = subprocess.run(
        [venv.executable, "-c", code], env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(venv.sharedir)
    assert done.stderr == ""


def test_read_only_tree(venv: Python) -> None:
    """Without a place for pycs."""
    under = no_dac()
    venv.share()
    for name in ("_pysharedir.d", "."):
        shutil.rmtree(venv.site_dir / name / "__pycache__", ignore_errors=True)
    venv.hook()
    dirs = [venv.site_dir / "_pysharedir.d", venv.site_dir]
    for path in dirs:
        path.chmod(0o555)
    try:
        done = venv.outcome("-c", "import sys; print(sys.path[-1])", under=under)
        assert done == (0, f"{venv.sharedir}\n", "")
        assert not (venv.site_dir / "__pycache__").exists()
    finally:
        for path in dirs:
            path.chmod(0o755)
