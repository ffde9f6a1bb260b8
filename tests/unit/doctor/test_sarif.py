"""The findings in SARIF, as the official schema requires."""

from __future__ import annotations

import json
import os
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from pysharedir.doctor import sarif
from pysharedir.doctor.findings import Finding
from pysharedir.doctor.registry import CHECKS
from pysharedir.doctor.run import Outcome
from pysharedir.doctor.treatment import Diagnosis
from unit import npm
from unit.doctor.faults import FAULTS
from unit.doctor.test_each import batches

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.conftest import Command, Venv

pytestmark = pytest.mark.slow  # nothing here differs between versions of the command
SCHEMA = "@microsoft/jest-sarif@1.0.0-beta.0"  # which has the schema of OASIS
BY_CODE = {check.code: check for check in CHECKS}


@pytest.fixture(scope="session")
def validate(environment: dict[str, str]) -> Callable[[Any], object]:
    """Return a function that raises an error for a document that the schema does not allow."""
    import jsonschema  # noqa: PLC0415  # it takes half a second

    (schema,) = npm.package(SCHEMA, environment).glob("lib/schemas/sarif-2.1.0*.json")
    formats = jsonschema.Draft4Validator.FORMAT_CHECKER
    facts = json.loads(schema.read_text("utf-8"))
    validator = jsonschema.Draft4Validator(facts, format_checker=formats)
    return validator.validate


def document(*findings: tuple[str, Finding], unchecked: str = "", notes: bool = True) -> Any:
    """Return the document of findings in ``/venv``, as read from JSON."""
    pairs = tuple((BY_CODE[code], finding) for code, finding in findings)
    failed = ((BY_CODE["SD301"], unchecked),) if unchecked else ()
    outcome = Outcome(
        Path("/venv/bin/python"), CHECKS, Diagnosis(pairs, failed), (), (), (), dry_run=False
    )
    return json.loads(json.dumps(sarif.document(outcome, "/venv", "/venv/site", notes=notes)))


def run_of(found: Any) -> Any:
    (run,) = found["runs"]
    return run


def location(result: Any) -> tuple[str, int]:
    (each,) = result["locations"]
    physical = each["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


@pytest.mark.parametrize("batch", batches(), ids=lambda batch: batch[0])
def test_the_schema_allows_real_faults(
    healthy: Venv, command: Command, validate: Callable[[Any], object], batch: list[str]
) -> None:
    for code in batch:
        FAULTS[code].make(healthy)
    env = FAULTS[batch[0]].env
    done = command("--python", healthy.root, "doctor", "--all", "--sarif", "-", **env)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    validate(found)
    run = run_of(found)
    rules = run["tool"]["driver"]["rules"]
    assert {result["ruleId"] for result in run["results"]} >= set(batch)
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["level"] == rule["defaultConfiguration"]["level"]
        uri, line = location(result)
        assert line > 0
        assert os.path.isabs(unquote(uri.removeprefix("file://")))  # tests run in /
    marks = [result["partialFingerprints"]["pysharedir/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks)


def test_each_rule_leads_to_its_page(validate: Callable[[Any], object]) -> None:
    found = document()
    validate(found)
    urls = metadata.metadata("pysharedir").get_all("Project-URL") or []
    (pages,) = (url.split(", ")[1] for url in urls if url.startswith("Documentation, "))
    for rule, check in zip(run_of(found)["tool"]["driver"]["rules"], CHECKS, strict=True):
        assert (rule["id"], rule["name"]) == (check.code, check.name)
        assert rule["defaultConfiguration"]["level"] == ("note" if check.is_note else "error")
        assert rule["helpUri"].startswith(pages.rpartition("/")[0])
        assert f"/checks/{check.code}." in rule["helpUri"]
        assert rule["fullDescription"]
        assert rule["helpUri"] in rule["help"]["markdown"]


def test_paths_are_relative_to_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, validate: Callable[[Any], object]
) -> None:
    monkeypatch.chdir(tmp_path)
    inside = Finding(f"{tmp_path}/.venv/a b\udcff.pth", "line 2 fails", "correct it", line=2)
    found = document(
        ("SD501", inside),
        ("SD501", Finding("/venv/b.pth", "fails", "correct it")),
        ("SD301", Finding("numpy", "is native", "move it")),
    )
    validate(found)
    run = run_of(found)
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": f"file://{tmp_path}/"}}
    first, second, third = run["results"]
    assert location(first) == (".venv/a%20b%FF.pth", 2)
    artifact = first["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "%SRCROOT%"
    assert location(second) == ("file:///venv/b.pth", 1)
    assert location(third) == ("file:///venv/site", 1)
    (named,) = third["locations"][0]["logicalLocations"]
    assert named["name"] == "numpy"
    assert third["message"]["text"] == "numpy: is native. Remedy: move it."


def test_without_a_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    run = run_of(document(("SD501", Finding("/venv/b.pth", "fails", ""))))
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == "file:///"
    assert location(run["results"][0])[0] == "file:///venv/b.pth"


def test_a_fingerprint_stays_when_the_venv_moves_or_a_reason_changes() -> None:
    moved = Finding("/venv/b.pth", "line 3 fails", "")
    again = Finding("/venv/b.pth", "line 7 fails", "")
    marks = [
        result["partialFingerprints"]["primaryLocationLineHash"]
        for result in run_of(document(("SD501", moved), ("SD501", again), ("SD502", again)))[
            "results"
        ]
    ]
    assert marks[0].partition(":")[0] == marks[1].partition(":")[0]
    assert [mark.partition(":")[2] for mark in marks] == ["1", "2", "1"]
    assert len(set(marks)) == 3
    here = [(BY_CODE["SD501"], Finding("/venv/b.pth", "", ""))]
    there = [(BY_CODE["SD501"], Finding("/other/b.pth", "", ""))]
    of = sarif._marks  # noqa: SLF001
    assert list(of(here, "/venv")) == list(of(there, "/other")) == marks[:1]


def test_notes_are_written_only_if_they_are_shown() -> None:
    note = "SD504", Finding("/venv/b.pth", "runs", "")
    assert run_of(document(note, notes=False))["results"] == []
    (result,) = run_of(document(note))["results"]
    assert result["level"] == "note"


def test_a_check_that_failed(validate: Callable[[Any], object]) -> None:
    found = document(unchecked="garbage")
    validate(found)
    (invocation,) = run_of(found)["invocations"]
    assert not invocation["executionSuccessful"]
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"] == "SD301 could not be checked: garbage."


def test_a_file_is_written_besides_the_report(
    healthy: Venv, command: Command, tmp_path: Path
) -> None:
    (healthy.root / "lib64").unlink()
    file = tmp_path / "doctor.sarif"
    done = command("--python", healthy.root, "doctor", "--sarif", file)
    assert done.returncode == 1
    assert done.stdout.startswith(f"write {file}\nSD111 ")
    (result,) = run_of(json.loads(file.read_text()))["results"]
    assert result["ruleId"] == "SD111"
    assert command("--python", healthy.root, "doctor", "--sarif", "-", "--json").returncode == 2
    fixed = command.json("--python", healthy.root, "doctor", "--fix", "--sarif", file)
    assert fixed["steps"]
    assert run_of(json.loads(file.read_text()))["results"] == []
