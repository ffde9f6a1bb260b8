"""The reports of status and demo."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from trees import plant
from unit.pure.made import elf
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Command, Venv


def roles(report: Any) -> dict[str, tuple[str, str]]:
    return {entry["path"]: (entry["role"], entry["by"]) for entry in report["path"]}


def test_of_an_unhooked_venv(venv: Venv, command: Command) -> None:
    report = command.json("--python", venv.root, "status")
    assert report["hook"]["state"] == "absent"
    assert not report["active"]
    assert report["layout"]["purelib"] == report["layout"]["platlib"] == str(venv.site_dir)
    assert report["layout"]["lib64"] == "link to lib"
    assert report["layout"]["same"]
    assert roles(report)[str(venv.site_dir)] == ("site dir of the venv", "site")


def test_of_a_hooked_venv(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    put(venv.sharedir, "one", {"one.py": ""})
    report = command.json("--python", venv.root, "status")
    assert report["hook"]["state"] == "enabled"
    assert report["active"]
    assert report["counts"] == {str(venv.sharedir): 1}
    assert report["layout"]["purelib"] == str(venv.sharedir)
    assert report["layout"]["site_purelib"] == str(venv.site_dir)
    assert roles(report)[str(venv.sharedir)] == ("sharedir", "pysharedir")


def test_a_directory_is_counted_once_however_it_is_spelled(venv: Venv, command: Command) -> None:
    """As on the path of a venv of a lib64 build, up to 3.14."""
    put(venv.site_dir, "one", {"one.py": ""})
    plant(venv.site_dir, {"~ne-0.9.dist-info": {}})
    spelled = venv.root / "lib64" / venv.site_dir.relative_to(venv.root / "lib")
    report = command.json("--python", venv.root, "status", PYTHONPATH=str(spelled))
    assert {str(spelled), str(venv.site_dir)} <= {each["path"] for each in report["path"]}
    assert report["counts"] == {str(spelled): 1}


def test_tells_when_it_is_switched_off(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    report = command.json("--python", venv.root, "status", PYSHAREDIR="0")
    assert (report["hook"]["state"], report["active"]) == ("enabled", False)


def test_names_who_put_each_entry_there(
    venv: Venv, make_venv: Callable[[str], Venv], command: Command, tmp_path: Path
) -> None:
    command.json("--python", venv.root, "enable")
    prefix = make_venv("prefix")
    prefix.sharedir.mkdir(parents=True)
    plant(tmp_path, {"source": {}, "shared-source": {}, "pythonpath": {}})
    lines = {venv.site_dir / "mine.pth": "source", venv.sharedir / "shared.pth": "shared-source"}
    for file, name in lines.items():
        file.write_text(f"{tmp_path / name}\n")
    report = command.json(
        "--python",
        venv.root,
        "status",
        PYTHONPATH=str(tmp_path / "pythonpath"),
        PYSHAREDIR_PREFIXES=str(prefix.root),
    )
    found = roles(report)
    assert found[str(tmp_path / "pythonpath")] == ("PYTHONPATH", "PYTHONPATH")
    for file, name in lines.items():
        assert found[str(tmp_path / name)] == ("path line", str(file))
    by = "PYSHAREDIR_PREFIXES"
    assert found[str(prefix.site_dir)] == ("site dir of a prefix", by)
    assert found[str(prefix.sharedir)] == ("sharedir of a prefix", by)
    assert {role for role, by in found.values() if by == "interpreter"} == {"standard library"}


def test_shows_what_was_dropped(venv: Venv, command: Command) -> None:
    command.json("--python", venv.root, "enable")
    other = str(venv.site_dir).replace("/lib/", "/lib64/")
    (venv.site_dir / "twice.pth").write_text(f"{other}\n")
    assert command.json("--python", venv.root, "status")["dropped"] == [other]
    assert "dropped: already on sys.path" in command("--python", venv.root, "status").stdout


@pytest.mark.parametrize("lib64", ["-> lib", None, {"here": ""}])
def test_tells_of_lib64(venv: Venv, command: Command, lib64: Any) -> None:
    (venv.root / "lib64").unlink()
    if lib64:
        plant(venv.root, {"lib64": lib64})
    kind = {"-> lib": "link to lib", None: "absent"}.get(
        str(lib64) if isinstance(lib64, str) else None
    )
    report = command.json("--python", venv.root, "status")
    assert report["layout"]["lib64"] == ("directory" if isinstance(lib64, dict) else kind)
    assert report["layout"]["same"] == (not isinstance(lib64, dict))


def test_is_plain_text_in_a_pipe(venv: Venv, command: Command) -> None:
    (venv.site_dir / "odd.pth").write_text(f"{venv.root}/[red]\n")
    (venv.root / "[red]").mkdir()
    done = command("--python", venv.root, "status")
    assert "\x1b" not in done.stdout
    assert f"{venv.root}/[red] " in done.stdout
    assert max(map(len, done.stdout.splitlines())) > 80


def test_demo_shows_it_and_cleans_up(venv: Venv, command: Command, tmp_path: Path) -> None:
    plant(tmp_path, {"temporary": {}, "bin": {}})
    # No Python, although it looks like one of another architecture.
    program = tmp_path / "bin" / f"python{venv.site_dir.parts[-2][6:]}-32"
    program.write_bytes(elf(0xFFF, bits=32))
    program.chmod(0o755)
    env = {"PATH": str(program.parent), "TMPDIR": str(tmp_path / "temporary")}
    scenes = command.json("--python", venv.root, "demo", **env)
    assert "imitates another" in scenes[0]["lines"][-1]
    imported = [line.split(" imports ") for line in scenes[3]["lines"]]
    (first, pure), (_, own), (second, same), (_, other) = imported
    assert first != second
    assert pure == same == f"DEMO/share/python/{venv.site_dir.parts[-2][6:]}/pure"
    assert own.startswith(f"{first}/lib/")
    assert own.removeprefix(first) == other.removeprefix(second)
    _, *trees, share, together = scenes[4]["table"]
    (before,), (after,) = ({row[side].split(" ")[0] for row in trees} for side in (1, 2))
    shared = share[2].split(" ")[0]
    assert (int(before), share[1]) == (int(after) + int(shared), "-")
    assert together[2].startswith(f"{2 * int(after) + int(shared)} files, ")
    assert scenes[-1]["commands"][1] == "pysharedir --python .venv enable --sort"
    assert not list((tmp_path / "temporary").iterdir())


def test_demo_needs_no_network(venv: Venv, command: Command) -> None:
    nowhere = "http://127.0.0.1:9"
    done = command("--python", venv.root, "demo", http_proxy=nowhere, https_proxy=nowhere)
    assert not done.returncode, done.stderr
    assert "\ntogether  " in done.stdout


def test_demo_is_for_one_version(venv: Venv, command: Command, tmp_path: Path) -> None:
    """An interpreter of another version has another sharedir."""
    probe = tmp_path / "python"
    version = f"{sys.version_info[0]}, {sys.version_info[1]}"
    probe.write_text(f'#!/bin/sh\n{venv.python} "$@" | sed "s/\\[{version},/[3, 99,/"\n')
    probe.chmod(0o755)
    done = command("--python", venv.root, "demo", "--other", probe)
    assert (done.returncode, "Python 3.99, and not" in done.stderr) == (2, True)


def test_every_command_teaches_itself(command: Command) -> None:
    listed = command("--help").stdout.split("Commands:")[1].split("Examples:")[0]
    commands = re.findall(r"^  (\w+) ", listed, re.MULTILINE)
    assert commands == [
        "completion",
        "demo",
        "disable",
        "doctor",
        "enable",
        "sort",
        "startup",
        "status",
        "sync",
        "view",
        "why",
    ]
    for each in commands:
        said = command(each, "--help").stdout
        assert "Example" in said
        if each != "completion":  # it works on no interpreter, and has no report
            assert "--python TARGET" in said
            assert "--json" in said


def test_usage_errors_exit_with_2(command: Command) -> None:
    assert command("enable", "--style", "other").returncode == 2
    assert command("disable", "--restore", "--force").returncode == 2
    assert command("nonsense").returncode == 2


def test_json_is_one_document(venv: Venv, command: Command) -> None:
    for arguments in (["enable"], ["enable"], ["status"], ["disable", "--dry-run"], ["disable"]):
        json.loads(command("--python", venv.root, *arguments, "--json").stdout)
