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
    from collections.abc import Iterable

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

    :param root: What was examined; fingerprints do not depend on where it is.
    :param site_dir: Where a finding is that is about a distribution.
    :param notes: Whether to give notes too, which are no faults.
    """
    checks = [check for check in outcome.checks if notes or not check.is_note]
    driver = {
        "name": _PACKAGE,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": list(map(_rule, checks)),
    }
    pages = _documentation()
    if pages:
        driver["informationUri"] = pages
    seen: Counter[str] = Counter()
    results = []
    for check, finding in outcome.diagnosis.findings:
        if check in checks:
            fingerprint = _fingerprint(check, finding, root)
            seen[fingerprint] += 1  # what is found twice is told apart by its order
            result = _result(check, finding, site_dir)
            result["ruleIndex"] = checks.index(check)
            result["partialFingerprints"] = {
                f"{_PACKAGE}/v1": f"{fingerprint}:{seen[fingerprint]}",
                "primaryLocationLineHash": f"{fingerprint}:{seen[fingerprint]}",  # GitHub's
            }
            results.append(result)
    invocation = {
        "executionSuccessful": not outcome.diagnosis.unchecked,
        "toolExecutionNotifications": list(map(_unchecked, outcome.diagnosis.unchecked)),
    }
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [invocation],
                "originalUriBaseIds": {_BASE: {"uri": f"{_uri(os.getcwd())}/"}},
                "results": results,
            }
        ],
    }


def _rule(check: Check) -> dict[str, Any]:
    title = f"{check.title[:1].upper()}{check.title[1:]}."
    rule: dict[str, Any] = {
        "id": check.code,
        "name": check.name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},  # GitHub requires both
        "defaultConfiguration": {"level": _LEVELS[check.level]},
    }
    page = _page(check)
    if page:
        rule["helpUri"] = page
        rule["help"] = {
            "text": f"{page} says what it means, what causes it, and what to do about it.",
            "markdown": f"[{check.code} {check.name}]({page}) says what it means, what causes"
            " it, and what to do about it.",
        }
    return rule


def _result(check: Check, finding: Finding, place: str) -> dict[str, Any]:
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
        "message": {"text": f"{finding.about}: {finding.reason}.{remedy}"},
        "locations": [location],
    }


def _unchecked(pair: tuple[Check, str]) -> dict[str, Any]:
    check, reason = pair
    return {
        "level": "error",
        "message": {"text": f"{check.code} could not be checked: {reason}."},
        "associatedRule": {"id": check.code},
    }


def _is_path(about: str) -> bool:
    return about.startswith("/")


def _artifact(path: str) -> dict[str, str]:
    inside = path.removeprefix(f"{os.getcwd()}/")
    return {"uri": _uri(path)} if inside == path else {"uri": _quoted(inside), "uriBaseId": _BASE}


def _uri(path: str) -> str:
    return f"file://{_quoted(path)}"


def _quoted(path: str) -> str:
    return quote(os.fsencode(path))


def _fingerprint(check: Check, finding: Finding, root: str) -> str:
    about = finding.about.removeprefix(f"{root}/")
    return hashlib.sha256(os.fsencode(f"{check.code} {about}")).hexdigest()


def _page(check: Check) -> str:
    """Return the address of what the documentation says of a check, if that is known."""
    pages = _documentation()
    form = "md" if pages.endswith(".md") else "html"  # a repository, or a site
    return urljoin(pages, f"reference/checks/{check.code}.{form}") if pages else ""


def _documentation() -> str:
    """Return the address of the documentation."""
    try:
        urls: Iterable[str] = metadata.metadata(_PACKAGE).get_all("Project-URL") or ()
    except metadata.PackageNotFoundError:  # it runs from a checkout
        return ""
    pairs = (url.split(", ", 1) for url in urls)
    return next((pair[-1] for pair in pairs if pair[0] == "Documentation"), "")
