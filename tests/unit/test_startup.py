"""What startup says of real starts of real venvs."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import interpreters
from pysharedir import traces
from trees import plant
from unit import terminal
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv

SOURCES = Path(traces.__file__).parent
TWICE = 2 if sys.version_info < (3, 15) else 1
MODULES = "import sys; n = list(sys.modules); import json; print(json.dumps([sys.path, n]))"


def startup(command: Command, python: Path, **env: str) -> Any:
    return command.json("--python", python, "startup", **env)


def by_name(report: Any) -> dict[str, Any]:
    return {
        os.path.basename(file["path"] or f"no {file['kind']}"): file for file in report["files"]
    }


def items(file: Any, kind: str) -> list[Any]:
    return [item for item in file["items"] if item["kind"] == kind]


@pytest.fixture(params=interpreters.VERSIONS)
def any_venv(
    request: pytest.FixtureRequest,
    find_interpreter: Callable[[str], Path],
    environment: dict[str, str],
    tmp_path: Path,
) -> Path:
    """The site dir of a venv of each Python there is."""
    python = find_interpreter(request.param)
    venv = tmp_path / "any"
    subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True, env=environment)
    return venv / "lib" / f"python{request.param}" / "site-packages"


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
    found = traces.trace(python)
    done = subprocess.run([python, "-c", MODULES], capture_output=True, text=True, check=True)
    path, modules = json.loads(done.stdout)
    assert found["path"] == [entry for entry in path if entry]
    assert set(found["modules"]) == set(modules)
    unused = set() if any_venv.parent.name == "python3.15" else {"four"}
    assert {"one", "two", "three", "four", "five"} - set(modules) == unused
    shares_variables = any_venv.parent.name not in ("python3.13", "python3.14", "python3.15")
    assert ("/five" in path, "m" in path) == (True, shares_variables)
    assert traces.differences(python, found) == []
    (any_venv / "odd.pth").write_text("import no_such_module\n")
    assert traces.differences(python, traces.trace(python)) == []


def test_files_come_in_order_with_their_owners(venv: Venv, command: Command) -> None:
    put(venv.site_dir, "one", {"one.pth": "import one.more\n", "one/more.py": "import colorsys"})
    plant(venv.site_dir, {"b.pth": "..\n", "a.pth": "# nothing\n", "sitecustomize.py": ""})
    report = startup(command, venv.root)
    assert [os.path.basename(file["path"]) for file in report["files"]] == [
        "a.pth",
        "b.pth",
        "one.pth",
        "sitecustomize.py",
    ]
    found = by_name(report)
    assert {name: file["owner"] for name, file in found.items() if file["owner"]} == {
        "one.pth": "one 1.0"
    }
    (line,) = items(found["one.pth"], "import line")
    assert (line["line"], line["text"], line["times"]) == (1, "import one.more", TWICE)
    assert line["modules"] == ["one", "colorsys", "one.more"]
    assert str(venv.site_dir / "one" / "more.py") in line["files"]
    added = [entry for item in found["b.pth"]["items"] for entry in item["path"]]
    assert added == [str(venv.site_dir.parent)]
    assert [item["kind"] for item in found["sitecustomize.py"]["items"]] == ["sitecustomize"]
    assert report["notes"] == []


@pytest.mark.parametrize("maker", ["uv", "virtualenv"])
def test_who_made_the_venv_owns_what_it_put_there(venv: Venv, command: Command, maker: str) -> None:
    with (venv.root / "pyvenv.cfg").open("a") as file:
        file.write(f"{maker} = 1.2.3\n")
    plant(venv.site_dir, {"_virtualenv.pth": "import _virtualenv", "_virtualenv.py": ""})
    (venv.site_dir / "other.pth").write_text("import sys\n")
    found = by_name(startup(command, venv.root))
    assert found["_virtualenv.pth"]["owner"] == f"{maker} 1.2.3"
    assert found["other.pth"]["owner"] is None


def test_the_parts_add_up_to_the_whole(enabled: Venv, command: Command) -> None:
    (enabled.site_dir / "slow.pth").write_text("import time; time.sleep(0.05)\n")
    report = startup(command, enabled.root)
    parts = [report["core"], report["site"], *(file["cost"] for file in report["files"])]
    assert report["cost"]["ns"] == sum(part["ns"] for part in parts)
    assert 0.05e9 * TWICE <= by_name(report)["slow.pth"]["cost"]["ns"] < report["cost"]["ns"]
    assert report["site"]["ns"] < 0.05e9
    if report["cost"]["calls"] is not None:
        assert report["cost"]["calls"] == sum(part["calls"] for part in parts)


def test_what_is_before_site_is_counted_from_the_call(
    venv: Venv, command: Command, tmp_path: Path
) -> None:
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nsleep 0.5\nexec {venv.python} "$@"\n')
    script.chmod(0o755)
    assert 0.5e9 < startup(command, script)["core"]["ns"] < 1e9


def test_system_calls_go_to_those_who_make_them(venv: Venv, command: Command) -> None:
    if not shutil.which("strace"):
        pytest.skip("no strace")
    before = startup(command, venv.root)
    if before["notes"]:
        pytest.skip(before["notes"][0])
    assert 0 < before["site"]["calls"] < before["core"]["calls"] / 2
    (venv.site_dir / "busy.pth").write_text(
        "import os; [os.access('/', 0) for _ in range(100)]; os.system('true')\n"
    )
    after = startup(command, venv.root)
    (line,) = items(by_name(after)["busy.pth"], "import line")
    assert line["cost"]["calls"] > 100 * TWICE
    assert abs(after["core"]["calls"] - before["core"]["calls"]) < 10
    assert abs(after["site"]["calls"] - before["site"]["calls"]) < 10


@pytest.mark.parametrize("strace", [None, "#!/bin/sh\necho not permitted >&2\nexit 1\n"])
def test_without_strace(venv: Venv, command: Command, tmp_path: Path, strace: str | None) -> None:
    plant(tmp_path, {"bin": {"strace": strace} if strace else {}})
    for name in ("setpriv", "sh"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    for file in (tmp_path / "bin").glob("strace"):
        file.chmod(0o755)
    report = startup(command, venv.root, PATH=str(tmp_path / "bin"))
    assert report["cost"]["calls"] is report["core"]["calls"] is None
    assert report["cost"]["ns"] > 0
    (note,) = report["notes"]
    assert ("not permitted" if strace else "no strace on PATH") in note


def test_a_line_that_fails(venv: Venv, command: Command) -> None:
    (venv.site_dir / "odd.pth").write_text("# odd\nimport sys\nimport nothing_such\n")
    (venv.site_dir / "sitecustomize.py").write_text("1 / 0\n")
    found = by_name(startup(command, venv.root))
    assert [(item["line"], item["error"]) for item in items(found["odd.pth"], "import line")] == [
        (2, None),
        (3, "ModuleNotFoundError: No module named 'nothing_such'"),
    ]
    (item,) = found["sitecustomize.py"]["items"]
    assert (item["error"], item["fatal"]) == ("ZeroDivisionError: division by zero", False)
    said = command("--python", venv.root, "startup").stdout
    assert f"fails: {venv.site_dir}/odd.pth:3: ModuleNotFoundError" in said


@pytest.mark.parametrize("name", ["exit.pth", "sitecustomize.py"])
def test_a_start_that_ends_early_is_followed_to_its_end(
    venv: Venv, command: Command, name: str
) -> None:
    (venv.site_dir / name).write_text("import sys; sys.exit('enough')\n")
    (venv.site_dir / "later.pth").write_text("import colorsys\n")
    assert "colorsys" not in venv.run("-c", "print('started')").stdout
    assert "started" not in venv.run("-c", "print('started')").stdout
    report = startup(command, venv.root)
    found = by_name(report)
    (item,) = (item for item in found[name]["items"] if item["error"])
    assert (item["error"], item["fatal"]) == ("SystemExit: enough", True)
    assert found["later.pth"]["modules"] == ["colorsys"]
    assert report["notes"][-1] == "a plain start ends at the first fatal error"
    assert "a start ends here" in command("--python", venv.root, "startup").stdout


def test_noise_does_no_harm(venv: Venv, command: Command) -> None:
    (venv.site_dir / "noise.pth").write_text(
        "import sys; print('<pysharedir>{', end=''); sys.stdout = sys.stderr = None\n"
    )
    assert next(iter(by_name(startup(command, venv.root)))) == "noise.pth"


def test_the_working_directory_shadows_nothing(
    venv: Venv, command: Command, tmp_path: Path
) -> None:
    plant(tmp_path / "here", {"json.py": "raise SystemExit('shadowed')\n", "sitecustomize.py": ""})
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pysharedir", "--python", venv.root, "startup", "--json"],
        cwd=tmp_path / "here",
        env=command.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [file["path"] for file in json.loads(done.stdout)["files"]] == [None]


def test_a_usercustomize(venv: Venv, command: Command, tmp_path: Path) -> None:
    settings = venv.root / "pyvenv.cfg"
    settings.write_text(settings.read_text().replace("packages = false", "packages = true"))
    user = tmp_path / "user" / "lib" / venv.site_dir.parent.name / "site-packages"
    plant(user, {"usercustomize.py": "import colorsys\n", "sitecustomize.py": ""})
    report = startup(command, venv.root, PYTHONUSERBASE=str(tmp_path / "user"))
    last = report["files"][-2:]
    assert [file["path"] for file in last] == [
        str(user / "sitecustomize.py"),
        str(user / "usercustomize.py"),
    ]
    assert last[1]["modules"] == ["colorsys", "usercustomize"]
    assert report["user_site"] == str(user)


def test_what_is_not_there_is_looked_for_at_a_cost(venv: Venv, command: Command) -> None:
    (none,) = startup(command, venv.root)["files"]
    assert (none["kind"], none["path"]) == ("sitecustomize", None)
    assert none["cost"]["ns"] > 0
    assert "sitecustomize: none" in command("--python", venv.root, "startup").stdout


@pytest.mark.parametrize("customized", [True, False])
def test_the_hook_pays_for_itself(enabled: Venv, command: Command, customized: bool) -> None:
    if customized:
        (enabled.site_dir / "sitecustomize.py").write_text("import colorsys\n")
    put(enabled.sharedir, "late", {"late.pth": "import late\n", "late.py": ""})
    report = startup(command, enabled.root)
    hook = next(file for file in report["files"] if file["kind"] == "hook")
    assert (hook["path"], hook["owner"]) == (str(enabled.site_dir / "_pysharedir.py"), "pysharedir")
    assert hook["cost"]["ns"] > 0
    assert str(enabled.sharedir) in hook["items"][0]["path"] or "late.pth" in by_name(report)
    other = next(file for file in report["files"] if file["kind"] == "sitecustomize")
    assert other["modules"] == (["colorsys", "sitecustomize"] if customized else [])
    late = by_name(report)["late.pth"]
    assert (late["owner"], late["modules"]) == ("late 1.0", ["late"])
    said = command("--python", enabled.root, "startup").stdout
    assert "\npysharedir completes sys.path " in said


def test_the_other_style_of_the_hook(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable", "--style", "sitecustomize")
    report = startup(command, venv.root)
    found = by_name(report)["sitecustomize.py"]
    assert (found["owner"], report["notes"]) == ("pysharedir", [])
    assert found["items"][0]["path"] == [str(venv.sharedir)]


@pytest.fixture
def newest(
    find_interpreter: Callable[[str], Path], environment: dict[str, str], tmp_path: Path
) -> Path:
    """The site dir of a venv of Python 3.15, which has .start files (PEP 829)."""
    venv = tmp_path / "newest"
    python = find_interpreter("3.15")
    subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True, env=environment)
    return venv / "lib" / "python3.15" / "site-packages"


def test_start_files(newest: Path, command: Command) -> None:
    plant(
        newest,
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
    report = startup(command, newest.parents[2])
    found = by_name(report)
    entries = items(found["a.start"], "entry")
    assert [(item["line"], item["text"], item["fatal"]) for item in entries] == [
        (2, "one:run", False),
        (3, "no_such_module:run", False),
        (4, "one:leave", True),
        (5, "one", False),
    ]
    assert {"colorsys", "one"} <= set(entries[0]["modules"])
    assert not entries[0]["error"]
    assert entries[1]["error"].startswith("ModuleNotFoundError")
    assert entries[3]["error"].startswith("ValueError")
    assert (found["c.pth"]["silenced"], found["c.pth"]["modules"]) == (True, [])
    assert not found["b.pth"]["silenced"]
    (path,) = items(found["b.pth"], "path line")
    (line,) = items(found["b.pth"], "import line")
    assert (path["line"], path["path"]) == (2, [str(newest.parent)])
    assert path["number"] < line["number"] < entries[0]["number"]
    assert {file["times"] for file in report["files"]} == {1}


@pytest.fixture
def allowed(venv: Venv, command: Command, tmp_path: Path) -> Path:
    """The allowlist of a venv with a startup file and what that imports."""
    plant(venv.site_dir, {"mine.pth": "import mine\n", "mine.py": "import colorsys\n"})
    file = tmp_path / "allowed.txt"
    done = command("--python", venv.root, "startup", "--allow", file, "--update")
    assert not done.returncode, done.stderr
    return file


def compare(command: Command, venv: Path, file: Path) -> Any:
    done = command("--python", venv, "startup", "--allow", file, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == bool(report["new"] or report["changed"])
    return {key: report[key] for key in ("new", "changed", "gone") if report[key]}


def test_an_allowlist(venv: Venv, command: Command, allowed: Path) -> None:
    site_dir = str(venv.site_dir.relative_to(venv.root))
    lines = [line for line in allowed.read_text().splitlines() if not line.startswith("#")]
    assert [line[64:] for line in lines] == [f"  {site_dir}/mine.{end}" for end in ("pth", "py")]
    subprocess.run(["sha256sum", "--check", "--quiet", allowed], check=True, cwd=venv.root)
    assert compare(command, venv.root, allowed) == {}
    again = command("--python", venv.root, "startup", "--allow", allowed, "--update", "--dry-run")
    assert "nothing to do" in again.stdout


def test_what_is_not_allowed(venv: Venv, command: Command, allowed: Path) -> None:
    site_dir = venv.site_dir.relative_to(venv.root)
    (venv.site_dir / "new.pth").write_text(
        "import sys; exec('import new; del sys.modules[\"new\"]')\n"
    )
    plant(
        venv.site_dir, {"new.py": "", "mine.py": "import colorsys, sys\n", "sitecustomize.py": ""}
    )
    assert compare(command, venv.root, allowed) == {
        "new": [f"{site_dir}/{name}" for name in ("new.pth", "new.py", "sitecustomize.py")],
        "changed": [f"{site_dir}/mine.py"],
    }
    done = command("--python", venv.root, "startup", "--allow", allowed)
    assert done.returncode == 1
    assert f"new: {site_dir}/new.pth\n" in done.stdout
    assert f"changed: {site_dir}/mine.py\n" in done.stdout
    assert "4 not allowed" in done.stdout


def test_what_is_gone_is_a_note(venv: Venv, command: Command, allowed: Path) -> None:
    (venv.site_dir / "mine.pth").unlink()
    done = command("--python", venv.root, "startup", "--allow", allowed)
    assert not done.returncode
    assert f"note: gone: {(venv.site_dir / 'mine.py').relative_to(venv.root)}\n" in done.stdout


def test_an_allowlist_fits_the_same_venv_elsewhere(
    venv: Venv, make_venv: Callable[[str], Venv], command: Command, allowed: Path
) -> None:
    other = make_venv("other")
    for name in ("mine.pth", "mine.py"):
        shutil.copy(venv.site_dir / name, other.site_dir)
    assert compare(command, other.root, allowed) == {}


def test_an_allowlist_of_a_hooked_venv_has_its_parts(
    enabled: Venv, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "allowed.txt"
    command("--python", enabled.root, "startup", "--allow", file, "--update")
    assert "/_pysharedir.d/path.py\n" in file.read_text()
    (enabled.site_dir / "_pysharedir.d" / "path.py").write_text("pass\n")
    (changed,) = compare(command, enabled.root, file)["changed"]
    assert changed.endswith("/_pysharedir.d/path.py")


def test_a_dry_run_writes_nothing(venv: Venv, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "allowed.txt"
    done = command("--python", venv.root, "startup", "--allow", file, "--update", "--dry-run")
    assert done.stdout.startswith(f"would write {file}\n")
    assert not file.exists()


@pytest.mark.parametrize("content", [None, "garbled\n", "# fine\n" + 64 * "g" + "  path\n"])
def test_an_allowlist_that_is_none(
    venv: Venv, command: Command, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "allowed.txt"
    if content:
        file.write_text(content)
    done = command("--python", venv.root, "startup", "--allow", file)
    assert done.returncode == 2
    reason = f"line {content.count(chr(10))} is not" if content else "no such file"
    assert done.stderr.splitlines() == [
        f"error: {file}: no allowlist: {done.stderr.splitlines()[0].split(': ', 3)[3]}",
        "hint: `startup --allow FILE --update` writes it anew",
    ]
    assert reason in done.stderr


@pytest.mark.parametrize("arguments", [["--update"], ["--dry-run"], ["--allow", "x", "--dry-run"]])
def test_options_that_make_no_sense(venv: Venv, command: Command, arguments: list[str]) -> None:
    assert command("--python", venv.root, "startup", *arguments).returncode == 2


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
def test_on_a_terminal(enabled: Venv, environment: dict[str, str], columns: int) -> None:
    put(enabled.site_dir, "one", {"a_name_of_length.pth": "import one.more\n", "one/more.py": ""})
    command = (sys.executable, "-m", "pysharedir", "--python", enabled.root, "startup")
    screen = terminal.run(command, columns, environment)
    assert not screen.returncode
    text = "\n".join(screen.lines)
    assert "a_name_of_length.pth" in text
    assert "startup file" in text
    assert ("█" in text) == (columns > 60)
    assert max(len(line.rstrip()) for line in screen.lines if "/" not in line) <= columns


def test_in_a_pipe_it_is_plain_text(venv: Venv, command: Command) -> None:
    (venv.site_dir / "[red].pth").write_text("import colorsys\n")
    done = command("--python", venv.root, "startup", PYTHONIOENCODING="ascii")
    assert "\x1b" not in done.stdout
    times = f" x{TWICE}" if TWICE > 1 else ""
    assert f"\n[red].pth{times}, imports colorsys " in done.stdout
    assert "#" in done.stdout


@pytest.mark.parametrize("name", ["_probe.py", "_trace.py"])
def test_what_runs_in_the_target_imports_the_standard_library_only(name: str) -> None:
    tree = ast.parse((SOURCES / name).read_text("utf-8"), feature_version=(3, 9))
    found = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (
            node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")]
        )
    }
    assert found <= set(sys.stdlib_module_names)
    if name == "_trace.py":
        assert found == {"builtins", "json", "site", "sys"}
