"""Names and files of strangers: pysharedir prints names with escapes, and runs no file."""

from __future__ import annotations

import ast
import json
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pysharedir
from pysharedir.cli.escapes import escaped
from trees import plant
from unit import terminal
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from forks import Forks
    from unit.conftest import Command, Venv

CONTROLS = "\x1b]0;t\x07\x1b[31m\r\x9b\u202e\udcff[red]x[/red][/]"
UTF_8: dict[str, str] = {}  # in which the forks are, strictly
ASCII = {"PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C"}
TEXTS = {  # what is typed, and in what environment
    "status": UTF_8,
    "sort --check --all": UTF_8,
    "doctor --all": UTF_8,
    "startup": ASCII,
    "why esc": ASCII,
    "why nosuch": UTF_8,
    "enable --dry-run --style sitecustomize": UTF_8,
    "sync": UTF_8,
    "sort": ASCII,
    "disable": UTF_8,
    "why --prefix NAME esc": UTF_8,
    "status NAME": UTF_8,
    "NAME": ASCII,
    "enable --style NAME": UTF_8,
    "status --python NAME": UTF_8,
    "startup --allow NAME": UTF_8,
    "view NAME": UTF_8,
}
COMMANDS = ["status", "sort", "doctor", "startup", "why", "sync", "enable", "disable"]


@pytest.fixture
def hostile(make_venv: Callable[[str], Venv], command: Command) -> Venv:
    """A venv in which all names, of its own directory on, have characters that terminals obey."""
    venv = make_venv("venv")
    root = venv.root.rename(venv.root.with_name(f"v\n{CONTROLS.replace('/', '')}"))
    venv = replace(venv, root=root)
    command.json("--python", venv.root, "enable")
    scripts = "[console_scripts]\ns\x1bcript = esc:main\n\x9b\u202e[red]x[/red] = esc\n"
    info = put(venv.site_dir, "esc", {"esc.py": "", "esc.so": "\x7fELF"})
    (info / "entry_points.txt").write_text(scripts)
    metadata = info / "METADATA"
    wrong = "Requires-Dist: bad\x1b[31m req;\n"
    metadata.write_text(f"Metadata-Version: 2.1\nName: esc\x1b[31m\nVersion: 1\x1b[2J\n{wrong}")
    put(venv.site_dir, "pure", {"pure.py": ""})
    name = os.fsencode(CONTROLS.replace("/", ""))
    for end in b".pth", b".py", b".egg-link":
        Path(os.fsdecode(os.fsencode(venv.site_dir) + b"/" + name + end)).write_text(
            f"import nosuch{'x' * 60} # \x1b[31m\n/no/such/\x1b[31m\u202e\n"
        )
    return venv


@pytest.mark.parametrize("line", TEXTS)
def test_no_control_reaches_a_terminal(hostile: Venv, command: Command, line: str) -> None:
    words = [CONTROLS if word == "NAME" else word for word in shlex.split(line)]
    python = [] if "--python" in words else ["--python", str(hostile.root)]
    done = command(*python, *words, **TEXTS[line])
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert done.returncode in (0, 1, 2)
    assert r"\x1b" in said
    for each in said.split("\n"):
        assert escaped(each) == each


def test_a_terminal_gets_no_codes_but_our_own(hostile: Venv) -> None:
    command = [sys.executable, "-m", "pysharedir", "--python", str(hostile.root)]
    for columns, name in (80, "doctor"), (40, "sort"):
        screen = terminal.run([*command, name], columns, hostile.environment)
        assert screen.has_color
        for line in screen.lines:
            assert escaped(line.strip("\r")) == line.strip("\r")


@pytest.mark.parametrize("name", COMMANDS)
def test_json_has_names_as_they_are(hostile: Venv, command: Command, name: str) -> None:
    words = ["esc"] if name == "why" else []
    options = ["--dry-run"] if name in ("sort", "enable", "disable") else []
    done = command("--python", hostile.root, name, *options, *words, "--json")
    assert done.stdout.isascii()
    json.loads(done.stdout)
    assert json.dumps(str(hostile.root))[1:-1] in done.stdout


def test_nothing_is_completed_that_would_be_read_as_more(
    venv: Venv, forks: Forks, tmp_path: Path
) -> None:
    plant(tmp_path, {"one\nplain,etc": {"pyvenv.cfg": ""}, "two": {"pyvenv.cfg": ""}})
    put(venv.site_dir, "est", {"est.py": ""})
    info = put(venv.site_dir, "esc", {"esc.py": ""})
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: esc\x1b[2J\nVersion: 1\n")
    for typed, offered in ("--python ", ["plain,two"]), ("-p venv why es", ["plain,est"]):
        words = f"pysharedir {typed}".split(" ")
        variables = {
            "_PYSHAREDIR_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
            "PATH": "/nowhere",
            "PYENV_ROOT": "/nowhere",
        }
        done = forks([], {**venv.environment, **variables}, tmp_path)
        said = [line for line in done.stdout.splitlines() if line != "plain,venv"]
        assert (said, done.stderr) == (offered, "")


def test_only_one_module_makes_what_is_printed() -> None:
    package = Path(pysharedir.__file__).parent
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith("rich.")
        # What an annotation needs stands in an indented block.
        and not node.col_offset
    }
    assert users == {"cli/output.py"}


@pytest.mark.parametrize(
    "line", ["status", "why json", "doctor", "startup", "sync --install", "demo"]
)
def test_no_module_of_the_working_directory_is_run(
    enabled: Venv, forks: Forks, tmp_path: Path, line: str
) -> None:
    marker = tmp_path / "marker"
    here = tmp_path / "here"
    names = ["pip", "venv", "runpy", "json", "site", "sitecustomize", "sysconfig", "platform"]
    names += ["greeting", "ensurepip", "logging", "importlib", "re", "pkgutil", "_pysharedir"]
    plant(here, {f"{name}.py": f"open({str(marker)!r}, 'a').write({name!r})\n" for name in names})
    put(enabled.sharedir, "wants", {"wants.py": ""})
    metadata = enabled.sharedir / "wants-1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text() + "Requires-Dist: nosuch-of-this-name\n")
    # A pip that prints its arguments.
    main = "import os, sys; print(os.getcwd(), *sys.argv[1:]); sys.exit(3 * (len(sys.argv) > 2))"
    put(enabled.site_dir, "pip", {"pip/__init__.py": "", "pip/__main__.py": main})
    env = {**enabled.environment, "PATH": "/nowhere"}
    done = forks(["--python", enabled.root, *line.split()], env, here)
    assert not marker.exists(), marker.read_text()
    if "--install" in line:
        assert f"{here} install nosuch-of-this-name\n" in done.stderr
