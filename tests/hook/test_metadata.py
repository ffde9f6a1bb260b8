"""importlib.metadata, where sys.path has more entries than it keeps listings of."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hook.conftest import RELEASE, VERSION
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


@has_cache
@pytest.mark.parametrize("put", [by_path_lines, by_pythonpath, by_prefixes])
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
    assert listings <= 2  # '', and the zip that is not there: these have no time to compare


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
@pytest.mark.parametrize("style", ["pth", "sitecustomize"])
def test_imported_by_another_startup_file(venv: Python, tmp_path: Path, style: str) -> None:
    (venv.site_dir / "_a.pth").write_text("import importlib.metadata\n")
    env = by_pythonpath(venv.hook(style), tmp_path / "entries")
    venv.share()
    maxsize, _ = venv.ask(MAXSIZE.format(STDLIB), env=env)
    assert maxsize > COUNT


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
