"""What --prefixes-from, --prefix-startup-files and --user-first make of the hook."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hook.conftest import RELEASE, VERSION, Python, near, site_dir_of
from hook.test_reentrance import BUILD, SITES, needs_isolation
from pysharedir.hook import files
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable

SITE_DIR = f"lib/python{VERSION}/site-packages"
SHAREDIR = f"share/python/{VERSION}"
COUNT = "import sys; sys.lines = [*getattr(sys, 'lines', ()), {!r}]\n"
LINES = "import sys; answer = sys.lines"


def bake(python: Python, *variables: str, **settings: Any) -> Python:
    """Install the hook as ``enable`` does, with these settings."""
    settings = {"prefixes_from": variables, **settings}
    plant(
        python.site_dir,
        {
            name: content.decode()
            for name, content in files.render(files.Settings(**settings)).items()
        },
    )
    return python


def prefix(root: Path, **names: str) -> list[str]:
    """Make a prefix with a site dir, which holds these files, and a sharedir."""
    plant(root, {SITE_DIR: dict(names), SHAREDIR: {}})
    return [str(root / SITE_DIR), str(root / SHAREDIR)]


def test_variables_in_their_order(venv: Python, tmp_path: Path) -> None:
    """PYSHAREDIR_PREFIXES first; what two of them name comes where the first has it."""
    a, b, c, d = (prefix(tmp_path / name) for name in "abcd")
    bake(venv, "FIRST", "SITES:site-dirs", "LAST")
    env = {
        "LAST": f"{tmp_path}/d:{tmp_path}/a:{tmp_path}/c",
        "SITES": f"{c[0]}/:{b[0]}",
        "FIRST": f"{tmp_path}/b",
        "PYSHAREDIR_PREFIXES": f"{tmp_path}/a",
        "UNREAD": str(tmp_path / "e"),
    }
    plain = venv.path()
    assert venv.path(env=env) == [*plain, *a, *b, *c, *d]
    assert venv.path(env={"SITES": c[0]}) == [*plain, *c]
    assert venv.path("-E", env=env) == venv.path("-I", env=env) == venv.path("-I")
    assert venv.path(env={**env, "PYSHAREDIR": "0"}) == plain


def test_site_dirs(venv: Python, tmp_path: Path) -> None:
    """Those of this version that exist, with the sharedir next to them after the last one."""
    both = prefix(tmp_path / "a")
    second = tmp_path / "a" / f"lib/python{VERSION}/dist-packages"
    others = [f"{tmp_path}/a/lib/python2.7/site-packages", f"{tmp_path}/a"]
    plant(tmp_path / "a", {"lib/python2.7/site-packages": {}})
    second.mkdir()
    bare = str(site_dir_of(tmp_path / "b"))
    value = [both[0], *others, str(second), "", SITE_DIR, f"{tmp_path}/nosuch/{SITE_DIR}", bare]
    env = {"SITES": ":".join(value)}
    plain = bake(venv, "SITES:site-dirs").path()
    assert venv.path(env=env, cwd=tmp_path / "a") == [*plain, both[0], str(second), both[1], bare]
    assert venv.path(env={"SITES": str(venv.site_dir)}) == plain


@pytest.mark.parametrize("user_first", [False, True])
def test_the_user_site_and_prefixes(
    base: Python, make_venv: Callable[..., Python], tmp_path: Path, user_first: bool
) -> None:
    venv = make_venv(tmp_path / "venv", base)
    user = site_dir_of(tmp_path / "user")
    plant(user, {"x.pth": f"{tmp_path}\n"})
    Path(near(user)).mkdir(parents=True)
    users = [str(user), near(user), str(tmp_path)]
    dirs = prefix(tmp_path / "a")
    middle = [*users, *dirs] if user_first else [*dirs, *users]
    env = {"EBPYTHONPREFIXES": str(tmp_path / "a"), "PYTHONUSERBASE": str(tmp_path / "user")}
    for python in (venv, base):
        bake(python, "EBPYTHONPREFIXES", user_first=user_first)
        path = python.path(env=env)
        before, after = path.index(middle[0]), path.index(middle[-1])
        assert path[before:][:5] == middle
        assert str(venv.site_dir) in path[:before] or python is base
        assert str(base.site_dir) in path[after:]
        alone = python.path("-s", env=env)
        assert alone[alone.index(dirs[1]) + 1] == str(base.site_dir)


class TestStartupFiles:
    """The .pth files of prefixes, run as site runs those of its own site dirs."""

    def test_each_once_in_order_and_with_all_on_the_path(
        self, venv: Python, tmp_path: Path
    ) -> None:
        a = prefix(tmp_path / "a", **{"b.pth": COUNT.format("ab") + "extra\n", "extra": "x"})
        plant(tmp_path / "a" / SITE_DIR, {"a.pth": COUNT.format("aa") + "import late\n"})
        plant(tmp_path / "a" / SHAREDIR, {"x.pth": COUNT.format("as") + f"{tmp_path}/line\n"})
        plant(tmp_path, {"line": {}})
        b = prefix(tmp_path / "b", **{"x.pth": COUNT.format("b") + f"{tmp_path}/line\n{a[0]}\n"})
        plant(tmp_path / "b" / SHAREDIR, {"late.py": COUNT.format("late")})
        bake(venv, "EBPYTHONPREFIXES", prefix_startup_files=True)
        plain = venv.path()
        env = {"EBPYTHONPREFIXES": f"{tmp_path}/a:{tmp_path}/b:{tmp_path}/a"}
        extra = f"{a[0]}/extra"
        wanted = [*plain, a[0], extra, a[1], f"{tmp_path}/line", *b]
        assert venv.path(env=env) == wanted
        assert venv.ask(LINES, env=env) == ["aa", "late", "ab", "as", "b"]
        assert venv.ask(SITES, env=env) == venv.ask(SITES) + a + b
        again = "import site; site.main(); import sys; answer = sys.path[1:]"
        assert venv.ask(again, "-s", env=env) == wanted
        quiet = bake(venv, "EBPYTHONPREFIXES").ask("import sys; answer = hasattr(sys, 'lines')")
        assert quiet is False

    def test_what_import_lines_do_to_the_path_stays(self, venv: Python, tmp_path: Path) -> None:
        lines = (
            "import sys; sys.path.insert(0, '/front')",
            "import sys; sys.path = [None, *sys.path]",
            "import sys; sys.path.append('/back')",
            "import sys; sys.path.append('/back')",
        )
        for number, line in enumerate(lines):
            prefix(tmp_path / str(number), **{"x.pth": f"{line}\n"})
        bake(venv, "EB", prefix_startup_files=True)
        env = {"EB": ":".join(str(tmp_path / str(number)) for number in range(len(lines)))}
        path = venv.ask("import sys; answer = sys.path", env=env)
        assert path[:3] == ["", None, "/front"]
        assert path[path.index(f"{tmp_path}/2/{SITE_DIR}") + 1] == "/back"

    def test_failures_are_reported_as_by_site(self, venv: Python, tmp_path: Path) -> None:
        prefix(
            tmp_path / "a",
            **{
                "a.pth": "import nosuch\n",
                "b.pth": COUNT.format("b"),
                "c.pth": f"{tmp_path}/nosuch\n" if RELEASE < (3, 15) else "",
                "d.pth": "import sys; raise ValueError\n",
            },
        )
        prefix(tmp_path / "b", **{"x.pth": COUNT.format("x")})
        locked = prefix(tmp_path / "c", **{"x.pth": COUNT.format("y")})
        Path(locked[0]).chmod(0o777)
        bake(venv, "EB", prefix_startup_files=True)
        env = {"EB": ":".join(f"{tmp_path}/{name}" for name in "abc")}
        done = venv.run("-c", "import sys; print(sys.lines)", env=env)
        assert (done.returncode, done.stdout) == (0, "['b', 'x']\n")
        assert done.stderr.count("Traceback") == 2
        assert "a.pth" in done.stderr
        assert "d.pth" in done.stderr

    def test_two_hooks_and_pythonpath(
        self, base: Python, make_venv: Callable[..., Python], tmp_path: Path
    ) -> None:
        """Those of a prefix that PYTHONPATH names too, as EasyBuild's modules may do."""
        venv = make_venv(tmp_path / "venv", base)
        for python in (venv, base):
            bake(python, "EB", "SITES:site-dirs", prefix_startup_files=True)
        for name in "abc":
            prefix(tmp_path / name, **{"x.pth": COUNT.format(name)})
            plant(tmp_path / name / SHAREDIR, {"x.pth": COUNT.format(f"{name} shared")})
        env = {
            "EB": f"{tmp_path}/a:{tmp_path}/b:{base.root}:{venv.root}",
            "SITES": f"{tmp_path}/c/{SITE_DIR}",
            "PYTHONPATH": f"{tmp_path}/b/{SITE_DIR}:{tmp_path}/c/{SITE_DIR}",
        }
        lines = ["b shared", "c shared", "b", "c", "a", "a shared"]
        assert venv.ask(LINES, env=env) == lines
        assert base.ask(LINES, env=env) == lines

    def test_a_prefix_with_a_hook(self, venv: Python, tmp_path: Path) -> None:
        dirs = prefix(tmp_path / "a")
        bake(Python(tmp_path / "a", venv.executable, Path(dirs[0]), venv.home))
        plant(tmp_path / "a" / SHAREDIR, {"x.pth": COUNT.format("x")})
        bake(venv, "EB", prefix_startup_files=True)
        env = {"EB": str(tmp_path / "a")}
        assert venv.path(env=env) == [*venv.path(), *dirs]
        assert venv.ask(LINES, env=env) == ["x"]

    def test_a_prefix_with_a_hook_of_a_sharedir_that_comes_first(
        self, venv: Python, tmp_path: Path
    ) -> None:
        """The common part of a tool, named before the part for one architecture."""
        tool = tmp_path / "tool"
        (site_dir,) = prefix(tool / "part")[:1]
        part = Python(tool / "part", venv.executable, Path(site_dir), venv.home)
        bake(part, sharedir=f"{tool}/share/python/{{version}}")
        plant(tool / SHAREDIR, {"x.pth": COUNT.format("x")})
        bake(venv, "EB", prefix_startup_files=True)
        env = {"EB": f"{tool}:{tool}/part"}
        assert venv.path(env=env) == [*venv.path(), f"{tool}/{SHAREDIR}", *prefix(tool / "part")]
        assert venv.ask(LINES, env=env) == ["x"]

    @pytest.mark.skipif(RELEASE < (3, 15), reason=".start files are read from 3.15 on")
    def test_start_files(self, venv: Python, tmp_path: Path) -> None:
        plant(
            tmp_path / "a" / SITE_DIR,
            {"x.start": "m:run\n", "x.pth": COUNT.format("no"), "m.py": "def run(): import n\n"},
        )
        plant(tmp_path / "b" / SITE_DIR, {"n.py": COUNT.format("n")})
        bake(venv, "EB", prefix_startup_files=True)
        assert venv.ask(LINES, env={"EB": f"{tmp_path}/a:{tmp_path}/b"}) == ["n"]

    def test_three_hundred(self, venv: Python, tmp_path: Path) -> None:
        """Linear in their number; and so is what their path lines name."""
        roots = [tmp_path / f"p{number}" for number in range(300)]
        for root in roots:
            plant(root, {SITE_DIR: {"x.pth": "import sys\nextra\n", "extra": {}}})
        bake(venv, "EB", prefix_startup_files=True)
        began = time.monotonic()
        path = venv.path(env={"EB": ":".join(map(str, roots))})
        assert time.monotonic() - began < 5
        dirs = [str(root / SITE_DIR) for root in roots]
        assert path[-600:] == [entry for each in dirs for entry in (each, f"{each}/extra")]


@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_builds_of_pip_see_nothing(
    venv: Python, tmp_path: Path, small: list[str], style: str
) -> None:
    needs_isolation(venv, tmp_path / "probe")
    prefix(tmp_path / "a", **{"x.pth": f"{tmp_path}\n"})
    given = prefix(tmp_path / "b")[0]
    bake(venv, "EB", "SITES:site-dirs", prefix_startup_files=True, user_first=True, style=style)
    env = {"EB": str(tmp_path / "a"), "SITES": given}
    assert str(tmp_path) in venv.path(env=env)
    plant(tmp_path / "build", {"sitecustomize.py": BUILD.format(dirs=venv.ask(SITES, env=env))})
    env["PYTHONPATH"] = str(tmp_path / "build")
    assert venv.path(env=env) == [str(tmp_path / "build"), *small]
