"""EasyBuild and Lmod, with a Python that has the hook in place of EasyBuild's sitecustomize."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

import interpreters
from cache import cached
from lab.conftest import skip, wheels
from lab.guides import block
from lab.nodes import LMOD, X86_64, add_command
from layouts import installations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.machines import Machine
    from lab.stations import Station

GUIDE = "clusters.md"
EASYBUILD = ("easybuild-framework==5.4.1", "easybuild-easyblocks==5.4.1")
COVERAGE = "7.12.0"
# The former has a compiled part, and this is the last of the latter that has a .pth.
WHEELS = (f"coverage=={COVERAGE}", "pytest-cov==5.0.0")
TMP = "/tmp"  # noqa: S108 - that of a box
SETTINGS = {
    "EASYBUILD_ALLOW_USE_AS_ROOT_AND_ACCEPT_CONSEQUENCES": "1",
    "EASYBUILD_BUILDPATH": f"{TMP}/build",
    "EASYBUILD_INSTALLPATH": "/apps",
    "EASYBUILD_ROBOT": "/srv",
    "EASYBUILD_SOURCEPATH": f"{TMP}/sources:/srv",
    "EASYBUILD_TMPDIR": TMP,
    "PYTHONPATH": "/opt/easybuild",
    "https_proxy": "http://localhost:9",  # it fetches nothing
}
PYTHON = Template("""
name = 'Python'
version = '$version'
homepage = 'https://www.python.org'
description = "A copy of an installation"
toolchain = SYSTEM
sources = [SOURCE_TAR]
skipsteps = ['configure', 'build', 'test']
install_cmd = 'cp -a . %(installdir)s && LD_LIBRARY_PATH=%(installdir)s/lib '
install_cmd += '%(installdir)s/bin/python $pip/pip install --quiet pip pytest'
install_pip = False
exts_list = [('six', '$six', {'source_tmpl': '%(name)s-%(version)s-py2.py3-none-any.whl'})]
sanity_check_paths = {'files': ['bin/python'], 'dirs': ['lib/python%(version_major_minor)s']}
sanity_check_commands = ['python --version']
moduleclass = 'lang'
""")
PACKAGE = Template("""
easyblock = 'PythonPackage'
name = '$name'
version = '$version'
versionsuffix = '-Python-%(pyver)s'
homepage = 'https://pypi.org/project/$name'
description = "$name"
toolchain = SYSTEM
sources = ['$wheel']
dependencies = [$dependencies]
moduleclass = 'lib'
""")
PATH = """python -c "import sys; print(*(e for e in sys.path if '-packages' in e))"
"""


@dataclass(frozen=True)
class Site:
    """A node whose software is EasyBuild's.

    :ivar modules: Its Python and its packages, by name.
    """

    station: Station
    modules: dict[str, str]

    @property
    def version(self) -> str:
        """X.Y of its Python."""
        return self.modules["Python"].partition("/")[2].rpartition(".")[0]

    def site_dir(self, prefix: str) -> str:
        """Return the site dir of a prefix."""
        return f"{prefix}/lib/python{self.version}/site-packages"

    def site_dirs(self, *names: str) -> list[str]:
        """Return the site dirs of modules."""
        return [self.site_dir(f"/apps/software/{self.modules[name]}") for name in names]

    def run(self, script: str, env: Mapping[str, str] | None = None) -> list[str]:
        """Return the lines that a script of a user of its Python prints."""
        script = f". {LMOD}\nmodule load Python\n{script}"
        env = {"MODULEPATH": "/apps/modules/all", **(env or {})}
        done = self.station.box.run("bash", "--norc", "-ec", script, env=env)
        assert not done.stderr.strip()
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def site(
    unhooked: Callable[[Machine, Path], Station],
    pysharedir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Site:
    """Return a node on which EasyBuild built modules, as the guide says."""
    base = tmp_path_factory.mktemp("easybuild")
    srv, apps = base / "srv", base / "apps"
    srv.mkdir()
    apps.mkdir()
    station = unhooked(X86_64, base / "root")
    add_command(station.box.root, pysharedir)
    shown = {**station.box.shown, "/opt/easybuild": easybuild(), "/srv": srv}
    station = replace(station, box=replace(station.box, shown=shown, lent={"/apps": apps}))
    modules = write_easyconfigs(srv, station.wheels[0])
    (srv / "hooks.py").write_text(block(GUIDE, "post_install_hook"))
    settings = block(GUIDE, "EASYBUILD_HOOKS").replace("/apps/easybuild", "/srv")
    names = " ".join(f"{module.replace('/', '-')}.eb" for module in modules.values())
    script = f". {LMOD}\n{settings}\npython3.11 -B -m easybuild.main {names}"
    station.box.run("bash", "--norc", "-ec", script, env={**station.env, **SETTINGS})
    return Site(station, modules)


def easybuild() -> Path:
    """Return a directory with EasyBuild, from the cache."""

    def install(directory: Path) -> None:
        command = [find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable]
        command += ["--no-deps", "--target", str(directory)]
        subprocess.run([*command, *EASYBUILD], check=True)

    return cached("lab/easybuild", str(EASYBUILD), install)


def write_easyconfigs(srv: Path, pure: Path) -> dict[str, str]:
    """Write what EasyBuild is to build, beside the sources, and return its modules by name."""
    python = copy_python(srv)
    options = ["--platform", X86_64.platform, "--python-version", python]
    sources = [*pure.glob("idna-*"), *wheels("easybuild-wheels", *options, *WHEELS).iterdir()]
    (pip,), (six,) = pure.glob("pip-*.whl"), pure.glob("six-*.whl")
    shutil.copy2(six, srv)
    values = {"version": python, "pip": f"/wheels/{pure.name}/{pip.name}"}
    text = PYTHON.substitute(values, six=six.name.split("-")[1])
    (srv / f"Python-{python}.eb").write_text(text)
    modules = {"Python": f"Python/{python}"}
    for wheel in sources:
        shutil.copy2(wheel, srv)
        name, version, *_ = wheel.name.split("-")
        name = name.replace("_", "-")
        dependencies = f"('Python', '{python}')"
        if name == "pytest-cov":
            dependencies += f", ('coverage', '{COVERAGE}', versionsuffix)"
        values = {"name": name, "version": version, "wheel": wheel.name}
        text = PACKAGE.substitute(values, dependencies=dependencies)
        (srv / f"{name}-{version}-Python-{python}.eb").write_text(text)
        modules[name] = f"{name}/{version}-Python-{python}"
    return modules


def copy_python(srv: Path) -> str:
    """Make an archive of an installation of Python, and return its version."""
    executables = {version: interpreters.find(version) for version in ("3.11", "3.12", "3.13")}
    usable = [
        (short, executable)
        for short, executable in executables.items()
        if executable and not installations.is_debian(executable)
    ]
    if not usable:
        skip("needs a CPython 3.11, 3.12 or 3.13 that is not Debian's")
    short, executable = usable[0]
    code = "import platform; print(platform.python_version())"
    version = subprocess.check_output([executable, "-I", "-c", code], text=True).strip()
    tree, name = srv / f"Python-{version}", f"python{short}"
    copy = installations.trim(executable, short, tree / "lib" / name)
    (tree / "lib" / name / "site-packages").mkdir()
    (tree / "bin").mkdir()
    shutil.copy2(copy.executable, tree / "bin" / name)
    (tree / "bin/python").symlink_to(name)
    (tree / f"bin/{name}-config").touch()  # EasyBuild makes a link to it
    for library in copy.libraries:
        shutil.copy2(library, tree / "lib", follow_symlinks=False)
    shutil.make_archive(str(tree), "tar", srv, tree.name)
    return version


@pytest.fixture(scope="module")
def theirs(site: Site) -> dict[str, str]:
    """An environment with the sitecustomize of EasyBuild, and without the hook."""
    code = "from easybuild.easyblocks.p.python import SITECUSTOMIZE; print(SITECUSTOMIZE)"
    env = {"PYTHONPATH": SETTINGS["PYTHONPATH"]}
    text = site.station.box.run("python3.11", "-B", "-c", code, env=env).stdout
    directory = site.station.box.lent["/apps"] / "theirs"
    directory.mkdir()
    (directory / "sitecustomize.py").write_text(text)
    return {"PYSHAREDIR": "0", "PYTHONPATH": "/apps/theirs"}


def test_built(site: Site) -> None:
    apps = site.station.box.lent["/apps"]
    prefix = apps / "software" / site.modules["Python"]
    site_dir = Path(site.site_dir(str(prefix)))
    assert (site_dir / "_pysharedir.pth").exists()
    assert not (site_dir / "sitecustomize.py").exists()
    # An extension of the Python itself, installed by it into its own prefix.
    assert (prefix / "share/python" / site.version / "six.py").exists()
    for name in ("idna", "coverage", "pytest-cov"):
        text = (apps / f"modules/all/{site.modules[name]}.lua").read_text()
        assert 'prepend_path("EBPYTHONPREFIXES", root)' in text
        assert '"PYTHONPATH"' not in text


def test_load_and_unload(site: Site) -> None:
    imports = "python -c 'import idna, coverage.tracer as t; print(idna.__file__, t.__file__)'"
    cov, both, imported, idna, none, *end = site.run(f"""
module load pytest-cov
{PATH}
module load idna
{PATH}
{imports}
module unload pytest-cov
{PATH}
module unload idna
{PATH}
echo ${{EBPYTHONPREFIXES-unset}}
python -c 'import idna' 2>/dev/null || echo no idna
""")
    base = site.site_dirs("Python")
    of_cov, of_idna = site.site_dirs("pytest-cov", "coverage"), site.site_dirs("idna")
    assert cov.split() == [*of_cov, *base]
    assert both.split() == [*of_idna, *of_cov, *base]
    pure, compiled = imported.split()
    assert pure == f"{of_idna[0]}/idna/__init__.py"
    assert compiled.startswith(
        f"{of_cov[1]}/coverage/tracer.cpython-{site.version.replace('.', '')}-"
    )
    assert idna.split() == [*of_idna, *base]
    assert none.split() == base
    assert end == ["unset", "no idna"]


def test_order_is_easybuilds(site: Site, theirs: dict[str, str]) -> None:
    user_site = site.site_dir(f"{TMP}/user")
    script = f"mkdir -p {user_site}\nmodule load pytest-cov idna\n{PATH}"
    user = {"PYTHONUSERBASE": f"{TMP}/user"}
    (path,) = site.run(script, user)
    modules = site.site_dirs("idna", "pytest-cov", "coverage", "Python")
    assert path.split() == [user_site, *modules]
    assert site.run(script, {**user, **theirs}) == [path]


COVER = f"""
cd {TMP}
echo 'print("run")' >child.py
cat >test_child.py <<'END'
import subprocess, sys

def test_child():
    subprocess.run([sys.executable, "child.py"], check=True)
END
"""


@pytest.mark.parametrize(
    ("variables", "covered"),
    [
        ("", "100%"),
        ("PYTHONPATH=$modules", "100%"),
        ("PYTHONPATH=$modules EBPYTHONPREFIXES=", "0%"),
    ],
    ids=["prefixes", "both", "path"],
)
def test_startup_files(variables: str, covered: str, site: Site) -> None:
    (line,) = site.run(f"""
module load pytest-cov
modules={":".join(site.site_dirs("pytest-cov", "coverage"))}
{COVER}
{variables} python -m pytest -q --cov=. test_child.py | grep ^child.py
""")
    # By its .pth, pytest-cov follows what a test starts.
    assert line.split()[-1] == covered


def test_venvs(site: Site) -> None:
    _, enable, options = block(GUIDE, "post_install_hook").partition(" enable ")
    plain, enabled, system = site.run(f"""
module load idna
python -m venv --without-pip {TMP}/plain
python -m venv --without-pip --system-site-packages {TMP}/system
PATH={TMP}/plain/bin:$PATH {PATH}
pysharedir --python {TMP}/plain {enable} {options.partition('"')[0]} >/dev/null
PATH={TMP}/plain/bin:$PATH {PATH}
PATH={TMP}/system/bin:$PATH {PATH}
""")
    idna, base = site.site_dirs("idna"), site.site_dirs("Python")
    assert plain.split() == [site.site_dir(f"{TMP}/plain")]
    assert enabled.split() == [site.site_dir(f"{TMP}/plain"), *idna]
    assert system.split() == [site.site_dir(f"{TMP}/system"), *idna, *base]


def test_sorted_module(site: Site) -> None:
    prefix, sharedir = "/apps/sorted", f"share/python/{site.version}"
    env = {**site.station.env, "PIP_FIND_LINKS": "/srv"}
    verdict, line = site.run(
        f"""
mkdir -p {prefix}/{sharedir}
python -m pip install --quiet --no-deps --ignore-installed --prefix {prefix} coverage pytest-cov
pysharedir --python "$(command -v python)" sort --prefix {prefix} | tail -1
{COVER}
export EBPYTHONPREFIXES={prefix}
python -m pytest -q --cov=. test_child.py | grep ^child.py
""",
        env,
    )
    assert verdict.endswith(f"1 moved to {prefix}/{sharedir}")
    assert (site.station.box.lent["/apps"] / "sorted" / sharedir / "pytest-cov.pth").exists()
    assert line.split()[-1] == "100%"
