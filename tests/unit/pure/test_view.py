"""Views of prefixes that are on a disk, for an interpreter that is on none."""

from __future__ import annotations

import errno
import importlib.machinery
import itertools
import json
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import strategies as st

from fuzz import fuzz
from pysharedir.errors import (
    BusyViewError,
    ForeignFileError,
    NoViewError,
    OtherPythonError,
    PrefixError,
    PysharedirError,
    UntrustedViewError,
    UsageError,
    ViewError,
    ViewSourceError,
)
from pysharedir.view import generations, machines, manifest
from pysharedir.view.generations import Place
from pysharedir.view.run import Request, run
from trees import Tree, names, plant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pysharedir.interpreter.answers import Bare
    from pysharedir.view.run import Outcome

PYTHON = "python{}.{}".format(*sys.version_info[:2])
SITE_DIR = f"lib/{PYTHON}/site-packages"
SHAREDIR = "share/python/{}.{}".format(*sys.version_info[:2])
TAG = str(sys.implementation.cache_tag)
EXTENDS = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
NOBODY = 65534

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


def facts(**others: Any) -> Bare:
    """Return what an interpreter says that has the version of the one that runs this."""
    said = {
        "version": list(sys.version_info[:3]),
        "executable": "/opt/bin/python3",
        "platlibdir": "lib",
        "stdlib": f"/opt/lib/{PYTHON}",
        "extensions": importlib.machinery.EXTENSION_SUFFIXES,
    }
    return cast("Bare", {**said, **others})


def view(root: Path, *prefixes: str, **request: Any) -> Outcome:
    """Make, or compare, the view ``view`` of prefixes below *root*."""
    given = tuple(str(root / prefix) for prefix in prefixes)
    return run(facts(), Request(str(root / "view"), given, **request))


def site(*trees: Tree) -> Iterator[Tree]:
    """Yield prefixes with these site dirs."""
    for tree in trees:
        yield {"lib": {PYTHON: {"site-packages": tree}}}


def planted(root: Path, *trees: Tree) -> Path:
    """Plant prefixes ``a``, ``b`` and so on with these site dirs."""
    return plant(root, dict(zip("abcdef", site(*trees), strict=False)))


def links(root: Path) -> dict[str, str]:
    """Return what of the site dir of the view leads where, relative to *root*."""
    top = root / "view" / SITE_DIR
    found = {}
    for name in names(top):
        to = os.path.relpath(os.readlink(top / name), root)
        found[name] = to.replace(f"{SITE_DIR}/", "").replace(SHAREDIR, "shared")
    return found


def test_packages_are_linked_whole_and_directories_are_made_where_a_namespace_parts(
    tmp_path: Path,
) -> None:
    package: Tree = {"__init__.py": "", "data": {}}
    planted(
        tmp_path,
        {"one": package, "alone": {"m.py": ""}, "ns": {"x": package, "deep": {"p.py": ""}}},
        {"two": package, "ns": {"y.py": "", "deep": {"q.py": ""}}, "six.py": ""},
    )
    outcome = view(tmp_path, "a", "b")
    assert links(tmp_path) == {
        "alone": "a/alone",
        "ns/deep/p.py": "a/ns/deep/p.py",
        "ns/deep/q.py": "b/ns/deep/q.py",
        "ns/x": "a/ns/x",
        "ns/y.py": "b/ns/y.py",
        "one": "a/one",
        "six.py": "b/six.py",
        "two": "b/two",
    }
    assert outcome.links == 8
    assert not outcome.hidden


def test_what_comes_first_hides_what_comes_later(tmp_path: Path) -> None:
    planted(
        tmp_path,
        {
            "pkg": {"__init__.py": ""},
            "Foo_Bar-1.0.dist-info": {"METADATA": ""},
            "mod.py": "",
            "data.txt": "",
        },
        {"pkg.py": "", "foo.bar-2.0.dist-info": {}, "mod": {"__init__.py": ""}, "data.txt": ""},
    )
    outcome = view(tmp_path, "a", "b")
    assert links(tmp_path) == {
        "Foo_Bar-1.0.dist-info/METADATA": "a/Foo_Bar-1.0.dist-info/METADATA",
        "data.txt": "a/data.txt",
        "mod.py": "a/mod.py",
        "pkg": "a/pkg",
    }
    assert sorted((each.kind.value, each.name) for each in outcome.hidden) == [
        ("distribution", "foo-bar"),
        ("file", "data.txt"),
        ("module", "mod"),
        ("module", "pkg"),
    ]
    (other,) = (each for each in outcome.hidden if each.name == "foo-bar")
    assert other.path == str(tmp_path / "b" / SITE_DIR / "foo.bar-2.0.dist-info")
    assert other.by == str(tmp_path / "a" / SITE_DIR / "Foo_Bar-1.0.dist-info")


def test_a_prefix_has_platlib_and_sharedir(tmp_path: Path) -> None:
    (tree,) = site({"native": {"__init__.py": ""}, "both.py": ""})
    plant(tmp_path / "a", {**tree, "share": {"python": {SHAREDIR[-4:].strip("/"): {}}}})
    plant(tmp_path / "a" / SHAREDIR, {"pure": {"__init__.py": ""}, "both.py": ""})
    (tmp_path / "a/lib64").symlink_to("lib")
    view(tmp_path, "a")
    assert links(tmp_path) == {
        "both.py": "a/both.py",
        "native": "a/native",
        "pure": "a/shared/pure",
    }
    assert not (tmp_path / "view/share/python").exists()


def test_pycs_of_modules_are_linked_and_those_of_others_are_not(tmp_path: Path) -> None:
    pycs: Tree = {f"six.{TAG}.pyc": "", f"gone.{TAG}.pyc": ""}
    planted(tmp_path, {"six.py": "", "__pycache__": pycs}, {"six.py": "", "__pycache__": pycs})
    view(tmp_path, "a", "b")
    assert os.listdir(tmp_path / "view" / SITE_DIR / "__pycache__") == [f"six.{TAG}.pyc"]
    pyc = tmp_path / "a" / SITE_DIR / f"__pycache__/six.{TAG}.pyc"
    assert (tmp_path / "view" / SITE_DIR / f"__pycache__/six.{TAG}.pyc").resolve() == pyc


def test_a_pyc_that_an_import_leaves_is_no_change(tmp_path: Path) -> None:
    planted(tmp_path, {"six.py": "", "ns": {"one.py": ""}}, {"ns": {"two.py": ""}})
    view(tmp_path, "a", "b")
    for path in "__pycache__/six.pyc", "ns/__pycache__/one.pyc":
        (tmp_path / "view" / SITE_DIR / path).write_text("")
    assert not view(tmp_path, "a", "b").differs


def test_startup_files_and_hooks_are_left_out(tmp_path: Path) -> None:
    left = ["a.pth", "b.start", "c.egg-link", "sitecustomize.py", "usercustomize"]
    left += ["_pysharedir.py", "_pysharedir.d", "~ip"]
    planted(tmp_path, {"one.py": "", **dict.fromkeys(left, "")})
    outcome = view(tmp_path, "a")
    assert set(links(tmp_path)) == {"one.py"}
    assert sorted(os.path.basename(each.path) for each in outcome.left) == sorted(left)


def test_scripts_and_data_are_merged_but_no_interpreter(tmp_path: Path) -> None:
    bins: Tree = dict.fromkeys(["python", "python3.11", "activate", "activate.fish"], "")
    lib: Tree = {PYTHON: {"site-packages": {}, "os.py": ""}, "python3.6": {}, "liba.so": ""}
    plant(
        tmp_path,
        {
            "a": {
                "bin": {**bins, "tool": "", "python-argcomplete": ""},
                "lib": lib,
                "share": {"man": {"man1": {"a.1": ""}}, "python": {"3.8": {}}, "a": {"x": ""}},
                "pyvenv.cfg": "",
                "etc": {"a.conf": ""},
            },
            "b": {
                "bin": {**bins, "tool": "", "other": ""},
                "lib": {PYTHON: {"site-packages": {}}, "pkgconfig": {"b.pc": ""}},
                "lib64": {"libb.so": "", PYTHON: {}},
                "share": {"man": {"man1": {"b.1": ""}, "man1/a.1": ""}},
                "include": {PYTHON: {"b": {"b.h": ""}}},
            },
        },
    )
    outcome = view(tmp_path, "a", "b")
    assert names(tmp_path / "view") == [
        ".pysharedir-view.json",
        "bin/other",
        "bin/python-argcomplete",
        "bin/tool",
        "etc/a.conf",
        f"include/{PYTHON}",
        "lib/liba.so",
        "lib/pkgconfig",
        "lib64/libb.so",
        "share/a",
        "share/man/man1/a.1",
        "share/man/man1/b.1",
    ]
    assert [(each.name, each.path) for each in outcome.hidden] == [
        ("bin/tool", f"{tmp_path}/b/bin/tool"),
        ("share/man/man1/a.1", f"{tmp_path}/b/share/man/man1/a.1"),
    ]


def test_a_prefix_without_anything_for_this_python_is_told(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    plant(tmp_path / "b", {"bin": {"other": ""}, "lib": {"python3.6": {"site-packages": {}}}})
    outcome = view(tmp_path, "a", "b", "a")
    assert outcome.empty == (f"{tmp_path}/b",)
    assert names(tmp_path / "view") == [".pysharedir-view.json", f"{SITE_DIR}/one.py"]


def test_a_prefix_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    plant(tmp_path, {"a": {"lib": "-> lib"}, "b": {"lib": "text"}})
    with pytest.raises(OSError, match="a/lib"):
        view(tmp_path, "a")
    assert view(tmp_path, "b").empty == (str(tmp_path / "b"),)


def test_the_layouts_of_distributions_are_known(tmp_path: Path) -> None:
    trees: Tree = {"bin": {"tool": ""}, "lib": {PYTHON: {"dist-packages": {"one.py": ""}}}}
    plant(tmp_path / "a", {"local": trees, "lib64": {PYTHON: {"site-packages": {"two.py": ""}}}})
    request = Request(str(tmp_path / "view"), (str(tmp_path / "a"),))
    run(facts(stdlib=f"/usr/lib/{PYTHON}"), request)
    top = tmp_path / "view"
    assert names(top)[1:] == ["bin/tool", f"{SITE_DIR}/one.py", f"{SITE_DIR}/two.py"]


def test_a_view_is_a_prefix_too(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""}, {"two.py": ""})
    view(tmp_path, "a")
    (tmp_path / "view").rename(tmp_path / "noarch")
    (tmp_path / ".view.view").rename(tmp_path / ".noarch.view")
    (tmp_path / "noarch").unlink()
    (tmp_path / "noarch").symlink_to(".noarch.view/1")
    view(tmp_path, "b", "noarch")
    assert links(tmp_path) == {"one.py": "noarch/one.py", "two.py": "b/two.py"}


# Nothing of the file system is like this by chance: each name is one of these, at each place.
LEAVES: dict[str, Tree] = {
    "nothing": {},
    "module": {"NAME.py": ""},
    "extension": {f"NAME{importlib.machinery.EXTENSION_SUFFIXES[0]}": ""},
    "pyc": {"NAME.pyc": ""},
    "both": {"NAME.py": "", "NAME": {"__init__.py": "", "b.py": ""}},
    "beside": {"NAME.py": "", "NAME": {"b.py": ""}},
    "data": {"NAME.txt": ""},
}
PARTS = ("a", "b")


def _directories(below: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Return trees in which a name may be a package with such trees, of any kind."""
    inits: st.SearchStrategy[Tree] = st.sampled_from(
        [{}, {"__init__.py": ""}, {"__init__.py": EXTENDS}, {"__init__.pyc": ""}]
    )
    packages = st.builds(lambda init, inner: {"NAME": {**init, **inner}}, inits, below)
    kinds = st.one_of(st.sampled_from(list(LEAVES.values())), packages)
    return st.builds(_joined, *(st.tuples(st.just(name), kinds) for name in PARTS))


def _joined(*named: tuple[str, Tree]) -> Tree:
    return {key.replace("NAME", name): each for name, tree in named for key, each in tree.items()}


TREES = _directories(_directories(st.just({})))
_CASES = itertools.count()


def found(name: str, path: Sequence[str]) -> str | None:
    """Return the file that an import takes, as CPython's own finder says."""
    first, _, rest = name.partition(".")
    spec = importlib.machinery.PathFinder.find_spec(first, list(path))
    if spec is None:
        return None
    where = list(spec.submodule_search_locations or ())
    origin = spec.origin
    if not rest:
        return os.path.realpath(origin) if origin else "namespace"
    if origin and Path(origin).suffix == ".py" and EXTENDS in Path(origin).read_text():
        parts = [importlib.machinery.PathFinder.find_spec(first, [each]) for each in path]
        others = (part.submodule_search_locations or () for part in parts if part)
        where = list(dict.fromkeys([*where, *itertools.chain(*others)]))
    return found(rest, where)


@fuzz(st.lists(TREES, min_size=2, max_size=3), examples=150, seconds=2)
def test_an_import_finds_what_it_finds_with_all_prefixes_on_the_path(
    tmp_path_factory: pytest.TempPathFactory, trees: list[Tree]
) -> None:
    root = tmp_path_factory.getbasetemp() / f"view-{next(_CASES)}"
    compare(root, trees)
    shutil.rmtree(root)


def test_a_module_beside_a_directory_is_no_part_of_a_package_that_extends(tmp_path: Path) -> None:
    extending: Tree = {"a": {"__init__.py": EXTENDS}}
    compare(tmp_path, [extending, {"a.py": "", "a": {"b.py": ""}}])


def compare(root: Path, trees: list[Tree]) -> None:
    """See that each name is found in the view of prefixes as on a path of them."""
    planted(root, *trees)
    prefixes = "abc"[: len(trees)]
    view(root, *prefixes)
    importlib.machinery.PathFinder.invalidate_caches()
    path = [str(root / prefix / SITE_DIR) for prefix in prefixes]
    for depth in 1, 2, 3:
        for parts in itertools.product(PARTS, repeat=depth):
            name = ".".join(parts)
            wanted = found(name, path)
            assert found(name, [str(root / "view" / SITE_DIR)]) == wanted, name


def test_nothing_is_done_when_nothing_has_changed(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    view(tmp_path, "a")
    before = os.readlink(tmp_path / "view")
    for given in ("a",), ():
        assert not view(tmp_path, *given).differs
        assert not view(tmp_path, *given, is_check=True).differs
    assert os.readlink(tmp_path / "view") == before


def aged(root: Path) -> None:
    """Let all directories be older than what a clock may miss."""
    for directory, _, _ in os.walk(root):
        os.utime(directory, (1_000_000_000, 1_000_000_000))


def test_only_what_has_changed_is_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(tmp_path, {"one.py": "", "ns": {"x.py": ""}}, {"two.py": "", "ns": {"y.py": ""}})
    aged(tmp_path)
    view(tmp_path, "a", "b")
    listed: list[str] = []
    scandir = os.scandir

    def listing(path: str) -> Any:
        listed.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listing)
    view(tmp_path)
    assert listed == []
    changed = tmp_path / "b" / SITE_DIR
    (changed / "three.py").write_text("")
    assert view(tmp_path).added == (f"{SITE_DIR}/three.py",)
    assert listed == [str(changed)]


def test_a_change_is_told_by_a_check_and_made_by_a_run(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": "", "gone.py": ""}, {"one.py": ""})
    aged(tmp_path)
    view(tmp_path, "a", "b")
    (tmp_path / "a" / SITE_DIR / "gone.py").unlink()
    (tmp_path / "a" / SITE_DIR / "one.py").unlink()
    check = view(tmp_path, is_check=True)
    assert check.removed == (f"{SITE_DIR}/gone.py", f"{SITE_DIR}/one.py")
    assert check.added == (f"{SITE_DIR}/one.py",)
    assert "one.py" in links(tmp_path)
    dry = view(tmp_path, dry_run=True)
    assert dry.differs
    assert view(tmp_path).differs
    assert links(tmp_path) == {"one.py": "b/one.py"}
    assert not view(tmp_path, is_check=True).differs


@pytest.mark.parametrize("how", ["prefixes", "relative", "by hand", "manifest"])
def test_other_reasons_to_make_it_anew(tmp_path: Path, how: str) -> None:
    planted(tmp_path, {"one.py": ""}, {})
    view(tmp_path, "a")
    request: dict[str, Any] = {"is_relative": True} if how == "relative" else {}
    given = ("a", "b") if how == "prefixes" else ("a",)
    if how == "by hand":
        (tmp_path / "view" / SITE_DIR / "mine.py").write_text("")
        aged(tmp_path / "view")
    if how == "manifest":
        (tmp_path / "view" / manifest.NAME).write_text("{}")
    outcome = view(tmp_path, *given, **request)
    assert len(outcome.reasons) >= 1
    assert os.readlink(tmp_path / "view") == ".view.view/2"
    assert not view(tmp_path, *given, **request).differs


@pytest.mark.parametrize(
    "said",
    [
        "[" * 100_000,
        *({"links": wrong} for wrong in (1, [[1, 2]], {"a": 1})),
        *({"own": wrong} for wrong in (1, [[1, 2]], {"a\0": 1})),
        *({"listings": wrong} for wrong in ([1], {"a": [[0, 0, 0], [1], []]}, {"a": 1})),
        *({"prefixes": wrong} for wrong in ("/a", [1], None)),
        {"site_dir": 1},
        None,
    ],
    ids=lambda said: str(said)[:40],
)
def test_a_manifest_of_another_form_cannot_be_read(tmp_path: Path, said: Any) -> None:
    planted(tmp_path, {"one.py": ""})
    view(tmp_path, "a")
    path = tmp_path / "view" / manifest.NAME
    if isinstance(said, dict):
        path.write_text(json.dumps({**json.loads(path.read_text()), **said}))
    else:
        path.unlink()
        path.write_text(said) if said else os.mkfifo(path)
    with pytest.raises(NoViewError):
        view(tmp_path, is_check=True)
    assert view(tmp_path, "a").reasons == ("its manifest cannot be read",)


def test_a_relative_view_holds_where_the_tree_is_moved(tmp_path: Path) -> None:
    planted(tmp_path / "x", {"one.py": "", "ns": {"a.py": ""}}, {"ns": {"b.py": ""}})
    (tmp_path / "link").symlink_to("x")
    view(tmp_path / "link", "a", "b", is_relative=True)
    (tmp_path / "x").rename(tmp_path / "y")
    top = tmp_path / "y" / "view" / SITE_DIR
    assert [(top / name).is_file() for name in names(top)] == [True, True, True]
    assert not view(tmp_path / "y", is_check=True).differs
    outcome = view(tmp_path / "y")
    assert (outcome.differs, outcome.prefixes[1]) == (False, str(tmp_path / "y/b"))
    said = manifest.read(tmp_path / "y/view")
    assert said == (said and said.moved(str(tmp_path / "y/view")))
    shutil.rmtree(tmp_path / "y/b")
    with pytest.raises(PrefixError):
        view(tmp_path / "y", is_check=True)


def test_a_copy_without_its_times_is_no_change(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": "", "two-1.dist-info": {"METADATA": ""}})
    view(tmp_path, "a")
    top = tmp_path / "view" / SITE_DIR
    for path in top, top / "two-1.dist-info":
        os.utime(path, (1, 1))
    assert not view(tmp_path, is_check=True).differs
    (top / "one.py").unlink()
    (top / "one.py").write_text("")
    (reason,) = view(tmp_path, is_check=True).reasons
    assert reason == f"{top} was changed in the view itself"


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES])
def test_where_it_cannot_be_written_a_view_is_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    planted(tmp_path, {"one.py": ""})
    view(tmp_path, "a")
    aged(tmp_path / "a")

    def fail(*_: Any) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(generations, "describe", fail)
    assert not view(tmp_path).differs


def test_one_generation_before_stays(tmp_path: Path) -> None:
    planted(tmp_path, {})
    for number in range(4):
        (tmp_path / "a" / SITE_DIR / f"m{number}.py").write_text("")
        view(tmp_path, "a")
    assert sorted(os.listdir(tmp_path / ".view.view")) == ["3", "4"]
    assert os.readlink(tmp_path / "view") == ".view.view/4"


def _dies(number: int) -> None:
    """Let this process end at its nth change of a file system, as a kill does."""
    counted = itertools.count(1)

    def dying(do: Any) -> Any:
        def change(*args: Any, **options: Any) -> Any:
            if next(counted) == number:
                os._exit(9)
            return do(*args, **options)

        return change

    for name in "mkdir", "symlink", "unlink", "rmdir", "rename", "replace":
        setattr(os, name, dying(getattr(os, name)))


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_a_whole_view(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": "", "ns": {"a.py": ""}}, {"ns": {"b.py": ""}})
    view(tmp_path, "a", "b")
    site_dir = tmp_path / "a" / SITE_DIR
    for number in itertools.count(1):
        old = links(tmp_path)
        next(site_dir.glob("*.py")).rename(site_dir / f"new{number}.py")
        child = os.fork()
        if not child:
            _dies(number)
            view(tmp_path)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        now = links(tmp_path)
        assert now == old or f"new{number}.py" in now
        assert len(now) == len(old)
        if not status:
            break
        assert os.waitstatus_to_exitcode(status) == 9
        view(tmp_path)
        assert f"new{number}.py" in links(tmp_path)
        numbers = sorted(os.listdir(tmp_path / ".view.view"))
        assert len(numbers) == 2, numbers
    assert number > 12


@pytest.mark.parametrize("name", ["mkdir", "symlink", "replace"])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    planted(tmp_path, {"one.py": ""})
    view(tmp_path, "a")
    (tmp_path / "a" / SITE_DIR / "two.py").write_text("")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "/x")

    with monkeypatch.context() as patch:
        patch.setattr(os, name, fail)
        with pytest.raises(ViewError, match="no space left"):
            view(tmp_path)
    assert links(tmp_path) == {"one.py": "a/one.py"}
    assert view(tmp_path).differs
    assert sorted(os.listdir(tmp_path / ".view.view")) == ["1", "2"]


@pytest.mark.parametrize(
    ("there", "error"),
    [
        ({"view": {"mine.py": ""}}, ForeignFileError),
        ({"view": "text"}, ForeignFileError),
        ({"view": "-> a"}, ForeignFileError),
        ({"view": "-> .view.view/../a"}, ForeignFileError),
        ({".view.view": "-> a"}, ViewError),
        ({".view.view": "text"}, ViewError),
    ],
)
def test_what_is_no_view_is_left_alone(
    tmp_path: Path, there: Tree, error: type[PysharedirError]
) -> None:
    planted(tmp_path, {"one.py": ""})
    plant(tmp_path, there)
    before = names(tmp_path)
    with pytest.raises(error):
        view(tmp_path, "a")
    assert names(tmp_path) == before


def test_an_empty_directory_becomes_a_view(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    (tmp_path / "view").mkdir()
    view(tmp_path, "a")
    assert links(tmp_path) == {"one.py": "a/one.py"}


@pytest.mark.parametrize("mode", [0o775, 0o757])
@pytest.mark.parametrize("what", [".view.view", ".view.view/1"])
def test_a_view_that_others_can_write_to_is_not_changed(
    tmp_path: Path, what: str, mode: int
) -> None:
    planted(tmp_path, {"one.py": ""})
    view(tmp_path, "a")
    (tmp_path / what).chmod(mode)
    for request in {}, {"dry_run": True}:
        with pytest.raises(UntrustedViewError, match="others can write"):
            view(tmp_path, "a", **request)
    assert not view(tmp_path, is_check=True).differs


@only_root
@pytest.mark.parametrize("what", ["view", ".view.view", ".view.view/1"])
def test_a_view_of_somebody_else_is_not_changed(tmp_path: Path, what: str) -> None:
    planted(tmp_path, {"one.py": ""})
    view(tmp_path, "a")
    os.chown(tmp_path / what, NOBODY, NOBODY, follow_symlinks=False)
    with pytest.raises(UntrustedViewError, match="not to you or root"):
        view(tmp_path, "a")


def test_a_parent_for_all_is_refused_unless_it_is_sticky(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    tmp_path.chmod(0o777)
    with pytest.raises(UntrustedViewError, match="others can write"):
        view(tmp_path, "a")
    assert not (tmp_path / ".view.view").exists()
    tmp_path.chmod(0o1777)
    assert view(tmp_path, "a").differs


def test_a_site_dir_for_all_is_refused(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    (tmp_path / "a" / SITE_DIR).chmod(0o777)
    with pytest.raises(ViewSourceError, match="others can write to it"):
        view(tmp_path, "a")


def test_two_runs_do_not_meet(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    with generations.locked(Place.of(str(tmp_path / "view"))), pytest.raises(BusyViewError):
        view(tmp_path, "a")


def test_what_cannot_be_asked_for(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    with pytest.raises(NoViewError):
        view(tmp_path)
    with pytest.raises(NoViewError):
        view(tmp_path, "a", is_check=True)
    with pytest.raises(PrefixError):
        view(tmp_path, "a", "missing")
    view(tmp_path, "a")
    (tmp_path / "alias").symlink_to("view")
    for prefix in "view", "view/lib", ".view.view/1", "alias":
        with pytest.raises(ViewSourceError, match="the view itself"):
            view(tmp_path, "a", prefix)
    with pytest.raises(PrefixError):
        run(facts(), Request(str(tmp_path / "view"), (str(tmp_path / "a"), "")))
    with pytest.raises(UsageError, match="in a view"):
        run(facts(), Request(str(tmp_path / "view/sub"), (str(tmp_path / "a"),)))
    with pytest.raises(OtherPythonError):
        run(facts(extensions=[".cpython-36-x.so"]), Request(str(tmp_path / "view")))


def test_a_view_is_in_nothing_that_it_links(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    (tmp_path / "a/share").mkdir()
    (tmp_path / "alias").symlink_to("a")
    for name in "a/share/all", "a/lib/all":
        with pytest.raises(ViewSourceError, match="in itself"):
            run(facts(), Request(str(tmp_path / name), (str(tmp_path / "alias"),)))
    run(facts(), Request(str(tmp_path / "a/all"), (str(tmp_path / "a"),)))
    assert not run(facts(), Request(str(tmp_path / "a/all"))).differs


def test_a_new_view_of_nothing_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert view(tmp_path, "a", "a").differs
    outcome = view(tmp_path)
    assert (outcome.differs, outcome.prefixes) == (False, (str(tmp_path / "a"),))


WHEEL = "Root-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_17_{0}\nTag: cp311-cp311-linux_{0}\n"


@pytest.mark.parametrize(
    ("machine", "refused"),
    [("x86_64", False), ("aarch64", True), ("i686", True), ("riscv64", True)],
)
def test_native_wheels_of_another_machine_are_refused(
    tmp_path: Path, machine: str, refused: bool
) -> None:
    info: Tree = {"WHEEL": WHEEL.format(machine)}
    planted(tmp_path, {"a-1.dist-info": {"WHEEL": "Tag: py3-none-any\n"}, "b-2.dist-info": info})
    said = facts(extensions=[".cpython-311-x86_64-linux-gnu.so", ".so"])
    request = Request(str(tmp_path / "view"), (str(tmp_path / "a"),))
    if not refused:
        assert run(said, request).links == 2
        return
    with pytest.raises(ViewSourceError, match=f"b-2 in it is for {machine}, but .* for x86_64"):
        run(said, request)


@pytest.mark.parametrize(
    ("suffix", "machine"),
    [
        (".cpython-311-x86_64-linux-gnu.so", "x86_64"),
        (".cpython-313t-i386-linux-gnu.so", "i686"),
        (".cpython-311-arm-linux-gnueabihf.so", "armv7l"),
        (".cpython-311-powerpc64le-linux-gnu.so", "ppc64le"),
        (".cpython-311-aarch64-linux-musl.so", "aarch64"),
        (".pypy39-pp73-x86_64-linux-gnu.so", "x86_64"),
        (".cpython-311-darwin.so", None),
    ],
)
def test_the_machine_of_a_suffix(suffix: str, machine: str | None) -> None:
    assert machines.of_suffix(suffix) == machine


def test_modes_are_those_of_the_caller(tmp_path: Path) -> None:
    planted(tmp_path, {"one.py": ""})
    before = os.umask(0)
    try:
        view(tmp_path, "a")
    finally:
        os.umask(before)
    for directory, _, _ in os.walk(tmp_path / ".view.view"):
        assert stat.S_IMODE(os.stat(directory).st_mode) == 0o755
