"""What ``view`` prints."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from pysharedir.cli import output
from pysharedir.view import names
from pysharedir.view.names import Kind
from pysharedir.wording import number, some

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pysharedir.view.merge import Hidden
    from pysharedir.view.run import Outcome

_MOST = 20  # lines of one kind that are printed
_IN_METADATA = re.compile(r"(?<=-info)/.*", re.DOTALL)


def tell(outcome: Outcome, *, as_json: bool, is_check: bool) -> None:
    """Print what was done, or would be, and what is not in the view.

    :param is_check: Whether the view was only compared with its prefixes.
    """
    if as_json:
        output.print_json(_facts(outcome))
        return
    if not outcome.differs:
        output.say(f"{outcome.directory}: up to date, nothing to do")
        return
    _tell_changes(outcome, is_check=is_check)
    if not is_check:
        _tell_hidden(outcome.hidden)
        output.tell_notes(_notes(outcome))
        if not outcome.dry_run:
            output.say(f"to use it: PYTHONPATH={outcome.directory / outcome.site_dir}")


def _tell_changes(outcome: Outcome, *, is_check: bool) -> None:
    _tell_some(outcome.reasons)
    if is_check:
        _tell_some([f"not linked yet: {path}" for path in _tops(outcome.added)])
        _tell_some([f"gone: {path}" for path in _tops(outcome.removed)])
        return
    verb = "would make" if outcome.dry_run else "make"
    links, directories = outcome.links, number(outcome.directories, "directory", "directories")
    prefixes = number(len(outcome.prefixes), "prefix", "prefixes")
    output.say(f"{verb} {outcome.directory}: {prefixes}, {number(links, 'link')}, {directories}")


def _tell_hidden(hidden: Sequence[Hidden]) -> None:
    """Print each hidden distribution of another version, and how many other names are hidden."""
    others = [item for item in hidden if item.kind is Kind.DISTRIBUTION and _differs(item)]
    _tell_some(
        [
            f"hidden: {item.name} {_version(item.path)} in {os.path.dirname(item.path)}, "
            f"by {_version(item.by)} in {os.path.dirname(item.by)}"
            for item in others
        ]
    )
    rest = len(hidden) - len(others)
    if rest:
        also = "also " if others else ""
        output.say(f"{also}hidden: {number(rest, 'name')} that an earlier prefix has too")


def _tops(paths: Sequence[str]) -> list[str]:
    """Return *paths*, but only the ``.dist-info`` directory in place of each file in it."""
    return list(dict.fromkeys(_IN_METADATA.sub("", path) for path in paths))


def _tell_some(lines: Sequence[str]) -> None:
    for line in lines[:_MOST]:
        output.say(line)
    if len(lines) > _MOST:
        output.say(f"and {len(lines) - _MOST} more, which --json lists")


def _notes(outcome: Outcome) -> Iterator[str]:
    for prefix in outcome.empty:
        yield f"{prefix}: has nothing for {outcome.executable}"
    reasons: dict[str, list[str]] = {}
    for left in outcome.left:
        reasons.setdefault(left.reason, []).append(left.path)
    for reason, paths in reasons.items():
        yield f"not in the view, because {reason}: {some(paths, 3)}"


def _differs(hidden: Hidden) -> bool:
    return _version(hidden.path) != _version(hidden.by)


def _version(path: str) -> str:
    return names.version(os.path.basename(path))


def _facts(outcome: Outcome) -> dict[str, Any]:
    return {
        "target": outcome.executable,
        "view": outcome.directory,
        "site_dir": outcome.directory / outcome.site_dir,
        "dry_run": outcome.dry_run,
        "changed": outcome.differs and not outcome.dry_run,
        "differs": outcome.differs,
        "reasons": outcome.reasons,
        "prefixes": outcome.prefixes,
        "links": outcome.links,
        "directories": outcome.directories,
        "added": outcome.added,
        "removed": outcome.removed,
        "hidden": outcome.hidden,
        "left_out": outcome.left,
        "empty": outcome.empty,
    }
