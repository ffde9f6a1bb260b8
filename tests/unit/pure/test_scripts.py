"""Scripts: which should be there, and what is to be done about those that are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pysharedir.hook import remembered
from pysharedir.hook.remembered import MadeFile
from pysharedir.installed.distribution import installed
from pysharedir.installed.scripts import Wanted, wanted_scripts
from pysharedir.sync.files import compare
from trees import plant
from unit.conftest import VERSION

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW, OTHER = b"old", b"new", b"other"


@pytest.mark.parametrize(
    ("states", "todo", "is_kept"),
    [
        # What is there, what `sync` made, what should be there.
        ((None, None, NEW), "missing", True),
        ((None, OLD, NEW), "missing", True),
        ((None, OLD, None), "", False),
        ((OTHER, None, NEW), "", False),
        ((NEW, None, NEW), "", False),
        ((NEW, NEW, NEW), "", True),
        ((OLD, OLD, NEW), "outdated", True),
        ((OLD, OLD, None), "obsolete", False),
        ((OTHER, OLD, NEW), "foreign", False),
        ((OTHER, OLD, None), "foreign", False),
        ((NEW, OLD, NEW), "", True),  # cut short before it was listed
    ],
)
def test_compare(
    tmp_path: Path, states: tuple[bytes | None, ...], todo: str, is_kept: bool
) -> None:
    there, listed, wanted = states
    path = tmp_path / "script"
    if there is not None:
        path.write_bytes(there)
    made = {} if listed is None else {path: MadeFile("made", remembered.digest(listed))}
    found = compare({} if wanted is None else {path: Wanted("hello", wanted)}, made)
    lists = ("missing", "outdated", "obsolete", "foreign")
    assert {name: getattr(found, name) for name in lists if getattr(found, name)} == (
        {todo: (path,)} if todo else {}
    )
    kept = {path: MadeFile("hello", remembered.digest(wanted))} if is_kept and wanted else {}
    assert found.made == kept


def test_compare_leaves_what_another_distribution_has_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_bytes(OLD)
    made = {path: MadeFile("made", remembered.digest(OLD))}
    assert compare({}, made).obsolete == (path,)
    assert compare({}, made, {path}.__contains__).obsolete == ()


@pytest.mark.parametrize(
    ("there", "is_missing"),
    [("man1/x.1", False), ("man1/x.1.gz", False), ("man1/x.1.zip", True), ("other/x.1.gz", True)],
)
def test_compare_takes_a_compressed_page_for_the_page(
    tmp_path: Path, there: str, is_missing: bool
) -> None:
    plant(tmp_path, {there: ""})
    path = tmp_path / there.partition("/")[0] / "x.1"
    assert compare({path: Wanted("hello", NEW)}, {}).missing == ((path,) if is_missing else ())


@pytest.mark.parametrize("target", ["nowhere", "real"])
def test_compare_never_takes_a_link_for_its_own(tmp_path: Path, target: str) -> None:
    path = tmp_path / "script"
    (tmp_path / "real").write_bytes(OLD)
    path.symlink_to(target)
    made = {path: MadeFile("made", remembered.digest(OLD))}
    found = compare({path: Wanted("hello", NEW)}, made)
    assert (found.foreign, found.missing, found.made) == ((path,), (), {})


def wanted_of(tmp_path: Path, **declared: str) -> dict[str, Wanted]:
    """Return the scripts of distributions that declare these entry points."""
    for name, text in declared.items():
        plant(tmp_path / "lib", {f"{name}-1.0.dist-info": {"entry_points.txt": text}})
    members = installed(tmp_path / "lib")
    wanted, notes = wanted_scripts(members, tmp_path / "bin", "/opt/bin/python", "3.12")
    assert notes == []
    assert {path.parent for path in wanted} <= {tmp_path / "bin"}
    return {path.name: script for path, script in wanted.items()}


def test_wanted_scripts(tmp_path: Path) -> None:
    text = "[console_scripts]\none = m.n:o.p\n[gui_scripts]\ntwo = q:r [x]\n[other]\nno = s:t\n"
    found = wanted_of(tmp_path, hello=text)
    assert list(found) == ["one", "two"]
    assert {script.distribution for script in found.values()} == {"hello"}
    for name, line in {"one": b"from m.n import o\n", "two": b"from q import r\n"}.items():
        assert found[name].content.startswith(b"#!/opt/bin/python\n")
        assert line in found[name].content
    assert b"sys.exit(o.p())" in found["one"].content


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ((), ["pip", "pip3"]),
        (("../bin/pip3", "../bin/pip3.12"), ["pip3"]),  # ensurepip
        (("../bin/pip", "../bin/pip3"), ["pip", "pip3"]),
        (("../../other/bin/pip3",), ["pip3"]),  # of the prefix that installed it
        (("../share/man/man1/pip.1",), ["pip", "pip3"]),
    ],
)
def test_a_script_that_the_installer_left_out_is_not_wanted(
    tmp_path: Path, listed: tuple[str, ...], names: list[str]
) -> None:
    record = "".join(f"{path},,\n" for path in listed)
    plant(tmp_path / "lib", {"pip-1.0.dist-info": {"RECORD": record}})
    assert list(wanted_of(tmp_path, pip="[console_scripts]\npip = m:n\npip3 = m:n\n")) == names


def test_the_first_by_name_has_a_script(tmp_path: Path) -> None:
    text = "[console_scripts]\nboth = m:n\n"
    assert wanted_of(tmp_path, Zeta=text, alpha=text)["both"].distribution == "alpha"


@pytest.mark.parametrize(
    ("name", "is_wanted"),
    [
        ("pip", True),
        ("pip3", True),
        ("pip3.12", True),
        ("pip3.1", False),
        ("pip3.9", False),
        ("easy_install-3.12", True),
        ("easy_install-3.8", False),
        ("tool3.9", True),
    ],
)
def test_a_script_of_another_version_is_not_wanted(
    tmp_path: Path, name: str, is_wanted: bool
) -> None:
    found = wanted_of(tmp_path, pip=f"[console_scripts]\n{name} = pip:main\n")
    assert list(found) == ([name] if is_wanted else [])


@pytest.mark.parametrize(
    "declared",
    [
        "../evil = hello:main",
        "/evil = hello:main",
        "sub/evil = hello:main",
        ".. = hello:main",
        "evil\x1b[2J = hello:main",
        "evil = hello",
        "evil = hello:",
        "evil = hello:main()",
        "evil = 1hello:main",
        "evil = hello:main; import os",
    ],
)
def test_what_is_no_script_is_a_note(tmp_path: Path, declared: str) -> None:
    text = f"[console_scripts]\n{declared}\nhello = hello:main [extra]\n[other]\na = b\n"
    info = plant(tmp_path, {"hello-1.0.dist-info": {"entry_points.txt": text}})
    wanted, notes = wanted_scripts(installed(info), tmp_path / "bin", "/bin/python", VERSION)
    assert list(wanted) == [tmp_path / "bin" / "hello"]
    assert [note.startswith("hello: script ") for note in notes] == [True]
    assert notes[0].isprintable()
