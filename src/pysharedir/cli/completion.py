"""The command ``completion``, and what may stand behind options."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class

from pysharedir.doctor.registry import CHECKS
from pysharedir.interpreter.target import FLOOR

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHON = re.compile(r"python((3)\.(\d+)t?)")


@click.command(
    epilog="""\b
Examples:
  echo 'eval "$(pysharedir completion bash)"' >> ~/.bashrc
  echo 'eval "$(pysharedir completion zsh)"' >> ~/.zshrc
  pysharedir completion fish > ~/.config/fish/completions/pysharedir.fish
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what lets a shell complete commands, options and values.

    bash and zsh read it in .bashrc and .zshrc, the latter after `compinit`; fish looks for it in
    a directory.  Versions and venvs are offered for --python, codes for --select.
    """
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101  # one of click's own
    source = made(ctx.find_root().command, {}, "pysharedir", "_PYSHAREDIR_COMPLETE").source()
    click.echo(source, nl=False)


def targets(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return what --python may name: versions and venvs, or else files."""
    found = [
        CompletionItem(name, help=where)
        for name, where in {**_versions(), **_venvs()}.items()
        if name.startswith(incomplete)
    ]
    return found or [CompletionItem(incomplete, type="file")]


def directories(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return that a directory is wanted."""
    return [CompletionItem(incomplete, type="dir")]


def codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes of checks."""
    return [
        CompletionItem(check.code, help=f"{check.name}: {check.title}")
        for check in CHECKS
        if check.code.startswith(incomplete.upper())
    ]


def _versions() -> dict[str, str]:
    """Return the versions that PATH and pyenv have; nothing is started to find them."""
    home = Path(os.path.expanduser(os.environ.get("PYENV_ROOT", "~/.pyenv")))
    path = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep)]
    found = {
        version[1]: str(file)
        for directory in (*home.glob("versions/*/bin"), *reversed(path))
        for file in _files(directory)
        if (version := _PYTHON.fullmatch(file.name)) and (int(version[2]), int(version[3])) >= FLOOR
    }
    return dict(sorted(found.items(), key=lambda item: (len(item[0]), item)))


def _venvs() -> dict[str, str]:
    return {
        directory.name: "venv"
        for directory in _files(Path())
        if (directory / "pyvenv.cfg").is_file()
    }


def _files(directory: Path) -> Iterator[Path]:
    try:
        yield from sorted(directory.iterdir())
    except OSError:
        return
