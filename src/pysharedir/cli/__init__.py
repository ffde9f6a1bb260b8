"""The command line: the only part that prints, and that knows exit codes and colours."""

from __future__ import annotations

import logging
import signal
import sys
from typing import Any

import click

from pysharedir import __version__
from pysharedir.cli import activation, demo, doctor, options, output, sort, status, sync
from pysharedir.errors import PysharedirError

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_EPILOG = """\b
Examples:
  pysharedir --python .venv enable      pure wheels of .venv go to .venv/share/python/X.Y
  pysharedir --python 3.13 status       what Python 3.13 has on sys.path, and why
  pysharedir --python .venv sort        move what is installed to where it belongs
  pysharedir --python .venv disable --restore
  pysharedir demo                       see it work, offline, in a throwaway directory
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
            output.fail(f"{error.filename or 'system'}: {(error.strerror or str(error)).lower()}")
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
    """Share pure-Python packages between the interpreters of all architectures.

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
    demo.demo,
):
    cli.add_command(command)
