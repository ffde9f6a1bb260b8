"""`startup --static` and `--allow` report on an environment, and run nothing of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from click.testing import CliRunner

import interpreters
from pysharedir.cli import cli
from pysharedir.startup import allowlist, run, static
from trees import plant
from unit.conftest import VERSION, site_dir_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    from pysharedir.startup.spans import Startup
    from pysharedir.startup.static import Static
    from unit.conftest import Command, Venv

ENTRIES = "import line", "entry"


@pytest.fixture(params=interpreters.VERSIONS)
def any_venv(
    request: pytest.FixtureRequest,
    find_interpreter: Callable[[str], Path],
    environment: dict[str, str],
    tmp_path: Path,
) -> Path:
    """The site dir of a venv of each Python there is, which sees that of its base."""
    python = find_interpreter(request.param)
    return site_dir_of(python, tmp_path / "any", environment, "--system-site-packages")


def ran(startup: Startup) -> list[str]:
    """Return the startup files that a start has run, in order."""
    items = [item for file in startup.files for item in file.items if item.kind in ENTRIES]
    return [str(item.text).rstrip() for item in sorted(items, key=lambda item: item.number)]


def would_run(found: Static) -> list[str]:
    """Return the startup files that a start would run, in order."""
    items = [item for file in found.files for item in file.items if item.number is not None]
    items.sort(key=lambda item: item.number or 0)
    return [str(item.text) for item in items if item.kind in ENTRIES]


def test_it_is_what_a_start_does(
    any_venv: Path,
    command: Command,
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    venv = any_venv.parents[2]
    variables = ("--prefixes-from", "PREFIXES", "--prefixes-from", "SITES:site-dirs")
    command.json("--python", venv, "enable", *variables, "--prefix-startup-files", "--user-first")
    other = tmp_path / "other" / any_venv.relative_to(venv)
    user = tmp_path / "user" / any_venv.relative_to(venv)
    modules = {f"m{number}.py": "def run(): pass\n" for number in range(5)}
    plant(
        any_venv,
        {
            ".hidden.pth": "import m0; 'hidden'\n",
            "a.pth": "import m0; 1\n../elsewhere\n../nowhere\n#\nimport\tm1 # two  \n",
            "ends.pth": "# x\x0cimport m0; 3\r\nimport m1; 4\rimport m2; 5\n\nimport m3; '\x85'\n",
            "indented.pth": " import m0; 6\n",
            "linked.pth": f"-> {tmp_path}/outside\n".strip(),
            "broken.pth": "-> nowhere",
            "other.pth": f"{other}\n",
            "silent.pth": "import m0; 7\n../silent\n",
            "silent.start": "# nothing\n",
            "started.start": "m0:run\n  m1:run  \n",
            "unheard.pth": "import m0; 8\n",
            ".unheard.start": "",
            "sitecustomize": {"__init__.py": ""},
            "sitecustomize.py": "raise SystemExit\n",
            **modules,
        },
    )
    (any_venv / "marked.pth").write_bytes(b"\xef\xbb\xbfimport m0; 9\n")
    (any_venv / "wrong.pth").mkdir()
    if any_venv.parent.name == "python3.15":
        (any_venv / "unheard.start").write_bytes(b"m0:run \xff\n")
    plant(tmp_path, {"outside": "import m0; 10\n"})
    plant(any_venv.parent, {"elsewhere": {"usercustomize.pyc": ""}, "silent": {}})
    plant(other, {"unread.pth": "import nosuch\n"})
    plant(user, {"user.pth": "import m0; 11\n", "usercustomize.py": "", "sitecustomize.py": ""})
    version = any_venv.parent.name.removeprefix("python")
    shares = [root / "share" / "python" / version for root in (venv, other.parents[2])]
    for number, share in enumerate(shares):
        plant(share, {f"share{number}.pth": f"import m{number}; 'share'\n../lines\n"})
    plant(shares[0].parent, {"lines": {}})
    prefix, site_dirs = tmp_path / "prefix", []
    for number, root in enumerate((prefix, tmp_path / "second", tmp_path / "third")):
        site_dirs.append(root / any_venv.relative_to(venv))
        lines = f"import m{number}; 'site'\nlines\n{tmp_path}/line\n"
        plant(site_dirs[-1], {"x.pth": lines, "lines": {}, "x.py": ""})
        plant(root / "share/python" / version, {"y.pth": f"import m{number}; 'y'\n../lines\n"})
    plant(tmp_path, {"line": {}})
    env = {
        **environment,
        "PYTHONUSERBASE": str(tmp_path / "user"),
        "PYTHONPATH": f"{user}:{site_dirs[2]}:",
        "PREFIXES": f"{prefix}:{tmp_path}/second:{tmp_path}/third",
        "SITES": f"{site_dirs[2]}:{site_dirs[1]}:{tmp_path}",
        "PYSHAREDIR_PREFIXES": f"{prefix}/:relative:{venv}:{prefix}",
    }
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    found = static.read(venv / "bin" / "python")
    started = run.start(venv / "bin" / "python", runs=0)
    assert list(found.path) == list(started.path)
    assert would_run(found) == list(dict.fromkeys(ran(started)))
    files = [file.path for file in started.files if file.path and file.kind != "hook"]
    assert sorted(file.path for file in found.files) == sorted(files)
    owners = {file.path: file.owner for file in started.files}
    assert {file.path: file.owner for file in found.files}.items() <= owners.items()
    hashes = allowlist.hashes(started)
    assert allowlist.static_hashes(found).items() <= hashes.items()
    unread = [file for file in found.files if file.error]
    compared = allowlist.compare_static(found, hashes)[1]
    assert (compared.new, len(compared.changed)) == ((), len(unread))


class Hostile:
    """A venv of which whatever runs leaves a mark, in a process that is about to look at it.

    :ivar starts: What its interpreter has been given by now: the first two arguments of each start.
    """

    def __init__(self, venv: Venv, tmp_path: Path) -> None:
        self.venv = venv
        self.marker, self._starts = tmp_path / "marker", tmp_path / "starts"
        mark = f"open({str(self.marker)!r}, 'a').write(__name__ + ' ')\n"
        user = tmp_path / "user" / venv.site_dir.relative_to(venv.root)
        line = f"import os; {mark}"
        start = {"evil.start": "evil:run\n", "evil.py": f"{mark}def run(): {mark}"}
        plant(tmp_path / "here", {f"{name}.py": mark for name in ("json", "site", "types")})
        plant(venv.site_dir, {"evil.pth": line, "sitecustomize.py": mark, "json.py": mark, **start})
        plant(venv.sharedir, {"shared.pth": line, "usercustomize.py": mark})
        plant(user, {"user.pth": line, "usercustomize.py": mark})
        settings = venv.root / "pyvenv.cfg"
        settings.write_text(settings.read_text().replace("packages = false", "packages = true"))
        own = venv.python.with_name("own")
        own.symlink_to(venv.python.resolve())
        for name in "python", f"python{VERSION}":
            script = venv.python.with_name(name)
            script.unlink(missing_ok=True)
            script.write_text(f'#!/bin/sh\necho "$1 $2" >> {self._starts}\nexec {own} "$@"\n')
            script.chmod(0o755)
        self.environment = {
            **venv.environment,
            "PYTHONUSERBASE": str(tmp_path / "user"),
            "PYTHONPATH": str(venv.site_dir),
            "VIRTUAL_ENV": str(venv.root),
            "PATH": f"{venv.python.parent}{os.pathsep}{os.environ['PATH']}",
        }

    def __call__(self, *arguments: str | Path) -> Result:
        """Run `startup`, which must run nothing of that venv."""
        done = CliRunner().invoke(cli, ["startup", *map(str, arguments)])
        assert not self.marker.exists(), self.marker.read_text()
        assert set(self._starts.read_text().splitlines()) <= {"-I -S", "-V "}
        return done


@pytest.fixture
def hostile(enabled: Venv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    hostile = Hostile(enabled, tmp_path)
    monkeypatch.chdir(tmp_path / "here")
    with mock.patch.dict(os.environ, hostile.environment, clear=True):
        yield hostile


@pytest.mark.parametrize("named", ["VENV", "VENV/bin/python", "python", VERSION, ""])
def test_nothing_is_run_whatever_names_the_target(hostile: Hostile, named: str) -> None:
    spec = named.replace("VENV", str(hostile.venv.root))
    words = ["--python", spec] if spec else []
    done = hostile("--static", *words)
    assert (done.exit_code, done.stderr_bytes or b"") == (0, b"")  # click 8.1 mixes the two
    ends = "evil.pth", "shared.pth", "sitecustomize.py", "user.pth", "usercustomize.py"
    assert all(f"/{end}" in done.stdout for end in ends)
    assert "startup files, none ran\n" in done.stdout
    hostile.venv.run("-c", "pass", **hostile.environment)
    assert hostile.marker.exists()


def test_a_list_is_compared_before_anything_runs(hostile: Hostile, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed.txt"
    allowed.write_text("")
    done = hostile("--allow", allowed, "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["started"], report["changed"]) == (1, False, [])
    site_dir = hostile.venv.site_dir.relative_to(hostile.venv.root)
    assert {f"{site_dir}/evil.pth", f"{site_dir}/sitecustomize.py"} < set(report["new"])
    assert hostile("--static", "--allow", allowed, "--update").exit_code == 0
    (hostile.venv.site_dir / "evil.pth").write_text("import evil\n")
    done = hostile("--allow", allowed)
    assert done.exit_code == 1
    assert done.stdout.startswith(f"changed: {site_dir}/evil.pth\n")
    assert done.stdout.endswith("1 not allowed by " + f"{allowed}; nothing ran\n")
    assert hostile("--static", "--allow", allowed, "--update").exit_code == 0
    assert hostile("--static", "--allow", allowed).exit_code == 0


def test_a_module_that_is_allowed_is_compared_too(hostile: Hostile, tmp_path: Path) -> None:
    allowed, evil = tmp_path / "allowed.txt", hostile.venv.site_dir / "evil.py"
    hostile("--static", "--allow", allowed, "--update")
    name = evil.relative_to(hostile.venv.root)
    with allowed.open("a") as file:
        file.write(f"{hashlib.sha256(evil.read_bytes()).hexdigest()}  {name}\n")
    assert hostile("--static", "--allow", allowed).exit_code == 0
    was = evil.read_bytes()
    evil.write_text("import colorsys\n")
    done = hostile("--allow", allowed)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (1, f"changed: {name}")
    evil.write_bytes(was)
    plant(evil.parent, {"evil": {"__init__.py": "import colorsys\n"}})  # comes before it
    done = hostile("--allow", allowed)
    new = f"new: {name.parent}/evil/__init__.py"
    assert (done.exit_code, done.stdout.splitlines()[0]) == (1, new)


def test_all_parts_of_the_hook_are_in_a_list(
    enabled: Venv, command: Command, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed.txt"
    command.json("--python", enabled.root, "startup", "--allow", allowed, "--update")
    for name in "", "adjust", "more":
        assert f"_pysharedir{'.d/' if name else ''}{name}.py\n" in allowed.read_text()
    env = {"PYTHONPATH": str(tmp_path), "PYSHAREDIR_PREFIXES": str(tmp_path)}
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-m",
            "pysharedir",
            "-p",
            enabled.root,
            "startup",
            "--allow",
            allowed,
        ],
        env={**enabled.environment, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.rpartition(", all")[2]) == (0, f" allowed by {allowed}\n")


def test_whose_the_hook_is_goes_by_all_of_it(enabled: Venv) -> None:
    (enabled.site_dir / "sitecustomize.py").write_text("# pysharedir: not at all\n")
    owners = {os.path.basename(file.path): file.owner for file in static.read(enabled.python).files}
    assert owners["sitecustomize.py"] == "pysharedir (incomplete)"
    (enabled.site_dir / "sitecustomize.py").unlink()
    owners = {os.path.basename(file.path): file.owner for file in static.read(enabled.python).files}
    assert owners["_pysharedir.pth"] == "pysharedir"


def test_the_other_style_runs_what_it_shadows(
    venv: Venv, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    ext = f"sitecustomize{EXTENSION_SUFFIXES[0]}"
    other = plant(tmp_path / "other", {ext: "", "sitecustomize.py": ""})
    (venv.site_dir / "z.pth").write_text(f"{other}\n")
    plant(venv.sharedir, {"a.pth": ""})
    names = [os.path.basename(file.path) for file in static.read(venv.python).files]
    assert names[-3:] == ["sitecustomize.py", "a.pth", ext]
    monkeypatch.setenv("PYTHONPATH", str(other))
    names = [os.path.basename(file.path) for file in static.read(venv.python).files]
    assert (names[-1], "a.pth" in names) == (ext, False)


@pytest.mark.parametrize("options", [[], ["--opt-in"]])
def test_a_hook_that_is_off_reads_no_sharedir(
    venv: Venv, command: Command, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    command.json("--python", venv.root, "enable", *options)
    plant(venv.sharedir, {"a.pth": ""})
    for word, is_on in ("0", False), ("", not options), ("ON", True):
        monkeypatch.setenv("PYSHAREDIR", word)
        names = [os.path.basename(file.path) for file in static.read(venv.python).files]
        assert ("a.pth" in names) is is_on


def test_what_is_no_file_is_not_waited_for(venv: Venv) -> None:
    os.mkfifo(venv.site_dir / "a.pth")
    os.mkfifo(venv.site_dir / "_pysharedir.py")
    with (venv.site_dir / "b.pth").open("wb") as file:
        file.truncate(1 << 40)
    (venv.site_dir / "c.pth").symlink_to("/dev/zero")
    with zipfile.ZipFile(venv.site_dir / "d.zip", "w") as archive:
        archive.writestr("sitecustomize.py", "")
    (venv.site_dir / "d.pth").write_text("d.zip\n")
    found = {os.path.basename(file.path): file for file in static.read(venv.python).files}
    errors = [found[f"{name}.pth"].error for name in "abcd"]
    assert errors == ["not a file", "file too large", "not a file", None]
    assert found["c.pth"].link == "/dev/zero"
    assert found["sitecustomize.py"].path == str(venv.site_dir / "d.zip" / "sitecustomize.py")
