"""What is remembered in a target, and the steps that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir.changes import MakeDirectory, RemoveFile, WriteFile
from pysharedir.errors import RememberedError
from pysharedir.hook import made, remembered
from pysharedir.hook.remembered import MadeFile, Remembered
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

NAME = "_pysharedir.d/remembered.json"
SOME = Remembered({"a": "noarch"}, {"../bin/one": MadeFile("one", "0" * 64)})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert remembered.read(tmp_path) == Remembered()
    for step in remembered.steps(tmp_path, Remembered(), SOME):
        step.apply()
    assert remembered.read(tmp_path) == SOME


def test_steps(tmp_path: Path) -> None:
    def kinds(before: Remembered, wanted: Remembered) -> list[type]:
        return [type(step) for step in remembered.steps(tmp_path, before, wanted)]

    assert kinds(Remembered(), Remembered()) == kinds(SOME, SOME) == []
    assert kinds(Remembered(), SOME) == [MakeDirectory, WriteFile]
    assert kinds(SOME, Remembered()) == [RemoveFile]
    plant(tmp_path, {"_pysharedir.d": {}})
    assert kinds(Remembered(), SOME) == [WriteFile]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"overrules": {}}',
        '{"overrules": [], "scripts": {}}',
        '{"overrules": {}, "scripts": {"a": {"distribution": "b"}}}',
        '{"overrules": {}, "scripts": {"a": 1}}',
    ],
)
def test_a_file_that_pysharedir_did_not_write_is_refused(tmp_path: Path, text: str) -> None:
    plant(tmp_path, {NAME: text})
    with pytest.raises(RememberedError):
        remembered.read(tmp_path)


def test_removal(tmp_path: Path) -> None:
    site_dir = plant(
        tmp_path, {"lib": {}, "bin": {"same": "x", "changed": "y", "stays": "x", "link": "-> same"}}
    )
    listed = {
        f"../bin/{name}": MadeFile("keep" if name == "stays" else "go", remembered.digest(b"x"))
        for name in ("same", "changed", "stays", "link", "gone")
    }
    steps = made.removal(tmp_path, site_dir / "lib", Remembered({}, listed), keep=["keep"])
    assert [step.path for step in steps if isinstance(step, RemoveFile)] == [tmp_path / "bin/same"]
    assert len(steps) == 1


def test_names_of_scripts_are_those_of_record(tmp_path: Path) -> None:
    site_dir, script = tmp_path / "lib" / "site", tmp_path / "bin" / "one"
    assert remembered.name_of(site_dir, script) == "../../bin/one"
    assert remembered.path_of(site_dir, "../../bin/one") == script
