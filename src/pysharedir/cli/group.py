"""The shape of the command line: it loads a command when it calls it, and prints errors alike."""

from __future__ import annotations

import shlex
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from pysharedir.cli import failures
from pysharedir.errors import PysharedirError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem


class Command(click.Command):
    """A command that explains an unexpected argument."""

    allow_extra_args = True  # parse_args refuses them, with a hint

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See :class:`click.Command`.

        :raises UsageError: if there are too many arguments.
        """
        try:
            surplus = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click's parser raises some errors without a context
            raise
        if surplus and not ctx.resilient_parsing:
            hint = _python_hint(surplus[0], ctx.command_path)
            raise UsageError(f"{surplus[0]!r}: unexpected argument", hint or failures.more(ctx))
        return surplus


class Group(click.Group):
    """A group whose commands are the modules of :mod:`pysharedir.cli.commands`.

    :param helps: The short help of each command by its name, so that ``--help`` and a completion
        load no command.
    """

    def __init__(self, *args: Any, helps: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.helps = helps
        self.no_args_is_help = False  # status and stream would depend on the version of click

    def main(self, args: Any = None, *others: Any, **options: Any) -> Any:
        """Run the command, and turn an error into one line, a hint and an exit status."""
        words = sys.argv[1:] if args is None else list(args)
        try:
            status = super().main(words, *others, **{**options, "standalone_mode": False})
        except click.Abort:
            click.echo("Aborted!", err=True)
            status = 1
        except (PysharedirError, click.ClickException, OSError) as error:
            # Parsing may have failed, so the words themselves have to say whether JSON is wanted.
            before_names = words[: words.index("--")] if "--" in words else words
            status = failures.tell(failures.of(error), as_json="--json" in before_names)
        sys.exit(status)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See :class:`click.Group`."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def list_commands(self, _: click.Context) -> list[str]:
        """See :class:`click.Group`."""
        return sorted(self.helps)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See :class:`click.Group`."""
        if cmd_name in self.helps and cmd_name not in self.commands:
            module = import_module(f"pysharedir.cli.commands.{cmd_name}")
            self.add_command(getattr(module, cmd_name))
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See :class:`click.Group`.

        :raises UsageError: if there is no such command.
        """
        name = args[0]
        if name not in self.helps and not ctx.resilient_parsing:
            hint = _python_hint(name, ctx.command_path, *(args[1:] or ["COMMAND"]))
            known = () if hint else self.helps
            raise failures.no_such("command", name, known, hint or failures.more(ctx))
        return super().resolve_command(ctx, args)

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """See :class:`click.Group`."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self.helps.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """See :class:`click.Group`."""
        from click.shell_completion import CompletionItem  # needed only for completion

        names = [
            CompletionItem(name, help=text)
            for name, text in sorted(self.helps.items())
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


def _python_hint(word: str, path: str, *others: str) -> str:
    """Return a hint to use ``--python`` if *word* names an interpreter, else an empty string.

    :param path: The command that got the word as an argument.
    :param others: The words after it.
    """
    from pysharedir.interpreter.finding import is_spec  # loaded only for an error

    if not is_spec(word):
        return ""
    return f"to work on that interpreter: `{path} {shlex.join(['--python', word, *others])}`"
