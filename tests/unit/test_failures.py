"""All errors have one style: a line and a hint for people, JSON with a code for scripts."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from pysharedir import errors
from pysharedir.cli import cli, failures
from pysharedir.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unit.conftest import Command, Venv

USAGE = {  # what is typed, with the error and the hint
    "statsu": ("'statsu': no such command", "did you mean `status`?"),
    "nonsense": ("'nonsense': no such command", "see `pysharedir --help`"),
    "sort --dryrun": ("'--dryrun': no such option", "did you mean `--dry-run`?"),
    "--versoin": ("'--versoin': no such option", "did you mean `--version`?"),
    "sort --check=1": (
        "option '--check' does not take a value",
        "see `pysharedir sort --help`",
    ),
    "sort -x": ("'-x': no such option", "see `pysharedir sort --help`"),
    "why": ("missing argument 'NAME'", "see `pysharedir why --help`"),
    "enable --style x": (
        "invalid value for '--style': 'x' is not one of 'pth', 'sitecustomize'",
        "see `pysharedir enable --help`",
    ),
    "enable x y": ("'x': unexpected argument", "see `pysharedir enable --help`"),
    "enable VENV": (
        "'VENV': unexpected argument",
        "to work on that interpreter: `pysharedir enable --python VENV`",
    ),
    "enable VENV/bin/python": (
        "'VENV/bin/python': unexpected argument",
        "to work on that interpreter: `pysharedir enable --python VENV/bin/python`",
    ),
    "status 3.12": (
        "'3.12': unexpected argument",
        "to work on that interpreter: `pysharedir status --python 3.12`",
    ),
    "VENV": (
        "'VENV': no such command",
        "to work on that interpreter: `pysharedir --python VENV COMMAND`",
    ),
    "VENV why pip": (
        "'VENV': no such command",
        "to work on that interpreter: `pysharedir --python VENV why pip`",
    ),
    "disable --restore --force": (
        "--restore and --force exclude each other",
        "choose one of them",
    ),
    "sync --install --check": ("--install and --check exclude each other", "choose one of them"),
    "startup --update": ("--update needs --allow FILE", "name the allowlist to write"),
    "doctor --select SD1 --ignore SD": (
        "--select and --ignore leave no check",
        "ignore fewer checks",
    ),
}


@pytest.mark.parametrize("line", USAGE)
def test_a_command_line_that_makes_no_sense(command: Command, venv: Venv, line: str) -> None:
    words = shlex.split(line.replace("VENV", str(venv.root)))
    message, hint = (text.replace("VENV", str(venv.root)) for text in USAGE[line])
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {message}\nhint: {hint}\n"
    done = command(*words, "--json")
    assert (done.returncode, done.stderr) == (2, "")
    hint = hint.replace("why pip`", "why pip --json`").replace("COMMAND`", "--json`")
    error = {"code": "usage", "message": message, "hint": hint}
    assert json.loads(done.stdout) == {"error": error}


def test_without_a_command_there_is_help(command: Command) -> None:
    done = command()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == command("--help").stdout


def test_the_names_of_an_operand_are_not_options(command: Command) -> None:
    done = command("status", "--", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: '--json': unexpected argument\n")


@pytest.mark.parametrize("name", ["--python", "-p"])
def test_python_is_named_before_and_after_the_command(
    command: Command, venv: Venv, name: str
) -> None:
    for words in ([name, str(venv.root), "status"], ["status", name, str(venv.root)]):
        assert command.json(*words)["target"]["prefix"] == str(venv.root)


def test_an_error_is_json_with_its_facts(command: Command, enabled: Venv) -> None:
    (enabled.sharedir / "loose.py").touch()
    done = command("--python", enabled.root, "disable", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout) == {
        "error": {
            "code": "sharedir-occupied",
            "message": f"{enabled.sharedir}: would become unimportable: loose.py",
            "hint": "no distribution owns these: move them by hand, or use --force",
            "sharedir": str(enabled.sharedir),
            "names": ["loose.py"],
        }
    }
    done = command("--python", "nowhere", "status", "--json")
    assert (done.returncode, done.stderr) == (2, "")
    facts = json.loads(done.stdout)["error"]
    assert (facts["code"], facts["target"]) == ("target-missing", "nowhere")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system refuses every read."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/some/where")

    monkeypatch.setattr(Snapshot, "of", refuse)


@pytest.mark.usefixtures("broken")
def test_what_the_system_refuses_is_an_error_too() -> None:
    done = CliRunner().invoke(cli, ["status"])
    assert (done.exit_code, done.output) == (1, "error: /some/where: permission denied\n")
    done = CliRunner().invoke(cli, ["status", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.output) == {
        "error": {
            "code": "system",
            "message": "/some/where: permission denied",
            "hint": "",
            "errno": "EACCES",
            "path": "/some/where",
        }
    }


def test_an_error_is_seen_where_nothing_can_be_printed(
    venv: Venv, environment: dict[str, str]
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full")
    with full.open("w") as file:
        done = subprocess.run(
            [sys.executable, "-m", "pysharedir", "--python", venv.root, "status", "--json"],
            env=environment,
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode in (1, 120)  # Python exits with 120 if it cannot flush its output
    assert done.stderr.splitlines()[0] == "error: system: no space left on device"


def test_who_interrupts_it_sees_that_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Snapshot, "of", interrupt)
    done = CliRunner().invoke(cli, ["status", "--json"])
    assert (done.exit_code, done.output) == (1, "\nAborted!\n")


def test_an_error_of_click_is_one_line() -> None:
    error = failures.of(click.UsageError("Two\n\tlines."))
    assert (error.message, error.hint) == ("two lines", "see `pysharedir --help`")


def kinds(root: Any = errors.PysharedirError) -> Iterator[Any]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def test_each_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []


def test_facts_are_what_json_can_say() -> None:
    change = errors.ChangeError("write /x", PermissionError(13, "Permission denied", "/x"))
    assert change.as_json()["error"] == "permission denied"
    overtaken = errors.OvertakenError(Path("/x"))
    assert overtaken.as_json()["path"] == "/x"
    assert errors.SystemCallError(OSError("odd")).as_json() == {
        "code": "system",
        "message": "system: odd",
        "hint": "",
        "errno": None,
        "path": None,
    }
