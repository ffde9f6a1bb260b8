"""Which sharedirs are found, and where they are put on sys.path."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hook.conftest import RELEASE, TEMPLATES, VERSION, near, site_dir_of
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from hook.conftest import Python

THIS = "{}.{}".format(*sys.version_info[:2])


@pytest.fixture(scope="module")
def root_of() -> Callable[[Any], str | None]:
    """Return the function alone, without what its module does when it is run."""
    source = (TEMPLATES / "_pysharedir.d" / "path.py").read_text()
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.Assign))]
    namespace: dict[str, Any] = {"sys": sys}
    exec(compile(tree, "path.py", "exec"), namespace)  # noqa: S102
    function: Callable[[Any], str | None] = namespace["root_of"]
    return function


@pytest.mark.parametrize("packages", ["site-packages", "dist-packages"])
@pytest.mark.parametrize("python", [f"python{THIS}", f"python{THIS}t", "python3", f"pypy{THIS}"])
@pytest.mark.parametrize("lib", ["lib", "lib64", "libx32"])
@pytest.mark.parametrize("root", ["/usr", "/a b/c", "", "/r/lib/python3/site-packages", "rel"])
def test_root_of_site_dir(  # noqa: PLR0917
    root_of: Callable[[Any], str | None],
    monkeypatch: pytest.MonkeyPatch,
    root: str,
    lib: str,
    python: str,
    packages: str,
) -> None:
    monkeypatch.setattr(sys, "platlibdir", "libx32")
    assert root_of(f"{root}/{lib}/{python}/{packages}") == root


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/usr",
        f"/usr/lib/python{THIS}",
        f"/usr/lib/python{THIS}/lib-dynload",
        f"/usr/lib/python{THIS}/site-packages/",
        f"/usr/lib/python{THIS}/site-packages/x",
        f"/usr/lib/python{THIS}/Site-packages",
        f"/usr/lib/python{THIS}/vendor-packages",
        f"/usr/Lib/python{THIS}/site-packages",
        f"/usr/lib32/python{THIS}/site-packages",
        f"/usr/share/python/{THIS}",
        f"/usr/lib/pypy{THIS}t/site-packages",
        f"/usr/lib/python{THIS}d/site-packages",
        f"/usr/lib/python{THIS}0/site-packages",
        "/usr/lib/python2.7/site-packages",
        "/usr/lib/python/site-packages",
        "/usr/lib/pypy3/site-packages",
        f"lib/python{THIS}/site-packages",
        None,
        1,
        f"/usr/lib/python{THIS}/site-packages".encode(),
        [f"/usr/lib/python{THIS}/site-packages"],
    ],
    ids=repr,
)
def test_near_miss_has_no_root(root_of: Callable[[Any], str | None], path: object) -> None:
    assert root_of(path) is None


def test_right_behind_its_site_dir(hooked: Python, tmp_path: Path) -> None:
    (hooked.site_dir / "more.pth").write_text(f"{tmp_path}\n")
    assert hooked.path()[-3:] == [str(hooked.site_dir), str(hooked.sharedir), str(tmp_path)]


def test_nothing_is_added_where_nothing_is(venv: Python) -> None:
    before = venv.path()
    assert venv.hook().path() == before


@pytest.mark.parametrize(
    ("lib", "python", "packages"),
    [
        ("lib64", f"python{VERSION}", "site-packages"),
        ("lib", f"python{VERSION}t", "site-packages"),
        ("lib", "python3", "dist-packages"),
        ("lib", f"pypy{VERSION}", "site-packages"),
    ],
)
def test_every_name_of_a_site_dir(
    venv: Python, tmp_path: Path, lib: str, python: str, packages: str
) -> None:
    plant(
        tmp_path / "r", {lib: {python: {packages: {}}}, "share": {"python": {VERSION: {}, "3": {}}}}
    )
    site_dir = str(tmp_path / "r" / lib / python / packages)
    (venv.hook().site_dir / "r.pth").write_text(site_dir)
    assert venv.path()[-2:] == [site_dir, near(Path(site_dir))]


def test_behind_the_last_site_dir_of_a_root(venv: Python, tmp_path: Path) -> None:
    root, other = tmp_path / "r", tmp_path / "other"
    first, last = site_dir_of(root), root / "lib64" / "python3" / "dist-packages"
    plant(root, {"lib64": {"python3": {"dist-packages": {}}}, "share": {"python": {VERSION: {}}}})
    between = site_dir_of(other)
    plant(other, {"share": {"python": {VERSION: {}}}})
    (venv.hook().site_dir / "r.pth").write_text(f"{first}\n{between}\n{last}\n")
    assert venv.path()[-5:] == [
        str(first),
        str(between),
        near(between),
        str(last),
        near(first),
    ]


def test_nearer_root_wins(base: Python, make_venv: Callable[..., Python], tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "venv", base)
    for each in (base, venv):
        each.share(**{"noarch.py": f"prefix = {str(each.prefix)!r}"})
    (base.site_dir / "noarch.py").write_text("prefix = 'site dir of base'")
    venv.hook()
    path = venv.path()
    assert path[path.index(str(venv.site_dir)) :][:3] == [
        str(venv.site_dir),
        str(venv.sharedir),
        str(base.site_dir),
    ]
    assert str(base.sharedir) in path[path.index(str(base.site_dir)) :]
    assert venv.ask("import noarch; answer = noarch.prefix") == str(venv.prefix)


def test_user_base(base: Python) -> None:
    site_dir = Path(base.ask("import site; answer = site.getusersitepackages()"))
    site_dir.mkdir(parents=True)
    Path(near(site_dir)).mkdir(parents=True)
    base.share()
    path = base.hook().path()
    assert path[path.index(str(site_dir)) + 1] == near(site_dir)
    assert path[path.index(str(base.site_dir)) - 1] == near(site_dir)
    assert near(site_dir) not in base.path("-s")


def test_pythonpath_comes_behind_the_stdlib(
    hooked: Python, small: list[str], tmp_path: Path
) -> None:
    dirs = [site_dir_of(tmp_path / name) for name in "ab"]
    for each in dirs:
        Path(near(each)).mkdir(parents=True)
    plain = tmp_path / "plain"
    plain.mkdir()
    entries = [str(dirs[0]), str(plain), str(dirs[1])]
    assert hooked.path(env={"PYTHONPATH": ":".join(entries)}) == [
        *entries,
        *small,
        near(dirs[0]),
        near(dirs[1]),
        str(hooked.site_dir),
        str(hooked.sharedir),
    ]


@pytest.mark.parametrize("zipped", ["x.zip", "python99.zip"])
def test_pythonpath_behind_a_zip(
    hooked: Python, small: list[str], tmp_path: Path, zipped: str
) -> None:
    site_dir = site_dir_of(tmp_path / "a")
    Path(near(site_dir)).mkdir(parents=True)
    entries = [str(tmp_path / zipped), str(site_dir)]
    path = hooked.path(env={"PYTHONPATH": ":".join(entries)})
    assert path[: len(small) + 3] == [*entries, *small, near(site_dir)]


def test_own_site_dir_on_pythonpath(hooked: Python, small: list[str]) -> None:
    path = hooked.path(env={"PYTHONPATH": str(hooked.site_dir)})
    assert path == [str(hooked.site_dir), *small, str(hooked.sharedir)]


def test_stdlib_is_not_shadowed(hooked: Python, tmp_path: Path) -> None:
    site_dir = site_dir_of(tmp_path / "a")
    plant(Path(near(site_dir)), {"colorsys.py": "raise SystemExit('shadowed')"})
    hooked.share(**{"colorsys.py": "raise SystemExit('shadowed')"})
    env = {"PYTHONPATH": str(site_dir)}
    assert hooked.ask("import colorsys; answer = colorsys.__file__", env=env)


@pytest.mark.parametrize("after", [[], ["/usr"]], ids=["last", "not last"])
def test_path_lines_are_processed(hooked: Python, tmp_path: Path, after: list[str]) -> None:
    (hooked.site_dir / "more.pth").write_text("\n".join(after))
    editable = tmp_path / "editable"
    editable.mkdir()
    (hooked.sharedir / "inside").mkdir()
    hooked.share(**{"x.pth": f"# comment\n\n{editable}\ninside\n{hooked.site_dir}\n"})
    before = [str(hooked.site_dir), str(hooked.sharedir), str(editable)]
    assert hooked.path()[-4 - len(after) :] == [*before, str(hooked.sharedir / "inside"), *after]


def test_path_line_to_a_site_dir(hooked: Python, tmp_path: Path) -> None:
    site_dir = site_dir_of(tmp_path / "r")
    hooked.share(**{"x.pth": str(site_dir)})
    assert hooked.path()[-2:] == [str(hooked.sharedir), str(site_dir)]


def test_import_lines_are_run_once(hooked: Python) -> None:
    hooked.share(**{"x.pth": "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"})
    assert hooked.ask("import sys; answer = sys.lines") == 1


def test_editable_finder(hooked: Python, tmp_path: Path) -> None:
    finder = """
        import sys
        from importlib.machinery import PathFinder

        class Finder:
            def find_spec(name, path=None, target=None):
                return PathFinder.find_spec(name, [%r]) if name == 'edited' else None

        def install():
            sys.meta_path.append(Finder)
    """
    plant(tmp_path / "src", {"edited.py": "x = 1"})
    text = "\n".join(line[8:] for line in finder.splitlines()) % str(tmp_path / "src")
    hooked.share(**{"finder.py": text, "edited.pth": "import finder; finder.install()"})
    assert hooked.ask("import edited; answer = edited.x") == 1


def test_import_line_that_puts_entries_in_front(hooked: Python, tmp_path: Path) -> None:
    """As easy-install.pth does."""
    before = hooked.path()
    hooked.share(**{"x.pth": f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"})
    assert hooked.path() == [str(tmp_path), *before]


def test_import_line_that_repeats_an_entry(hooked: Python) -> None:
    before = hooked.path()
    hooked.share(**{"x.pth": f"import sys; sys.path.append({str(hooked.site_dir)!r})\n"})
    assert hooked.path() == before


def test_import_line_that_fails(hooked: Python, tmp_path: Path) -> None:
    hooked.share(**{"a.pth": f"import nosuchmodule\n{tmp_path}\n", "b.pth": "/\n"})
    assert hooked.run("-c", "pass").returncode == 0
    path = hooked.run("-c", "import sys; print(sys.path[-3:])").stdout
    assert str(hooked.sharedir) in path
    assert repr("/") in path


@pytest.mark.skipif(RELEASE < (3, 15), reason="PEP 829 came with 3.15")
def test_start_files_are_processed(hooked: Python) -> None:
    hooked.share(
        **{
            "x.start": "started:go\n",
            "x.pth": "import nosuchmodule\n",
            "started.py": "import sys\ndef go(): sys.started = getattr(sys, 'started', 0) + 1",
        }
    )
    assert hooked.ask("import sys; answer = sys.started") == 1


def test_modules_are_imported_from_it(hooked: Python) -> None:
    hooked.share(**{"noarch.py": "x = 1"})
    assert hooked.ask("import noarch; answer = noarch.__file__") == str(
        hooked.sharedir / "noarch.py"
    )


def test_given_sharedir(venv: Python, tmp_path: Path) -> None:
    given = tmp_path / "given" / VERSION
    given.mkdir(parents=True)
    other = site_dir_of(tmp_path / "r")
    Path(near(other)).mkdir(parents=True)
    (venv.site_dir / "r.pth").write_text(str(other))
    venv.share()
    venv.hook(constants={"SHAREDIR = None": f"SHAREDIR = {str(given.parent)!r} + '/{{version}}'"})
    assert venv.path()[-4:] == [str(venv.site_dir), str(given), str(other), near(other)]
    code = "import site, sysconfig; answer = site.getsitepackages() + [sysconfig.get_path(%r)]"
    answer = venv.ask(code % "purelib")
    assert answer.count(str(given)) == 2
    assert answer[-1] == str(given)
