"""The reports of ``startup`` on real starts of real venvs."""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from unittest import mock

import pytest
from click.testing import CliRunner

import interpreters
from pysharedir.cli import cli
from pysharedir.errors import AllowlistError
from pysharedir.startup import allowlist, traces
from pysharedir.startup import run as startup
from trees import plant
from unit import terminal
from unit.conftest import VERSION, site_dir_of
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from pysharedir.startup.spans import File, Item, Startup
    from unit.conftest import Command, Venv

TWICE = 2 if sys.version_info < (3, 15) else 1
# The modules that site imports to read the first .pth file.
OF_FIRST_PTH = ("encodings.utf_8_sig",) if sys.version_info >= (3, 13) else ()
MODULES = """\
import sys
names, path = list(sys.modules), sys.path[:]
import json, sysconfig
print(json.dumps([path, names, sysconfig.get_path('stdlib')]))
"""


class Look(Protocol):
    def __call__(self, venv: Path, *, runs: int = 0, **env: str) -> Startup: ...


@pytest.fixture
def look(environment: dict[str, str]) -> Look:
    """Return what starts the interpreter of a venv but once, unless costs are the point."""

    def start(venv: Path, *, runs: int = 0, **env: str) -> Startup:
        with mock.patch.dict(os.environ, {**environment, **env}, clear=True):
            return startup.start(venv / "bin" / "python", runs=runs)

    return start


@pytest.fixture
def invoke(environment: dict[str, str]) -> Callable[..., Result]:
    """Return the command, in this process."""

    def invoke(venv: Path, *arguments: str | Path) -> Result:
        with mock.patch.dict(os.environ, environment, clear=True):
            return CliRunner().invoke(cli, ["--python", str(venv), "startup", *map(str, arguments)])

    return invoke


def by_name(found: Startup) -> dict[str, File]:
    return {os.path.basename(file.path or f"no {file.kind}"): file for file in found.files}


def items(file: File, kind: str) -> list[Item]:
    return [item for item in file.items if item.kind == kind]


@pytest.fixture(params=interpreters.VERSIONS)
def any_venv(
    request: pytest.FixtureRequest,
    find_interpreter: Callable[[str], Path],
    base: Path,
    environment: dict[str, str],
    tmp_path: Path,
) -> Path:
    """The site dir of a venv of each Python there is."""
    python = base if request.param == VERSION else find_interpreter(request.param)
    return site_dir_of(python, tmp_path / "any", environment)


def test_a_start_that_is_looked_at_ends_as_any(any_venv: Path, command: Command) -> None:
    plant(
        any_venv,
        {
            "a.pth": "import one\n../elsewhere\n",
            "nspkg.pth": "import sys; sys.path.append(sys._getframe(1).f_locals['sitedir'] + '/')",
            "shared.pth": "import sys; m = 1\nimport sys; 'm' in dir() and sys.path.append('m')\n",
            "nested.pth": "import os; exec('import two')\nimport site; site.addsitedir('/no')\n",
            "entry.start": "four:run\n",
            "sitecustomize.py": "import five, site\nif site.__spec__._initializing: import three\n",
            **{f"{name}.py": "def run(): pass\n" for name in ("one", "two", "three", "four")},
            "five.py": "import sys\nsys.path.insert(0, '/five')\n",
        },
    )
    (any_venv.parent / "elsewhere").mkdir()
    venv = any_venv.parents[2]
    command.json("--python", venv, "enable")
    python = venv / "bin" / "python"
    found = traces.trace(python).facts
    done = subprocess.run([python, "-c", MODULES], capture_output=True, text=True, check=True)
    path, modules, stdlib = json.loads(done.stdout)
    assert (found["path"], found["stdlib"]) == ([entry for entry in path if entry], stdlib)
    assert set(found["modules"]) == set(modules)
    unused = set() if any_venv.parent.name == "python3.15" else {"four"}
    assert {"one", "two", "three", "four", "five"} - set(modules) == unused
    shares_variables = any_venv.parent.name not in ("python3.13", "python3.14", "python3.15")
    assert ("/five" in path, "m" in path) == (True, shares_variables)
    assert traces.differences(python, found) == []
    looked = traces.trace(python, look=traces.Look.IMPORTS).facts
    assert traces.differences(python, looked) == []
    (any_venv / "odd.pth").write_text("import no_such_module\n")
    for look in traces.Look.NOTHING, traces.Look.IMPORTS:
        assert traces.differences(python, traces.trace(python, look=look).facts) == []


def test_files_come_in_order_with_their_owners(venv: Venv, look: Look) -> None:
    put(venv.site_dir, "one", {"one.pth": "import one.more\n", "one/more.py": "import colorsys"})
    plant(venv.site_dir, {"b.pth": "..\n", "a.pth": "# nothing\n", "sitecustomize.py": ""})
    (venv.site_dir / "noise.pth").write_text(
        "import sys; print('<pysharedir>{', end=''); sys.stdout = sys.stderr = None\n"
    )
    report = look(venv.root, runs=1)
    assert [os.path.basename(file.path or "") for file in report.files] == [
        "a.pth",
        "b.pth",
        "noise.pth",
        "one.pth",
        "sitecustomize.py",
    ]
    found = by_name(report)
    owners = {name: file.owner for name, file in found.items() if file.owner}
    assert owners == {"one.pth": "one 1.0"}
    (line,) = items(found["one.pth"], "import line")
    assert (line.line, line.text, line.times) == (1, "import one.more", TWICE)
    assert line.modules == ("one", "colorsys", "one.more")
    assert str(venv.site_dir / "one" / "more.py") in line.files
    added = [entry for item in found["b.pth"].items for entry in item.path]
    assert added == [str(venv.site_dir.parent)]
    assert [item.kind for item in found["sitecustomize.py"].items] == ["sitecustomize"]
    assert (report.ends_early, [note for note in report.notes if "strace" not in note]) == (
        False,
        [],
    )


@pytest.mark.parametrize("maker", ["uv", "virtualenv"])
def test_who_made_the_venv_owns_what_it_put_there(venv: Venv, look: Look, maker: str) -> None:
    with (venv.root / "pyvenv.cfg").open("a") as file:
        file.write(f"{maker} = 1.2.3\n")
    plant(venv.site_dir, {"_virtualenv.pth": "import _virtualenv", "_virtualenv.py": ""})
    (venv.site_dir / "other.pth").write_text("import sys\n")
    found = by_name(look(venv.root))
    assert found["_virtualenv.pth"].owner == f"{maker} 1.2.3"
    assert found["other.pth"].owner is None


def test_the_parts_add_up_to_the_whole(enabled: Venv, command: Command) -> None:
    (enabled.site_dir / "slow.pth").write_text("import time; time.sleep(0.05)\n")
    report = command.json("--python", enabled.root, "startup")
    parts = [report["core"], report["site"], *(file["cost"] for file in report["files"])]
    assert report["cost"]["ns"] == sum(part["ns"] for part in parts)
    (slow,) = (file for file in report["files"] if str(file["path"]).endswith("/slow.pth"))
    assert 0.05e9 * TWICE <= slow["cost"]["ns"] < report["cost"]["ns"]
    assert report["site"]["ns"] < 0.05e9
    if report["cost"]["calls"] is not None:
        assert report["cost"]["calls"] == sum(part["calls"] for part in parts)
    page = Path(__file__).parents[2] / "docs" / "reference" / "startup.md"
    assert [key for key in keys(report) if f"`{key}`" not in page.read_text("utf-8")] == []


def keys(facts: Any) -> set[str]:
    """Return all keys of a report, all the way down."""
    if isinstance(facts, dict):
        return set(facts).union(*map(keys, facts.values()))
    return set().union(*map(keys, facts)) if isinstance(facts, list) else set()


def test_what_is_before_site_is_counted_from_the_call(
    venv: Venv, look: Look, tmp_path: Path
) -> None:
    plant(
        tmp_path, {"slow": {"bin": {"python": f'#!/bin/sh\nsleep 0.2\nexec {venv.python} "$@"\n'}}}
    )
    (tmp_path / "slow" / "bin" / "python").chmod(0o755)
    assert 0.2e9 < look(tmp_path / "slow", runs=2).core.ns < 1e9


def test_system_calls_go_to_those_who_make_them(venv: Venv, look: Look) -> None:
    if not shutil.which("strace"):
        pytest.skip("no strace")
    before = look(venv.root, runs=1)
    if before.core.calls is None or before.site.calls is None:
        pytest.skip(before.notes[0])
    assert 0 < before.site.calls < before.core.calls / 2
    (venv.site_dir / "busy.pth").write_text(
        "import os; [os.access('/', 0) for _ in range(100)]; os.system('true')\n"
    )
    after = look(venv.root, runs=1)
    (line,) = items(by_name(after)["busy.pth"], "import line")
    assert (line.cost.calls or 0) > 100 * TWICE
    assert abs((after.core.calls or 0) - before.core.calls) < 10
    assert abs((after.site.calls or 0) - before.site.calls) < 10


@pytest.mark.parametrize("strace", [None, "#!/bin/sh\necho not permitted >&2\nexit 1\n"])
def test_without_strace(venv: Venv, look: Look, tmp_path: Path, strace: str | None) -> None:
    plant(tmp_path, {"bin": {"strace": strace} if strace else {}})
    (tmp_path / "bin" / "sh").symlink_to(str(shutil.which("sh")))
    for file in (tmp_path / "bin").glob("strace"):
        file.chmod(0o755)
    report = look(venv.root, runs=1, PATH=str(tmp_path / "bin"))
    assert report.cost.calls is report.core.calls is None
    assert report.cost.ns > 0
    (note,) = report.notes
    assert ("not permitted" if strace else "no strace on PATH") in note


def test_a_line_that_fails(venv: Venv, look: Look, invoke: Callable[..., Result]) -> None:
    (venv.site_dir / "odd.pth").write_text("# odd\nimport sys\nimport nothing_such\n")
    (venv.site_dir / "sitecustomize.py").write_text("1 / 0\n")
    found = by_name(look(venv.root))
    assert [(item.line, item.error) for item in items(found["odd.pth"], "import line")] == [
        (2, None),
        (3, "ModuleNotFoundError: No module named 'nothing_such'"),
    ]
    (item,) = found["sitecustomize.py"].items
    assert (item.error, item.fatal) == ("ZeroDivisionError: division by zero", False)
    done = invoke(venv.root)
    assert not done.exit_code
    assert f"fails: {venv.site_dir}/odd.pth:3: ModuleNotFoundError" in done.stdout


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="it shows lines of python -c too")
def test_a_line_that_fails_loads_what_its_traceback_needs(venv: Venv, look: Look) -> None:
    (venv.site_dir / "odd.pth").write_text("import nowhere\n")
    modules = by_name(look(venv.root))["odd.pth"].modules
    assert "traceback" in modules
    assert set(modules) <= set(venv.says("list(sys.modules)"))


@pytest.mark.parametrize("name", ["exit.pth", "sitecustomize.py"])
def test_a_start_that_ends_early_is_followed_to_its_end(
    venv: Venv, look: Look, invoke: Callable[..., Result], name: str
) -> None:
    (venv.site_dir / name).write_text("import sys; sys.exit('enough')\n")
    (venv.site_dir / "later.pth").write_text("import colorsys\n")
    plain = venv.run("-c", "print('started')").stdout
    assert "colorsys" not in plain
    assert "started" not in plain
    report = look(venv.root)
    assert report.ends_early
    found = by_name(report)
    (item,) = (item for item in found[name].items if item.error)
    assert (item.error, item.fatal) == ("SystemExit: enough", True)
    first = name != "exit.pth"
    assert found["later.pth"].modules == (*(OF_FIRST_PTH if first else ()), "colorsys")
    done = invoke(venv.root)
    assert done.exit_code == 1
    assert "note: without pysharedir, the start ends at the first fatal error\n" in done.stdout
    assert "the start ends here" in done.stdout


def test_the_working_directory_shadows_nothing(
    venv: Venv, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path / "here", {"json.py": "raise SystemExit('shadowed')\n", "sitecustomize.py": ""})
    monkeypatch.chdir(tmp_path / "here")
    assert [file.path for file in look(venv.root, runs=1).files] == [None]


def test_a_usercustomize(venv: Venv, look: Look, tmp_path: Path) -> None:
    settings = venv.root / "pyvenv.cfg"
    settings.write_text(settings.read_text().replace("packages = false", "packages = true"))
    user = tmp_path / "user" / "lib" / venv.site_dir.parent.name / "site-packages"
    plant(user, {"usercustomize.py": "import colorsys\n", "sitecustomize.py": ""})
    report = look(venv.root, PYTHONUSERBASE=str(tmp_path / "user"))
    last = report.files[-2:]
    assert [file.path for file in last] == [
        str(user / "sitecustomize.py"),
        str(user / "usercustomize.py"),
    ]
    assert last[1].modules == ("colorsys", "usercustomize")
    assert report.user_site == str(user)


def test_the_hook_pays_for_itself(enabled: Venv, look: Look) -> None:
    put(enabled.sharedir, "late", {"late.pth": "import late\n", "late.py": ""})
    customize = enabled.site_dir / "sitecustomize.py"
    for modules in (), ("colorsys", "sitecustomize"):
        if modules:
            customize.write_text("import colorsys\n")
        report = look(enabled.root)
        hook = next(file for file in report.files if file.kind == "hook")
        assert (hook.path, hook.owner) == (str(enabled.site_dir / "_pysharedir.py"), "pysharedir")
        assert hook.cost.ns > 0
        other = next(file for file in report.files if file.kind == "sitecustomize")
        assert (other.path, other.modules) == (str(customize) if modules else None, modules)
        assert other.cost.ns > 0
        late = by_name(report)["late.pth"]
        assert (late.owner, late.modules) == ("late 1.0", ("late",))


def test_the_other_style_of_the_hook(venv: Venv, look: Look, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    found = by_name(look(venv.root))["sitecustomize.py"]
    assert found.owner == "pysharedir"
    assert found.items[0].path == (str(venv.sharedir),)
    assert traces.differences(venv.python, traces.trace(venv.python).facts) == []


@pytest.mark.parametrize("any_venv", ["3.15"], indirect=True)  # PEP 829
def test_start_files(any_venv: Path, look: Look) -> None:
    plant(
        any_venv,
        {
            "a.start": "# first\none:run\nno_such_module:run\none:leave\none\n",
            "b.pth": "import two\n..\n",
            "c.pth": "import three\n",
            "c.start": "",
            "one.py": "import colorsys\ndef run(): pass\ndef leave(): raise SystemExit(3)\n",
            "two.py": "",
            "three.py": "",
        },
    )
    report = look(any_venv.parents[2])
    found = by_name(report)
    entries = items(found["a.start"], "entry")
    assert [(item.line, item.text, item.fatal) for item in entries] == [
        (2, "one:run", False),
        (3, "no_such_module:run", False),
        (4, "one:leave", True),
        (5, "one", False),
    ]
    assert {"colorsys", "one"} <= set(entries[0].modules)
    assert not entries[0].error
    assert str(entries[1].error).startswith("ModuleNotFoundError")
    assert str(entries[3].error).startswith("ValueError")
    assert (found["c.pth"].silenced, found["c.pth"].modules) == (True, ())
    assert not found["b.pth"].silenced
    (path,) = items(found["b.pth"], "path line")
    (line,) = items(found["b.pth"], "import line")
    assert (path.line, path.path) == (2, (str(any_venv.parent),))
    assert path.number < line.number < entries[0].number
    assert {file.times for file in report.files} == {1}


@pytest.fixture
def allowed(venv: Venv, look: Look, tmp_path: Path) -> Path:
    """The allowlist of a venv with a startup file and what that imports."""
    plant(venv.site_dir, {"mine.pth": "import mine\n", "mine.py": "import colorsys\n"})
    return written(look(venv.root), tmp_path / "allowed.txt")


def written(found: Startup, file: Path) -> Path:
    file.write_bytes(allowlist.render(allowlist.hashes(found)))
    return file


def compare(found: Startup, file: Path) -> dict[str, list[str]]:
    """Return what a start runs that differs from an allowlist."""
    result = allowlist.compare(allowlist.hashes(found), allowlist.read(file))
    states = {"new": result.new, "changed": result.changed, "gone": result.gone}
    return {state: sorted(names) for state, names in states.items() if names}


def test_an_allowlist(
    venv: Venv, command: Command, invoke: Callable[..., Result], allowed: Path
) -> None:
    site_dir = str(venv.site_dir.relative_to(venv.root))
    lines = [line for line in allowed.read_text().splitlines() if not line.startswith("#")]
    assert [line[64:] for line in lines] == [f"  {site_dir}/mine.{end}" for end in ("pth", "py")]
    subprocess.run(["sha256sum", "--check", "--quiet", allowed], check=True, cwd=venv.root)
    report = command.json("--python", venv.root, "startup", "--allow", allowed)
    assert (report["new"], report["changed"], report["gone"]) == ([], [], [])
    again = invoke(venv.root, "--allow", allowed, "--update", "--dry-run")
    assert "nothing to do" in again.stdout


def test_what_is_not_allowed(venv: Venv, look: Look, command: Command, allowed: Path) -> None:
    site_dir = venv.site_dir.relative_to(venv.root)
    (venv.site_dir / "new.pth").write_text(
        "import sys; exec('import new; del sys.modules[\"new\"]')\n"
    )
    plant(
        venv.site_dir, {"new.py": "", "mine.py": "import colorsys, sys\n", "sitecustomize.py": ""}
    )
    assert compare(look(venv.root), allowed) == {
        "new": [f"{site_dir}/{name}" for name in ("new.pth", "new.py", "sitecustomize.py")],
        "changed": [f"{site_dir}/mine.py"],
    }
    done = command("--python", venv.root, "startup", "--allow", allowed)
    assert done.returncode == 1
    assert f"new: {site_dir}/new.pth\n" in done.stdout
    assert f"changed: {site_dir}/mine.py\n" in done.stdout
    assert "3 not allowed" in done.stdout  # nothing has been run to find new.py
    assert "nothing ran" in done.stdout


def test_what_is_gone_is_a_note(venv: Venv, invoke: Callable[..., Result], allowed: Path) -> None:
    (venv.site_dir / "mine.pth").unlink()
    done = invoke(venv.root, "--allow", allowed)
    assert not done.exit_code
    assert f"note: gone: {(venv.site_dir / 'mine.py').relative_to(venv.root)}\n" in done.stdout


def test_an_allowlist_fits_the_same_venv_elsewhere(
    venv: Venv, make_venv: Callable[[str], Venv], look: Look, allowed: Path
) -> None:
    other = make_venv("other")
    for name in ("mine.pth", "mine.py"):
        shutil.copy(venv.site_dir / name, other.site_dir)
    assert compare(look(other.root), allowed) == {}


def test_an_allowlist_of_a_hooked_venv_has_its_parts(
    enabled: Venv, look: Look, tmp_path: Path
) -> None:
    file = written(look(enabled.root), tmp_path / "allowed.txt")
    assert "/_pysharedir.d/path.py\n" in file.read_text()
    (enabled.site_dir / "_pysharedir.d" / "path.py").write_text("pass\n")
    (changed,) = compare(look(enabled.root), file)["changed"]
    assert changed.endswith("/_pysharedir.d/path.py")


@pytest.mark.parametrize("said", ["mod1.py", "/nowhere/mod1.py"])
def test_a_pyc_without_its_source_is_hashed(
    venv: Venv, look: Look, tmp_path: Path, said: str
) -> None:
    plant(venv.site_dir, {"zz.pth": "import mod1\n"})
    source, pyc = tmp_path / "mod1.py", venv.site_dir / "mod1.pyc"
    source.write_text("")
    py_compile.compile(str(source), str(pyc), dfile=said, doraise=True)
    file = written(look(venv.root), tmp_path / "allowed.txt")
    assert compare(look(venv.root), file) == {}
    source.write_text("import colorsys\n")
    py_compile.compile(str(source), str(pyc), dfile=said, doraise=True)
    assert compare(look(venv.root), file) == {"changed": [str(pyc.relative_to(venv.root))]}


def test_a_module_that_hides_its_code_is_hashed(venv: Venv, look: Look, tmp_path: Path) -> None:
    plant(
        venv.site_dir,
        {
            "zz.pth": "import loading\n",
            "loading.py": "import sys\n"
            "from importlib import machinery, util\n"
            "class Loader(machinery.SourceFileLoader):\n"
            "    def exec_module(self, module): exec(self.get_data(self.path), vars(module))\n"
            "file = __file__.replace('loading.py', 'secret')\n"
            "spec = util.spec_from_file_location('secret', file, loader=Loader('secret', file))\n"
            "sys.modules['secret'] = util.module_from_spec(spec)\n"
            "spec.loader.exec_module(sys.modules['secret'])\n",
            "secret": "",
        },
    )
    file = written(look(venv.root), tmp_path / "allowed.txt")
    (venv.site_dir / "secret").write_text("import colorsys\n")
    secret = str((venv.site_dir / "secret").relative_to(venv.root))
    assert compare(look(venv.root), file) == {"changed": [secret]}


@pytest.mark.parametrize("name", ["one", "sitecustomize"])
def test_an_archive_is_hashed_whatever_it_is_called(
    venv: Venv, look: Look, tmp_path: Path, name: str
) -> None:
    (venv.site_dir / "zz.pth").write_text("import one\n" if name == "one" else "")
    archive = tmp_path / "python{}{}.zip".format(*sys.version_info[:2])
    file = tmp_path / "allowed.txt"
    for text in "", "import colorsys\n":
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr(f"{name}.py", text)
        found = look(venv.root, PYTHONPATH=str(archive))
        if not text:
            assert compare(found, written(found, file)) == {}
    assert compare(found, file) == {"changed": [str(archive)]}


def test_what_cannot_be_read_is_never_allowed(
    venv: Venv, look: Look, invoke: Callable[..., Result], tmp_path: Path
) -> None:
    (venv.site_dir / "zz.pth").write_text("import brief\n")
    brief = venv.site_dir / "brief.py"
    brief.write_text("import os\nos.unlink(__file__)\n")
    file = written(look(venv.root), tmp_path / "allowed.txt")
    brief.write_text("import os, colorsys\nos.unlink(__file__)\n")
    name = str(brief.relative_to(venv.root))
    assert compare(look(venv.root), file) == {"changed": [name]}
    brief.mkdir()
    done = invoke(venv.root, "--allow", file)
    assert done.exit_code == 1
    assert done.stdout.startswith(f"changed: {name}, cannot be read\n")


@pytest.mark.parametrize(
    ("any_venv", "names"),
    [("3.9", ["encodings/__init__.py", "os.py"]), ("3.13", ["encodings/__init__.py"])],
    indirect=["any_venv"],
)
def test_a_standard_library_that_is_shadowed(
    any_venv: Path, names: list[str], look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = any_venv.parents[2]
    found = look(venv)
    file = written(found, tmp_path / "allowed.txt")
    assert allowlist.read(file) == {}
    shadow = tmp_path / "shadow"
    shutil.copytree(Path(found.stdlib, "encodings"), shadow / "encodings")
    for name in names:
        text = Path(found.stdlib, name).read_text("utf-8")
        (shadow / name).write_text(f"{text}\nimport sys\n")
    monkeypatch.chdir(tmp_path)
    inside = f"{found.stdlib}/{os.path.relpath(shadow, found.stdlib)}"
    for entry in str(shadow), "shadow", inside:
        new = compare(look(venv, PYTHONPATH=entry), file)["new"]
        assert {str(shadow / name) for name in names} <= set(map(os.path.realpath, new)), entry
    archive = tmp_path / "shadow.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for source in (shadow / "encodings").glob("*.py"):
            opened.write(source, f"encodings/{source.name}")
    new = compare(look(venv, PYTHONPATH="shadow.zip"), file)["new"]
    assert str(archive) in new


def test_odd_names_are_escaped_as_sha256sum_does(
    venv: Venv, look: Look, invoke: Callable[..., Result], tmp_path: Path
) -> None:
    odd = ["a\nb.pth", "c\u2028d.pth", r"e\nf.pth", "g h.pth"]
    for name in odd:
        (venv.site_dir / name).write_text("import sys\n")
    file = written(look(venv.root), tmp_path / "allowed.txt")
    assert [os.path.basename(name) for name in allowlist.read(file)] == odd
    assert compare(look(venv.root), file) == {}
    subprocess.run(["sha256sum", "--check", "--quiet", file], check=True, cwd=venv.root)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert compare(look(venv.root), file) == {}
    file.write_text("")
    done = invoke(venv.root, "--allow", file)
    assert done.stdout.startswith(f"new: {venv.site_dir.relative_to(venv.root)}/a\\nb.pth\n")


def test_update_writes_unless_it_is_a_dry_run(
    venv: Venv, command: Command, invoke: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "allowed.txt"
    update = (venv.root, "--allow", file, "--update")
    assert invoke(*update, "--dry-run").stdout.startswith(f"would write {file}\n")
    assert not file.exists()
    assert invoke(*update).stdout.startswith(f"write {file}\n")
    assert allowlist.read(file) == {}
    file.write_text("precious\n")
    refused = command("--python", venv.root, "startup", *update[1:])
    assert refused.returncode == 2
    assert "line 1 is not" in refused.stderr
    assert file.read_text() == "precious\n"


@pytest.mark.parametrize(
    ("content", "reason", "hint"),
    [
        (None, "no such file or directory", "`--allow FILE --update` writes one"),
        ("garbled\n", "line 1 is not `HASH  PATH`", "correct it, or name another file"),
        (
            "# fine\n" + 64 * "g" + "  path\n",
            "line 2 is not `HASH  PATH`",
            "correct it, or name another file",
        ),
    ],
)
def test_an_allowlist_that_is_none(
    tmp_path: Path, content: str | None, reason: str, hint: str
) -> None:
    file = tmp_path / "allowed.txt"
    if content:
        file.write_text(content)
    with pytest.raises(AllowlistError) as caught:
        allowlist.read(file)
    assert (caught.value.reason, caught.value.hint, caught.value.exit_code) == (reason, hint, 2)


@pytest.mark.parametrize("arguments", [["--update"], ["--dry-run"], ["--allow", "x", "--dry-run"]])
def test_options_that_make_no_sense(arguments: list[str]) -> None:
    assert CliRunner().invoke(cli, ["startup", *arguments]).exit_code == 2


@pytest.mark.parametrize(
    ("python", "reason"),
    [
        ("/bin/ls", "does not start"),
        ("/etc/passwd", "permission denied"),
        ("/nowhere/python", "no such file"),
    ],
)
def test_what_is_no_python(command: Command, python: str, reason: str) -> None:
    done = command("--python", python, "startup")
    assert done.returncode == 2
    assert reason in done.stderr


@pytest.mark.parametrize("columns", [40, 80])
def test_on_a_terminal(venv: Venv, environment: dict[str, str], columns: int) -> None:
    put(venv.site_dir, "one", {"a_name_of_length.pth": "import one.more\n", "one/more.py": ""})
    command = (sys.executable, "-m", "pysharedir", "--python", venv.root, "startup")
    screen = terminal.run(command, columns, environment)
    assert not screen.returncode
    text = "\n".join(screen.lines)
    assert "a_name_of_length.pth" in text
    assert "startup file" in text
    assert ("█" in text) == (columns > 60)
    assert max(len(line.rstrip()) for line in screen.lines if "/" not in line) <= columns


def test_in_a_pipe_it_is_plain_text(enabled: Venv, command: Command) -> None:
    (enabled.site_dir / "[red].pth").write_text("import colorsys\n")
    done = command("--python", enabled.root, "startup", PYTHONIOENCODING="ascii")
    assert "\x1b" not in done.stdout
    times = f" x{TWICE}" if TWICE > 1 else ""
    imports = ", ".join((*OF_FIRST_PTH, "colorsys"))
    assert f"\n[red].pth{times}, imports {imports} " in done.stdout
    assert "\nsitecustomize: none " in done.stdout
    assert "\npysharedir completes sys.path " in done.stdout
    assert "#" in done.stdout
