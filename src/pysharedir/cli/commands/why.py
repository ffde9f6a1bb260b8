"""The command ``why``."""

from __future__ import annotations

import click

from pysharedir.cli import completion, options
from pysharedir.cli.group import Command


@click.command(
    cls=Command,
    epilog="""\b
Examples:
  pysharedir --python .venv why requests
  pysharedir --python .venv why google.cloud.storage   a submodule
  pysharedir --python 3.13 why PyYAML                  a distribution
  pysharedir --python .venv why sphinx-build           a script
""",
)
@options.python
@click.argument("name", shell_complete=completion.names)
@options.prefix
@options.json
@click.pass_context
def why(ctx: click.Context, *, name: str, prefix: str | None, as_json: bool) -> None:
    """Explain where a module, distribution or script comes from.

    If NAME is more than one of these, `why` explains each of them.  It starts the interpreter as
    you would, in this directory and with the current environment, and shows what each entry of
    sys.path has.  This imports neither the module nor its parents, but it runs the startup files:
    for an interpreter that you do not trust, use `startup --static`.

    If nothing has that name, `why` gives the reason and a remedy.

    Exits with 1 if it finds nothing of that name, or only a script whose module is missing.
    """
    from pysharedir.cli.reports import why as report
    from pysharedir.moving import recovery
    from pysharedir.snapshot import Snapshot
    from pysharedir.why.run import explain

    snapshot = Snapshot.of(ctx.obj, prefix)
    notes = recovery.notes(snapshot.scope)
    answer = explain(snapshot, name)
    report.tell(snapshot.target, answer, [*snapshot.caveats, *notes], as_json=as_json)
    if not answer.found:
        ctx.exit(1)
