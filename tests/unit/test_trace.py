"""What startup --trace writes of real starts."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from trees import plant
from unit import npm
from unit.conftest import site_dir_of
from unit.wheels import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trees import Tree
    from unit.conftest import Command, Venv

pytestmark = pytest.mark.slow  # nothing here differs between versions of the command
SPEEDSCOPE = "speedscope@1.25.0"
MODULES: Tree = {
    "one.pth": "import one\n../more\nimport one.two\n",
    "one/__init__.py": "",
    "one/two.py": "import colorsys\n",
    "odd.pth": "import no_such_module\n",
}


def complete(document: Any) -> list[dict[str, Any]]:
    return [event for event in document["traceEvents"] if event["ph"] == "X"]


def nested(document: Any) -> Iterator[tuple[str, ...]]:
    """Yield the names of each event and of those that it lies within, the outermost first."""
    within: list[dict[str, Any]] = []
    for event in complete(document):
        while within and end_of(within[-1]) <= event["ts"]:
            within.pop()
        assert not within or end_of(event) <= end_of(within[-1])
        within.append(event)
        yield tuple(each["name"] for each in within)


def end_of(event: dict[str, Any]) -> float:
    return float(event["ts"] + event["dur"])


def check(document: Any) -> None:
    """See that a document is in the trace event format."""
    assert document["displayTimeUnit"] in ("ms", "ns")
    assert {event["ph"] for event in document["traceEvents"]} == {"M", "X"}
    for event in document["traceEvents"]:
        assert isinstance(event["name"], str)
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert isinstance(event["args"], dict)
        if event["ph"] == "X":
            assert isinstance(event["cat"], str)
            assert event["ts"] >= 0 <= event["dur"]
    labels = [event["name"] for event in document["traceEvents"] if event["ph"] == "M"]
    assert labels == ["process_name", "thread_name"]


@pytest.mark.parametrize("version", ["3.9", "3.12", "3.15"])
def test_events_lie_within_each_other_as_they_happened(
    version: str,
    find_interpreter: Callable[[str], Path],
    environment: dict[str, str],
    command: Command,
    tmp_path: Path,
) -> None:
    site_dir = site_dir_of(find_interpreter(version), tmp_path / "venv", environment)
    put(site_dir, "late", {"late.py": ""})
    plant(site_dir, {**MODULES, "sitecustomize.py": "import late\n"})
    (site_dir.parent / "more").mkdir()
    python = tmp_path / "venv" / "bin" / "python"
    done = command("--python", python, "startup", "--trace", "-")
    assert not done.returncode, done.stderr
    document = json.loads(done.stdout)
    check(document)
    paths = list(nested(document))
    start = f"start of {python}"
    assert paths[0] == (start,)
    assert paths[1] == (start, "interpreter")
    assert (start, "site") in paths
    ends = {path[-4:] for path in paths}
    line = ("one.pth",) if version != "3.15" else ("site",)  # PEP 829
    assert (*line, "line 3: import one.two", "import one.two", "import colorsys") in ends
    assert ("site", "sitecustomize", "import sitecustomize", "import late") in ends
    events = {event["name"]: event for event in complete(document)}
    late = events["import late"]["args"]
    assert (late["file"], late["owner"]) == (str(site_dir / "late.py"), "late 1.0")
    assert events["line 1: import no_such_module"]["args"]["line"] == 1
    assert events["import no_such_module"]["args"]["error"].startswith("ModuleNotFoundError")
    added = [event["args"].get("path", []) for event in complete(document)]
    assert [str(site_dir.parent / "more")] in added
    assert "owner" not in events["import colorsys"]["args"]


def test_system_calls_are_those_of_an_event_and_of_what_is_within(
    venv: Venv, command: Command
) -> None:
    if not shutil.which("strace"):
        pytest.skip("no strace")
    busy = "import os; [os.access('/', 0) for _ in range(100)]\n"
    plant(venv.site_dir, {"busy.pth": "import busy\n", "busy.py": busy})
    document = json.loads(command("--python", venv.root, "startup", "--trace", "-").stdout)
    events = {event["name"]: event["args"] for event in complete(document)}
    if "system_calls" not in events["site"]:
        pytest.skip(document["otherData"]["notes"][0])
    assert events["import busy"]["system_calls"] > 100
    assert events["site"]["system_calls"] > events["import busy"]["system_calls"]
    (whole,) = (calls for name, calls in events.items() if name.startswith("start of "))
    parts = events["interpreter"], events["site"]
    assert whole["system_calls"] == sum(each["system_calls"] for each in parts)


def test_a_file_is_written_beside_the_report(enabled: Venv, command: Command) -> None:
    file = enabled.root / "trace.json"
    file.write_text("the last one\n")
    file.chmod(0o640)
    done = command("--python", enabled.root, "startup", "--trace", file)
    assert not done.returncode, done.stderr
    assert done.stdout.startswith(f"write {file}\n")
    assert "startup file" in done.stdout
    check(json.loads(file.read_text()))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert command.json("--python", enabled.root, "startup", "--trace", file)["runs"]
    assert [each.name for each in enabled.root.glob("*trace*")] == ["trace.json"]


def test_a_link_is_replaced_and_not_followed(venv: Venv, command: Command, tmp_path: Path) -> None:
    plant(tmp_path, {"precious": "kept\n", "trace.json": "-> precious"})
    command("--python", venv.root, "startup", "--trace", tmp_path / "trace.json")
    check(json.loads((tmp_path / "trace.json").read_text()))
    assert (tmp_path / "precious").read_text() == "kept\n"


def test_a_pipe_stays_a_pipe(venv: Venv, command: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(pipe.read_text()))
    reader.start()
    assert not command("--python", venv.root, "startup", "--trace", pipe).returncode
    reader.join(60)
    check(json.loads(said[0]))
    assert pipe.is_fifo()


def test_a_start_that_ends_early(venv: Venv, command: Command) -> None:
    (venv.site_dir / "exit.pth").write_text("import sys; sys.exit('enough')\n")
    done = command("--python", venv.root, "startup", "--trace", "-")
    document = json.loads(done.stdout)
    assert (done.returncode, document["otherData"]["ends_early"]) == (1, True)
    errors = [event["args"].get("error") for event in complete(document)]
    assert "SystemExit: enough" in errors


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--trace", "-", "--json"], "would print two documents"),
        (["--trace", "x", "--static"], "--static makes none"),
        (["--trace", "x", "--allow", "y"], "cannot be combined"),
        (["--trace", ""], "give a file"),
    ],
)
def test_options_that_are_refused(command: Command, options: list[str], message: str) -> None:
    done = command("startup", *options)
    assert done.returncode == 2
    assert message in done.stderr + done.stdout


def test_a_file_that_removes_itself(venv: Venv, command: Command) -> None:
    """As after an upgrade while it runs: its lines are then not on disk."""
    file = venv.site_dir / "brief.pth"
    line = f"import os; os.unlink({str(file)!r})"
    file.write_text(f"{line}\n")
    document = json.loads(command("--python", venv.root, "startup", "--trace", "-").stdout)
    assert line in {event["name"] for event in complete(document)}


def test_a_name_of_no_encoding_is_escaped(venv: Venv, command: Command) -> None:
    Path(os.fsdecode(os.fsencode(venv.site_dir) + b"/odd\xff.pth")).write_text("import sys\n")
    document = json.loads(command("--python", venv.root, "startup", "--trace", "-").stdout)
    assert r"odd\udcff.pth" in {event["name"] for event in complete(document)}


@pytest.mark.parametrize(
    ("path", "message"),
    [("/nowhere/x.json", "write /nowhere/x.json: no such file"), ("/dev/full", "/dev/full: no sp")],
)
def test_what_cannot_be_written_is_said(
    path: str, message: str, venv: Venv, command: Command
) -> None:
    done = command("--python", venv.root, "startup", "--trace", path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {message}")


def test_speedscope_reads_it(
    enabled: Venv, command: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    """By the importer of the page that https://www.speedscope.app is."""
    plant(enabled.site_dir, MODULES)
    file = tmp_path / "trace.json"
    file.write_text(command("--python", enabled.root, "startup", "--trace", "-").stdout)
    release = npm.package(SPEEDSCOPE, environment) / "dist" / "release"
    script = Path(__file__).with_name("speedscope.js")
    read = json.loads(subprocess.check_output(["node", script, release, file], text=True))
    assert read["warnings"] == []
    (profile,) = read["profiles"]
    assert profile["unit"] == "microseconds"
    assert f"{enabled.python}" in profile["name"]
    document = json.loads(file.read_text())
    ours = [(len(path) - 1, path[-1]) for path in nested(document)]
    theirs = [(depth, name) for depth, name, _ in profile["calls"]]
    assert len(theirs) == len(ours)
    for (depth, name), (their_depth, their_name) in zip(ours, theirs, strict=True):
        assert (their_depth, their_name.startswith(name)) == (depth, True), their_name
    assert profile["total"] == pytest.approx(complete(document)[0]["dur"], abs=0.1)
