"""Findings in SARIF 2.1.0, which CI systems read.

The specification is https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from pysharedir import __version__
from pysharedir.doctor.findings import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pysharedir.doctor.findings import Check, Finding
    from pysharedir.doctor.run import Outcome

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Level.FAULT: "error", Level.NOTE: "note"}
_BASE = "%SRCROOT%"  # by convention, what paths in a repository are relative to
_PACKAGE = "pysharedir"


def document(outcome: Outcome, root: str, site_dir: str, *, notes: bool) -> dict[str, Any]:
    """Return what ``doctor`` found, as one run of one tool.

    Paths below the working directory are relative to it, as CI systems want the files of a
    checkout; others are absolute.

    :param root: What doctor examined; fingerprints do not depend on where it is.
    :param site_dir: The place of findings about a distribution.
    :param notes: Whether to write notes too, which are no faults.
    """
    checks = [check for check in outcome.checks if notes or not check.is_note]
    findings = [pair for pair in outcome.diagnosis.findings if pair[0] in checks]
    run = {
        "tool": {"driver": _driver(checks)},
        "invocations": [_invocation(outcome)],
        "originalUriBaseIds": {_BASE: {"uri": _uri(_here())}},
        "results": [
            {
                **_result(check, finding, site_dir),
                "ruleIndex": checks.index(check),
                "partialFingerprints": {f"{_PACKAGE}/v1": mark, "primaryLocationLineHash": mark},
            }
            for (check, finding), mark in zip(findings, _marks(findings, root), strict=True)
        ],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(checks: Iterable[Check]) -> dict[str, Any]:
    pages = _documentation()
    driver = {
        "name": _PACKAGE,
        "version": __version__,
        "rules": [_rule(check, pages) for check in checks],
    }
    return {**driver, "informationUri": pages} if pages else driver


def _invocation(outcome: Outcome) -> dict[str, Any]:
    unchecked = outcome.diagnosis.unchecked
    return {
        "executionSuccessful": not unchecked,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": f"{check.code} could not be checked: {reason}."},
                "associatedRule": {"id": check.code},
            }
            for check, reason in unchecked
        ],
    }


def _marks(findings: Iterable[tuple[Check, Finding]], root: str) -> Iterator[str]:
    """Yield the fingerprint of each finding; GitHub wants the form ``HASH:NUMBER``."""
    seen: Counter[str] = Counter()
    for check, finding in findings:
        about = finding.about.removeprefix(f"{root}/")
        digest = hashlib.sha256(os.fsencode(f"{check.code} {about}")).hexdigest()
        seen[digest] += 1  # the order tells apart findings with one code about one file
        yield f"{digest}:{seen[digest]}"


def _rule(check: Check, pages: str) -> dict[str, Any]:
    title = f"{check.title[:1].upper()}{check.title[1:]}."
    rule: dict[str, Any] = {
        "id": check.code,
        "name": check.name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},  # GitHub requires both
        "defaultConfiguration": {"level": _LEVELS[check.level]},
    }
    if pages:
        form = "md" if pages.endswith(".md") else "html"  # a repository, or a site
        page = urljoin(pages, f"reference/checks/{check.code}.{form}")
        rule["helpUri"] = page
        rule["help"] = {
            "text": f"{page} says what it means, what causes it, and what to do about it.",
            "markdown": f"[{check.code} {check.name}]({page}) says what it means, what causes"
            " it, and what to do about it.",
        }
    return rule


def _result(check: Check, finding: Finding, place: str) -> dict[str, Any]:
    reason = finding.reason.rstrip(".")
    remedy = f" Remedy: {finding.remedy}." if finding.remedy else ""
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(finding.about if _is_path(finding.about) else place),
            "region": {"startLine": finding.line or 1},  # without which GitHub shows no result
        }
    }
    if not _is_path(finding.about):
        location["logicalLocations"] = [{"name": finding.about, "kind": "package"}]
    return {
        "ruleId": check.code,
        "level": _LEVELS[check.level],
        "message": {"text": f"{finding.about}: {reason}.{remedy}"},
        "locations": [location],
    }


def _is_path(about: str) -> bool:
    return about.startswith("/")


def _artifact(path: str) -> dict[str, str]:
    here = _here()
    if here == "/" or not path.startswith(here):
        return {"uri": _uri(path)}
    return {"uri": _quoted(path.removeprefix(here)), "uriBaseId": _BASE}


def _here() -> str:
    """Return the working directory, with a slash at its end."""
    try:
        return os.path.join(os.getcwd(), "")
    except OSError:  # it is gone
        return "/"


def _uri(path: str) -> str:
    return f"file://{_quoted(path)}"


def _quoted(path: str) -> str:
    return quote(os.fsencode(path))


def _documentation() -> str:
    """Return the address of the documentation, if that is known."""
    try:
        urls: Iterable[str] = metadata.metadata(_PACKAGE).get_all("Project-URL") or ()
    except metadata.PackageNotFoundError:  # it runs from a checkout
        return ""
    pairs = (url.split(", ", 1) for url in urls)
    return next((pair[-1] for pair in pairs if pair[0] == "Documentation"), "")
