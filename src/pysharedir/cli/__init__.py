"""The command line: the only room that prints, and that knows exit codes and colors."""

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
  pysharedir --python .venv enable   put pure wheels in .venv/share/python/X.Y
  pysharedir --python 3.13 status    show what is on sys.path, and why
  pysharedir --python .venv sort     move what is installed where it belongs
  pysharedir --python .venv doctor   find faults and their remedies
  pysharedir --python .venv disable --restore
  pysharedir demo                    try it in a throwaway directory

\b
Environment:
  PYSHAREDIR            0 switches the hook off, 1 switches it on
  PYSHAREDIR_PREFIXES   more prefixes to import from, as in /apps/a:/apps/b

\b
Exit status:
  0   success
  1   there are findings, or a change was refused or failed
  2   the command line is wrong, or what it names is missing or unusable
"""
# A test compares these with the docstrings of the commands.
_HELPS = {
    "completion": "Print the completion script for a shell",
    "demo": "Show it end to end in a throwaway directory, offline",
    "disable": "Remove what `enable` put into an interpreter",
    "doctor": "Look for every known fault, and say what to do about it",
    "enable": "Install the hook into an interpreter, and make its sharedir",
    "sort": "Move noarch distributions to the sharedir, all others to platlib",
    "startup": "Show what runs before user code starts, and its cost",
    "status": "Show an interpreter's layout, hook, distributions and sys.path",
    "sync": "Complete an interpreter whose sharedir another one filled",
    "view": "Merge prefixes into one tree of symbolic links, without a hook",
    "why": "Explain where a module, distribution or script comes from",
}


def main() -> None:
    """Run the command."""
    for number in signal.SIGTERM, signal.SIGHUP:
        # SystemExit unwinds the stack, which undoes a half-done change.
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    for stream in sys.stdout, sys.stderr:
        if isinstance(stream, io.TextIOWrapper):  # None if the caller closed it
            stream.reconfigure(errors="backslashreplace")  # a name may have any character
    cli(prog_name="pysharedir")


@click.group(cls=Group, helps=_HELPS, context_settings=_CONTEXT, epilog=_EPILOG)
@click.version_option(__version__, "-V", "--version")
@options.python
def cli() -> None:
    """Share pure-Python packages between Pythons of all architectures.

    After `enable`, an interpreter finds the sharedir ROOT/share/python/X.Y next to each of its
    site dirs, and unmodified installers put pure wheels there; wheels with compiled parts still go
    to platlib.  PYSHAREDIR=0 in the environment of a start switches the hook off.
    """
