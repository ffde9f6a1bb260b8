"""The modules on one host, without a network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unit.wheels import put

if TYPE_CHECKING:
    from fleet.controller import Controller, Run

VERSION = "{}.{}".format(*sys.version_info[:2])
COMMAND = Path(sys.executable).with_name("pysharedir")
STOPPED = Path(__file__).with_name("stopped.py")
HEAD = """
- hosts: localhost
  connection: local
  vars:
    ansible_python_interpreter: {python}
  module_defaults:
    group/pysharedir.pysharedir.all:
      python: {venv}
      command: {command}
  tasks:
"""
HOLD = """
import sys, time
from pathlib import Path
from pysharedir.moving import lock
with lock.locked(Path(sys.argv[1])):
    print(flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    root = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    site_dir = root / f"lib/python{VERSION}/site-packages"
    for name in ("apple", "berry", "cherry"):
        put(site_dir, name, {f"{name}/__init__.py": ""}, entry_points="")
    return root


def play(controller: Controller, venv: Path, tasks: str, *options: str) -> Run:
    """Run tasks on a venv."""
    head = HEAD.format(python=sys.executable, venv=venv, command=COMMAND)
    controller.write("tasks.yml", head + tasks)
    return controller.play("tasks.yml", *options)


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_each_module_predicts_what_it_changes(
    controller: Controller, venv: Path, tmp_path: Path
) -> None:
    script(tmp_path / "stale", "#!/nowhere/python\n")
    script(tmp_path / "another one", "#!/bin/sh\necho '[]'\n")
    done = play(
        controller,
        venv,
        """
    - {name: enable predicted, pysharedir.pysharedir.sharedir: {opt_in: true}, check_mode: true, diff: true}
    - {name: enabled, pysharedir.pysharedir.sharedir: {opt_in: true}, diff: true}
    - {name: enabled again, pysharedir.pysharedir.sharedir: {}, diff: true}
    - {name: always on, pysharedir.pysharedir.sharedir: {opt_in: false}}
    - {name: misplaced, pysharedir.pysharedir.sort: {check: true}, ignore_errors: true}
    - {name: sort predicted, pysharedir.pysharedir.sort: {}, check_mode: true, diff: true}
    - {name: sorted, pysharedir.pysharedir.sort: {}, diff: true}
    - {name: sorted again, pysharedir.pysharedir.sort: {}}
    - {name: all in place, pysharedir.pysharedir.sort: {check: true}}
    - {name: word predicted, pysharedir.pysharedir.sort: {noarch: [apple]}, check_mode: true}
    - {name: word given, pysharedir.pysharedir.sort: {noarch: [apple]}}
    - {name: word given again, pysharedir.pysharedir.sort: {noarch: [apple]}}
    - {name: complete, pysharedir.pysharedir.sync: {check: true}}
    - {name: sound, pysharedir.pysharedir.doctor: {require: true}}
    - {name: occupied, pysharedir.pysharedir.sharedir: {state: absent}, ignore_errors: true}
    - {name: occupied too, pysharedir.pysharedir.sharedir: {state: absent}, ignore_errors: true, check_mode: true}
    - {name: disable predicted, pysharedir.pysharedir.sharedir: {state: absent, restore: true}, check_mode: true}
    - {name: disabled, pysharedir.pysharedir.sharedir: {state: absent, restore: true}}
    - {name: disabled again, pysharedir.pysharedir.sharedir: {state: absent, restore: true}}
    - {name: unsound, pysharedir.pysharedir.doctor: {require: true, select: [SD606]}, ignore_errors: true}
    - {name: not failed, pysharedir.pysharedir.doctor: {require: true, select: [SD606], fail_on: never}}
    - {name: mixed up, pysharedir.pysharedir.sharedir: {state: absent, opt_in: true}, ignore_errors: true}
    - {name: no target, pysharedir.pysharedir.sort: {python: /nowhere}, ignore_errors: true}
    - {name: no command, pysharedir.pysharedir.sort: {command: /nowhere}, ignore_errors: true}
    - {name: no start, pysharedir.pysharedir.sort: {command: ROOT/stale}, ignore_errors: true}
    - {name: no start yet, pysharedir.pysharedir.sort: {command: ROOT/stale}, check_mode: true}
    - {name: no report, pysharedir.pysharedir.sort: {command: "ROOT/another one"}, ignore_errors: true}
    - {name: no command yet, pysharedir.pysharedir.sort: {command: /nowhere}, check_mode: true}
""".replace("ROOT", str(tmp_path)),  # noqa: E501 - a table
    )
    names = ["apple", "berry", "cherry"]
    for predicted, what in (
        ("enable predicted", "enabled"),
        ("sort predicted", "sorted"),
        ("word predicted", "word given"),
        ("disable predicted", "disabled"),
    ):
        first, second, third = (done.of(each) for each in (predicted, what, f"{what} again"))
        assert first["changed"]
        assert second["changed"]
        assert not third["changed"]
        for same in "steps", "moved", "diff":
            assert first.get(same) == second.get(same)
    assert f"write {venv}/lib/python{VERSION}" in done.of("enabled")["diff"]["prepared"]
    assert done.of("always on")["changed"]
    assert done.of("misplaced")["code"] == "misplaced"
    assert done.of("misplaced")["hint"]
    assert sorted(done.of("sorted")["moved"]) == names
    (places, _) = done.of("sorted")["diff"]
    assert f"apple 1.0 in {venv}/lib/python{VERSION}/site-packages\n" in places["before"]
    assert f"apple 1.0 in {venv}/share/python/{VERSION}\n" in places["after"]
    facts = done.of("sound")["ansible_facts"]["pysharedir"]
    assert facts["hook"]["state"] == "enabled"
    for task in "occupied", "occupied too":
        assert done.of(task)["code"] == "sharedir-occupied"
        assert done.of(task)["msg"].startswith(f"{venv}/share/python/{VERSION}: ")
        assert done.of(task)["hint"] == "use --restore to move them back"
    assert done.of("unsound")["code"] == "faults"
    assert [each["code"] for each in done.of("not failed")["findings"]] == ["SD606"]
    assert done.of("mixed up")["code"] == "usage"
    assert done.of("no target")["code"] == "target-unusable"
    assert done.of("no command")["code"] == "command-missing"
    assert done.of("no start")["code"] == "command-missing"
    assert done.of("no report")["code"] == "command-failed"
    assert f"'{tmp_path}/another one' --python" in done.of("no report")["hint"]
    for task in "no command yet", "no start yet":
        assert done.of(task)["kind"] == "skipped"
    assert done.recap["localhost"]["ignored"] == 9


def test_a_move_that_was_killed(controller: Controller, venv: Path, tmp_path: Path) -> None:
    subprocess.run([COMMAND, "--python", venv, "enable"], check=True, capture_output=True)
    mark = tmp_path / "stopped"
    command = [sys.executable, str(STOPPED), "--python", str(venv), "sort"]
    with subprocess.Popen(
        command, env={**os.environ, "STOPPED_MARK": str(mark)}, stdout=subprocess.PIPE
    ) as process:
        while not mark.exists():
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    done = play(
        controller,
        venv,
        """
    - {name: not in place, pysharedir.pysharedir.sort: {check: true}, ignore_errors: true}
    - {name: predicted, pysharedir.pysharedir.sort: {}, check_mode: true, diff: true}
    - {name: recovered, pysharedir.pysharedir.sort: {}, diff: true}
    - {name: in place, pysharedir.pysharedir.sort: {}}
""",
    )
    assert done.of("not in place")["code"] == "move-interrupted"
    assert done.of("predicted")["changed"]
    assert done.of("recovered")["changed"]
    assert "an interrupted move" in done.of("recovered")["notes"][0]
    assert not done.of("in place")["changed"]
    assert sorted(each.name for each in (venv / f"share/python/{VERSION}").glob("*.dist-info"))


def test_another_moves_meanwhile(controller: Controller, venv: Path) -> None:
    subprocess.run([COMMAND, "--python", venv, "enable"], check=True, capture_output=True)
    sharedir = venv / f"share/python/{VERSION}"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, sharedir, "6"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        done = play(
            controller,
            venv,
            """
    - {name: not waited, pysharedir.pysharedir.sort: {wait: 0}, ignore_errors: true}
    - {name: waited, pysharedir.pysharedir.sort: {}}
""",
        )
    assert done.of("not waited")["code"] == "busy"
    assert done.of("waited")["changed"]


def test_the_role_removes_only_its_venv(controller: Controller, venv: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    script(other / "bin/pysharedir", "#!/nowhere/python\n")
    script(tmp_path / "own/bin/pysharedir", "#!/nowhere/python\n")
    (tmp_path / "own/pyvenv.cfg").touch()
    task = """
    - include_role: {{name: pysharedir.pysharedir.pysharedir}}
      vars: {{pysharedir_venv: {}, pysharedir_state: {}}}
"""
    places = (other, venv, tmp_path / "own")
    for state, options in ("present", ["--check"]), ("absent", []):
        tasks = "".join(task.format(place, state) for place in places)
        done = play(controller, venv, tasks, *options)
        kinds = [each["kind"] for each in done.results if "Remove" in each["task"]]
        assert kinds == ["skipped", "skipped", "ok"], state
    assert (other / "bin/pysharedir").exists()
    assert (venv / "pyvenv.cfg").exists()
    assert not (tmp_path / "own").exists()
