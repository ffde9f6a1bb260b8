"""importlib.metadata, where sys.path has more entries than it keeps listings of."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from hook.conftest import RELEASE, VERSION
from hook.test_variables import bake
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from hook.conftest import Python
    from trees import Tree

KEPT = 128  # listings that importlib.metadata keeps
COUNT = 150
STDLIB = "importlib.metadata"
BACKPORT = "importlib_metadata"

has_cache = pytest.mark.skipif(RELEASE < (3, 10), reason="Python 3.9 keeps no listings")

# What the second of two calls returned, and how many directories were listed for it.
LISTINGS = """
import importlib, sys
seen = []
sys.addaudithook(lambda event, args: event == 'os.listdir' and seen.append(args))
answer = []
for name in %r:
    metadata = importlib.import_module(name)
    metadata.version('last')
    before = len(seen)
    answer += [metadata.version('last'), len(seen) - before]
"""
MAXSIZE = "import sys, {0} as m; answer = [m.FastPath.__new__.cache_info().maxsize, len(sys.path)]"


def distribution(name: str, version: str = "1.0") -> Tree:
    """Return the tree of a distribution that has metadata only."""
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    return {f"{name}-{version}.dist-info/METADATA": text}


def entries(root: Path, count: int = COUNT) -> list[str]:
    """Make *count* directories, the last with a distribution of that name."""
    for number in range(count):
        (root / f"{number:03}").mkdir(parents=True)
    plant(root / f"{count - 1:03}", distribution("last"))
    return [str(root / f"{number:03}") for number in range(count)]


def prefixes(root: Path, count: int) -> list[str]:
    """Make *count* prefixes, the last with a distribution of that name."""
    tail = Path("share", "python", VERSION)
    for number in range(count):
        (root / f"{number:03}" / tail).mkdir(parents=True)
    plant(root / f"{count - 1:03}" / tail, distribution("last"))
    return [str(root / f"{number:03}") for number in range(count)]


def copy_of_stdlib(directory: Path, stdlib: Path) -> None:
    """Put a backport into *directory*: it has the same code under a name of its own."""
    module = stdlib / "importlib" / "metadata"
    if module.is_dir():
        shutil.copytree(module, directory / BACKPORT)
    else:
        shutil.copy(module.with_suffix(".py"), directory / f"{BACKPORT}.py")


def by_path_lines(venv: Python, root: Path) -> dict[str, str]:
    (venv.site_dir / "a.pth").write_text("\n".join(entries(root)))
    return {}


def by_pythonpath(_venv: Python, root: Path) -> dict[str, str]:
    return {"PYTHONPATH": ":".join(entries(root))}


def by_prefixes(_venv: Python, root: Path) -> dict[str, str]:
    return {"PYSHAREDIR_PREFIXES": ":".join(prefixes(root, COUNT))}


@pytest.mark.parametrize(
    "put",
    [
        pytest.param(by_path_lines, marks=has_cache),
        pytest.param(by_pythonpath, marks=has_cache),
        by_prefixes,
    ],
)
def test_each_entry_is_listed_once(
    hooked: Python, stdlib: Path, tmp_path: Path, put: Callable[[Python, Path], dict[str, str]]
) -> None:
    copy_of_stdlib(hooked.site_dir, stdlib)
    env = put(hooked, tmp_path / "entries")
    code = LISTINGS % ([STDLIB, BACKPORT],)
    if put is not by_prefixes:  # these are there by the hook only
        version, listings, *_ = hooked.ask(code, env={**env, "PYSHAREDIR": "0"})
        assert version == "1.0"
        assert listings > COUNT
    version, listings, *others = hooked.ask(code, env=env)
    assert others == [version, listings]
    assert version == "1.0"
    # '', and the zip that is not there, have no time to compare; on 3.9 nothing has.
    assert listings <= (2 if RELEASE >= (3, 10) else 8)


@has_cache
def test_a_short_path_has_nothing_changed(hooked: Python, tmp_path: Path) -> None:
    env = {"PYTHONPATH": ":".join(entries(tmp_path / "entries", 20))}
    maxsize, _ = hooked.ask(MAXSIZE.format(STDLIB), env=env)
    assert maxsize == KEPT
    code = "import sys; answer = [hasattr(f, 'metadata') for f in sys.meta_path]"
    assert not any(hooked.ask("import importlib.metadata, sys\n" + code, env=env))


@has_cache
@pytest.mark.parametrize("first", ["import sysconfig\n", "import importlib.util\n"])
def test_so_many_listings_are_kept(hooked: Python, tmp_path: Path, first: str) -> None:
    """As many as sys.path has entries, and what was kept before."""
    env = by_pythonpath(hooked, tmp_path / "entries")
    if "util" in first:  # looked for, not imported
        first += f"importlib.util.find_spec({STDLIB!r})\n"
    maxsize, count = hooked.ask(first + MAXSIZE.format(STDLIB), env=env)
    assert maxsize == count + KEPT


@has_cache
def test_caches_are_cleared_when_they_were(hooked: Python, tmp_path: Path) -> None:
    """By the documented function, by that of the class, and from 3.15 on in a fork."""
    env = by_pythonpath(hooked, tmp_path / "entries")
    code = """
import importlib, os
from importlib import metadata
def is_full():
    return metadata.FastPath.__new__.cache_info().currsize > 100
metadata.version('last')
child = os.fork()
if not child:
    os._exit(is_full())
answer = [os.waitpid(child, 0)[1] > 0, is_full()]
metadata.MetadataPathFinder().invalidate_caches()
answer.append(is_full())
metadata.version('last')
importlib.invalidate_caches()
answer.append(is_full())
"""
    answer = hooked.ask(code, env=env)
    assert answer[:3] == [RELEASE < (3, 15), True, False]
    assert answer == hooked.ask(code, env={**env, "PYSHAREDIR": "0"})


# Of a search as it is, and as the hook has it: where it finds what, in order.
SAME = """
import sys
from importlib import import_module
from pathlib import Path
answer = []
for name in %r:
    metadata = import_module(name)
    finder, make = metadata.MetadataPathFinder, metadata.DistributionFinder.Context
    function = finder.find_distributions.__wrapped__
    both = lambda cls, context: function(cls, context), lambda cls, context: \
        cls.find_distributions(context)

    def search(find, name, path):
        try:
            found = find(finder, make(name=name, path=path() if callable(path) else path))
            return [str(each._path) for each in found]
        except Exception as error:
            return repr(error)

    path = sys.path
    paths = [path, path[::-1], path + path, tuple(path), path[:9], [*map(Path, path)]]
    paths += [path + [[]], path + [None], lambda: iter(path)]
    for query in [None, '', 'a', 'A.b', 'a-b', 'a_B', 'a__b', 'a.-b', 'c', 'C', 'C.d', 'd', 'e']:
        for each in paths:
            plain, fewer = (search(find, query, each) for find in both)
            assert plain == fewer, (query, plain, fewer)
    found = [[str(each._path) for each in metadata.distributions(**k)] for k in ({}, {'name': 'a'})]
    assert found == [search(both[0], name, path) for name in (None, 'a')]
    answer.append(found)
"""


def test_what_is_found_is_the_same(venv: Python, stdlib: Path, tmp_path: Path) -> None:
    """Names, precedence, order, eggs and paths of all kinds; before, in and after prefixes."""
    copy_of_stdlib(bake(venv, prefix_startup_files=True).site_dir, stdlib)
    env = by_prefixes(venv, tmp_path / "entries")
    tail = Path("share", "python", VERSION)
    text = "Metadata-Version: 2.1\nName: %s\nVersion: %s\n"
    trees: dict[int, Tree] = {
        3: {**distribution("a", "3"), "A_b-1.dist-info/METADATA": text % ("a.b", 1)},
        4: {"a.b-2.dist-info/METADATA": "", "A__B-3.DIST-INFO/METADATA": "", "c.egg-info": ""},
        50: {**distribution("a", "50"), "C.d-1-py3.egg-info": "", "c.d.dist-info": {}},
        99: {"d-1.egg-info/PKG-INFO": "", "EGG-INFO/PKG-INFO": "", "e.egg-info": {}},
        100: {"-1.dist-info/METADATA": "", ".dist-info": {}, "dist-info": {}, "e.dist-infos": ""},
    }
    for number, tree in trees.items():
        plant(tmp_path / "entries" / f"{number:03}" / tail, tree)
    share = tmp_path / "entries" / "060" / tail
    plant(share, {"easy-install.pth": "./d-1.egg\n./E-1.egg\n", "d-1.egg/EGG-INFO/PKG-INFO": ""})
    with ZipFile(share / "E-1.egg", "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", "")
    plant(tmp_path / "before", distribution("a", "0"))
    plant(tmp_path / "d-2.egg", {"EGG-INFO/PKG-INFO": ""})
    env["PYTHONPATH"] = f"{tmp_path / 'before'}:{tmp_path / 'd-2.egg'}"
    for everything, found in venv.ask(SAME % ([STDLIB, BACKPORT],), env=env):
        assert len(everything) > 10
        assert {Path(path).parent.name for path in everything} > {"d-1.egg", "d-2.egg", "E-1.egg"}
        assert len(everything) == len(set(everything))
        assert [path.rpartition("a-")[2] for path in found] == [
            f"{number}.dist-info" for number in (0, 3, 50)
        ]


def test_what_changes_while_it_runs(hooked: Python, tmp_path: Path) -> None:
    """A removed distribution is gone at once; a new one is found after the documented function."""
    env = by_prefixes(hooked, tmp_path / "entries")
    for number in 3, 7:
        share = tmp_path / "entries" / f"{number:03}" / "share" / "python" / VERSION
        plant(share, distribution("gone", str(number)))
    code = f"""
import importlib, os, shutil, sys, sysconfig, zipfile
from importlib import metadata
entries = [entry for entry in sys.path if {str(tmp_path / "entries")!r} in entry]
finder = metadata.MetadataPathFinder
space = finder.find_distributions.__func__.__globals__
seconds = made = 0
space['now'] = lambda: seconds

def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None

def install(name, entry):
    global made
    made += 1
    directory = f'{{entry}}/{{name}}-{{made}}.dist-info'
    os.mkdir(directory)
    with open(directory + '/METADATA', 'w') as file:
        file.write(f'Name: {{name}}\\nVersion: {{made}}\\n')
    os.utime(entry, (made, made))

answer = [version('gone')]
shutil.rmtree(entries[3] + '/gone-3.dist-info')
os.utime(entries[3], (0, 0))
answer.append(version('gone'))
answer.append(version('new'))
install('new', entries[10])
answer.append([each.version for each in metadata.distributions(name='new', path=entries[10:11])])
importlib.invalidate_caches()
answer.append(version('new'))
install('new', entries[9])
finder().invalidate_caches()
answer.append(version('new'))
install('new', entries[8])
seconds = 10**9
answer.append(version('new'))
install('new', os.getcwd())
answer.append(version('new'))
shutil.rmtree(entries[20])
with zipfile.ZipFile(entries[20], 'w') as archive:
    archive.writestr('zipped-1.dist-info/METADATA', 'Name: zipped\\nVersion: 1')
importlib.invalidate_caches()
answer.append(version('zipped'))
"""
    answer = hooked.ask(code, env=env)
    assert answer[:5] == ["3", "7", None, ["1"], "1"]
    assert answer[5] == ("2" if RELEASE >= (3, 10) else "1")
    assert answer[6:] == ["3", "4", "1"]


def test_what_it_does_not_know_it_leaves_alone(hooked: Python, tmp_path: Path) -> None:
    modules = [
        "",
        "FastPath = None",
        "class FastPath: pass",
        "class FastPath:\n    __new__ = lambda cls: None",
        "class FastPath:\n    __new__ = property()",
        "import functools\nclass FastPath:\n    __new__ = functools.lru_cache(None)(bool)",
        "class FastPath:\n    class __new__:\n        cache_info = None",
        "raise ImportError",
    ]
    for number, text in enumerate(modules):
        plant(tmp_path / str(number), {f"{BACKPORT}.py": text})
    code = f"""
import sys
answer = []
for number in range({len(modules)}):
    sys.path.insert(0, {str(tmp_path)!r} + '/%s' % number)
    try:
        import {BACKPORT} as module
    except ImportError as error:
        answer.append(type(error).__name__)
    else:
        fast = getattr(module, 'FastPath', None)
        answer.append([module.__file__, sorted(vars(module)), sorted(vars(fast or str))])
    sys.modules.pop('{BACKPORT}', None)
"""
    env = by_pythonpath(hooked, tmp_path / "entries")
    answer = hooked.ask(code, env=env)
    assert answer == hooked.ask(code, env={**env, "PYSHAREDIR": "0"})
    assert answer[-1] == "ImportError"


def test_the_part_is_missing(hooked: Python, tmp_path: Path) -> None:
    (hooked.site_dir / "_pysharedir.d" / "metadata.py").unlink()
    env = by_pythonpath(hooked, tmp_path / "entries")
    code = "from importlib import metadata; answer = metadata.version('last')"
    assert hooked.ask(code, env=env) == "1.0"


def test_one_loader_serves_a_zip(hooked: Python, stdlib: Path, tmp_path: Path) -> None:
    copy_of_stdlib(plant(tmp_path / "zipped", {}), stdlib)
    archive = shutil.make_archive(str(tmp_path / "backport"), "zip", tmp_path / "zipped")
    env = {"PYTHONPATH": ":".join([archive, *entries(tmp_path / "entries")])}
    code = f"import {BACKPORT} as m; answer = [m.version('last'), m.__file__.rpartition('/')[0]]"
    version, directory = hooked.ask(code, env=env)
    assert version == "1.0"
    assert directory.startswith(archive)
    if RELEASE >= (3, 10):
        assert hooked.ask(MAXSIZE.format(BACKPORT), env=env)[0] > COUNT
