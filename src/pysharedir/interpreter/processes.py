"""Starts all processes: each has a timeout, and programs mark their answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysharedir.errors import NoAnswerError, ProcessError, TargetError, reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE = 120.0  # seconds
HOUR = 3600.0
# Options with which a start runs no code that users or administrators have installed.
ISOLATED = ("-I", "-S")
_FENCED = re.compile(r"^<pysharedir>(\{.*\})</pysharedir>$", re.MULTILINE)
# To Python this line is a string; a shell that is given as the interpreter exits here.
_NO_SHELL = '"exit"\n'
# Does what -m does, but does not import from the working directory, where a file may have the name
# of any module.  The working directory stays the same, since paths in settings and requirements may
# be relative to it.  From Python 3.11 on, -P does this.
_MODULE = """\
import sys
if sys.path[:1] == [""]:
    del sys.path[0]
del sys.argv[0]
import runpy
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


class Streams(Enum):
    """Where the standard error of a process goes."""

    APART = "apart"
    TOGETHER = "into its standard output"
    SHOWN = "with its standard output to the standard error of this process"


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    given: str = "",
    streams: Streams = Streams.APART,
    patience: float = PATIENCE,
) -> subprocess.CompletedProcess[str]:
    """Run a command, and return how it ended and what it printed.

    :param env: Variables to set in addition to this process's environment.
    :param given: The text for its standard input.
    :param patience: Seconds after which the process is killed.
    :raises ProcessError: when it cannot be started, or does not end.
    """
    shown = streams is Streams.SHOWN
    try:
        return subprocess.run(
            command,
            env={**os.environ, **(env or {})},
            stdin=None if given else subprocess.DEVNULL,
            input=given or None,
            stdout=2 if shown else subprocess.PIPE,
            stderr={Streams.APART: subprocess.PIPE, Streams.TOGETHER: subprocess.STDOUT}.get(
                streams
            ),
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
            timeout=patience,
        )
    except subprocess.TimeoutExpired as error:
        raise ProcessError(
            str(command[0]),
            f"does not answer within {patience:.0f} s",
            "does one of its startup files wait for something?",
        ) from error
    except OSError as error:
        raise ProcessError(str(command[0]), reason(error)) from error


def safe(command: Sequence[str | Path]) -> list[str | Path]:
    """Return a command with ``-m MODULE`` that runs no file of the working directory."""
    index = command.index("-m")
    return [*command[:index], "-c", _MODULE, *command[index + 1 :]]


def printed_by(executable: Path, *arguments: str) -> str:
    """Return what an interpreter prints, on both streams.

    :raises TargetError: when it cannot be started, or does not end.
    """
    return _run([executable, *arguments], executable)


def ask(
    executable: Path,
    program: str,
    *arguments: str,
    flags: Sequence[str] = (),
    given: object = None,
    env: Mapping[str, str] | None = None,
    within: Sequence[str] = (),
    patience: float = PATIENCE,
) -> Any:
    """Return the answer of a program that runs in an interpreter; see :mod:`.inside`.

    :param program: The name of a file in ``inside``, without suffix.
    :param arguments: The arguments of the program, in ``sys.argv``.
    :param flags: Options of the interpreter.
    :param given: The object that the program reads as JSON from its standard input; only for
        isolated starts, since startup code may read standard input too.
    :param env: As for :func:`run`; so is *patience*.
    :param within: A command that runs the interpreter, such as a tracer.
    :raises TargetError: when it cannot be started, or does not end.
    :raises NoAnswerError: when it gives no answer.
    """
    command: list[str | Path] = [
        *within,
        executable,
        *flags,
        "-c",
        _NO_SHELL + text_of(program),
        *arguments,
    ]
    text = "" if given is None else json.dumps(given)
    printed = _run(command, executable, env=env, given=text, patience=patience)
    fenced = _FENCED.search(printed)
    if fenced is None:
        raise NoAnswerError(str(executable), printed)
    return json.loads(fenced[1])


@cache
def text_of(program: str) -> str:
    """Return the source of a program for interpreters."""
    return Path(__file__).with_name("inside").joinpath(f"{program}.py").read_text("utf-8")


def _run(
    command: Sequence[str | Path],
    executable: Path,
    *,
    env: Mapping[str, str] | None = None,
    given: str = "",
    patience: float = PATIENCE,
) -> str:
    try:
        return run(
            command, env=env, given=given, streams=Streams.TOGETHER, patience=patience
        ).stdout
    except ProcessError as error:
        hint = error.hint or "is it a Python interpreter?"
        raise TargetError(str(executable), f"{executable}: {error.cause}", hint) from error
