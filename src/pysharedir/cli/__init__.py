"""The command line: the only part that prints, and that knows exit codes and colours."""

from __future__ import annotations

import io
import signal
import sys

import click

from pysharedir import __version__
from pysharedir.cli import options
from pysharedir.cli.group import Group

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
# A test compares these with what the commands say of themselves.
_HELPS = {
    "completion": "Print what lets a shell complete commands, options and values",
    "demo": "Show it end to end in a throwaway directory, offline",
    "disable": "Take away what `enable` put into an interpreter",
    "doctor": "Look for every known fault, and say what to do about it",
    "enable": "Install the hook into an interpreter, and make its sharedir",
    "sort": "Move every distribution to where it belongs",
    "startup": "Show what runs before user code starts, and its cost",
    "status": "Show layout, hook, counts, and sys.path entry by entry",
    "sync": "Complete an interpreter whose sharedir another one filled",
    "view": "Merge prefixes into one root of links, which needs no hook",
    "why": "Say where a module, a distribution or a script comes from",
}


def main() -> None:
    """Run the command."""
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # undoes what is half done
    for stream in sys.stdout, sys.stderr:
        if isinstance(stream, io.TextIOWrapper):  # it may be closed
            stream.reconfigure(errors="backslashreplace")  # a name may have any character
    cli(prog_name="pysharedir")


@click.group(cls=Group, helps=_HELPS, context_settings=_CONTEXT, epilog=_EPILOG)
@click.version_option(__version__, "-V", "--version")
@options.python
def cli() -> None:
    """Share pure-Python packages between Pythons of all architectures.

    After `enable`, an interpreter finds the sharedir ROOT/share/python/X.Y next to each of its
    site dirs, and installers put pure wheels there by themselves; wheels with compiled parts go
    to platlib as ever.  The variable PYSHAREDIR=0 switches that off for one start.
    """
