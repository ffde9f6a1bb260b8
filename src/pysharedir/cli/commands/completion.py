"""The command ``completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pysharedir.cli.group import Command


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  echo 'eval "$(pysharedir completion bash)"' >> ~/.bashrc
  echo 'eval "$(pysharedir completion zsh)"' >> ~/.zshrc
  pysharedir completion fish > ~/.config/fish/completions/pysharedir.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    bash and zsh read it in .bashrc and .zshrc (in zsh, after `compinit`); fish reads it from its
    directory of completions.  With it, the shell completes commands, options, and values: versions
    and venvs after --python, codes of checks after --select.
    """
    shell_class = get_completion_class(shell)
    assert shell_class is not None  # noqa: S101  # click has a class for each choice
    source = shell_class(ctx.find_root().command, {}, "pysharedir", "_PYSHAREDIR_COMPLETE").source()
    click.echo(source, nl=False)
