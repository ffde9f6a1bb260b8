"""What ``why`` prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pysharedir.cli import output
from pysharedir.interpreter.syspath import Role
from pysharedir.why.answer import Code
from pysharedir.why.rows import Outcome
from pysharedir.why.search import Kind
from pysharedir.wording import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pysharedir.interpreter.target import Target
    from pysharedir.why.answer import Answer, Reason
    from pysharedir.why.distribution import Release
    from pysharedir.why.module import Module
    from pysharedir.why.rows import Row
    from pysharedir.why.script import Script

_STYLES = {
    Outcome.TAKEN: "green",
    Outcome.PORTION: "green",
    Outcome.SHADOWED: "yellow",
    Outcome.HIDDEN: "yellow",
    Outcome.FAILED: "red",
    Outcome.NOTHING: "dim",
    Outcome.NOT_ASKED: "dim",
}
# With these reasons "NAME is not found" would repeat the reason, or would not be known.
_SENTENCES = (Code.NEEDS_IMPORT, Code.PROGRAM)
_MANY = 12  # names that a list shows at most


def tell(target: Target, answer: Answer, notes: Sequence[str], *, as_json: bool) -> None:
    """Print where a name comes from.

    :param notes: Notes about the target, in addition to those of the answer.
    """
    notes = [*answer.notes, *notes]
    if as_json:
        facts = {"target": target.executable, "found": answer.found, **asdict(answer)}
        output.print_json({**facts, "notes": notes})
        return
    output.name_directories(target)
    _tell(answer, notes)


def _tell(answer: Answer, notes: Sequence[str]) -> None:
    before, after = list(_sentences(answer)), list(_of_script(answer))
    if not answer.lacks_module:
        before, after = [*before, *after], []
    for number, sentence in enumerate(before):
        output.say(output.text((sentence, "" if number else "bold")))
    _tell_reasons(answer.reasons)
    for sentence in after:
        output.say(sentence)
    _tell_reasons(answer.warnings, "warning: ")
    facts = output.table("", "")
    for key, value in _facts(answer):
        facts.add_row(output.text((key, "bold")), value)
    if facts.row_count:
        output.console().print(facts)
    shows_path = answer.rows and (answer.module or not answer.found)
    if shows_path:
        output.say("")
        output.console().print(_entries(answer.rows))
    output.tell_notes(notes if shows_path else notes[len(answer.notes) :])


def _sentences(answer: Answer) -> Iterator[str]:
    if answer.module:
        yield _of_module(answer.module)
    if answer.distribution:
        release = answer.distribution
        kind = "an editable distribution" if release.editable else "a distribution"
        yield f"{release.name} {release.version} is {kind} in the {release.role}"
    is_explained = any(reason.code in _SENTENCES for reason in answer.reasons)
    is_other = answer.script and not answer.lacks_module
    if not answer.found and not is_other and not is_explained:
        yield f"{answer.name} is not found"
    if answer.parent:
        yield _of_module(answer.parent)


def _of_script(answer: Answer) -> Iterator[str]:
    if answer.script:
        script = answer.script
        missing = "" if script.is_there else ", but the file is missing"
        yield f"{script.name} is a script {_of(script.distribution, script.version)}{missing}"


def _of_module(module: Module) -> str:
    article = "an" if module.kind[0] in "aeiou" else "a"
    sentence = f"{module.name} is {article} {module.kind}"
    if module.kind is Kind.NAMESPACE:
        count = len(module.portions)
        return sentence + (f" of {count} portions" if count > 1 else " of one portion")
    if module.is_stdlib:
        return f"{sentence} of the standard library"
    place = (
        f"in the {module.role}" if module.role else f"found by {module.finder or 'startup code'}"
    )
    if module.role in (Role.PYTHONPATH, Role.OTHER):
        place = f"in {module.entry} ({module.role})"
    if module.role is Role.PATH_LINE:
        place = f"in {module.entry}, by a path line"
    return f"{sentence} {_of(module.distribution, module.version)}, {place}"


def _of(distribution: str | None, version: str | None) -> str:
    return f"of {distribution} {version}" if distribution else "of no distribution"


def _facts(answer: Answer) -> Iterator[tuple[str, str]]:
    module = answer.module or answer.parent
    if module:
        yield from _facts_of_module(module)
    if answer.distribution:
        yield from _facts_of_distribution(answer.distribution)
    if answer.script:
        yield from _facts_of_script(answer.script)


def _facts_of_module(module: Module) -> Iterator[tuple[str, str]]:
    if module.file:
        yield "file", module.file
    for row in module.portions:
        yield "portion", f"{row.file} ({row.distribution or 'of no distribution'})"
    if module.at_startup:
        yield "imported", "by startup code, so an import asks no entry of sys.path"
    if module.finder and not module.is_stdlib:
        yield "finder", module.finder
    if module.in_sharedir:
        hook = ", which the hook put on sys.path" if module.by_hook else ""
        yield "sharedir", f"the module is in one{hook}"
    for row in module.shadowed:
        yield "shadowed", f"{row.file} ({row.distribution or row.role})"


def _facts_of_distribution(release: Release) -> Iterator[tuple[str, str]]:
    yield "metadata", release.metadata
    if release.editable:
        yield "project", release.editable
    for name, values in ("modules", release.modules), ("scripts", release.scripts):
        if values:
            yield name, some(values, _MANY)
    for copy in release.copies:
        yield "other copy", f"{copy.version} in {copy.path} ({copy.role})"


def _facts_of_script(script: Script) -> Iterator[tuple[str, str]]:
    yield "script", script.file
    if script.interpreter:
        own = "this interpreter" if script.is_own else "another interpreter"
        yield "run by", f"{script.interpreter} ({own})"
    if script.entry_point:
        state = "found" if script.module_found else "not found"
        yield "calls", f"{script.entry_point} (module {state})"
    elif script.module_found is not None:
        state = "found" if script.module_found else "not found"
        yield "calls", f"{script.module} (module {state})"
    if script.on_path != script.file:
        yield "on PATH", f"{script.on_path}, another file" if script.on_path else "nothing"


def _entries(rows: Sequence[Row]) -> object:
    table = output.table("sys.path", "contents", "role, by")
    for row in rows:
        style = _STYLES.get(row.outcome, "")
        role = f"{row.role}, {row.by}" if row.by not in ("", row.role) else row.role
        table.add_row(row.path, output.text((_contents(row), style)), role)
    return table


def _contents(row: Row) -> str:
    if row.kind is None:
        return f"{row.outcome}: {row.file}" if row.file else row.outcome
    owner = f" of {row.distribution}" if row.distribution else ""
    if row.kind is Kind.PORTION:
        return f"{'' if row.outcome is Outcome.PORTION else 'hidden '}portion{owner}"
    return f"{row.kind}{owner}: {row.outcome}"


def _tell_reasons(reasons: Sequence[Reason], word: str = "") -> None:
    for reason in reasons:
        output.say(output.text((word, "yellow"), reason.reason))
        if reason.remedy:
            output.say(output.text(("remedy: ", "cyan"), reason.remedy), 2, is_copied=True)
