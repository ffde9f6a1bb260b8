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
    """Say where a module, a distribution or a script comes from.

    NAME may be several of these, and is then explained as each.  The interpreter is started as
    you start it, in this directory and with the environment as it is now, and tells which entry
    of sys.path has what.  It imports neither the module nor its parents, but its startup files
    run: for one that you do not trust there is `startup --static`.

    When there is no such thing, this says why, and what helps.

    Exits with 1 when nothing of that name is found, or only the script of a module that is not.
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
