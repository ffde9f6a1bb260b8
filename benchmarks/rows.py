"""What is put into a venv to measure what it adds to the start of an interpreter.

Each row is a tree, its environment, and a proof that it took effect: a row without effect would be
cheap, and wrong.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import interpreters
from pysharedir.hook import files
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trees import Tree

TEMPLATES = Path(__file__).resolve().parent.parent / "sitecustomize_templates"
COUNTS = (0, 1, 10, 100, 500)
OPTION_COUNTS = (0, 10, 300)
MODULES = 300
PEERS = ("setuptools", "virtualenv", "easybuild")
SETUPTOOLS = "setuptools==82.0.1"  # still runs on Python 3.9
VIRTUALENV = "virtualenv==21.5.2"  # the last that installs its patch on Python 3.10 and newer
EASYBUILD = "easybuild-easyblocks==5.4.1"

# The three ways to turn a variable that lists prefixes into sys.path.  The name of the variable
# is as long as the hook's, so that the environment costs all of them the same.
PEER_PREFIXES = "BENCHMARK__PREFIXES"
PER_DIRECTORY = """\
import os
import site
import sys

for prefix in filter(None, os.environ["{variable}"].split(":")):
    directory = prefix + "/lib/python%d.%d/site-packages" % sys.version_info[:2]
    if os.path.isdir(directory):
        site.addsitedir(directory)
"""
SHARED_KNOWN_PATHS = """\
import os
import site
import sys

known_paths = set(sys.path)
for prefix in filter(None, os.environ["{variable}"].split(":")):
    directory = prefix + "/lib/python%d.%d/site-packages" % sys.version_info[:2]
    known_paths = site.addsitedir(directory, known_paths)
"""

PTH = "import sys; sys.lines = getattr(sys, 'lines', 0) + 1\n"
IS_OWN = "sys.modules[{!r}].__file__.startswith(sys.prefix)"
WATCHES = "any(getattr(finder, '__name__', '') == '_pysharedir' for finder in sys.meta_path)"
IS_OFF = "'_pysharedir' in sys.modules and not " + WATCHES
IS_SHARED = "any('/share/' in entry for entry in sys.path)"
IS_ON = WATCHES + f" and %s{IS_SHARED}"


@dataclass(frozen=True)
class Row:
    """One thing to measure.

    :ivar tree: what is planted in the venv.
    :ivar proof: an expression of ``sys`` that is true once *tree* is in effect.
    :ivar slow: costs a thousand million instructions, minutes under valgrind.
    """

    key: str
    title: str
    tree: Tree = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    proof: str = "True"
    slow: bool = False


BASE = Row("base", "nothing")


def all_rows(version: str, prefixes: Path, modules: Path, peers: Tree) -> list[Row]:
    """Return every row for CPython *version*, BASE first.

    :param prefixes: the directory of planted prefixes, see ``plant_prefixes``.
    :param modules: that of those of ``plant_modules``.
    :param peers: what ``download_peers`` returned.
    """
    return [
        BASE,
        *floor_rows(version),
        *peer_rows(version, peers),
        *hook_rows(version),
        *prefix_rows(version, prefixes),
        *option_rows(version, prefixes),
        *module_rows(version, modules, peers),
    ]


def floor_rows(version: str) -> list[Row]:
    """Return the least that any hook can cost."""
    return [
        Row(
            "path-line",
            "`.pth` with one path line",
            _in_site_dir(version, {"empty.pth": "below\n", "below": {}}),
            proof="any(p.endswith('/below') for p in sys.path)",
        ),
        Row(
            "empty-module",
            "`.pth` that imports an empty module",
            _in_site_dir(version, {"empty.pth": "import _empty\n", "_empty.py": ""}),
            proof=IS_OWN.format("_empty"),
        ),
        Row(
            "empty-sitecustomize",
            "empty `sitecustomize`",
            _in_site_dir(version, {"sitecustomize.py": ""}),
            proof=IS_OWN.format("sitecustomize"),
        ),
    ]


def peer_rows(version: str, peers: Tree) -> list[Row]:
    """Return the startup files of much used packages, as far as *peers* holds them."""
    rows = [
        Row(
            "setuptools",
            "setuptools' `distutils-precedence.pth`",
            _in_site_dir(version, _part(peers, "distutils-precedence.pth", "_distutils_hack")),
            proof=IS_OWN.format("_distutils_hack"),
        ),
        Row(
            "virtualenv",
            "virtualenv's `_virtualenv.pth` (until 21.5.2)",
            _in_site_dir(version, _part(peers, "_virtualenv.pth", "_virtualenv.py")),
            proof=IS_OWN.format("_virtualenv"),
        ),
    ]
    return rows if peers else []


def hook_rows(version: str) -> list[Row]:
    """Return the hook in each of its states."""
    sharedir = f"share/python/{version}"
    hook = _in_site_dir(version, _hook("_pysharedir.pth"))
    lined = _in_site_dir(
        version,
        {**_hook("_pysharedir.pth"), "_pysharedir.pth": _line(version)},
    )
    customize = _in_site_dir(version, _rendered(files.Settings(style="sitecustomize")))
    found = IS_ON % ""
    with_pth: Tree = {"editable.pth": "below\n", "below": {}}
    return [
        Row("off", "hook, off", hook, {"PYSHAREDIR": "0"}, IS_OFF),
        Row("none", "hook, no sharedir there", hook, {}, IS_ON % "not "),
        Row("found", "hook, sharedir found", {**hook, sharedir: {}}, {}, found),
        Row("off-line", "hook with a path line, off", lined, {"PYSHAREDIR": "0"}, IS_OFF),
        Row(
            "found-line",
            "hook with a path line, sharedir found",
            {**lined, sharedir: {}},
            {},
            found,
        ),
        Row(
            "found-pth",
            "hook, sharedir with a `.pth` found",
            {**hook, sharedir: with_pth},
            {},
            found + " and any(p.endswith('/below') for p in sys.path)",
        ),
        Row(
            "sitecustomize",
            "hook as `sitecustomize`, sharedir found",
            {**customize, sharedir: {}},
            {},
            IS_SHARED + " and sys.modules['sitecustomize'] in sys.meta_path",
        ),
    ]


def prefix_rows(version: str, prefixes: Path) -> list[Row]:
    """Return the hook and two plain loops, each with every number of prefixes."""
    hook = _in_site_dir(version, _hook("_pysharedir.pth"))
    rows = []
    for count in COUNTS:
        value = ":".join(str(prefixes / each) for each in _prefix_names(count))
        proof = "sum('/prefixes/' in p for p in sys.path) == "
        rows.append(
            Row(
                f"prefixes-{count}",
                f"hook, {_prefixes(count)}",
                hook,
                {"PYSHAREDIR_PREFIXES": value},
                f"{proof}{2 * count} and " + (IS_ON % ("" if count else "not ")),
            )
        )
        for key, title, text in (
            ("known-paths", "`addsitedir` with shared `known_paths`", SHARED_KNOWN_PATHS),
            ("addsitedir", "`addsitedir` per directory", PER_DIRECTORY),
        ):
            loop = {"sitecustomize.py": text.format(variable=PEER_PREFIXES)}
            rows.append(
                Row(
                    f"{key}-{count}",
                    f"{title}, {_prefixes(count)}",
                    _in_site_dir(version, dict(loop)),
                    {PEER_PREFIXES: value},
                    f"{proof}{count} and " + IS_OWN.format("sitecustomize"),
                    slow=key == "addsitedir" and count == max(COUNTS),
                )
            )
    return rows


def module_rows(version: str, modules: Path, peers: Tree) -> list[Row]:
    """Return what makes modules of EasyBuild's importable: its own ways, and the hook."""
    names = [str(modules / each) for each in _prefix_names(MODULES)]
    proof = f"sum('/modules/' in p for p in sys.path) == {MODULES}"
    prefixes = {"EBPYTHONPREFIXES": ":".join(names)}
    path = ":".join(f"{each}/lib/python{version}/site-packages" for each in names)
    plain = files.Settings(prefixes_from=("EBPYTHONPREFIXES",))
    alike = replace(plain, prefix_startup_files=True, user_first=True)
    rows = [
        Row("modules-path", f"`PYTHONPATH`, {MODULES} modules", {}, {"PYTHONPATH": path}, proof),
        Row(
            "easybuild",
            f"EasyBuild's `sitecustomize`, {MODULES} modules",
            _in_site_dir(version, _part(peers, "sitecustomize.py")),
            prefixes,
            f"{proof} and " + IS_OWN.format("sitecustomize"),
            slow=True,
        ),
        Row(
            "modules-hook",
            f"hook `--prefixes-from`, {MODULES} modules",
            _in_site_dir(version, _rendered(plain)),
            prefixes,
            f"{proof} and {WATCHES}",
        ),
        Row(
            "modules-alike",
            f"the same `--prefix-startup-files --user-first`, {MODULES} modules",
            _in_site_dir(version, _rendered(alike)),
            prefixes,
            f"{proof} and {WATCHES}",
        ),
    ]
    return [row for row in rows if peers or row.key != "easybuild"]


def option_rows(version: str, prefixes: Path) -> list[Row]:
    """Return what the options of ``enable`` about prefixes add, with several numbers of them."""
    variable = (PEER_PREFIXES,)
    forms: tuple[tuple[str, str, str, files.Settings], ...] = (
        ("variable", "`--prefixes-from`", "", files.Settings(prefixes_from=variable)),
        (
            "user-first",
            "`--prefixes-from --user-first`",
            "",
            files.Settings(prefixes_from=variable, user_first=True),
        ),
        (
            "startup-files",
            "`--prefixes-from --prefix-startup-files`",
            "",
            files.Settings(prefixes_from=variable, prefix_startup_files=True),
        ),
        (
            "startup-files-pth",
            "the same, with a `.pth` in each prefix",
            "-pth",
            files.Settings(prefixes_from=variable, prefix_startup_files=True),
        ),
    )
    rows = []
    for count in OPTION_COUNTS:
        for key, title, form, settings in forms:
            names = _prefix_names(count)
            value = ":".join(f"{prefixes}{form}/{each}" for each in names)
            hook = _rendered(settings)
            proof = f"sum('/prefixes{form}/' in p for p in sys.path) == {2 * count} and "
            rows.append(
                Row(
                    f"{key}-{count}",
                    f"{title}, {_prefixes(count)}",
                    _in_site_dir(version, dict(hook)),
                    {PEER_PREFIXES: value},
                    proof
                    + f"getattr(sys, 'lines', 0) == {count if form else 0} and "
                    + (IS_ON % ("" if count else "not ")),
                )
            )
    return rows


def plant_prefixes(version: str, root: Path) -> Path:
    """Make as many prefixes in *root* as any row needs, each with a platlib and a sharedir.

    Beside them, in ``prefixes-pth``, are some with a ``.pth`` file in each platlib.
    """
    platlib, share = f"lib/python{version}/site-packages", f"share/python/{version}"
    with_pth: Tree = {platlib: {"line.pth": PTH}, share: {}}
    plant(root / "prefixes-pth", dict.fromkeys(_prefix_names(max(OPTION_COUNTS)), with_pth))
    prefix: Tree = {platlib: {}, share: {}}
    return plant(root / "prefixes", dict.fromkeys(_prefix_names(max(COUNTS)), prefix))


def plant_modules(version: str, root: Path) -> Path:
    """Make as many prefixes in *root* as there are modules, each with a site dir, as pip does."""
    prefix: Tree = {f"lib/python{version}/site-packages": {}}
    return plant(root / "modules", dict.fromkeys(_prefix_names(MODULES), prefix))


def download_peers(root: Path) -> Tree:
    """Install the peers in environments of their own and return their startup files.

    :param root: an empty directory to work in.
    :raises subprocess.CalledProcessError: when there is no network, or no such release.
    """
    tools = root / "tools"
    python = tools / "bin" / "python"
    _run(sys.executable, "-m", "venv", tools)
    _run(python, "-m", "pip", "install", "--quiet", SETUPTOOLS, VIRTUALENV)
    _run(python, "-m", "pip", "install", "--quiet", "--no-deps", EASYBUILD)
    patched = root / "patched"
    _run(python, "-m", "virtualenv", "--no-seed", "--app-data", root / "data", "-q", patched)
    found: Tree = {}
    for directory in (_site_dir(tools), _site_dir(patched)):
        found |= _read(directory, "distutils-precedence.pth", "_distutils_hack")
        found |= _read(directory, "_virtualenv.pth", "_virtualenv.py")
    found["sitecustomize.py"] = _sitecustomize(
        _site_dir(tools) / "easybuild/easyblocks/p/python.py"
    )
    shutil.rmtree(root)
    return found


def _sitecustomize(easyblock: Path) -> str:
    """Return what EasyBuild writes into the Pythons that it builds."""
    (text,) = (
        ast.literal_eval(statement.value.left)
        for statement in ast.parse(easyblock.read_text()).body
        if isinstance(statement, ast.Assign)
        and ast.unparse(statement.targets[0]) == "SITECUSTOMIZE"
        and isinstance(statement.value, ast.BinOp)
    )
    return str(text % {"EBPYTHONPREFIXES": "EBPYTHONPREFIXES"})


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, env=_peer_environment())


def _peer_environment() -> dict[str, str]:
    # pip has to be configured as it is for its user, and a hook must not meddle.
    return {**os.environ, "PYSHAREDIR": "0"}


def _site_dir(venv: Path) -> Path:
    return next(venv.glob("lib/python3*/site-packages"))


def _read(directory: Path, *names: str) -> Tree:
    tree: Tree = {}
    for path in (directory / name for name in names):
        if path.is_dir():
            tree[path.name] = _read(path, *(each.name for each in path.glob("*.py")))
        elif path.exists():
            tree[path.name] = path.read_text()
    return tree


def _part(tree: Tree, *names: str) -> Tree:
    return {name: tree[name] for name in names if name in tree}


def _hook(*entry_points: str) -> Tree:
    return _read(TEMPLATES, "_pysharedir.py", "_pysharedir.d", *entry_points)


def _rendered(settings: files.Settings) -> Tree:
    """Return the hook's files as ``enable`` writes them."""
    return {name: content.decode() for name, content in files.render(settings).items()}


def _line(version: str) -> str:
    """Return the `_pysharedir.pth` that `enable --path-line` writes."""
    path = f"../../../share/python/{version}"
    if interpreters.VERSIONS.index(version) < interpreters.VERSIONS.index("3.13"):
        return f"import _pysharedir; f.read()\n{path}\n"
    return f"import _pysharedir\n\x1c#/../{path}\n"


def _in_site_dir(version: str, tree: Tree) -> Tree:
    return {f"lib/python{version}/site-packages": tree}


def _prefixes(count: int) -> str:
    return "1 prefix" if count == 1 else f"{count} prefixes"


def _prefix_names(count: int) -> list[str]:
    return [f"{number:03}" for number in range(count)]
