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
    """Print what lets a shell complete commands, options and values.

    bash and zsh read it in .bashrc and .zshrc, the latter after `compinit`; fish looks for it in
    a directory.  Versions and venvs are offered for --python, codes for --select.
    """
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101  # one of click's own
    source = made(ctx.find_root().command, {}, "pysharedir", "_PYSHAREDIR_COMPLETE").source()
    click.echo(source, nl=False)
