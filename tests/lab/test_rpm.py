"""Packages of rpm for the sharedir: built in one root, used in another by two architectures."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cache import cached
from lab.boxes import Box
from lab.guides import block
from lab.machines import BOTH, BOTH_AMD64, BOTH_I386
from lab.roots import debian

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.machines import Machine

PACKAGING = Path(__file__).parents[2] / "packaging" / "rpm"
SPECS = Path(__file__).with_name("rpm")
# What rpmbuild and the packages' scripts call, which no other package depends on.
TOOLS = ("bash", "binutils", "coreutils", "dash", "diffutils", "file", "findutils", "grep", "gzip")
BUILD = debian("bookworm", "amd64", *TOOLS, "python3-packaging", "python3-pip", "rpm", "sed", "tar")
SDIST = "python-slugify==8.0.4"
WHEELS = ("pyinstaller==6.22.3", "text-unidecode==1.3")
REPRODUCIBLE = (
    "_buildhost localhost",
    "clamp_mtime_to_source_date_epoch 1",
    "use_source_date_epoch_as_buildtime 1",
)
SHAREDIR = "/usr/share/python/3.11"
SPEC = PACKAGING / "python3-pysharedir-hook.spec"
(VERSION,) = re.findall(r"^Version:\s+(\S+)$", SPEC.read_text(), re.MULTILINE)
HOOK = f"python3-pysharedir-hook-{VERSION}-1"
MACROS = f"pysharedir-rpm-macros-{VERSION}-1"
SLUGIFY = "python3-python-slugify-8.0.4-1"
UNIDECODE = "python3-text-unidecode-1.3-1"
EXAMPLES = (SLUGIFY, UNIDECODE)
USE = "import slugify, struct; print(slugify.slugify('Übergröße'), struct.calcsize('P') * 8)"


@dataclass(frozen=True)
class Builder:
    """A root that packages are built in.

    :ivar out: The directory of what it builds, ``/out`` inside.
    """

    box: Box
    out: Path

    def build(
        self, spec: str, topdir: str, sources: str = "/sources", *, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Build the packages of a spec."""
        words = [f"_topdir /out/{topdir}", f"_sourcedir {sources}", "_dbpath /var/lib/rpm"]
        defined = [each for word in (*words, *REPRODUCIBLE) for each in ("--define", word)]
        env = {"SOURCE_DATE_EPOCH": "1700000000"}
        return self.box.run("rpmbuild", "-bb", *defined, spec, env=env, check=check)

    def rpm(
        self, *arguments: str, lent: Mapping[str, Path] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        box = replace(self.box, lent={**self.box.lent, **(lent or {})})
        return box.run("rpm", "--dbpath", "/var/lib/rpm", *arguments, check=check)

    def ask(self, query: str, package: str, topdir: str = "first") -> list[str]:
        """Return the lines that rpm prints of a package, except what it says of itself."""
        lines = self.rpm("-qp", query, inside(package, topdir)).stdout.splitlines()
        return [each for each in lines if not each.startswith("rpmlib(")]


def inside(package: str, topdir: str = "first") -> str:
    return f"/out/{topdir}/RPMS/noarch/{package}.noarch.rpm"


@dataclass(frozen=True)
class Host:
    """A root that packages are installed into."""

    builder: Builder
    root: Path

    def rpm(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        lent = {"/host": self.root}
        return self.builder.rpm("--root", "/host", *arguments, lent=lent, check=check)

    def python(self, machine: Machine, *arguments: str) -> subprocess.CompletedProcess[str]:
        return Box(self.root, machine.personality).run(machine.python, *arguments)

    def files(self) -> dict[str, tuple[str, int, int]]:
        """Return each file's content, mode and time, and of directories no time.

        Without rpm's own, and those of the standard library, which Python compiles.
        """
        omitted = ("var/lib/rpm", "usr/lib/python3.11")
        found = {}
        for directory, directories, files in os.walk(self.root):
            for name in (*directories, *files):
                path = Path(directory, name)
                stat, relative = path.lstat(), str(path.relative_to(self.root))
                if not relative.startswith(omitted):
                    time = 0 if path.is_dir() else stat.st_mtime_ns
                    found[relative] = (_digest(path), stat.st_mode, time)
        return found


def _digest(path: Path) -> str:
    if path.is_symlink():
        return str(path.readlink())
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@pytest.fixture(scope="module")
def sources() -> Path:
    """What upstream publishes, from the cache."""

    def download(directory: Path) -> None:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        pip += ["--dest", str(directory)]
        platform = ("--only-binary", ":all:", "--platform", BOTH_AMD64.platform)
        subprocess.run([*pip, "--no-binary", ":all:", SDIST], check=True)
        subprocess.run([*pip, *platform, *WHEELS], check=True)

    return cached("lab/rpm", repr((SDIST, WHEELS)), download)


@pytest.fixture(scope="module")
def builder(sources: Path, pysharedir: Path, tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """A root in which the macros are installed, and what has been built in it twice."""
    root, out = tmp_path_factory.mktemp("build") / "root", tmp_path_factory.mktemp("out")
    shown = {"/packaging": PACKAGING, "/sources": sources, "/specs": SPECS}
    # Lent, since its pycs save a second of each build.
    lent = {"/opt/pysharedir": pysharedir, "/out": out}
    box = Box(BUILD.copy(root), shown=shown, lent=lent)
    made = Builder(box, out)
    made.build("/specs/standins.spec", "first")
    made.rpm("-i", inside("lab-python3-3.11-1"), inside("lab-tools-3.11-1"))
    for topdir in "first", "second/elsewhere":
        made.build("/packaging/python3-pysharedir-hook.spec", topdir, "/packaging")
        if topdir == "first":
            made.rpm("-i", inside(MACROS))
        made.build("/packaging/examples/python3-python-slugify.spec", topdir)
    made.build("/packaging/examples/python3-text-unidecode.spec", "first")
    return made


@pytest.fixture
def host(builder: Builder, tmp_path: Path) -> Host:
    """A root with a Python for amd64 and one for i386, of which rpm knows."""
    made = Host(builder, BOTH.copy(tmp_path / "root"))
    made.rpm("-i", inside("lab-python3-3.11-1"))
    made.python(BOTH_AMD64, "-c", "")  # leaves directories to mount at
    return made


def pyc(module: str) -> str:
    directory, _, name = module.rpartition("/")
    return f"{directory}/__pycache__/{name}.cpython-311.pyc"


def shown(words: str) -> dict[str, list[str]]:
    """Return the commands and their output in a block of the guide."""
    commands = block("rpm.md", words).split("$ ")[1:]
    return {command: lines for command, *lines in map(str.splitlines, commands)}


@pytest.mark.parametrize("package", [HOOK, SLUGIFY])
def test_files_are_those_of_the_guide(builder: Builder, package: str) -> None:
    command = f"rpm -qpl {package}.noarch.rpm"
    assert builder.ask("-l", package) == shown(command)[command]


def test_spec_is_that_of_the_guide() -> None:
    name = "python3-python-slugify"
    spec = (PACKAGING / "examples" / f"{name}.spec").read_text("utf-8")
    assert spec == block("rpm.md", f"Name:           {name}")


def test_hook(builder: Builder) -> None:
    assert builder.ask("--requires", HOOK) == ["python(abi) = 3.11"]
    assert "python(sharedir) = 3.11" in builder.ask("--provides", HOOK)


def test_license_is_marked(builder: Builder) -> None:
    info = f"{SHAREDIR}/python_slugify-8.0.4.dist-info"
    assert builder.ask("-L", SLUGIFY) == [f"{info}/LICENSE"]


@pytest.mark.parametrize(
    ("defined", "version"), [((), "3.11"), (("--define", "python3_version 3.99"), "3.99")]
)
def test_sharedir(builder: Builder, defined: tuple[str, ...], version: str) -> None:
    done = builder.rpm(*defined, "--eval", "%python3_sharedir")
    assert done.stdout == f"/usr/share/python/{version}\n"


def test_dependencies_are_those_of_site_packages(builder: Builder) -> None:
    builder.build("/specs/site-packages.spec", "site-packages")
    there = {
        query: builder.ask(query, SLUGIFY, "site-packages")
        for query in ("--provides", "--requires")
    }
    assert builder.ask("--provides", SLUGIFY) == there["--provides"]
    assert "python3.11dist(python-slugify) = 8.0.4" in there["--provides"]
    assert builder.ask("--requires", SLUGIFY) == sorted(
        [*there["--requires"], "python(sharedir) = 3.11"]
    )
    assert {"python(abi) = 3.11", "python3.11dist(text-unidecode) >= 1.3"} <= {*there["--requires"]}


def test_generator_that_fails_fails_the_build(builder: Builder) -> None:
    generator = builder.box.root / "usr/lib/rpm/pythondistdeps.py"
    kept = generator.with_suffix(".kept")
    generator.rename(kept)
    try:
        done = builder.build("/specs/names.spec", "failed", check=False)
    finally:
        kept.rename(generator)
    assert done.returncode
    assert "*** pysharedir-deps failed ***" in done.stderr


def test_same_bytes(builder: Builder) -> None:
    for name in HOOK, SLUGIFY:
        first, second = (
            builder.out / inside(name, topdir).removeprefix("/out/")
            for topdir in ("first", "second/elsewhere")
        )
        assert first.read_bytes() == second.read_bytes(), name


def test_names_that_mean_something_to_rpm(builder: Builder) -> None:
    builder.build("/specs/names.spec", "names")
    listed = {
        each.removeprefix(f"{SHAREDIR}/") for each in builder.ask("-l", "lab-names-1-1", "names")
    }
    assert {"%{name}.txt", "100%.txt", "a b", "a b/[c].txt", "a*b?.txt", "{a,b}.txt"} <= listed
    assert "python(sharedir) = 3.11" in builder.ask("--requires", "lab-names-1-1", "names")


def test_compiled_file_fails_the_build(builder: Builder) -> None:
    done = builder.build("/specs/lies.spec", "lies", check=False)
    assert done.returncode
    assert block("rpm.md", "not noarch: pyinstaller") in done.stderr
    assert not list(builder.out.glob("lies/RPMS/*/*"))


def test_package_needs_the_hook(host: Host) -> None:
    done = host.rpm("-i", *map(inside, EXAMPLES), check=False)
    assert done.returncode
    assert "python(sharedir) = 3.11 is needed by" in done.stderr
    assert "python(abi)" not in done.stderr


def test_installed_used_removed(host: Host) -> None:
    before = host.files()
    host.rpm("-i", *map(inside, (HOOK, *EXAMPLES)))
    installed = host.files()
    for machine, bits in (BOTH_AMD64, 64), (BOTH_I386, 32):
        done = host.python(machine, "-v", "-c", USE)
        assert done.stdout == f"ubergrosse {bits}\n"
        for module in f"{SHAREDIR}/slugify/slugify", "/usr/lib/python3/dist-packages/_pysharedir":
            assert f"# code object from '{pyc(module)}'" in done.stderr
        host.python(machine, "-O", "-c", USE)
    assert Box(host.root).run("slugify", "Straße").stdout == "strasse\n"
    assert host.files() == installed
    assert host.rpm("-V", HOOK, *EXAMPLES).stdout == ""
    (host.root / "usr/lib/python3/dist-packages/_pysharedir.d/remembered.json").write_text("{}")
    host.rpm("-e", HOOK, *EXAMPLES)
    assert host.files() == before


def test_edited_source_counts(host: Host) -> None:
    host.rpm("-i", *map(inside, (HOOK, *EXAMPLES)))
    module = host.root / SHAREDIR[1:] / "slugify/__version__.py"
    time = module.stat().st_mtime_ns
    module.write_text(module.read_text().replace("8.0.4", "8.0.5"))
    os.utime(module, ns=(time, time))
    command = "import slugify; print(slugify.__version__)"
    assert host.python(BOTH_AMD64, "-c", command).stdout == "8.0.5\n"
