"""Many prefixes answer from one index of names, as their directories would.

Each scenario of ``flat_scenarios.py`` runs with the index and without it, on 3.11 with the same
directories on PYTHONPATH too.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hook import flat_scenarios
from hook.conftest import RELEASE, VERSION
from hook.test_prefixes import env
from pysharedir.hook import files

if TYPE_CHECKING:
    from collections.abc import Callable

    from hook.conftest import Python

LIMIT = 30  # entries; the index answers for more
COUNT = LIMIT + 4
SITE_DIR = f"lib/python{VERSION}/site-packages"
# What Python asks importlib.invalidate_caches() for.
MAY_DIFFER = {
    "installed_at_once": (False, True),
    "nearer_copy_installed": (15, "new"),
    "uses_index": (True, False),
}
# That the hook without the index does as PYTHONPATH is shown once.
WAYS = ("index", "hook", "path") if RELEASE == (3, 11) else ("index", "hook")
TREE = {
    "p01/one.py": "WHERE = 1",
    "p02/both/__init__.py": "WHERE = 2",
    "p03/both/__init__.py": "WHERE = 3",
    "p03/pkg/__init__.py": "",
    "p03/pkg/sub.py": "WHERE = 3",
    "p03/pkg/data.txt": "text",
    "p03/pkg-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n",
    "p04/parts/a.py": "WHERE = 4",
    "p04/parts/data.txt": "4",
    "p05/parts/b.py": "WHERE = 5",
    "p05/extended/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
    "p06/extended/more.py": "WHERE = 6",
    "p06/extended/__init__.py": "",
    "p07/gone.py": "",
    "p07/a-dash.py": "WHERE = 7",
    "p08/less.py": "WHERE = 8",
    "p09/no/code.txt": "",
    "p09/Upper.py": "",
    "p09/module.pth": "",
    "p09/listed.pth": "",
    "p09/folder/data.txt": "",
    "p10/main.py": "print('main', __name__)",
    "p11/late.py": "WHERE = 11",
    **{f"p{number:02}/t{number}.py": f"WHERE = {number}" for number in range(12, 24)},
    **{f"p{n:02}/s{n}.py": f"WHERE = {n}" for n in (13, 14, 15, 16, 17, 18, 20, 24)},
    "outside/own.py": "WHERE = 'outside'",
    "outside/one.py": "WHERE = 'outside'",
    "outside/both.py": "WHERE = 'outside'",
    "outside/parts/c.py": "WHERE = 'outside'",
    "outside/t12.py": "WHERE = 'outside'",
}


def plant_prefixes(root: Path, count: int = COUNT) -> list[Path]:
    """Make prefixes with what is in TREE, and one whose site dir is a zip file."""
    prefixes = [root / f"p{number:02}" for number in range(count)]
    for prefix in prefixes:
        (prefix / SITE_DIR).mkdir(parents=True)
    for name, text in TREE.items():
        first, _, rest = name.partition("/")
        path = root / first / rest if first == "outside" else root / first / SITE_DIR / rest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (prefixes[-1] / SITE_DIR).rmdir()
    with zipfile.ZipFile(prefixes[-1] / SITE_DIR, "w") as archive:
        archive.writestr("zipped.py", "WHERE = 'zip'")
    with zipfile.ZipFile(root / "x.egg", "w") as archive:
        archive.writestr("egg.py", "WHERE = 'egg'")
        archive.writestr("t13.py", "WHERE = 'egg'")
    return prefixes


@pytest.fixture(scope="module")
def answers(
    make_venv: Callable[..., Python], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Return what each scenario answers with the index, without it, and by PYTHONPATH."""
    found = {}
    for way in WAYS:
        root = tmp_path_factory.mktemp(way)
        venv = make_venv(root / "venv")
        prefixes = plant_prefixes(root)
        variables = env(*prefixes)
        if way == "path":
            dirs = [str(prefix / SITE_DIR) for prefix in prefixes]
            variables = {"PYTHONPATH": ":".join(dirs)}
        else:
            venv.hook(constants={"> 30": "> 10**9"} if way == "hook" else None)
        # Up to 3.10 import itself compares bytes in sys.path with text.
        flags = ("-bb",) if RELEASE >= (3, 11) else ()
        script = Path(flat_scenarios.__file__)
        code = f"import sys; sys.argv[1:] = {[str(root), SITE_DIR]!r}\n{script.read_text()}"
        found[way] = venv.ask(f"{code}\nanswer = run()", *flags, env=variables)
    return found


@pytest.mark.parametrize("name", flat_scenarios.SCENARIOS)
def test_as_without_it(answers: dict[str, dict[str, Any]], name: str) -> None:
    index, hook, *path = (answers[way][name] for way in WAYS)
    assert not str(hook).startswith("Traceback"), hook
    if name in MAY_DIFFER:
        assert (index, hook) == MAY_DIFFER[name]
    else:
        assert index == hook
    assert path in ([], [hook])


STATE = """
import sys
this = next(each for each in sys.meta_path if hasattr(each, "complete"))
answer = [hasattr(this, "block"), len(sys.path_hooks), len(sys.meta_path)]
"""
FIRST = "try: import no_such_module\nexcept ImportError: pass\n"


@pytest.mark.parametrize("count", [LIMIT, LIMIT + 1])
def test_starts_that_import_nothing_from_there_load_nothing(
    hooked: Python, tmp_path: Path, count: int
) -> None:
    for number in range(count):
        (tmp_path / f"p{number}" / SITE_DIR).mkdir(parents=True)
    variables = env(*(tmp_path / f"p{number}" for number in range(count)))
    plain = hooked.ask(STATE)
    many = count > LIMIT
    started = [False, plain[1] + many, plain[2]]
    assert hooked.ask("import json, decimal" + STATE, env=variables) == started
    used = [many, started[1] + many, started[2] + many]
    assert hooked.ask(FIRST + STATE, env=variables) == used


REFUSING = """
import sys

def refuse(path):
    raise ImportError

def refuse_too(path):
    raise ImportError

sys.path_hooks{} = refuse, refuse_too
"""


@pytest.mark.parametrize("place", ["[len(sys.path_hooks):]", "[:0]"])
def test_path_hooks_of_startup_files(hooked: Python, tmp_path: Path, place: str) -> None:
    """Editable installs append one for their namespace packages."""
    (hooked.site_dir / "refusing.py").write_text(REFUSING.format(place))
    (hooked.site_dir / "a.pth").write_text("import refusing\n")
    assert hooked.ask(FIRST + STATE, env=env(*plant_prefixes(tmp_path)))[0] is True


def test_path_is_made_of_other_strings(hooked: Python, tmp_path: Path) -> None:
    code = "import sys; sys.path = [bytes(each, 'utf-8').decode() for each in sys.path]\n"
    assert hooked.ask(code + FIRST + STATE, env=env(*plant_prefixes(tmp_path)))[0] is True


def test_nothing_is_kept_without_the_hook(hooked: Python) -> None:
    assert hooked.ask(FIRST + STATE)[0] is False


def test_what_variables_of_others_name(hooked_from: Python, tmp_path: Path) -> None:
    """And lines of startup files, which come to stand between the prefixes."""
    prefixes = plant_prefixes(tmp_path)
    (prefixes[6] / SITE_DIR / "x.pth").write_text(f"{tmp_path}/outside\nimport t14\n")
    variables = {"OF_MODULES": ":".join(map(str, prefixes))}
    code = "import own, parts.a, parts.c, t12, t13, one, both\n"
    code += FIRST + "found = [t12.WHERE, t13.WHERE, one.WHERE, both.WHERE, list(parts.__path__)]\n"
    *found, parts = hooked_from.ask(code + "answer = found", env=variables)
    assert found == ["outside", 13, 1, 2]
    outside = f"{tmp_path}/outside/parts"
    assert parts == [*(f"{prefixes[n] / SITE_DIR}/parts" for n in (4, 5)), outside]
    assert hooked_from.ask(code + STATE, env=variables)[0] is True


@pytest.fixture
def hooked_from(venv: Python) -> Python:
    """Return one with ``--prefixes-from OF_MODULES --prefix-startup-files``."""
    baked = files.render(files.Settings(prefixes_from=("OF_MODULES",), prefix_startup_files=True))
    for name, content in baked.items():
        (venv.site_dir / name).parent.mkdir(exist_ok=True)
        (venv.site_dir / name).write_bytes(content)
    return venv


@pytest.mark.parametrize("name", ["t12", "parts", "no_such_module"])
def test_as_a_program(hooked: Python, tmp_path: Path, name: str) -> None:
    variables = env(*plant_prefixes(tmp_path))
    (tmp_path / "p12" / SITE_DIR / "t12.py").write_text("print(__name__, __spec__.name)")
    done = hooked.run("-m", name, env=variables)
    (hooked.site_dir / "_pysharedir.d" / "flat.py").unlink()
    assert hooked.outcome("-m", name, env=variables) == (
        done.returncode,
        done.stdout,
        done.stderr,
    )
    assert done.stdout == ("__main__ t12\n" if name == "t12" else "")


@pytest.mark.parametrize(
    "breaks",
    [
        "import _frozen_importlib_external as it; it._relax_case = lambda: True",
        "import _frozen_importlib_external as it; it.FileFinder = None",
        "import posix; posix.listdir = None",
        "import sys; sys.path_hooks.pop(0)",
        "import sys; sys.meta_path.reverse()",
        "import time; time.monotonic = None",
    ],
    ids=lambda code: code.rpartition("; ")[2],
)
def test_it_breaks_no_import(hooked: Python, tmp_path: Path, breaks: str) -> None:
    prefixes = plant_prefixes(tmp_path)
    code = f"{breaks}\nimport sys\nfound = []\n"
    code += "for name in 't12', 'both', 'parts.a', 'missing', 'json':\n"
    code += "    try: found.append(__import__(name).__name__)\n"
    code += "    except Exception as error: found.append(repr(error))\n"
    code += "print(found)"
    done = hooked.outcome("-c", code, env=env(*prefixes))
    (hooked.site_dir / "_pysharedir.d" / "flat.py").unlink()
    assert done == hooked.outcome("-c", code, env=env(*prefixes))
