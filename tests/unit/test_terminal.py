"""Real terminals, wide and narrow, with color and without; completion; the man page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import required
from pysharedir.cli import cli, output
from unit import terminal
from unit.wheels import put

if TYPE_CHECKING:
    from unit.conftest import Command, Venv
    from unit.terminal import Screen

CHECKOUT = Path(__file__).parents[2]
REPORTS = [
    ["status"],
    ["sort", "--dry-run", "--all"],
    ["sync", "--check"],
    ["doctor", "--all"],
    ["doctor", "--list"],
    ["why", "one"],
    ["enable"],
    ["startup", "--static"],
    ["demo"],
    ["disable", "--dry-run", "--force"],
    ["disable"],
]

Look = Callable[..., "Screen"]


@pytest.fixture
def lived_in(enabled: Venv) -> Venv:
    """A venv that every report has something to say about."""
    scripts = "[console_scripts]\none = one:main\n"
    put(enabled.sharedir, "one", {"one.py": ""}, entry_points=scripts)
    put(enabled.site_dir, "two", {"two.py": ""})
    put(enabled.site_dir, "three_of_a_long_name", {"three.so": "\x7fELF"})
    (enabled.site_dir / "line.pth").write_text(f"{enabled.site_dir}/two\n")
    (enabled.site_dir / "two").mkdir()
    return enabled


@pytest.fixture
def look(environment: dict[str, str], lived_in: Venv) -> Look:
    """Return a function that runs the command on a terminal."""

    def look(*arguments: str, columns: int = 80, **env: str) -> Screen:
        command = [sys.executable, "-m", "pysharedir", "--python", str(lived_in.root), *arguments]
        said = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
        kept = {name: value for name, value in environment.items() if name not in said}
        return terminal.run(command, columns, {**kept, **env})

    return look


@pytest.fixture
def find_tool() -> Callable[[str], str]:
    """Return a function that finds a program; it fails if a required one is missing."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None:
            required.skip(f"no {name}")
        return found

    return find


def too_long(screen: Screen, columns: int) -> list[str]:
    """Return the lines that are wider than the terminal without need."""
    return [
        line
        for line in screen.lines
        if len(line) > columns
        # A path that would fit in no line is not broken, and a command stays one to be copied.
        and len(max(line.split(), key=len)) <= columns - 8
        and "`" not in line
        and "pip install" not in line
        and "pysharedir --python" not in line
    ]


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 40])
def test_reports_fit_the_terminal(look: Look, columns: int) -> None:
    for arguments in REPORTS:
        screen = look(*arguments, columns=columns)
        assert screen.lines
        assert not too_long(screen, columns), arguments


@pytest.mark.slow
def test_help_fits_80_columns(look: Look) -> None:
    for name in cli.helps:
        assert not too_long(look(name, "--help"), 80), name
    assert not too_long(look("--help"), 80)


def test_paths_are_whole_and_a_narrow_table_is_a_list(look: Look, lived_in: Venv) -> None:
    narrow, wide = look("status", columns=40).lines, look("status", columns=300).lines
    assert f"PREFIX/{lived_in.sharedir.relative_to(lived_in.root)}" in narrow
    assert "  role: sharedir  put by: pysharedir" in narrow
    assert f"{lived_in.sharedir} sharedir pysharedir" in [" ".join(line.split()) for line in wide]


def test_long_paths_get_short_names_in_a_narrow_table(
    look: Look, make_venv: Callable[[str], Venv]
) -> None:
    venv = make_venv("a-project-of-a-name-that-fills-most-of-a-line")
    target = ["--python", str(venv.root)]
    lines = [" ".join(line.split()) for line in look("status", *target).lines]
    assert " ".join(lines).count(f"PREFIX is {venv.root} ") == 1
    assert f"PREFIX/{venv.site_dir.relative_to(venv.root)}" in " ".join(lines)
    assert sum(str(venv.root) in line for line in lines) <= 2  # what it is, and its row
    wide = look("status", *target, columns=300).lines
    assert not [line for line in wide if "PREFIX" in line]


@pytest.mark.slow
@pytest.mark.parametrize("columns", [40, 80])
def test_no_report_breaks_a_path_that_has_a_shorter_form(
    look: Look, make_venv: Callable[[str], Venv], columns: int
) -> None:
    venv = make_venv("a-project-of-a-name-that-fills-most-of-a-line/and-the-next-one-does-too")
    put(venv.site_dir, "one", {"one.py": ""})
    target = ["--python", str(venv.root)]
    for arguments in [
        ["enable", "--verbose"],
        ["sort"],
        ["startup", "--static"],
        ["doctor"],
        ["disable"],
        ["disable", "--restore", "--verbose"],
    ]:
        lines = look(*arguments, *target, columns=columns).lines
        # The path itself stands where the name is explained, and in commands to be copied.
        whole = [
            line for line in lines if f"{venv.root}/" in line and "pysharedir --python" not in line
        ]
        assert not whole, arguments
        assert sum(line.endswith(str(venv.root)) for line in lines) <= 1, arguments
        assert any("PREFIX/" in line for line in lines) or arguments == ["disable"], arguments


def test_a_command_in_a_text_is_not_broken() -> None:
    whole = output.text("do `a command --with options` and more")
    lines = [line.plain for line in output._wrapped(whole, 20)]  # noqa: SLF001
    assert lines == ["do", "`a command --with options`", "  and more"]


def test_the_columns_of_a_table_share_what_room_there_is(look: Look) -> None:
    lines = look("why", "one", columns=100).lines
    rows = lines[next(at for at, line in enumerate(lines) if line.startswith("sys.path")) :]
    assert len(rows) < 20
    assert not too_long(look("why", "one", columns=100), 100)


@pytest.mark.parametrize("columns", [30, 60])
def test_a_long_path_begins_a_line_and_the_home_is_short(columns: int) -> None:
    home, path = Path.home(), "/a" * columns
    whole = output.text(f"see {path} and {home}/{'b' * (columns - 4)} too")
    lines = [line.plain for line in output._wrapped(whole, columns)]  # noqa: SLF001
    short = f"~/{'b' * (columns - 4)}"
    assert lines == ["see", path, "  and", f"  {short}", "  too"]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["doctor", "--list"], ["status", "--python", "no"]])
def test_color(look: Look, command: Command, arguments: list[str]) -> None:
    assert look(*arguments).has_color
    assert not look(*arguments, NO_COLOR="1").has_color
    assert not look(*arguments, NO_COLOR="1", FORCE_COLOR="1").has_color
    assert not look(*arguments, TERM="dumb").has_color
    for force in "", "1":
        done = command(*arguments, NO_COLOR="", FORCE_COLOR=force, TERM="xterm")
        assert ("\x1b[" in done.stdout + done.stderr) == bool(force)


def test_nothing_is_folded_or_padded_in_a_pipe(command: Command, lived_in: Venv) -> None:
    done = command("--python", lived_in.root, "status", COLUMNS="40")
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line != line.rstrip()]
    row = [str(lived_in.site_dir), "site", "dir", "of", "the", "venv", "site"]
    assert row in [line.split() for line in lines]


def test_a_terminal_sees_what_doctor_is_at(look: Look, command: Command, lived_in: Venv) -> None:
    assert "examining: " in look("doctor").raw
    assert "examining" not in command("--python", lived_in.root, "doctor").stderr


COMPLETIONS = {
    "en": ["enable"],
    "enable --style ": ["pth", "sitecustomize"],
    "doctor --select sd101": ["SD101"],
    "--python .v": [".venv"],
    "--python 3.9": ["3.9"],
    "--python ./fi": ["./file"],
    "enable --root d": ["directory"],
    "completion b": ["bash"],
    "doctor --list --dry": ["--dry-run"],
}


@pytest.fixture
def workplace(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A directory with something to complete, and its environment."""
    for name in ".venv", "directory", "bin", "many":
        (tmp_path / name).mkdir()
    for name in ".venv/pyvenv.cfg", "file", "bin/python3.9", "bin/python3.8":
        (tmp_path / name).touch()
    script = tmp_path / "bin" / "pysharedir"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m pysharedir "$@"\n')
    script.chmod(0o755)
    path = f"{script.parent}{os.pathsep}{environment['PATH']}"
    return {**environment, "PATH": path, "PYENV_ROOT": str(tmp_path / "pyenv"), "TERM": "dumb"}


@pytest.mark.slow
def test_bash_completes(find_tool: Callable[[str], str], workplace: dict[str, str]) -> None:
    # compgen does for files and directories what readline does for compopt outside a script.
    script = """
        compopt() { case $2 in
            dirnames) COMPREPLY=($(compgen -d -- "${COMP_WORDS[COMP_CWORD]}"));;
            default) COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"));;
        esac; }
        eval "$(pysharedir completion bash)"
        complete=$(complete -p pysharedir | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        for line in "$@"; do
            COMP_WORDS=(pysharedir $line)
            [[ $line == *" " ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
            $complete pysharedir
            echo "${COMPREPLY[@]}"
        done
    """
    said = run([find_tool("bash"), "--norc", "-c", script, "bash", *COMPLETIONS], workplace)
    assert dict(zip(COMPLETIONS, map(str.split, said), strict=True)) == COMPLETIONS


@pytest.mark.slow
def test_fish_completes(find_tool: Callable[[str], str], workplace: dict[str, str]) -> None:
    lines = [f"complete -C 'pysharedir {line}'; echo ==" for line in COMPLETIONS]
    script = "\n".join(["pysharedir completion fish | source", *lines])
    said = "\n".join(run([find_tool("fish"), "--no-config", "-c", script], workplace))
    found = [
        [each.partition("\t")[0].rstrip("/") for each in part.split("\n") if each]
        for part in said.split("==")
    ]
    assert dict(zip(COMPLETIONS, found, strict=False)) == COMPLETIONS


@pytest.mark.slow
def test_zsh_completes(find_tool: Callable[[str], str], workplace: dict[str, str]) -> None:
    # Only a zsh that has a terminal completes: this one is typed to, and says what it offers.  It
    # is ready when its line editor is: before that, the terminal itself would take the ^U.
    rc = Path(workplace["HOME"]) / ".zshrc"
    rc.write_text("""
        PROMPT='' RPROMPT=''
        autoload -Uz compinit && compinit -u -D
        eval "$(pysharedir completion zsh)"
        cd "$WORKPLACE"
        compadd() {
            local -a offered
            builtin compadd -O offered "$@"
            print -l -- "$BUFFER:"${^offered} >> offers
            builtin compadd "$@"
        }
        zle-line-init() { : > ready; }
        zle -N zle-line-init
    """)
    here = _workplace(workplace)
    typed = "".join(f"pysharedir {line}\t\x15" for line in COMPLETIONS)
    zsh, env = [find_tool("zsh"), "-i"], {**workplace, "WORKPLACE": str(here)}
    screen = terminal.run(zsh, 200, env, typed=f"{typed}exit\n", ready=here / "ready")
    assert (here / "offers").exists(), screen.raw
    offers = (here / "offers").read_text().splitlines()
    for line, offered in COMPLETIONS.items():
        for each in offered:
            assert f"pysharedir {line}:{each.removeprefix('./')}" in offers


def run(command: list[str], env: dict[str, str]) -> list[str]:
    return subprocess.check_output(command, env=env, cwd=_workplace(env), text=True).splitlines()


def _workplace(env: dict[str, str]) -> Path:
    return Path(env["PATH"].partition(os.pathsep)[0]).parent


def test_the_generated_pages_are_those_of_the_parser_and_the_registry() -> None:
    done = subprocess.run(
        [sys.executable, CHECKOUT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", [["mandoc", "-Tlint"], ["groff", "-ww", "-man", "-z"]])
def test_the_man_page_is_well_formed(find_tool: Callable[[str], str], command: list[str]) -> None:
    page = CHECKOUT / "docs" / "man" / "pysharedir.1"
    done = subprocess.run(
        [find_tool(command[0]), *command[1:], page], capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == ""
