"""Throwaway interpreters of the target, with and without the hook.

The target is the CPython version in ``PYSHAREDIR_TARGET``, by default the one that runs pytest.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import interpreters
from pysharedir.hook import files

if TYPE_CHECKING:
    from collections.abc import Callable

TEMPLATES = Path(__file__).parents[2] / "sitecustomize_templates"
VERSION = interpreters.TARGET
RELEASE = tuple(map(int, VERSION.split(".")))
PARTS = (
    "_pysharedir.py",
    *(
        f"_pysharedir.d/{part}.py"
        for part in ("path", "local", "adjust", "flat", "more", "metadata")
    ),
)
STYLES = {
    "pth": (*PARTS, "_pysharedir.pth"),
    # From Python 3.18 on: 3.15 reads it too.
    "start": (*PARTS, "_pysharedir.pth", "_pysharedir.start"),
    "sitecustomize": (*PARTS, "sitecustomize.py"),
}
OPT_IN = {"ON = True": "ON = False", 'b"0 off false no"': 'b"1 on true yes"'}


@dataclass(frozen=True)
class Python:
    """An interpreter in a tree of its own: a base installation or a venv."""

    prefix: Path
    executable: Path
    site_dir: Path
    home: Path

    @property
    def root(self) -> Path:
        return self.site_dir.parents[2]

    @property
    def sharedir(self) -> Path:
        return self.root / "share" / "python" / VERSION

    def hook(self, style: str = "pth", constants: dict[str, str] | None = None) -> Python:
        """Copy the hook into the site dir, with *constants* replaced as ``enable`` does."""
        install(self.site_dir, style, constants)
        return self

    def share(self, **files: str) -> Path:
        """Make the sharedir."""
        self.sharedir.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (self.sharedir / name).write_text(text)
        return self.sharedir

    def run(
        self,
        *args: str | bytes,
        env: dict[str, Any] | None = None,
        under: tuple[str, ...] = (),
        **kwargs: Any,
    ) -> subprocess.CompletedProcess[str]:
        """Run the interpreter in an environment that only *env* sets PYTHON* variables of."""
        environ: dict[str, Any] = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PYSHAREDIR", "VIRTUAL_ENV", "COV_"))
        }
        environ.update({"HOME": str(self.home)}, **(env or {}))
        if not kwargs.keys() & {"stdout", "stderr"}:
            kwargs["capture_output"] = True
        return subprocess.run(
            [*under, str(self.executable), *args],
            env=environ,
            errors="surrogateescape",
            check=False,
            **{"cwd": self.home, "timeout": 60, **kwargs},
        )

    def ask(self, code: str, *flags: str, **kwargs: Any) -> Any:
        """Run *code* and return what it left in ``answer``."""
        done = self.run(*flags, "-c", code + "\nimport json; print(json.dumps(answer))", **kwargs)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout)

    def path(self, *flags: str, **kwargs: Any) -> list[str]:
        """Return sys.path without the '' of ``-c``."""
        path: list[str] = self.ask("import sys; answer = sys.path", *flags, **kwargs)
        return path[1:] if path[:1] == [""] else path

    def outcome(self, *args: str, **kwargs: Any) -> tuple[int, str, str]:
        """Return the exit status, stdout and stderr of a start."""
        done = self.run(*args, **kwargs)
        return done.returncode, done.stdout, done.stderr


def install(site_dir: Path, style: str = "pth", constants: dict[str, str] | None = None) -> None:
    for name in STYLES[style]:
        text = (TEMPLATES / name).read_text()
        if name == files.SITECUSTOMIZE:
            gate, path = ((TEMPLATES / part).read_bytes() for part in PARTS[:2])
            text = files.one_module(gate, path).decode()
        for old, new in (constants or {}).items():
            text = text.replace(old, new)
        copy = site_dir / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(text)
    for old in constants or {}:
        assert any(old in (TEMPLATES / name).read_text() for name in PARTS)


def near(site_dir: Path) -> str:
    """Return the sharedir next to *site_dir*."""
    return str(site_dir.parents[2] / "share" / "python" / VERSION)


def site_dir_of(root: Path) -> Path:
    """Return a new site dir in *root*."""
    path = root / "lib" / f"python{VERSION}" / "site-packages"
    path.mkdir(parents=True)
    return path


@pytest.fixture(scope="session")
def stdlib(interpreter: Path) -> Path:
    code = "import os; print(os.path.realpath(os.path.dirname(os.__file__)))"
    done = subprocess.run(
        [interpreter, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def make_base(interpreter: Path, stdlib: Path) -> Callable[[Path], Python]:
    """Return what makes a base installation: the target's standard library, linked.

    It has no packages and, unlike Debian's, no sitecustomize.
    """

    def make(root: Path) -> Python:
        home = root.parent / f"{root.name}-home"
        home.mkdir(parents=True)
        lib = root / "lib" / f"python{VERSION}"
        lib.mkdir(parents=True)
        for entry in stdlib.iterdir():
            if entry.name not in {"site-packages", "sitecustomize.py", "__pycache__"}:
                (lib / entry.name).symlink_to(entry)
        executable = root / "bin" / f"python{VERSION}"
        executable.parent.mkdir()
        shutil.copy2(interpreter.resolve(), executable)
        base = Python(root, executable, root, home)
        listed = base.ask("import site; answer = site.getsitepackages()", "-I")
        site_dir = Path(listed[0])
        site_dir.mkdir(parents=True, exist_ok=True)
        return Python(root, executable, site_dir, home)

    return make


@pytest.fixture(scope="session")
def shared_base(
    make_base: Callable[[Path], Python], tmp_path_factory: pytest.TempPathFactory
) -> Python:
    """Return a base without packages, not to be written to."""
    return make_base(tmp_path_factory.mktemp("shared") / "base")


@pytest.fixture(scope="session")
def template(shared_base: Python, tmp_path_factory: pytest.TempPathFactory) -> Path:
    venv = tmp_path_factory.mktemp("template") / "venv"
    shared_base.run("-m", "venv", "--without-pip", str(venv)).check_returncode()
    return venv


@pytest.fixture
def base(make_base: Callable[[Path], Python], tmp_path: Path) -> Python:
    """Return a base of one's own."""
    return make_base(tmp_path / "base")


@pytest.fixture(scope="session")
def make_venv(template: Path) -> Callable[..., Python]:
    """Return what makes a venv, of *base* if one is given, which it then sees."""

    def make(root: Path, base: Python | None = None) -> Python:
        home = root.parent / f"{root.name}-home"
        home.mkdir(parents=True)
        shutil.copytree(template, root, symlinks=True)
        if base:
            for name in ("python", "python3", f"python{VERSION}"):
                (root / "bin" / name).unlink()
                (root / "bin" / name).symlink_to(base.executable)
            (root / "pyvenv.cfg").write_text(
                f"home = {base.executable.parent}\ninclude-system-site-packages = true\n"
            )
        site_dir = root / "lib" / f"python{VERSION}" / "site-packages"
        return Python(root, root / "bin" / "python", site_dir, home)

    return make


@pytest.fixture
def venv(make_venv: Callable[..., Python], tmp_path: Path) -> Python:
    """Return a venv without the hook."""
    return make_venv(tmp_path / "venv")


@pytest.fixture
def hooked(venv: Python) -> Python:
    """Return a venv with the hook and an empty sharedir."""
    venv.share()
    return venv.hook()


@pytest.fixture
def small(shared_base: Python) -> list[str]:
    """Return the standard library's entries of sys.path."""
    return [
        entry
        for entry in shared_base.path("-I")
        if not entry.endswith(("site-packages", "dist-packages"))
    ]


@pytest.fixture
def dumb(make_venv: Callable[..., Python], tmp_path: Path) -> Python:
    """Return a venv whose only startup files do nothing: what a hook cannot cost less than."""
    venv = make_venv(tmp_path / "dumb")
    (venv.site_dir / "_dumb.pth").write_text("import sys\n")
    return venv
