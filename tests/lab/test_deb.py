"""Debian packages: of the hook, and of real distributions built with its debhelper sequence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cache import cached
from docs import pages
from docs.test_docs import matches
from lab.boxes import Box
from lab.conftest import skip
from lab.guides import block
from lab.machines import I386
from lab.roots import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDS = ("bwrap", "dh_python3", "dpkg-buildpackage", "lintian", "mmdebstrap", "pybuild")

CHECKOUT = Path(__file__).parents[2]
HERE = Path(__file__).with_name("deb")
GUIDE = "deb.md"
HOOK = "python3-pysharedir-hook"
CHANGELOG = CHECKOUT / "packaging" / "debian" / "debian" / "changelog"
VERSION = CHANGELOG.read_text().partition("(")[2].partition(")")[0]
SHAREDIR = "usr/share/python/3.11"
PYTHONS = ("/usr/bin/python3.11",), ("setarch", "i386", "/usr/bin/i386-linux-gnu-python3.11")
# They are about an upload to Debian: its address, and its bug numbers.
NOT_SAID = (
    "bogus-mail-host",
    "bogus-mail-host-in-debian-changelog",
    "initial-upload-closes-no-bugs",
)
# Where dpkg keeps its own books.
BOOKS = ("var/lib/dpkg/", "var/log/dpkg.log")


class Installed(Recipe):
    """A root that mmdebstrap installs, with the database of its dpkg."""

    def _make(self, root: Path) -> None:
        ((suite, architectures, packages),) = self.layers
        settings = "etc/dpkg/dpkg.cfg.d/99mmdebstrap"
        listed = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
        mirrors = subprocess.check_output(listed, text=True).splitlines()
        command = [
            *("unshare", "--mount", "mmdebstrap", "--quiet", "--mode=root", "--variant=essential"),
            *(f"--architectures={architectures}", f"--include={','.join(packages)}"),
            "--dpkgopt=force-unsafe-io",
            "--dpkgopt=path-exclude=/usr/share/{doc,locale,man}/*",
            f"--customize-hook=rm $1/{settings}",
            *(suite, str(root), next(each for each in mirrors if "security" not in each)),
        ]
        subprocess.run(command, check=True)


_I386 = ("libexpat1:i386", "libpython3.11-stdlib:i386", "zlib1g:i386")
ROOT = Installed((("bookworm", "amd64,i386", ("python3", "python3-json-pointer", *_I386)),))


def sdist(name: str, version: str) -> Path:
    """Return what pip downloads, from the cache."""

    def download(directory: Path) -> None:
        command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps")
        options = ("--no-binary", name, f"{name}=={version}", "--dest", str(directory))
        subprocess.run([*command, *options], check=True)

    return cached("lab/sdist", f"{name} {version}", download) / f"{name}-{version}.tar.gz"


@dataclass(frozen=True)
class Builder:
    """What builds packages with the machine's tools, and installs nothing on it.

    :ivar directory: Where sources and packages go.
    """

    directory: Path
    env: Mapping[str, str]

    def run(self, *command: str | Path, cwd: Path, check: bool = True) -> str:
        """Run a command and return what it says."""
        done = subprocess.run(
            command,
            cwd=cwd,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is check, done.stdout
        return done.stdout

    def with_addon(self) -> Builder:
        """Return one that finds the add-on, in its package."""
        (deb,) = self.directory.glob("dh-pysharedir_*.deb")
        self.run("dpkg-deb", "--extract", deb, self.directory / "addon", cwd=self.directory)
        addon = self.directory / "addon" / "usr"
        path = f"{addon / 'bin'}:{self.env['PATH']}"
        return Builder(
            self.directory, {**self.env, "PATH": path, "PERL5LIB": str(addon / "share" / "perl5")}
        )

    def source(self, name: str, version: str, before: str = "") -> Path:
        """Return the source package of a distribution, with a changelog since *before*."""
        archive = self.directory / f"{name}_{version}.orig.tar.gz"
        shutil.copyfile(sdist(name, version), archive)
        self.run("tar", "--extract", "--file", archive, cwd=self.directory)
        source = self.directory / f"{name}-{version}"
        shutil.copytree(HERE / name, source / "debian")
        entries = [
            f"{name} ({each}-1) unstable; urgency=medium\n\n  * New upstream release.\n\n"
            f" -- pysharedir <pysharedir@localhost>  {day} Nov 2026 00:00:00 +0000\n"
            for each, day in ((version, "Sun, 22"), (before, "Sat, 21"))
            if each
        ]
        (source / "debian" / "changelog").write_text("\n".join(entries))
        return source

    def build(self, source: Path, *options: str, check: bool = True) -> str:
        # Of what it depends on, the add-on is no package of this machine.
        command = ("dpkg-buildpackage", "-us", "-uc", "-d", *options)
        return self.run(*command, cwd=source, check=check)


@pytest.fixture(scope="module", autouse=True)
def _debian() -> None:
    if not Path("/usr/lib/python3.11/lib-dynload").is_dir():
        skip("needs Debian 12, whose Python is 3.11")


@pytest.fixture(scope="module")
def builder(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Build the hook and the add-on, and return what builds with them."""
    directory = tmp_path_factory.mktemp("deb")
    command = directory / "bin" / "pysharedir"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pysharedir "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:/usr/sbin:/usr/bin:/sbin:/bin"
    first = Builder(directory, {**environment, "LC_ALL": "C.UTF-8", "PATH": path})
    shutil.copytree(CHECKOUT / "packaging" / "debian", directory / "dh-pysharedir")
    first.build(directory / "dh-pysharedir")
    return first.with_addon()


@pytest.fixture(scope="module")
def packages(builder: Builder) -> Path:
    """The directory of all packages."""
    sources = [
        builder.source("itsdangerous", "2.0.1"),
        builder.source("itsdangerous", "2.1.2", before="2.0.1"),
        builder.source("jsonpatch", "1.33"),
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(builder.build, sources))
    return builder.directory


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a 64-bit Python of its dpkg's, and a 32-bit one beside it."""
    root = ROOT.copy(tmp_path / "root")
    python = I386.recipe.made() / "usr" / "bin" / "python3.11"
    shutil.copy2(python, root / "usr" / "bin" / "i386-linux-gnu-python3.11")
    return root


@pytest.fixture
def box(root: Path, packages: Path) -> Box:
    return Box(root, shown={"/mnt": packages})


def snapshot(root: Path) -> dict[str, tuple[int, int, int]]:
    """Return what is in a root, but dpkg's own books, and how to tell that it was changed."""
    found = {}
    for directory, names, files in os.walk(root):
        for path in (Path(directory, name) for name in (*names, *files)):
            stat = path.lstat()
            is_directory = path.is_dir() and not path.is_symlink()
            time = 0 if is_directory else stat.st_mtime_ns
            size = 0 if is_directory else stat.st_size
            found[str(path.relative_to(root))] = stat.st_mode, size, time
    return {name: each for name, each in found.items() if not name.startswith(BOOKS)}


def dpkg(box: Box, *args: str, check: bool = True) -> str:
    done = box.run("dpkg", "--force-unsafe-io", *args, cwd="/mnt", check=check)
    assert check or done.returncode == 1
    return done.stdout + done.stderr


def fields(builder: Builder, deb: str, *names: str) -> dict[str, str]:
    said = builder.run("dpkg-deb", "--field", deb, *names, cwd=builder.directory)
    return dict(line.split(": ", 1) for line in said.splitlines())


def files(builder: Builder, deb: str) -> list[str]:
    said = builder.run("dpkg-deb", "--contents", deb, cwd=builder.directory)
    return [line.split(maxsplit=5)[5].removeprefix("./") for line in said.splitlines()]


def test_lintian_has_nothing_to_say(builder: Builder, packages: Path) -> None:
    names = (f"dh-pysharedir_{VERSION}", "itsdangerous_2.1.2-1", "jsonpatch_1.33-1")
    changes = [f"{each}_amd64.changes" for each in names]
    options = ("--display-info", "--allow-root", "--suppress-tags", ",".join(NOT_SAID))
    assert builder.run("lintian", *options, *changes, cwd=packages) == ""


@pytest.mark.usefixtures("packages")
def test_fields(builder: Builder) -> None:
    hook = f"{HOOK}_{VERSION}_all.deb"
    common = {"Architecture": "all", "Multi-Arch": "foreign"}
    for deb, depends in {
        hook: "python3:any",
        f"dh-pysharedir_{VERSION}_all.deb": "debhelper, dh-python, perl:any",
        "python3-itsdangerous_2.1.2-1_all.deb": f"{HOOK}, python3:any, python3.11",
        "python3-jsonpatch_1.33-1_all.deb": (
            f"{HOOK}, python3-json-pointer, python3:any, python3.11"
        ),
    }.items():
        assert fields(builder, deb, *common, "Depends") == {**common, "Depends": depends}
    assert fields(builder, f"dh-pysharedir_{VERSION}_all.deb", "Provides", "Source") == {
        "Provides": "dh-sequence-pysharedir"
    }


@pytest.mark.usefixtures("packages")
def test_files(builder: Builder) -> None:
    hook = files(builder, f"{HOOK}_{VERSION}_all.deb")
    assert f"{SHAREDIR}/" in hook
    assert "usr/lib/python3/dist-packages/_pysharedir.pth" in hook
    noarch = files(builder, "python3-jsonpatch_1.33-1_all.deb")
    assert [each for each in noarch if each.startswith("usr/lib")] == []
    assert f"{SHAREDIR}/jsonpatch.py" in noarch
    assert f"{SHAREDIR}/jsonpatch-1.33.dist-info/RECORD" in noarch
    assert "usr/bin/jsonpatch" in noarch
    addon = files(builder, f"dh-pysharedir_{VERSION}_all.deb")
    assert "usr/share/man/man1/dh_pysharedir.1.gz" in addon


def test_native_code_fails_the_build(builder: Builder, tmp_path: Path) -> None:
    builder = Builder(tmp_path, builder.env)
    source = builder.source("itsdangerous", "2.1.2")
    (native,) = Path("/usr/lib/python3.11/lib-dynload").glob("_json.*.so")
    shutil.copy(native, source / "src" / "itsdangerous" / "_speedups.so")
    with (source / "MANIFEST.in").open("a") as manifest:
        manifest.write("include src/itsdangerous/_speedups.so\n")
    said = builder.build(source, "-b", check=False)
    assert block(GUIDE, "native object: ") in said
    assert not list(tmp_path.glob("*.deb"))

    control = source / "debian" / "control"
    text = control.read_text()
    control.write_text(text.replace("Architecture: all\nMulti-Arch: foreign", "Architecture: any"))
    builder.build(source, "-b")
    (deb,) = tmp_path.glob("*.deb")
    found = files(builder, deb.name)
    assert "usr/lib/python3/dist-packages/itsdangerous/__init__.py" in found
    assert [each for each in found if each.startswith(SHAREDIR)] == []


def test_a_distribution_without_record_fails_the_build(builder: Builder, tmp_path: Path) -> None:
    builder = Builder(tmp_path, builder.env)
    source = builder.source("itsdangerous", "2.1.2")
    control = source / "debian" / "control"
    control.write_text(re.sub(".*pybuild-plugin-pyproject.*\n", "", control.read_text()))
    assert block(GUIDE, "has no RECORD") in builder.build(source, "-b", check=False)


def test_a_distribution_can_be_called_noarch(builder: Builder, tmp_path: Path) -> None:
    builder = Builder(tmp_path, builder.env)
    source = builder.source("itsdangerous", "2.1.2")
    with (source / "setup.cfg").open("a") as settings:
        settings.write("[bdist_wheel]\nplat_name = linux_x86_64\n")
    with (source / "debian" / "rules").open("a") as rules:
        rules.write(block(GUIDE, "--noarch"))
    builder.build(source, "-b")
    (deb,) = tmp_path.glob("*.deb")
    assert f"{SHAREDIR}/itsdangerous/__init__.py" in files(builder, deb.name)


def check_imports(root: Path, box: Box, *modules: str) -> None:
    """See that both Pythons import modules from the sharedir, by the pycs that are there."""
    before = snapshot(root)
    names = [each.replace(".", "/") for each in modules]
    for python, bits in zip(PYTHONS, (64, 32), strict=True):
        code = f"import struct, {', '.join(modules)}; print(struct.calcsize('P') * 8)"
        done = box.run(*python, "-v", "-c", code)
        assert done.stdout == f"{bits}\n"
        for name in names:
            directory, _, stem = f"/{SHAREDIR}/{name}".rpartition("/")
            pyc = f"{directory}/__pycache__/{stem}.cpython-311.pyc"
            assert f"# code object from '{pyc}'" in done.stderr
    assert snapshot(root) == before


def test_life(root: Path, box: Box) -> None:
    before = snapshot(root)
    old, new = (f"python3-itsdangerous_{each}-1_all.deb" for each in ("2.0.1", "2.1.2"))
    dpkg(box, "--install", f"{HOOK}_{VERSION}_all.deb", old, "python3-jsonpatch_1.33-1_all.deb")
    check_imports(root, box, "itsdangerous.jws", "jsonpatch")
    box.run("jsonpatch", "--version")
    # What dpkg does not know of: pycs for -O.
    for python in PYTHONS:
        box.run(*python, "-m", "compileall", "-q", "-o", "1", f"/{SHAREDIR}")
    assert f"{SHAREDIR}/itsdangerous/__pycache__/jws.cpython-311.opt-1.pyc" in snapshot(root)

    dpkg(box, "--install", new)
    check_imports(root, box, "itsdangerous.signer", "jsonpatch")
    upgraded = snapshot(root)
    assert [each for each in upgraded if "jws" in each] == []
    assert f"{SHAREDIR}/itsdangerous-2.1.2.dist-info" in upgraded
    assert f"{SHAREDIR}/itsdangerous-2.0.1.dist-info" not in upgraded

    said = dpkg(box, "--remove", HOOK, check=False)
    assert f"python3-jsonpatch depends on {HOOK}" in said
    dpkg(box, "--remove", "python3-itsdangerous")
    check_imports(root, box, "jsonpatch")
    dpkg(box, "--purge", "python3-itsdangerous", "python3-jsonpatch")
    dpkg(box, "--purge", HOOK)
    assert snapshot(root) == before


def test_it_is_not_installed_without_the_hook(box: Box) -> None:
    said = dpkg(box, "--install", "python3-itsdangerous_2.1.2-1_all.deb", check=False)
    assert f"python3-itsdangerous depends on {HOOK}; however" in said


def test_the_guide_shows_what_is_packaged() -> None:
    assert block(GUIDE, "Source: ") == (HERE / "itsdangerous" / "control").read_text()
    assert block(GUIDE, "PYBUILD_NAME") == (HERE / "itsdangerous" / "rules").read_text()


def test_the_guide_shows_what_happens(box: Box) -> None:
    starts = ("dpkg-deb --fsys-tarfile", "dpkg-deb --field python3-its", "dpkg -i", "dpkg -r")
    shown = [block(GUIDE, f"$ {each}") for each in starts]
    for command in (each for text in shown for each in pages.commands("console", text)):
        done = box.run("sh", "-c", f"exec 2>&1\n{command.text}", cwd="/mnt", check=False)
        assert matches(command.shown or "", done.stdout), f"$ {command.text}\n{done.stdout}"
