"""The command line: the only part that prints, and that knows exit codes and colours."""

from __future__ import annotations

import logging
import signal
import sys
from typing import Any

import click

from pysharedir import __version__
from pysharedir.cli import (
    activation,
    completion,
    demo,
    doctor,
    options,
    output,
    sort,
    startup,
    status,
    sync,
    why,
)
from pysharedir.errors import PysharedirError, reason

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_EPILOG = """\b
Examples:
  pysharedir --python .venv enable   pure wheels go to .venv/share/python/X.Y
  pysharedir --python 3.13 status    what 3.13 has on sys.path, and why
  pysharedir --python .venv sort     move what is there to where it belongs
  pysharedir --python .venv doctor   what is wrong with it
  pysharedir --python .venv disable --restore
  pysharedir demo                    see it work, in a throwaway directory

\b
Environment:
  PYSHAREDIR            0 switches the hook off, 1 on
  PYSHAREDIR_PREFIXES   prefixes whose packages it finds too, /apps/a:/apps/b

\b
Exit status:
  0   all is well
  1   there are findings, or a change was refused or failed
  2   the command cannot be understood, or has no such interpreter to work on
"""


class _Group(click.Group):
    """Turns errors into one line, a hint and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PysharedirError as error:
            output.fail(error.message, error.hint)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            raise
        except OSError as error:
            output.fail(f"{error.filename or 'system'}: {reason(error)}")
            ctx.exit(1)


def main() -> None:
    """Run the command."""
    logging.getLogger("python_discovery").addHandler(logging.NullHandler())
    logging.getLogger("python_discovery").propagate = False
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # undoes what is half done
    cli(prog_name="pysharedir")


@click.group(cls=_Group, context_settings=_CONTEXT, epilog=_EPILOG)
@click.version_option(__version__, "-V", "--version")
@options.python
def cli() -> None:
    """Share pure-Python packages between Pythons of all architectures.

    After `enable`, an interpreter finds the sharedir ROOT/share/python/X.Y next to each of its
    site dirs, and installers put pure wheels there by themselves; wheels with compiled parts go
    to platlib as ever.  The variable PYSHAREDIR=0 switches that off for one start.
    """


for command in (
    activation.enable,
    activation.disable,
    sort.sort,
    status.status,
    sync.sync,
    doctor.doctor,
    startup.command,
    why.why,
    demo.demo,
    completion.completion,
):
    cli.add_command(command)
