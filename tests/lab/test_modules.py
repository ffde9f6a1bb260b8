"""A tool for nodes of two architectures, which environment modules load."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.guides import block
from lab.nodes import AARCH64, LMOD, MODULES, X86_64, add_command, shell
from lab.stations import enable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.machines import Machine
    from lab.stations import Station

GUIDE = "clusters.md"
NODES = ("x86_64", "aarch64")
KINDS = {
    "lmod": (LMOD, "/apps/modules"),
    "lmod, tcl": (LMOD, "/apps/tcl"),
    "modules": (MODULES, "/apps/modules"),
}
TOOL = "/apps/tool/1.0"
PURE = "/apps/pure/1.0"
SHARE = "share/python/3.11"
SITE = "lib/python3.11/site-packages"
VALUE = 'echo "${PYSHAREDIR_PREFIXES-unset}"\n'


@pytest.fixture(scope="module")
def cluster(
    unhooked: Callable[[Machine, Path], Station],
    pysharedir: Path,
    pip: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Station]:
    """Return nodes of two architectures on which the guide was followed."""
    base = tmp_path_factory.mktemp("cluster")
    apps = base / "apps"
    write_modules(apps)
    opened: dict[str, Station] = {}
    for machine in (X86_64, AARCH64):
        root = base / machine.name
        station = unhooked(machine, root)
        enable(station, base / f"{machine.name}.sh")
        add_command(root, pysharedir)
        station = replace(station, box=replace(station.box, lent={"/apps": apps}))
        station = station.with_pip(pip)
        shell(station, "-euc", block(GUIDE, '--without-pip "$part"'))
        opened[machine.name] = station
    shell(opened["x86_64"], "-euc", block(GUIDE, "--target"))
    return opened


def names(directory: Path) -> set[str]:
    """Return what is in a directory."""
    return {each.name for each in directory.iterdir()}


def write_modules(apps: Path) -> None:
    """Write the modulefiles of the guide, and those of a module that is all noarch."""
    tcl = {
        "tool/1.0": block(GUIDE, "#%Module"),
        "pure/1.0": f"#%Module\nprepend-path PYSHAREDIR_PREFIXES {PURE}\n",
    }
    lua = {
        "tool/1.0.lua": block(GUIDE, 'capture("uname'),
        "pure/1.0.lua": f'prepend_path("PYSHAREDIR_PREFIXES", "{PURE}")\n',
    }
    for directory, files in (("tcl", tcl), ("modules", {**tcl, **lua})):
        for name, text in files.items():
            path = apps / directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def with_modules(station: Station, kind: str, script: str) -> list[str]:
    """Return the lines that a script of a user of modules prints."""
    init, path = KINDS[kind]
    done = shell(station, "-c", f". {init}\n{script}", MODULEPATH=path)
    assert not done.stderr.strip()
    return done.stdout.splitlines()


def test_parts(cluster: dict[str, Station]) -> None:
    apps = cluster["x86_64"].box.lent["/apps"]
    tool = apps / "tool/1.0"
    assert {each.name for each in tool.iterdir()} == {*NODES, "share"}
    assert (tool / SHARE / "jinja2").is_dir()
    assert not (tool / SHARE / "markupsafe").exists()
    for name in NODES:
        assert not (tool / name / SITE / "jinja2").exists()
        assert not (tool / name / SITE / "pip").exists()
        (compiled,) = (tool / name / SITE / "markupsafe").glob("*.so")
        assert f"-{name}-" in compiled.name


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("kind", KINDS)
def test_load_and_unload(kind: str, name: str, cluster: dict[str, Station]) -> None:
    compiled = "python3.11 -c 'import markupsafe._speedups as m; print(m.__file__)'"
    script = block(GUIDE, "module load tool").replace("module unload", f"{compiled}\nmodule unload")
    script += f"{VALUE}python3.11 -c 'import jinja2' 2>/dev/null || echo no jinja2\n"
    imported, speedups, *after = with_modules(cluster[name], kind, script)
    common, own = f"{TOOL}/{SHARE}", f"{TOOL}/{name}/{SITE}"
    assert imported == f"{common}/jinja2/__init__.py {own}/markupsafe/__init__.py"
    assert speedups == f"{own}/markupsafe/_speedups.cpython-311-{name}-linux-gnu.so"
    assert after == ["unset", "no jinja2"]


@pytest.mark.parametrize("before", ["", "/apps/mine", "/apps/mine:/apps/pure"])
@pytest.mark.parametrize("kind", KINDS)
def test_two_modules(kind: str, before: str, cluster: dict[str, Station]) -> None:
    entries = "python3.11 -c \"import sys; print(*(e for e in sys.path if e[:6] == '/apps/'))\"\n"
    steps = ("load tool", "load pure", "unload tool", "unload pure")
    script = "".join(f"module {step}\n{VALUE}{entries}" for step in steps)
    if before:
        script = f"export PYSHAREDIR_PREFIXES={before}\n{script}"
    printed = with_modules(cluster["x86_64"], kind, script)
    tool, rest = f"{TOOL}/x86_64:{TOOL}", f":{before}" if before else ""
    assert printed[::2] == [
        f"{tool}{rest}",
        f"{PURE}:{tool}{rest}",
        f"{PURE}{rest}",
        before or "unset",
    ]
    tools = f"{TOOL}/x86_64/{SITE} {TOOL}/{SHARE}"
    pure = f"{PURE}/{SHARE}"
    assert printed[1::2] == [tools, f"{pure} {tools}", pure, ""]


def test_pure_is_pure(cluster: dict[str, Station]) -> None:
    assert (cluster["x86_64"].box.lent["/apps"] / "pure/1.0" / SHARE / "idna").is_dir()
    script = block(GUIDE, "--target").replace("idna", "markupsafe")
    done = shell(cluster["x86_64"], "-euc", script, check=False)
    assert done.returncode
    assert "No matching distribution found for markupsafe" in done.stderr


def test_sorted_prefixes(cluster: dict[str, Station]) -> None:
    tool = cluster["x86_64"].box.lent["/apps"] / "sorted/1.0"
    # Unlike Debian's, a Python of its own prefix installs into lib.
    make = """
python3.11 -m venv --without-pip --system-site-packages /apps/python/$(uname -m)
PATH=/apps/python/$(uname -m)/bin:$PATH
pysharedir --python "$(command -v python3.11)" enable
"""
    moved = {"jinja2", "pygments"}
    for name in NODES:
        site_dir = tool / name / SITE
        done = shell(cluster[name], "-euc", make + block(GUIDE, "/apps/sorted"))
        assert done.stdout.count("moved to the sharedir") == (2 if name == "x86_64" else 0)
        assert names(tool / SHARE) >= moved
        assert names(site_dir).isdisjoint(moved)
        (compiled,) = (site_dir / "markupsafe").glob("*.so")
        assert f"-{name}-" in compiled.name
    for name in NODES:
        part = f"/apps/sorted/1.0/{name}"
        script = f"""
export PYSHAREDIR_PREFIXES={part}
python3.11 -c 'import jinja2, markupsafe; print(jinja2.__file__, markupsafe.__file__)'
{part}/bin/pygmentize -V
"""
        files, version = shell(cluster[name], "-euc", script).stdout.splitlines()
        assert files == f"{part}/{SHARE}/jinja2/__init__.py {part}/{SITE}/markupsafe/__init__.py"
        assert version.startswith("Pygments version")
