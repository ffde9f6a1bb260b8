"""Make checks, and fix what is safe to fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysharedir import changes
from pysharedir.doctor.examination import Examination
from pysharedir.doctor.registry import CHECKS
from pysharedir.errors import PysharedirError, UnknownCodeError, UsageError, full_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pysharedir.changes import Step
    from pysharedir.doctor.findings import Check, Finding

_ROUNDS = 3  # a fix may reveal another fault, such as a hook without its sharedir


@dataclass(frozen=True)
class Diagnosis:
    """What checks say about a target.

    :ivar findings: Each with the check that found it, in the order of the checks.
    :ivar unchecked: The checks that failed, with the reason.
    """

    findings: tuple[tuple[Check, Finding], ...]
    unchecked: tuple[tuple[Check, str], ...]

    @property
    def faults(self) -> tuple[tuple[Check, Finding], ...]:
        """The findings that are not notes."""
        return tuple((check, finding) for check, finding in self.findings if not check.is_note)


@dataclass(frozen=True)
class Treatment:
    """What was fixed, and what is left.

    :ivar diagnosis: That after the last fix.
    :ivar steps: The applied steps, each with the code of its check.
    :ivar failed: Why others could not be applied, each with the code.
    """

    diagnosis: Diagnosis
    steps: tuple[tuple[str, Step], ...]
    failed: tuple[tuple[str, str], ...]


def selected(
    select: Sequence[str], ignore: Sequence[str], *, require: bool = False
) -> tuple[Check, ...]:
    """Return the checks to make.

    :param select: Codes, names, or the beginnings of codes; all checks if empty.
    :param ignore: The checks to leave out, named in the same way.
    :param require: Also make the checks that run only on request; otherwise only their whole code
        or name selects them, not its beginning.
    :raises UnknownCodeError: when there is no such check.
    :raises UsageError: when no check is left.
    """
    on_request = {check for check in CHECKS if check.on_request}
    wanted = set().union(*map(_named, select)) if select else set(CHECKS) - on_request
    wanted |= on_request if require else set()
    unwanted = set().union(*map(_named, ignore)) if ignore else set()
    checks = tuple(check for check in CHECKS if check in wanted and check not in unwanted)
    if not checks:
        raise UsageError("--select and --ignore leave no check", "ignore fewer checks")
    return checks


def _named(text: str) -> set[Check]:
    code = text.upper()
    checks = {check for check in CHECKS if text == check.name or check.code == code} or {
        check for check in CHECKS if check.code.startswith(code) and not check.on_request
    }
    if not checks or not text:
        raise UnknownCodeError(text)
    return checks


def examine(
    examination: Examination,
    checks: Iterable[Check] = CHECKS,
    progress: Callable[[Check], object] = bool,
) -> Diagnosis:
    """Return what is wrong with a target that starts as its user starts it.

    :param progress: Called before each check.
    """
    findings: list[tuple[Check, Finding]] = []
    unchecked: list[tuple[Check, str]] = []
    for check in checks:
        progress(check)
        try:
            findings += [(check, finding) for finding in check.find(examination)]
        except PysharedirError as error:
            unchecked.append((check, error.message))
        except OSError as error:
            unchecked.append((check, full_reason(error)))
    return Diagnosis(tuple(findings), tuple(unchecked))


def treat(examination: Examination, checks: Sequence[Check] = CHECKS) -> Treatment:
    """Fix what is safe to fix, and return what was done and what is left.

    The steps of one check are applied together or not at all, and no step is applied twice.
    """
    tried: dict[Step, Check] = {}
    failed: dict[tuple[str, str], None] = {}
    diagnosis = examine(examination, checks)
    for _ in range(_ROUNDS):
        planned = [
            (check, steps) for check, steps in fixes(diagnosis) if not tried.keys() >= set(steps)
        ]
        for check, steps in planned:
            try:
                changes.apply(steps)
            except PysharedirError as error:
                failed[check.code, error.message] = None
            except OSError as error:
                failed[check.code, full_reason(error)] = None
            else:
                tried |= dict.fromkeys(steps, check)
        if not planned:
            break
        examination = Examination(examination.target, examination.place)
        diagnosis = examine(examination, checks)
    in_vain = [step for _, steps in fixes(diagnosis) for step in steps if step in tried]
    failed |= {(tried[step].code, f"{step}: this did not help"): None for step in in_vain}
    done = [(check.code, step) for step, check in tried.items() if step not in in_vain]
    return Treatment(diagnosis, tuple(done), tuple(failed))


def fixes(diagnosis: Diagnosis) -> list[tuple[Check, list[Step]]]:
    """Return the steps that fix faults, each once, with the first check that has it."""
    checks: dict[Step, Check] = {}
    for check, finding in diagnosis.findings:
        for step in finding.fix:
            checks.setdefault(step, check)
    return [
        (check, [step for step in checks if checks[step] is check])
        for check in dict.fromkeys(checks.values())
    ]
