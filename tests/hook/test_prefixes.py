"""PYSHAREDIR_PREFIXES adds the directories of other prefixes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hook.conftest import VERSION, near, site_dir_of
from hook.test_reentrance import SITES
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from hook.conftest import Python


def prefix(root: Path, *parts: str) -> list[str]:
    """Make a prefix with *parts* and return its directories, in the order of sys.path."""
    tails = {
        "platlib": Path("lib64", f"python{VERSION}", "site-packages"),
        "purelib": Path("lib", f"python{VERSION}", "site-packages"),
        "sharedir": Path("share", "python", VERSION),
    }
    root.mkdir()
    for part in parts:
        (root / tails[part]).mkdir(parents=True)
    return [str(root / tail) for part, tail in tails.items() if part in parts]


def env(*roots: object) -> dict[str, str]:
    return {"PYSHAREDIR_PREFIXES": ":".join(map(str, roots))}


@pytest.mark.parametrize(
    "parts", [("purelib",), ("sharedir",), ("purelib", "sharedir"), ()], ids="+".join
)
def test_what_exists_is_added(hooked: Python, tmp_path: Path, parts: tuple[str, ...]) -> None:
    dirs = prefix(tmp_path / "a", *parts)
    assert hooked.path(env=env(tmp_path / "a")) == hooked.path() + dirs


def test_platlib_comes_first(base: Python, tmp_path: Path) -> None:
    (base.prefix / "lib64").symlink_to("lib")
    dirs = prefix(tmp_path / "a", "sharedir", "purelib", "platlib")
    base.hook()
    path = base.path(env={"PYTHONPLATLIBDIR": "lib64", **env(tmp_path / "a")})
    assert [entry for entry in path if entry in dirs] == dirs


def test_order_is_as_given(hooked: Python, tmp_path: Path) -> None:
    dirs = [prefix(tmp_path / name, "purelib", "sharedir") for name in "cab"]
    path = hooked.path(env=env(*(tmp_path / name for name in "cab")))
    assert path[-6:] == [entry for each in dirs for entry in each]


def test_between_a_venv_and_its_base(
    base: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    venv = make_venv(tmp_path / "venv", base)
    venv.share()
    base.share()
    (venv.site_dir / "x.pth").write_text("/usr\n")
    dirs = prefix(tmp_path / "a", "purelib", "sharedir")
    path = venv.hook().path(env=env(tmp_path / "a"))
    own = [str(venv.site_dir), str(venv.sharedir), "/usr"]
    spot = path.index(own[0])
    assert path[spot:][:6] == [*own, *dirs, str(base.site_dir)]


def test_before_the_user_base(
    base: Python, make_venv: Callable[..., Python], tmp_path: Path
) -> None:
    venv = make_venv(tmp_path / "venv", base)
    user = Path(venv.ask("import site; answer = site.getusersitepackages()"))
    user.mkdir(parents=True)
    dirs = prefix(tmp_path / "a", "purelib")
    path = venv.hook().path(env=env(tmp_path / "a"))
    spot = path.index(str(venv.site_dir))
    assert path[spot:][:3] == [str(venv.site_dir), *dirs, str(user)]


def test_in_front_of_a_bases_own(base: Python, small: list[str], tmp_path: Path) -> None:
    dirs = prefix(tmp_path / "a", "purelib")
    path = base.hook().path(env=env(tmp_path / "a"))
    assert path[len(small) :][:2] == [*dirs, str(base.site_dir)]


def test_behind_the_sharedirs_of_pythonpath(
    hooked: Python, small: list[str], tmp_path: Path
) -> None:
    site_dir = site_dir_of(tmp_path / "p")
    Path(near(site_dir)).mkdir(parents=True)
    dirs = prefix(tmp_path / "a", "purelib")
    path = hooked.path(env={"PYTHONPATH": str(site_dir), **env(tmp_path / "a")})
    own = [str(hooked.site_dir), str(hooked.sharedir)]
    assert path == [str(site_dir), *small, near(site_dir), *own, *dirs]


def test_startup_files_are_not_run(hooked: Python, tmp_path: Path) -> None:
    code = "import sys; sys.exit('a prefix ran code')\n"
    for entry in prefix(tmp_path / "a", "purelib", "sharedir"):
        plant(Path(entry), {"x.pth": code, "y.pth": "/usr\n", "x.start": "nosuch:thing\n"})
    path = hooked.path(env=env(tmp_path / "a"))
    assert "/usr" not in path
    assert near(site_dir := tmp_path / "a" / "lib" / f"python{VERSION}" / "site-packages") in path
    assert str(site_dir) in path


def test_a_prefix_twice_is_added_once(hooked: Python, tmp_path: Path) -> None:
    dirs = prefix(tmp_path / "a", "purelib", "sharedir")
    given = env(tmp_path / "a", tmp_path / "a", f"{tmp_path / 'a'}//")
    assert hooked.path(env=given) == hooked.path() + dirs


def test_prefixes_are_compared_by_name(hooked: Python, tmp_path: Path) -> None:
    dirs = prefix(tmp_path / "a", "purelib", "sharedir")
    (tmp_path / "link").symlink_to("a")
    linked = [entry.replace("/a/", "/link/") for entry in dirs]
    assert hooked.path(env=env(tmp_path / "a", tmp_path / "link")) == hooked.path() + dirs + linked


def test_own_prefix_changes_nothing(hooked: Python) -> None:
    assert hooked.path(env=env(hooked.prefix)) == hooked.path()


def test_base_prefix_does_not_silence_its_startup_files(base: Python) -> None:
    code = "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"
    base.share(**{"x.pth": code})
    base.hook()
    assert base.ask("import sys; answer = sys.lines", env=env(base.root)) == 1


def test_getsitepackages_lists_them(hooked: Python, tmp_path: Path) -> None:
    """So that pip hides them from its isolated builds."""
    dirs = prefix(tmp_path / "a", "purelib", "sharedir")
    code = "import site; answer = site.getsitepackages()"
    assert hooked.ask(code, env=env(tmp_path / "a")) == hooked.ask(code) + dirs


def test_modules_are_imported_from_it(hooked: Python, tmp_path: Path) -> None:
    dirs = prefix(tmp_path / "a", "purelib", "sharedir")
    plant(Path(dirs[1]), {"noarch.py": ""})
    code = "import noarch; answer = noarch.__file__"
    assert hooked.ask(code, env=env(tmp_path / "a")) == f"{dirs[1]}/noarch.py"


@pytest.mark.parametrize("flag", ["-E", "-I"])
def test_environment_is_ignored(hooked: Python, tmp_path: Path, flag: str) -> None:
    prefix(tmp_path / "a", "purelib")
    assert hooked.path(flag, env=env(tmp_path / "a")) == hooked.path(flag)


def test_off(hooked: Python, tmp_path: Path) -> None:
    dirs = prefix(tmp_path / "a", "purelib")
    path = hooked.path(env={"PYSHAREDIR": "0", **env(tmp_path / "a")})
    assert set(dirs).isdisjoint(path)


def test_five_hundred(hooked: Python, tmp_path: Path) -> None:
    roots = [tmp_path / f"p{number}" for number in range(500)]
    dirs = [entry for root in roots for entry in prefix(root, "purelib", "sharedir")]
    began = time.monotonic()
    path = hooked.path(env=env(*roots))
    assert time.monotonic() - began < 5
    assert path[-1000:] == dirs


@pytest.mark.parametrize(
    "value",
    [
        "",
        ":",
        ":::",
        "::/nowhere:",
        "a:b",
        "lib",
        ".",
        "~",
        "$HOME",
        "/nowhere",
        "/dev/null",
        "/" + "n" * 5000,
        "/" + "n/" * 5000,
        b"/\xff\xfe:\xff",
        "/\n",
        "/proc/self/mem",
        "/.zip",
    ],
    ids=lambda value: repr(value[:20]),
)
def test_absurd_values(hooked: Python, value: str | bytes) -> None:
    assert hooked.path(env={"PYSHAREDIR_PREFIXES": value}) == hooked.path()


def test_relative_prefix_is_ignored(hooked: Python, tmp_path: Path) -> None:
    prefix(tmp_path / "a", "purelib")
    assert hooked.path(env=env("a", "./a"), cwd=tmp_path) == hooked.path()


def test_odd_names(hooked: Python, tmp_path: Path) -> None:
    dirs = prefix(tmp_path / "with blank é\udcff.zip", "purelib", "sharedir")
    value = str(tmp_path / "with blank é\udcff.zip").encode(errors="surrogateescape")
    code = "import sys, os; answer = [os.fsencode(entry).hex() for entry in sys.path[-2:]]"
    answer = hooked.ask(code, env={"PYSHAREDIR_PREFIXES": value})
    assert answer == [entry.encode(errors="surrogateescape").hex() for entry in dirs]


class TestOfDistributions:
    """The Python of a distribution, below /usr, installs below PREFIX/local as well.

    Debian's has ``dist-packages`` there; EasyBuild links the plain names to these.
    """

    @pytest.fixture
    def usr(self, hooked: Python) -> Python:
        """Return one that lives in /usr, as far as the hook sees."""
        line = f"import os; os.__file__ = '/usr/lib/python{VERSION}/os.py'\n"
        (hooked.site_dir / "_a.pth").write_text(line)
        return hooked

    def test_each_layout_is_found(self, usr: Python, tmp_path: Path) -> None:
        dirs = [
            f"{local}{tail}"
            for local in ("", "local/")
            for tail in (
                f"lib/python{VERSION}/site-packages",
                f"lib/python{VERSION}/dist-packages",
                f"lib64/python{VERSION}/site-packages",
                f"lib64/python{VERSION}/dist-packages",
                f"share/python/{VERSION}",
            )
        ]
        plant(tmp_path / "a", {each: {} for each in dirs})
        plant(tmp_path / "b", {f"lib/python{VERSION}/site-packages": {}})
        added = [f"{tmp_path}/a/{each}" for each in dirs]
        added.append(f"{tmp_path}/b/lib/python{VERSION}/site-packages")
        plain = usr.path()
        assert usr.path(env=env(tmp_path / "a", tmp_path / "b")) == plain + added
        listed = usr.ask(SITES, env=env(tmp_path / "a", tmp_path / "b"))
        assert listed == usr.ask(SITES) + added

    def test_links_between_them_count_once(self, usr: Python, tmp_path: Path) -> None:
        site_dir = f"lib/python{VERSION}/site-packages"
        plant(
            tmp_path / "a", {f"local/lib/python{VERSION}/dist-packages": {}, "lib": "-> local/lib"}
        )
        plant(tmp_path / "a", {site_dir: "-> dist-packages", f"local/share/python/{VERSION}": {}})
        plant(tmp_path / "a", {"share": "-> local/share"})
        added = [f"{tmp_path}/a/{site_dir}", f"{tmp_path}/a/share/python/{VERSION}"]
        assert usr.path(env=env(tmp_path / "a")) == usr.path() + added
